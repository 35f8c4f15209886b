"""QD4xx: what a container sees of its host, and a host of its containers."""
