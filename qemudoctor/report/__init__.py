"""One renderer a format: a report, a walk, a check or the list of checks in, text out. No verdicts here."""
