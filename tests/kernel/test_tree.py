"""Files as the kernel sees them, and who may do what with them."""

import pytest

from qemudoctor.kernel import ROOT, Credentials, Node, NodeKind

FILE, DIRECTORY = NodeKind.FILE, NodeKind.DIRECTORY
OWNER, GROUP, MEMBER, OTHER = Credentials(1, 9), Credentials(8, 2), Credentials(8, 9, (3, 2)), Credentials(8, 9)


def test_the_types_of_files_have_names() -> None:
    """Recorded hosts hold them."""
    said = [x.value for x in NodeKind]
    assert said == ["file", "directory", "link", "fifo", "socket", "character", "block"]


def test_a_file_of_which_nothing_is_said_is_an_empty_program_of_root() -> None:
    assert Node(FILE) == Node(FILE, 0o755, 0, 0, 0, "", False, False)
    assert (Credentials(), ROOT) == (Credentials(0, 0, ()),) * 2


@pytest.mark.parametrize(
    ("who", "mode", "kind", "may"),
    [
        # read 4, write 2, execute 1: the sums that are allowed.
        (ROOT, 0o000, FILE, {2, 4, 6}),
        (ROOT, 0o100, FILE, {1, 2, 3, 4, 5, 6, 7}),
        (ROOT, 0o010, FILE, {1, 2, 3, 4, 5, 6, 7}),
        (ROOT, 0o001, FILE, {1, 2, 3, 4, 5, 6, 7}),
        (ROOT, 0o666, FILE, {2, 4, 6}),
        (ROOT, 0o000, DIRECTORY, {1, 2, 3, 4, 5, 6, 7}),
        (OWNER, 0o500, FILE, {1, 4, 5}),
        (OWNER, 0o077, FILE, set()),
        (OWNER, 0o000, DIRECTORY, set()),
        (GROUP, 0o030, FILE, {1, 2, 3}),
        (GROUP, 0o707, FILE, set()),
        (MEMBER, 0o060, FILE, {2, 4, 6}),
        (MEMBER, 0o707, FILE, set()),
        (OTHER, 0o001, FILE, {1}),
        (OTHER, 0o770, FILE, set()),
    ],
)
def test_permissions(who: Credentials, mode: int, kind: NodeKind, may: set[int]) -> None:
    node = Node(kind, mode, uid=1, gid=2)
    assert {want for want in range(1, 8) if who.may(want, node)} == may
