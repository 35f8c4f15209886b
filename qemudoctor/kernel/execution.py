"""What comes of an execve(): its steps, and how it ended."""

import enum
from typing import NamedTuple

from qemudoctor.kernel.errnos import Errno


class Handler(enum.Enum):
    """The part of the kernel that takes a step."""

    OPEN = "open"
    MISC = "binfmt_misc"
    SCRIPT = "script"
    ELF = "elf"


class Step(NamedTuple):
    """One step of the walk: who handled which file, what it opened, and a note for the reader."""

    handler: Handler
    file: str
    note: str
    entry: str | None = None
    opens: str | None = None


class Execution(NamedTuple):
    """How one execve() ended.

    errno is 0 when the new program started or died after the point of no return (then signal names how).
    """

    errno: Errno
    steps: tuple[Step, ...]
    runs: str | None = None
    """The program that the kernel loaded, by the path it was opened with."""
    argv: tuple[str, ...] = ()
    signal: str | None = None
    blocks: bool = False
    """The call never returns: it waits in open() of a fifo."""
    binary_fd: bool = False
    """The interpreter gets the file as an open descriptor, AT_EXECFD."""
    argv0_flag: bool = False
    """The interpreter is told in AT_FLAGS that the caller's argv[0] is the third argument."""
    euid: int = 0
    egid: int = 0
    secure: bool = False
    """AT_SECURE: the program has a set-uid or set-gid bit that made a difference."""

    @property
    def errno_name(self) -> str:
        """Return the errno's name, "ok" for 0."""
        return self.errno.name if self.errno else "ok"

    @property
    def outcome(self) -> str:
        """Return "ok", an errno's name, "signal:NAME" or "blocks"."""
        if self.blocks:
            return "blocks"
        return f"signal:{self.signal}" if self.signal else self.errno_name
