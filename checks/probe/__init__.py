"""QD5xx: what really executing programs showed."""
