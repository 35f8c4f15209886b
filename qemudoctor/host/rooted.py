"""A machine that does not run here, mounted or copied at a directory."""

import os
from collections.abc import Sequence
from typing import NoReturn

from qemudoctor.host.door import (
    READ_LIMIT_BYTES,
    CommandResult,
    CouldNotLook,
    FileStat,
    HttpAnswer,
    NotThere,
    Source,
    Uname,
)
from qemudoctor.host.live import STANDARD_FOLDERS
from qemudoctor.host.resolving import link_target, locate
from qemudoctor.host.syscalls import file_stat, read_all, read_range, search
from qemudoctor.host.trees import DirectoryTree
from qemudoctor.kernel.path import Located
from qemudoctor.kernel.tree import Node, NodeKind

_KERNEL_FOLDERS = ("/proc", "/sys")
_RUNTIME_FOLDERS = (*_KERNEL_FOLDERS, "/dev", "/run")
_UNAME_FOLDER = "/proc/sys/kernel"


class RootTree:
    """The tree of a machine mounted at a directory, without what belongs to the kernel that runs here.

    Whoever prepares a root for chroot mounts /proc, /sys, /dev and /run of the running machine in it. Such a mount
    shows by its device number, since files that were copied there lie on the device of the root. (Asking
    /proc/self/mountinfo instead would miss roots in another mount namespace, such as /proc/PID/root.)
    Raises: CouldNotLook for those, and for what is missing in /proc and /sys: no kernel wrote them.
    """

    def __init__(self, disk: DirectoryTree) -> None:
        self._disk = disk

    def node(self, path: str, /) -> Node | None:
        if not _is_below(path, _RUNTIME_FOLDERS):
            return self._disk.node(path)
        node = self._disk.node(path)
        if node is None and _is_below(path, _KERNEL_FOLDERS):
            raise CouldNotLook(path, "no kernel runs in this root")
        if node is not None and node.kind is NodeKind.DIRECTORY and self._is_mounted(path):
            raise CouldNotLook(path, "belongs to the running machine, not to this root")
        return node

    def read(self, path: str, offset: int, size: int, /) -> bytes:
        return self._disk.read(path, offset, size)

    def _is_mounted(self, path: str) -> bool:
        # Directories only: on overlayfs, a file can have the device of the layer it comes from.
        return self._disk.status(path).st_dev != self._disk.status("/").st_dev


class RootedHost:
    """A machine at a directory: every path is resolved inside, as its own kernel would.

    Its files are all there is: what only a running kernel can tell raises CouldNotLook, unless /proc was copied
    into the root as files. Whether its mounts have noexec is not known either, so its tree takes none to have it.
    """

    source = Source.ROOT

    def __init__(self, root: str) -> None:
        self.root = root
        self._disk = DirectoryTree(root, heed_noexec=False)
        self._tree = RootTree(self._disk)

    def read(self, path: str, *, limit: int = READ_LIMIT_BYTES) -> bytes:
        with self._disk.opened(self._locate(path).path) as fd:
            return read_all(fd, limit)

    def read_at(self, path: str, offset: int, size: int) -> bytes:
        with self._disk.opened(self._locate(path).path) as fd:
            return read_range(fd, offset, size)

    def find_in_file(self, path: str, needle: bytes, window: int, *, start: int = 0) -> bytes | None:
        with self._disk.opened(self._locate(path).path) as fd:
            return search(fd, path, needle, window, start)

    def stat(self, path: str, *, follow: bool = True) -> FileStat:
        return file_stat(self._disk.status(self._locate(path, follow=follow).path))

    def readlink(self, path: str) -> str:
        return link_target(path, self._locate(path, follow=False).node)

    def listdir(self, path: str) -> tuple[str, ...]:
        return self._disk.listdir(self._locate(path).path)

    def exists(self, path: str) -> bool:
        try:
            self._locate(path)
        except NotThere:
            return False
        return True

    def mount_is_noexec(self, path: str) -> bool:
        raise CouldNotLook(path, "the mounts of this root are not known")

    def uname(self) -> Uname:
        texts = [self._setting(name) for name in ("ostype", "hostname", "osrelease", "version", "arch")]
        return Uname(*texts)

    def hostname(self) -> str:
        return self.read("/etc/hostname").decode("utf-8", "replace").strip()

    def euid(self) -> int:
        return os.geteuid()

    def environment(self, name: str) -> str | None:
        self._refuse(f"${name}")

    def which(self, program: str) -> str | None:
        for folder in STANDARD_FOLDERS:
            path = f"{folder}/{program}"
            try:
                node = self._locate(path).node
            except NotThere:
                continue
            if node.kind is NodeKind.FILE and node.mode & 0o111:
                return path
        return None

    def run(self, argv: Sequence[str], *, timeout_s: float) -> CommandResult:
        self._refuse(argv[0])

    def http_get(self, socket: str, target: str, *, timeout_s: float) -> HttpAnswer:
        self._refuse(socket)

    def tree(self) -> RootTree:
        return self._tree

    def _locate(self, path: str, *, follow: bool = True) -> Located:
        return locate(self._tree, path, follow=follow)

    def _setting(self, name: str) -> str:
        return self.read(f"{_UNAME_FOLDER}/{name}").decode("utf-8", "replace").strip()

    def _refuse(self, what: str) -> NoReturn:
        raise CouldNotLook(what, "this root does not run")


def _is_below(path: str, folders: tuple[str, ...]) -> bool:
    return any(path == folder or path.startswith(f"{folder}/") for folder in folders)
