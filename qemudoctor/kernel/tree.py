"""What execve() needs of a directory tree: look a path up, read bytes, know mode and mount."""

import enum
from typing import NamedTuple, Protocol


class NodeKind(enum.Enum):
    """The type of a file, as stat(2) tells it."""

    FILE = "file"
    DIRECTORY = "directory"
    LINK = "link"
    FIFO = "fifo"
    SOCKET = "socket"
    CHARACTER = "character"
    BLOCK = "block"


class Node(NamedTuple):
    """One file of a tree, not followed if it is a symbolic link.

    Units: mode holds the permission bits (0o7777), size is in bytes.
    """

    kind: NodeKind
    mode: int = 0o755
    uid: int = 0
    gid: int = 0
    size: int = 0
    target: str = ""
    """Where a symbolic link points, as stored."""
    noexec: bool = False
    """The file lies on a mount with the noexec option."""
    busy: bool = False
    """Some process has the file open for writing."""


class Tree(Protocol):
    """A root directory: on disk, in memory, in an archive, in a capture.

    Paths are absolute, undecodable bytes are surrogate escapes (as os.fsdecode gives them), and the parent of a
    path is already resolved: only walk() follows symbolic links.
    """

    def node(self, path: str, /) -> Node | None:
        """Return the file at path without following it, or None if there is none."""

    def read(self, path: str, offset: int, size: int, /) -> bytes:
        """Return at most size bytes of the regular file at path, fewer at its end."""


class Credentials(NamedTuple):
    """Who calls execve(): decides permissions only. Root means CAP_DAC_OVERRIDE, as in a container's default."""

    uid: int = 0
    gid: int = 0
    groups: tuple[int, ...] = ()

    def may(self, want: int, node: Node) -> bool:
        """Return whether these credentials have the permission bits `want` (4 read, 2 write, 1 execute) on node.

        Source: Linux fs/namei.c, generic_permission(): root may search any directory, and execute what has at
        least one x bit.
        """
        if self.uid == 0:
            return not want & 1 or node.kind is NodeKind.DIRECTORY or bool(node.mode & 0o111)
        if self.uid == node.uid:
            return node.mode >> 6 & want == want
        if self.gid == node.gid or node.gid in self.groups:
            return node.mode >> 3 & want == want
        return node.mode & want == want


ROOT = Credentials()
