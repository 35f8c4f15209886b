"""What has to be registered again so that the registry is what it was."""

import json

import pytest

from qemudoctor._override import override
from qemudoctor.exceptions import DoctorError
from qemudoctor.host.door import HostError
from qemudoctor.host.hands import Hands, SavedFile
from qemudoctor.platforms import BY_TARGET
from qemudoctor.repair.journal import Journal, SavedEntry, boot, parse_journal, to_json
from qemudoctor.repair.undo import is_not_qemus, to_register_again, undo
from tests.support.hosts import ask, entry_text, linux


def entry(name: str, *, target: str = "aarch64", interpreter: str = "/usr/bin/qemu-x") -> SavedEntry:
    magic = "".join(rf"\x{byte:02x}" for byte in BY_TARGET[target].magic)
    return SavedEntry(name, f":{name}:M::{magic}::{interpreter}:".encode(), True)


OLD, NEW = entry("old"), entry("new")
OTHER = entry("other", target="riscv64")
STRANGER = entry("stranger", interpreter="/opt/fex")
CHANGED = entry("old", interpreter="/usr/bin/qemu-y")


@pytest.mark.parametrize(
    ("before", "now", "again"),
    [
        pytest.param([OLD, NEW], [OLD, NEW], [], id="unchanged"),
        pytest.param([OLD, NEW], [NEW], [OLD, NEW], id="what is newer lies over it"),
        pytest.param([OLD, OTHER], [OTHER], [OLD], id="what is newer takes other programs"),
        pytest.param([OLD, NEW], [CHANGED, NEW], [OLD, NEW], id="changed"),
        pytest.param([OLD, NEW], [NEW, OLD], [NEW], id="the other way round"),
        pytest.param([OLD, STRANGER], [STRANGER], [OLD], id="a stranger's stays where it is"),
        pytest.param([OLD, STRANGER], [OLD], [STRANGER], id="a stranger's that is gone comes back"),
    ],
)
def test_to_register_again(before: list[SavedEntry], now: list[SavedEntry], again: list[SavedEntry]) -> None:
    assert to_register_again(before, now) == again


def test_what_can_be_put_back_is() -> None:
    tried = []

    class Clumsy(Hands):
        """Hands to which nothing works."""

        @override
        def restore(self, saved: SavedFile) -> None:
            tried.append(saved.path)
            raise HostError(saved.path, "first")

        @override
        def write(self, path: str, content: bytes) -> None:
            tried.append(path.rpartition("/")[2])
            raise HostError(path, "second")

    facts = ask(linux(entries={"stray": entry_text(interpreter="/usr/bin/qemu-x")}))
    journal = Journal(boot(facts), True, True, (OLD, OTHER), (SavedFile("/a", "absent"), SavedFile("/b", "absent")), ())
    with pytest.raises(HostError, match="first"):
        undo(journal, facts, Clumsy())
    assert tried[:5] == ["/b", "/a", "stray", "register", "register"]


@pytest.mark.parametrize(
    ("line", "stranger"),
    [
        (b":relative:M::RELATIVE::python3:C", True),
        (b":qemu-x:M::RELATIVE::qemu-x:C", False),
        (b":future:M::X::/usr/bin/qemu-x:Z", True),
    ],
    ids=["refused by 7.3", "QEMU's, refused by 7.3", "of a kernel that nobody knows"],
)
def test_whose_an_entry_is(line: bytes, stranger: bool) -> None:
    assert is_not_qemus(SavedEntry("x", line, True)) is stranger


JOURNAL = Journal("b", True, True, (OLD,), (SavedFile("/etc/binfmt.d/x.conf", "file", "eA==", 0o644),), ("step",), 1)


@pytest.mark.parametrize("journal", [JOURNAL, JOURNAL._replace(entries=None, mounted=False)])
def test_journal_survives_the_disk(journal: Journal) -> None:
    assert parse_journal(to_json(journal)) == journal


_HOSTILE: dict[str, dict[str, object]] = {
    "path": {"files": [[1, "absent", "", 0, 0, 0]]},
    "relative": {"files": [["a", "absent", "", 0, 0, 0]]},
    "kind": {"files": [["/a", "folder", "", 0, 0, 0]]},
    "content": {"files": [["/a", "file", "!", 0, 0, 0]]},
    "mode": {"files": [["/a", "file", "", "x", 0, 0]]},
    "short": {"files": [["/a"]]},
    "name": {"entries": [["../x", "3a", True]]},
    "register": {"entries": [["register", "3a", True]]},
    "line": {"entries": [["x", 3, True]]},
    "number": {"done": float("inf")},
}


@pytest.mark.parametrize(
    "content",
    [
        *(b"", b"null", b"[]", b"{}", b"\xff", b'{"format": "other"}', to_json(JOURNAL)[:-40], b"[" * 100_000),
        *(json.dumps({**json.loads(to_json(JOURNAL)), **x}).encode() for x in _HOSTILE.values()),
    ],
    ids=["empty", "null", "list", "object", "bytes", "format", "cut", "deep", *_HOSTILE],
)
def test_damaged_journal_is_an_error_for_the_user(content: bytes) -> None:
    with pytest.raises(DoctorError, match="damaged"):
        parse_journal(content)
