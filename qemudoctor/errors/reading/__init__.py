"""From a pasted line or a whole log to the lines that may belong to the subject."""
