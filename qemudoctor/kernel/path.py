"""The kernel's path walk, inside one root."""

from typing import NamedTuple

from qemudoctor.kernel.errnos import Errno
from qemudoctor.kernel.tree import ROOT, Credentials, Node, NodeKind, Tree

PATH_MAX_BYTES = 4096
NAME_MAX_BYTES = 255
MAX_LINKS = 40


class LookupFailed(Exception):
    """A path could not be looked up; errno says why, path how far the walk came."""

    def __init__(self, errno: Errno, path: str) -> None:
        super().__init__(f"{errno.name}: {path}")
        self.errno = errno
        self.path = path


_FAILURES = {
    Errno.ENOTDIR: "is not a directory",
    Errno.EACCES: "may not be executed",
    Errno.ELOOP: "leads through too many symbolic links",
    Errno.ENAMETOOLONG: "has too long a name",
    Errno.ENXIO: "is a socket",
    Errno.ETXTBSY: "is open for writing",
}


def describe_failure(wanted: str, error: LookupFailed) -> str:
    """Return why a path that was wanted could not be opened, with the place where the walk ended if that is another."""
    wanted = wanted or "the working directory"
    if error.errno is Errno.ENOENT:
        return f"{wanted} is not in this root" + ("" if error.path == wanted else f": there is no {error.path}")
    failure = f"{error.path} {_FAILURES[error.errno]}"
    return failure if error.path == wanted else f"{wanted}: {failure}"


class Located(NamedTuple):
    """The end of a walk: the resolved absolute path and what lies there."""

    path: str
    node: Node


def walk(
    tree: Tree,
    path: str,
    *,
    cwd: str = "/",
    follow_last: bool = True,
    credentials: Credentials = ROOT,
) -> Located:
    """Return where path leads in tree, symbolic links followed and never leaving the root.

    An empty path is the working directory: execve() refuses it before, but the interpreter of a script can be empty.
    Raises: LookupFailed with ENOENT, ENOTDIR, ELOOP, ENAMETOOLONG or EACCES (no search permission).
    Source: Linux fs/namei.c, link_path_walk(), MAXSYMLINKS 40; include/uapi/linux/limits.h.
    """
    if is_longer(path, PATH_MAX_BYTES - 1):
        raise LookupFailed(Errno.ENAMETOOLONG, path)
    pending = _components(path if path.startswith("/") else f"{cwd}/{path}")
    return _Walk(tree, credentials).run(pending, follow_last=follow_last)


def is_longer(text: str, most_bytes: int) -> bool:
    """Return whether a path has more bytes than these; a character has four at most, so most need no encoding."""
    return len(text) * 4 > most_bytes and len(text.encode("utf-8", "surrogateescape")) > most_bytes


def _components(path: str) -> list[str]:
    """Return the parts of a path, last first; a slash at an end and two in a row leave empty ones."""
    return path.split("/")[::-1]


class _Walk:
    """One walk; `trail` holds the directories above, since `..` of a real directory is the one it was reached by."""

    def __init__(self, tree: Tree, credentials: Credentials) -> None:
        self.tree = tree
        self.credentials = credentials
        self.links = 0
        self.here = Located("/", self._node("/"))
        self.trail: list[Located] = []

    def _node(self, path: str) -> Node:
        node = self.tree.node(path)
        if node is None:
            raise LookupFailed(Errno.ENOENT, path)
        return node

    def run(self, pending: list[str], *, follow_last: bool) -> Located:
        while pending:
            self._require_search()
            part = pending.pop()
            if part in ("", "."):
                continue
            if part == "..":
                self.here = self.trail.pop() if self.trail else self.here
                continue
            self._step(part, pending, follow=follow_last or bool(pending))
        return self.here

    def _require_search(self) -> None:
        if self.here.node.kind is not NodeKind.DIRECTORY:
            raise LookupFailed(Errno.ENOTDIR, self.here.path)
        # Root may search any directory, and nearly always it is root who asks.
        if self.credentials.uid and not self.credentials.may(1, self.here.node):
            raise LookupFailed(Errno.EACCES, self.here.path)

    def _step(self, part: str, pending: list[str], *, follow: bool) -> None:
        path = f"/{part}" if self.here.path == "/" else f"{self.here.path}/{part}"
        if is_longer(part, NAME_MAX_BYTES):
            raise LookupFailed(Errno.ENAMETOOLONG, path)
        node = self._node(path)
        if node.kind is NodeKind.LINK and follow:
            self._follow(path, node, pending)
            return
        self.trail.append(self.here)
        self.here = Located(path, node)

    def _follow(self, path: str, node: Node, pending: list[str]) -> None:
        self.links += 1
        if self.links > MAX_LINKS:
            raise LookupFailed(Errno.ELOOP, path)
        pending.extend(_components(node.target))
        if node.target.startswith("/"):
            self.trail.clear()
            self.here = Located("/", self._node("/"))
