"""QD1xx: the kernel and what it can do at all."""
