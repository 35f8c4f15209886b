"""The path walk, permissions and credentials."""

import pytest

from qemudoctor.kernel import Credentials, Errno, KernelRelease, LookupFailed, NodeKind, OpenBlocks, Program
from qemudoctor.kernel.path import walk
from qemudoctor.kernel.program import open_program
from tests.live.differential.hosts import CaseTree, File

DIRECTORY = NodeKind.DIRECTORY


def link(target: str) -> File:
    return File(NodeKind.LINK, target=target)


CHAIN = {f"/l{n}": link(f"l{n + 1}") for n in range(41)}
TREE = CaseTree.of(
    {
        "/f": File(content=b"f"),
        "/d/f": File(content=b"df"),
        "/d/up": link(".."),
        "/d/abs": link("/f"),
        "/d/rel": link("f"),
        "/d/out": link("../../../../f"),
        "/d/s/top": link("/"),
        "/e": link("d"),
        "/empty": link(""),
        "/self": link("self"),
        "/closed": File(DIRECTORY, mode=0o700),
        "/closed/f": File(content=b"x"),
        "/mine": File(DIRECTORY, mode=0o500, uid=7),
        "/mine/f": File(content=b"x", mode=0o010, gid=9),
        "/fifo": File(NodeKind.FIFO),
        "/socket": File(NodeKind.SOCKET),
        **CHAIN,
        "/l41": File(content=b"end"),
    }.items()
)
USER = Credentials(7, 8, (9,))


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("/f", "/f"),
        ("//f", "/f"),
        ("/./f", "/f"),
        ("/../../f", "/f"),
        ("f", "/f"),
        ("/d/../f", "/f"),
        ("/d/up/f", "/f"),
        ("/e/f", "/d/f"),
        ("/e/../f", "/f"),
        ("/d/abs", "/f"),
        ("/d/rel", "/d/f"),
        ("/d/out", "/f"),
        ("/d/s/top/../f", "/f"),
        ("/d/", "/d"),
        ("/d/.", "/d"),
        ("/", "/"),
        ("", "/"),
        ("/l1", "/l41"),
    ],
)
def test_found(path: str, found: str) -> None:
    assert walk(TREE, path).path == found


@pytest.mark.parametrize(
    ("path", "errno"),
    [
        ("/gone", Errno.ENOENT),
        ("/gone/f", Errno.ENOENT),
        ("/f/", Errno.ENOTDIR),
        ("/f/x", Errno.ENOTDIR),
        ("/f/.", Errno.ENOTDIR),
        ("/self", Errno.ELOOP),
        ("/l0", Errno.ELOOP),
        ("/" + "n" * 256, Errno.ENAMETOOLONG),
        ("/" + "é" * 128, Errno.ENAMETOOLONG),
        ("/" + "\U0001f600" * 64, Errno.ENAMETOOLONG),
        ("/" + "\U0001f600" * 63, Errno.ENOENT),
        ("/" + "x/" * 2048, Errno.ENAMETOOLONG),
    ],
)
def test_not_found(path: str, errno: Errno) -> None:
    with pytest.raises(LookupFailed) as caught:
        walk(TREE, path)
    assert caught.value.errno is errno


def test_relative_to_the_working_directory() -> None:
    assert walk(TREE, "f", cwd="/d").path == "/d/f"
    assert walk(TREE, "/f", cwd="/d").path == "/f"


def test_the_last_link_is_followed_unless_told_otherwise() -> None:
    assert walk(TREE, "/d/abs", follow_last=False).path == "/d/abs"
    assert walk(TREE, "/e/f", follow_last=False).path == "/d/f"


@pytest.mark.parametrize(
    ("path", "credentials", "allowed"),
    [
        ("/closed/f", Credentials(), True),
        ("/closed/f", USER, False),
        ("/mine/f", USER, True),
        ("/mine/f", Credentials(5), False),
        ("/mine/f", Credentials(7, 9), True),
        ("/f", Credentials(5), True),
    ],
)
def test_permissions(path: str, credentials: Credentials, allowed: bool) -> None:
    kernel = KernelRelease.parse("6.12")
    if allowed:
        assert open_program(TREE, path, kernel=kernel, credentials=credentials).path == path
        return
    with pytest.raises(LookupFailed) as caught:
        open_program(TREE, path, kernel=kernel, credentials=credentials)
    assert caught.value.errno is Errno.EACCES


def test_old_kernels_open_before_they_look() -> None:
    old = KernelRelease.parse("4.9.0")
    with pytest.raises(OpenBlocks):
        open_program(TREE, "/fifo", kernel=old)
    with pytest.raises(LookupFailed) as caught:
        open_program(TREE, "/socket", kernel=old)
    assert caught.value.errno is Errno.ENXIO


def test_a_program_of_bytes() -> None:
    program = Program.from_bytes(b"abc")
    assert (program.read(1, 9), program.node.size, program.tree.node("/x")) == (b"bc", 3, program.node)
