"""One ordered plan out of many findings, and carrying it out so that nothing is lost."""
