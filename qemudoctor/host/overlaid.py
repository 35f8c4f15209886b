"""A machine as it would be with some files more: what a remedy leads to, before anybody carries it out."""

from collections.abc import Mapping, Sequence

from qemudoctor.host.door import (
    READ_LIMIT_BYTES,
    CommandResult,
    CouldNotLook,
    FileStat,
    Host,
    HttpAnswer,
    NotThere,
    Source,
    Uname,
)
from qemudoctor.host.resolving import link_target, locate
from qemudoctor.host.trees import Content, OverlayTree, normalised
from qemudoctor.kernel.tree import Node, NodeKind, Tree

_SUPPOSED_DEVICE = 0


class OverlaidHost:
    """Another host with files laid over it. They are not there, so nothing is executed because of them.

    files: by absolute path, whose folders are resolved; what lies at a path is hidden by it.
    """

    def __init__(self, base: Host, files: Mapping[str, Content]) -> None:
        self._base = base
        self._files = {normalised(path): content for path, content in files.items()}
        self._tree = OverlayTree(base.tree(), self._files)

    @property
    def source(self) -> Source:
        return self._base.source

    @property
    def root(self) -> str:
        return self._base.root

    def read(self, path: str, *, limit: int = READ_LIMIT_BYTES) -> bytes:
        added = self._added(path)
        return self._base.read(path, limit=limit) if added is None else self._tree.read(added, 0, limit)

    def read_at(self, path: str, offset: int, size: int) -> bytes:
        added = self._added(path)
        return self._base.read_at(path, offset, size) if added is None else self._tree.read(added, offset, size)

    def find_in_file(self, path: str, needle: bytes, window: int, *, start: int = 0) -> bytes | None:
        if self._added(path) is None:
            return self._base.find_in_file(path, needle, window, start=start)
        content = self.read(path)
        found = content.find(needle)
        return None if found < 0 else content[found : found + window]

    def stat(self, path: str, *, follow: bool = True) -> FileStat:
        added = self._added(path)
        node = self._node(path, follow=follow)
        if added is None or node is None:
            return self._base.stat(path, follow=follow)
        number = tuple(self._files).index(added)
        return FileStat(node.kind, node.mode, node.uid, node.gid, node.size, _SUPPOSED_DEVICE, number)

    def readlink(self, path: str) -> str:
        node = self._node(path, follow=False)
        return self._base.readlink(path) if node is None else link_target(path, node)

    def listdir(self, path: str) -> tuple[str, ...]:
        folder = normalised(path)
        prefix = "/" if folder == "/" else f"{folder}/"
        added = [x[len(prefix) :].partition("/")[0] for x in self._files if x.startswith(prefix)]
        try:
            below = self._base.listdir(path)
        except NotThere:
            if not added:
                raise
            below = ()
        return tuple(dict.fromkeys((*below, *added)))

    def exists(self, path: str) -> bool:
        return self._added(path) is not None or self._base.exists(path)

    def mount_is_noexec(self, path: str) -> bool:
        return self._added(path) is None and self._base.mount_is_noexec(path)

    def uname(self) -> Uname:
        return self._base.uname()

    def hostname(self) -> str:
        return self._base.hostname()

    def euid(self) -> int:
        return self._base.euid()

    def environment(self, name: str) -> str | None:
        return self._base.environment(name)

    def which(self, program: str) -> str | None:
        return self._base.which(program)

    def run(self, argv: Sequence[str], *, timeout_s: float) -> CommandResult:
        raise CouldNotLook(argv[0], "nothing is executed for what is only supposed")

    def http_get(self, socket: str, target: str, *, timeout_s: float) -> HttpAnswer:
        return self._base.http_get(socket, target, timeout_s=timeout_s)

    def tree(self) -> Tree:
        return self._tree

    def _added(self, path: str) -> str | None:
        """Return where a path leads if that is one of the files laid over, else None."""
        if normalised(path) in self._files:
            return normalised(path)
        if not self._files:
            return None
        try:
            located = locate(self._tree, path).path
        except (NotThere, CouldNotLook):
            return None
        return located if located in self._files else None

    def _node(self, path: str, *, follow: bool) -> Node | None:
        added = self._added(path)
        if added is None:
            return None
        node = self._tree.node(added)
        if node is not None and node.kind is NodeKind.LINK and follow:
            node = locate(self._tree, added).node
        return node
