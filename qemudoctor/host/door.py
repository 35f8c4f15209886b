"""The one door to a machine: what can be asked of a host, and the ways in which an answer can be missing."""

import enum
from collections.abc import Mapping, Sequence
from typing import NamedTuple, Protocol

from qemudoctor.kernel.tree import NodeKind, Tree

READ_LIMIT_BYTES = 1 << 20
"""How much read() returns unless it is asked for more."""
LISTING_LIMIT = 100_000
"""A directory with more names than this is not listed."""


class HostError(Exception):
    """Something of a host could not be read: path names it, reason says why, errno is set where there was one."""

    def __init__(self, path: str, reason: str, *, errno: int | None = None) -> None:
        super().__init__(f"{path}: {reason}")
        self.path = path
        self.reason = reason
        self.errno = errno


class NotThere(HostError):
    """It was looked for, and it does not exist."""


class CouldNotLook(HostError):
    """Nobody knows: it could not be looked at, took too long, is too large, or belongs to another machine."""


class Forbidden(CouldNotLook):
    """Whoever looked had no permission to; somebody else (root) might see it."""


class NotRecorded(CouldNotLook):
    """A capture neither holds it nor says that it was looked for."""

    def __init__(self, path: str, reason: str = "not recorded in this capture") -> None:
        super().__init__(path, reason)


class NoAnswer(CouldNotLook):
    """Somebody listens at a socket and gave no usable answer; peer is that process, where the kernel tells it."""

    def __init__(self, path: str, reason: str, *, errno: int | None = None, peer: int | None = None) -> None:
        super().__init__(path, reason, errno=errno)
        self.peer = peer


class Source(enum.Enum):
    """Where the answers of a host come from, as reports spell it."""

    LIVE = "live"
    ROOT = "root"
    CAPTURE = "capture"


class FileStat(NamedTuple):
    """What stat(2) tells of a file.

    Units: mode holds the permission bits (0o7777), size is in bytes; device and inode identify the file.
    """

    kind: NodeKind
    mode: int
    uid: int
    gid: int
    size: int
    device: int
    inode: int


class CommandResult(NamedTuple):
    """How a command ended: by itself with a status, or by a signal (its name: "SIGSEGV"), never both."""

    argv: tuple[str, ...]
    status: int | None
    signal: str | None
    stdout: str
    stderr: str


class HttpAnswer(NamedTuple):
    """What a server behind a socket answered: headers by their names in lower case, and the process that listens."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    peer: int | None = None


class Uname(NamedTuple):
    """What uname(2) tells: release is the kernel release, machine the architecture that programs see."""

    system: str
    node: str
    release: str
    version: str
    machine: str


class Host(Protocol):
    """A machine to be judged. Every method reads; none changes anything.

    Paths are absolute; bytes that are not UTF-8 are surrogate escapes in what goes in and in what comes out.
    Raises: every method that takes a path raises NotThere, Forbidden or CouldNotLook, and nothing else.
    """

    @property
    def source(self) -> Source:
        """Where the answers come from."""

    @property
    def root(self) -> str:
        """The directory in which paths are looked up; "/" unless the machine is mounted at one."""

    def read(self, path: str, *, limit: int = READ_LIMIT_BYTES) -> bytes:
        """Return the first bytes of a regular file, at most limit; links are followed, a fifo never blocks.

        A path below an automount that was not triggered yet triggers it; the mount point itself does not.
        """

    def read_at(self, path: str, offset: int, size: int) -> bytes:
        """Return at most size bytes from offset of a regular file, fewer at its end."""

    def find_in_file(self, path: str, needle: bytes, window: int, *, start: int = 0) -> bytes | None:
        """Return an occurrence of needle in a file and what follows it, window bytes in all; or None.

        It is the first one at or behind start; if there is none, the first in the file.

        Fewer at the end of the file, and from a capture that recorded fewer.
        """

    def stat(self, path: str, *, follow: bool = True) -> FileStat:
        """Return what stat(2) tells, or lstat(2) with follow=False. Never triggers an automount at path."""

    def readlink(self, path: str) -> str:
        """Return where a symbolic link points, as stored. Raises CouldNotLook if it is none."""

    def listdir(self, path: str) -> tuple[str, ...]:
        """Return the names in a directory in the kernel's own order, which in binfmt_misc is the match order.

        Triggers an automount at path: look into /proc/self/mountinfo first if there may be one.
        """

    def exists(self, path: str) -> bool:
        """Return whether path leads to something. False is certain; Forbidden and CouldNotLook are raised."""

    def mount_is_noexec(self, path: str) -> bool:
        """Return whether path lies on a mount with the noexec option."""

    def uname(self) -> Uname:
        """Return what uname(2) tells. Raises CouldNotLook where no kernel runs."""

    def hostname(self) -> str:
        """Return the name of the host. Raises NotThere or CouldNotLook if nothing tells it."""

    def euid(self) -> int:
        """Return the effective user id of whoever looks, or looked when the capture was made."""

    def environment(self, name: str) -> str | None:
        """Return an environment variable of whoever looks, None if it is not set."""

    def which(self, program: str) -> str | None:
        """Return the path of an executable by its name, None if it is not installed."""

    def run(self, argv: Sequence[str], *, timeout_s: float) -> CommandResult:
        """Return how a command ended: no shell, no input, LC_ALL=C.UTF-8, undecodable output replaced.

        Raises: NotThere without such a program, Forbidden if it may not be executed, CouldNotLook if it takes
            longer than timeout_s, prints too much, or on a host that does not run.
        """

    def http_get(self, socket: str, target: str, *, timeout_s: float) -> HttpAnswer:
        """Return what the server at a unix socket answers to one GET, at most 1 MiB and within timeout_s in all.

        Connecting starts an engine whose socket systemd keeps for it: ask first whether it runs.
        Raises: NotThere, Forbidden, CouldNotLook (errno ECONNREFUSED: nobody listens any more), NoAnswer.
        """

    def tree(self) -> Tree:
        """Return the host's root directory as the kernel's path walk sees it."""
