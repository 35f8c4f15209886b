"""What is committed stands alone: it names no place that only one developer's machine has."""

import pytest

from tests.support.repository import ROOT, files

# In two halves, so that this list is no hit itself.
FORBIDDEN = tuple(
    first + second
    for first, second in (
        ("/wo", "rk/"),
        (".lib", "rary"),
        ("/tmp/", "qd/"),
        ("/opt", "/pypi"),
        ("py", "pi.org"),
        ("python", "hosted.org"),
        ("registry.", "npmjs"),
        ("proxy.", "golang"),
    )
)


@pytest.mark.parametrize("word", FORBIDDEN)
def test_no_file_names_a_private_place(word: str) -> None:
    wanted = word.encode()
    hits = [name for name in files() if not (ROOT / name).is_symlink() and wanted in (ROOT / name).read_bytes().lower()]
    assert not hits, hits
