"""An opened program: what it holds, and where it is looked up."""

import pytest

from qemudoctor.kernel import KernelRelease, LookupFailed, Program, open_program
from tests.live.differential.hosts import CaseTree
from tests.live.differential.rows import text

NOW = KernelRelease.parse("6.18.44")


def test_a_program_that_lies_in_no_root() -> None:
    program = Program.from_bytes(b"abcdef")
    assert (program.path, program.node.size) == ("(pinned)", 6)
    assert [program.read(0, 2), program.read(4, 9), program.read(6, 1)] == [b"ab", b"ef", b""]
    node = program.tree.node("/anything")
    assert node is not None
    assert (node, node.mode) == (program.node, 0o755)


def test_a_relative_path_begins_in_the_working_directory() -> None:
    tree = CaseTree.of((("/i", text(b"root")), ("/d/i", text(b"below"))))
    assert open_program(tree, "i", kernel=NOW).read(0, 9) == b"root"
    assert open_program(tree, "i", kernel=NOW, cwd="/d").read(0, 9) == b"below"
    with pytest.raises(LookupFailed):
        open_program(tree, "d/j", kernel=NOW)
