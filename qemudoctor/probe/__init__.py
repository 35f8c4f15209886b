"""Really executing tiny foreign programs, to see what the kernel does with them."""
