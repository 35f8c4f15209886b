"""Writing registrations for binfmt_misc, and judging given ones, by the rules of one kernel."""
