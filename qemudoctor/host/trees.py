"""Root directories as the kernel's path walk sees them: on disk, in memory, and one laid over another."""

import os
import posixpath
import stat
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import NamedTuple

from qemudoctor._override import override
from qemudoctor.host.door import CouldNotLook, HostError, NotThere
from qemudoctor.host.syscalls import (
    OPEN_FLAGS,
    decode,
    encode,
    failure,
    kind_of,
    names,
    read_range,
    require_regular,
)
from qemudoctor.kernel.tree import Node, NodeKind, Tree

_IMPLIED = Node(NodeKind.DIRECTORY)
_FOLDER_FLAGS = os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC
_REMEMBERED_BYTES = 4096
"""What is read of a file at once to start it: headers. Larger parts are not kept."""


class DirectoryTree:
    """A directory on disk as a root. Its own path may be a link; below it, none is ever followed.

    Each part is opened from the one above with O_NOFOLLOW: whoever exchanges a directory for a link while we
    look makes a path "not there", and leads nobody out of the root.
    heed_noexec: whether mounts with noexec count, as they do if programs are to be started here. They say
    nothing of another machine whose disk is only mounted here.
    Raises: Forbidden or CouldNotLook, and NotThere from all but node().
    """

    def __init__(self, path: str, *, heed_noexec: bool = True) -> None:
        self.path = path
        self._root = encode(os.path.abspath(path))
        self._heed_noexec = heed_noexec

    def node(self, path: str, /) -> Node | None:
        try:
            status = self.status(path)
        except NotThere:
            return None
        kind = kind_of(status.st_mode)
        return Node(
            kind=kind,
            mode=stat.S_IMODE(status.st_mode),
            uid=status.st_uid,
            gid=status.st_gid,
            size=status.st_size,
            target=self.readlink(path) if kind is NodeKind.LINK else "",
            noexec=kind is NodeKind.FILE and self._heed_noexec and self._is_noexec(path),
        )

    def read(self, path: str, offset: int, size: int, /) -> bytes:
        with self.opened(path) as fd:
            return read_range(fd, offset, size)

    def status(self, path: str) -> os.stat_result:
        """Return what lstat(2) tells of a path."""
        with self._parent(path) as (folder, name):
            return os.stat(name, dir_fd=folder, follow_symlinks=False)

    def readlink(self, path: str) -> str:
        """Return where a symbolic link points, as stored."""
        with self._parent(path) as (folder, name):
            return decode(os.readlink(name, dir_fd=folder))

    def listdir(self, path: str) -> tuple[str, ...]:
        """Return the names in a directory in the kernel's order."""
        with self._parent(path) as (folder, name):
            fd = os.open(name, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=folder)
            try:
                return names(fd, path)
            finally:
                os.close(fd)

    @contextmanager
    def opened(self, path: str) -> Iterator[int]:
        """Yield a descriptor of a regular file, open for reading."""
        with self._parent(path) as (folder, name):
            # Before, since opening a device can have effects; and after, since it may be another file by then.
            require_regular(path, os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode)
            fd = os.open(name, OPEN_FLAGS | os.O_NOFOLLOW, dir_fd=folder)
            try:
                require_regular(path, os.fstat(fd).st_mode)
                yield fd
            finally:
                os.close(fd)

    @contextmanager
    def _parent(self, path: str) -> Iterator[tuple[int, bytes]]:
        """Yield the directory above a path, opened without following links, and the last part of the path."""
        parts = [part for part in encode(path).split(b"/") if part]
        if b".." in parts:
            raise CouldNotLook(path, "is not a resolved path")
        *above, name = parts or [b"."]
        try:
            fd = os.open(self._root, _FOLDER_FLAGS)
            try:
                for part in above:
                    below = os.open(part, _FOLDER_FLAGS | os.O_NOFOLLOW, dir_fd=fd)
                    os.close(fd)
                    fd = below
                yield fd, name
            finally:
                os.close(fd)
        except OSError as error:
            raise failure(path, error) from error

    def _is_noexec(self, path: str) -> bool:
        # By path: fstatfs() takes a descriptor of O_PATH only since Linux 3.12, and a program that may not be
        # read opens in no other way. Not remembered by device: bind mounts of one file system differ in this.
        try:
            return bool(os.statvfs(self._root + encode(path)).f_flag & os.ST_NOEXEC)
        except OSError as error:
            raise failure(path, error) from error


