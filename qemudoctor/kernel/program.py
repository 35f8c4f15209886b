"""Opening a file for execution, as open_exec() does it."""

from typing import NamedTuple

from qemudoctor.kernel.errnos import Errno
from qemudoctor.kernel.features import Feature
from qemudoctor.kernel.path import LookupFailed, walk
from qemudoctor.kernel.release import KernelRelease
from qemudoctor.kernel.tree import ROOT, Credentials, Node, NodeKind, Tree


class OpenBlocks(Exception):
    """The kernel waits for ever: it opens a fifo that nobody writes."""


class Program(NamedTuple):
    """A file that the kernel has opened for execution; it stays the same whatever becomes of its path."""

    path: str
    node: Node
    tree: Tree

    @classmethod
    def from_bytes(cls, content: bytes, *, path: str = "(pinned)") -> "Program":
        """Return an opened program that holds content, for an interpreter whose file is not in any tree."""
        return cls(path, Node(NodeKind.FILE, size=len(content)), _Content(content))

    def read(self, offset: int, size: int) -> bytes:
        """Return at most size bytes from offset; none where the file has ended."""
        return self.tree.read(self.path, offset, size)


class _Content(NamedTuple):
    content: bytes

    def node(self, path: str, /) -> Node | None:
        return Node(NodeKind.FILE, size=len(self.content))

    def read(self, path: str, offset: int, size: int, /) -> bytes:
        return self.content[offset : offset + size]


def open_program(
    tree: Tree, path: str, *, kernel: KernelRelease, cwd: str = "/", credentials: Credentials = ROOT
) -> Program:
    """Return the file at path, opened for execution.

    Raises: LookupFailed with the errno of open_exec(); OpenBlocks on a fifo where the kernel opens before it looks.
    Source: Linux fs/exec.c, do_open_execat(); fs/namei.c, may_open().
    """
    located = walk(tree, path, cwd=cwd, credentials=credentials)
    node = located.node
    if not credentials.may(1, node):
        raise LookupFailed(Errno.EACCES, located.path)
    if node.kind in (NodeKind.FIFO, NodeKind.SOCKET) and not kernel.supports(Feature.REGULAR_FILES_ONLY):
        if node.kind is NodeKind.FIFO:
            raise OpenBlocks(located.path)
        raise LookupFailed(Errno.ENXIO, located.path)
    if node.kind is not NodeKind.FILE or node.noexec:
        raise LookupFailed(Errno.EACCES, located.path)
    if node.busy and not kernel.supports(Feature.WRITE_WHILE_RUNNING):
        raise LookupFailed(Errno.ETXTBSY, located.path)
    return Program(located.path, node, tree)
