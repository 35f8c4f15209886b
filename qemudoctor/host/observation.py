"""What came of really executing a program."""

from typing import NamedTuple


class Executable(NamedTuple):
    """The file that a process really executes, looked at while it ran: of a foreign program, its emulator.

    Units: device and inode as in stat(2), size in bytes. Source: proc_pid_exe(5).
    """

    device: int
    inode: int
    size: int
    path: str
    """Where the kernel says that it lies; it may lie in another root, or nowhere any more."""
    is_there: bool
    """This very file can be reached by that path."""
    head: bytes = b""
    """Its first bytes; only of one that is not there."""
    version: str | None = None
    """What it prints for --version; only of one that is not there, None if it did not print anything."""
    is_musl: bool | None = None
    """It holds texts of musl's C library; only of one that is not there."""


class Observation(NamedTuple):
    """How an execution ended, or, if outcome is None, the reason why that is not known.

    outcome: "ok" (it ended with the expected status), the name of the errno of execve() ("ENOENT"),
    "signal:SIGSEGV", or "exit:255".
    """

    outcome: str | None
    reason: str | None = None
    written: bytes = b""
    """What the program wrote, if it was one that answers questions."""
    executable: Executable | None = None
    """What ran it; None unless it answered, and where that must not be looked at."""


class Observed(NamedTuple):
    """The two executions of a program."""

    plain: Observation
    contained: Observation