class LiveTree(DirectoryTree):
    """The root of the running machine: nothing lies outside it, so directories are opened by their whole path."""

    def __init__(self) -> None:
        super().__init__("/")

    @override
    @contextmanager
    def _parent(self, path: str) -> Iterator[tuple[int, bytes]]:
        above, _, name = encode(path).rpartition(b"/")
        try:
            fd = os.open(above or b"/", _FOLDER_FLAGS)
            try:
                yield fd, name or b"."
            finally:
                os.close(fd)
        except OSError as error:
            raise failure(path, error) from error


class MemoryFile(NamedTuple):
    """A regular file of a tree in memory, executable unless mode says otherwise."""

    data: bytes
    mode: int = 0o755
    uid: int = 0
    gid: int = 0
    noexec: bool = False
    busy: bool = False

    def node(self) -> Node:
        """Return the file without its content."""
        return Node(
            NodeKind.FILE,
            mode=self.mode,
            uid=self.uid,
            gid=self.gid,
            size=len(self.data),
            noexec=self.noexec,
            busy=self.busy,
        )


Content = bytes | str | MemoryFile | Node
"""bytes and str: a file with mode 0755. Node: anything else, such as Node(NodeKind.LINK, target="busybox")."""


class MemoryTree:
    """A root in memory, written as {path: content}. Directories above a path need not be named.

    Raises: ValueError if a path is named twice or lies below something that is no directory.
    """

    def __init__(self, files: Mapping[str, Content]) -> None:
        self._files: dict[str, MemoryFile] = {}
        self._nodes: dict[str, Node] = {}
        for path, content in files.items():
            self._add(normalised(path), content)
        for path in tuple(self._nodes):
            for folder in parents(path):
                if self._nodes.setdefault(folder, _IMPLIED).kind is not NodeKind.DIRECTORY:
                    raise ValueError(f"{path}: {folder} is no directory")
        self._nodes.setdefault("/", _IMPLIED)

    def _add(self, path: str, content: Content) -> None:
        if path in self._nodes:
            raise ValueError(f"{path}: named twice")
        if isinstance(content, Node):
            if content.kind is NodeKind.FILE:
                raise ValueError(f"{path}: a file needs its bytes, in a MemoryFile")
            self._nodes[path] = content
            return
        if isinstance(content, str):
            content = content.encode("utf-8", "surrogateescape")
        file = MemoryFile(content) if isinstance(content, bytes) else content
        self._files[path] = file
        self._nodes[path] = file.node()

    def node(self, path: str, /) -> Node | None:
        return self._nodes.get(path)

    def read(self, path: str, offset: int, size: int, /) -> bytes:
        if path not in self._files:
            raise NotThere(path, "no regular file in this tree")
        return self._files[path].data[offset : offset + size]


class OverlayTree:
    """Another tree with files added: what a program would meet there, without putting it there.

    A file here hides what the base has at its path. Paths must be resolved in the base: a directory above them
    that is a link there counts as a directory here.
    """

    def __init__(self, base: Tree, files: Mapping[str, Content]) -> None:
        self._base = base
        self._top = MemoryTree(files)

    def node(self, path: str, /) -> Node | None:
        added = self._top.node(path)
        if added is None:
            return self._base.node(path)
        if added is not _IMPLIED:
            return added
        try:
            below = self._base.node(path)
        except HostError:
            return added
        return below if below is not None and below.kind is NodeKind.DIRECTORY else added

    def read(self, path: str, offset: int, size: int, /) -> bytes:
        if self._top.node(path) is None:
            return self._base.read(path, offset, size)
        return self._top.read(path, offset, size)


class RememberedTree:
    """Another tree, each question to it asked once: what it held at one moment, for those who ask again and again.

    What it raises is not remembered.
    """

    def __init__(self, base: Tree) -> None:
        self._base = base
        self._nodes: dict[str, Node | None] = {}
        self._ranges: dict[tuple[str, int, int], bytes] = {}

    def node(self, path: str, /) -> Node | None:
        if path not in self._nodes:
            self._nodes[path] = self._base.node(path)
        return self._nodes[path]

    def read(self, path: str, offset: int, size: int, /) -> bytes:
        if size > _REMEMBERED_BYTES:
            return self._base.read(path, offset, size)
        asked = (path, offset, size)
        if asked not in self._ranges:
            self._ranges[asked] = self._base.read(path, offset, size)
        return self._ranges[asked]


def normalised(path: str) -> str:
    """Return a path as trees know it: absolute, one slash between parts, none at the end."""
    return posixpath.normpath(f"/{path.lstrip('/')}")


def parents(path: str) -> Iterator[str]:
    """Yield the directories above a normalised path, the nearest first, "/" last."""
    while path != "/":
        path = posixpath.dirname(path)
        yield path
