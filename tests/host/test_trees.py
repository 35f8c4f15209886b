"""Trees on disk, in memory, and one over another."""

import os
import stat
from pathlib import Path

import pytest

from qemudoctor.host import DirectoryTree, MemoryFile, MemoryTree, OverlayTree
from qemudoctor.host.door import CouldNotLook, Forbidden, NotRecorded, NotThere
from qemudoctor.host.trees import Content
from qemudoctor.kernel.path import LookupFailed, walk
from qemudoctor.kernel.tree import Node, NodeKind, Tree
from tests.host.samples import nobody


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a root with a secret beside it."""
    (tmp_path / "secret").write_bytes(b"outside")
    root = tmp_path / "root"
    (root / "usr" / "bin").mkdir(parents=True)
    (root / "usr" / "bin" / "tool").write_bytes(b"0123456789")
    (root / "usr" / "bin" / "tool").chmod(0o4755)
    (root / "bin").symlink_to("usr/bin")
    (root / "absolute").symlink_to("/usr/bin/tool")
    (root / "up").symlink_to("../../../../../../../../usr/bin/tool")
    (root / "escape").symlink_to(tmp_path)
    return root


def test_directory_tree_tells_every_kind(folder: Path) -> None:
    os.mkfifo(folder / "fifo")
    tree = DirectoryTree(str(folder))
    tool = tree.node("/usr/bin/tool")
    assert tool == Node(NodeKind.FILE, mode=0o4755, uid=os.geteuid(), gid=os.getegid(), size=10)
    assert (link := tree.node("/bin")) is not None
    assert (link.kind, link.target) == (NodeKind.LINK, "usr/bin")
    for path, kind in {"/": NodeKind.DIRECTORY, "/usr": NodeKind.DIRECTORY, "/fifo": NodeKind.FIFO}.items():
        assert (node := tree.node(path)) is not None
        assert node.kind is kind
    for missing in ("/nothing", "/usr/nothing", "/nothing/below", "/usr/bin/tool/below"):
        assert tree.node(missing) is None


def test_directory_tree_reads_ranges(folder: Path) -> None:
    tree = DirectoryTree(str(folder))
    assert tree.read("/usr/bin/tool", 0, 256) == b"0123456789"
    assert tree.read("/usr/bin/tool", 8, 256) == b"89"
    assert tree.read("/usr/bin/tool", 20, 256) == b""
    with pytest.raises(NotThere):
        tree.read("/nothing", 0, 1)


@pytest.mark.live
def test_directory_tree_of_this_machine() -> None:
    tree = DirectoryTree("/")
    assert (null := tree.node("/dev/null")) is not None
    assert null.kind is NodeKind.CHARACTER
    assert walk(tree, "/proc/self/status").node.kind is NodeKind.FILE
    with pytest.raises(CouldNotLook, match="character device"):
        tree.read("/dev/null", 0, 1)


def test_walk_stays_in_the_directory(folder: Path) -> None:
    tree = DirectoryTree(str(folder))
    for path in ("/absolute", "/up", "/bin/tool", "/bin/.././bin/tool", "/../../bin/tool"):
        assert walk(tree, path).path == "/usr/bin/tool"
    with pytest.raises(LookupFailed):
        walk(tree, "/escape/secret")


def test_link_in_the_way_is_never_followed(folder: Path) -> None:
    # Whoever exchanges a directory for a link after it was resolved gains nothing.
    tree = DirectoryTree(str(folder))
    assert tree.node("/escape/secret") is None
    assert tree.node("/bin/tool") is None
    for ask in (lambda: tree.read("/escape/secret", 0, 9), lambda: tree.listdir("/bin")):
        with pytest.raises(NotThere):
            ask()
    with pytest.raises(CouldNotLook, match="symbolic link"):
        tree.read("/absolute", 0, 9)
    with pytest.raises(CouldNotLook, match="not a resolved path"):
        tree.read("/../secret", 0, 9)


def test_forbidden_is_not_absent(folder: Path) -> None:
    (folder / "usr").chmod(0)
    tree = DirectoryTree(str(folder))
    try:
        with nobody(), pytest.raises(Forbidden):
            tree.node("/usr/bin")
    finally:
        (folder / "usr").chmod(0o755)


def test_root_that_is_a_link_is_followed(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(folder)
    assert DirectoryTree(str(tmp_path / "link")).read("/usr/bin/tool", 0, 3) == b"012"


def test_memory_tree_implies_directories() -> None:
    tree = MemoryTree({"/bin/sh": b"\x7fELF", "etc/hosts": "text", "/lib": Node(NodeKind.LINK, target="usr/lib")})
    assert tree.node("/") == tree.node("/bin") == Node(NodeKind.DIRECTORY)
    assert tree.node("/bin/sh") == Node(NodeKind.FILE, mode=0o755, size=4)
    assert tree.read("/etc/hosts", 1, 2) == b"ex"
    assert tree.node("/lib") == Node(NodeKind.LINK, target="usr/lib")
    assert tree.node("/bin/bash") is None
    with pytest.raises(NotThere):
        tree.read("/bin", 0, 1)


def test_memory_tree_keeps_what_a_file_says() -> None:
    tree = MemoryTree({"/a": MemoryFile(b"abc", mode=0o4111, uid=3, gid=4, noexec=True, busy=True)})
    assert tree.node("/a") == Node(NodeKind.FILE, mode=0o4111, uid=3, gid=4, size=3, noexec=True, busy=True)


def test_empty_memory_tree_has_a_root() -> None:
    assert MemoryTree({}).node("/") == Node(NodeKind.DIRECTORY)


@pytest.mark.parametrize(
    "files",
    [
        pytest.param({"/a": b"", "a": b""}, id="twice"),
        pytest.param({"/a": b"", "/a/b": b""}, id="below a file"),
        pytest.param({"/a": Node(NodeKind.LINK, target="b"), "/a/b": b""}, id="below a link"),
        pytest.param({"/a": Node(NodeKind.FILE)}, id="file without bytes"),
        pytest.param({"/": b"root"}, id="root is a file"),
    ],
)
def test_memory_tree_refuses_contradictions(files: dict[str, Content]) -> None:
    with pytest.raises(ValueError, match="/"):
        MemoryTree({**files, "/z": b""})


class _Unknown:
    """A tree that cannot be looked at."""

    def node(self, path: str, /) -> Node | None:
        raise NotRecorded(path)

    def read(self, path: str, offset: int, size: int, /) -> bytes:
        raise NotRecorded(path)


def test_overlay_adds_and_hides() -> None:
    base = MemoryTree({"/bin/sh": b"base", "/bin/cat": b"cat", "/tmp": Node(NodeKind.DIRECTORY, mode=0o1777)})
    tree: Tree = OverlayTree(base, {"/bin/sh": b"overlay", "/tmp/new/probe": MemoryFile(b"probe")})
    assert tree.read("/bin/sh", 0, 9) == b"overlay"
    assert tree.read("/bin/cat", 0, 9) == b"cat"
    assert walk(tree, "/tmp/new/probe").node.size == 5
    assert (folder := tree.node("/tmp")) is not None
    assert folder.mode == 0o1777
    assert tree.node("/tmp/new") == Node(NodeKind.DIRECTORY)
    assert tree.node("/tmp/other") is None
    assert base.node("/tmp/new") is None


def test_overlay_needs_nothing_of_a_tree_that_tells_nothing() -> None:
    tree = OverlayTree(_Unknown(), {"/x/probe": b"probe"})
    assert walk(tree, "/x/probe").path == "/x/probe"
    with pytest.raises(NotRecorded):
        walk(tree, "/y")


def test_permission_bits_only() -> None:
    node = DirectoryTree("/").node("/tmp")
    assert node is not None
    assert node.mode == stat.S_IMODE(os.stat("/tmp").st_mode)
