"""What came of really executing a program."""

from typing import NamedTuple


class Observation(NamedTuple):
    """How an execution ended, or, if outcome is None, the reason why that is not known.

    outcome: "ok" (it ended with the expected status), the name of the errno of execve() ("ENOENT"),
    "signal:SIGSEGV", or "exit:255".
    """

    outcome: str | None
    reason: str | None = None


class Observed(NamedTuple):
    """The two executions of a program."""

    plain: Observation
    contained: Observation
