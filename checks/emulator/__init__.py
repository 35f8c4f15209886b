"""QD3xx: the emulators that the entries name."""
