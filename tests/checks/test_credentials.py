"""QD213 and QD214: the flag C, missed by set-uid programs, and what it hands out."""

import pytest

from qemudoctor.check import Facts, Severity
from qemudoctor.host.observation import Executable
from qemudoctor.host.trees import Content
from qemudoctor.platforms import BY_TARGET
from tests.support.answering import answering, dump
from tests.support.checking import Expected, only, reason_to_skip, shapes
from tests.support.hosts import FakeHost, ask, entry_text, linux, static_emulator

ARM64 = BY_TARGET["aarch64"]
TARGETS = ("aarch64", "arm", "s390x", "riscv64", "ppc64le")
FILES: dict[str, Content] = {f"/usr/bin/qemu-{x}-static": static_emulator(x) for x in TARGETS}
MISSING: list[Expected] = [("info", "linux/arm64", "qemu-aarch64", "credential-flag-missing")]


def host(*, flags: str = "F", enabled: bool = True, interpreter: str | None = None) -> FakeHost:
    text = entry_text(flags=flags, enabled=enabled, interpreter=interpreter)
    return linux(entries={"qemu-aarch64": text}, files=FILES)


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        pytest.param(ask(host(flags="OCF"), "linux/arm64"), [], id="C"),
        pytest.param(ask(host(flags="F"), "linux/arm64"), MISSING, id="no C"),
        pytest.param(ask(host(flags=""), "linux/arm64"), [], id="does not work at all, which comes first"),
        pytest.param(ask(host(enabled=False), "linux/arm64"), [], id="disabled"),
        pytest.param(ask(host(interpreter="/usr/bin/FEX"), "linux/arm64"), [], id="not QEMU"),
        pytest.param(ask(linux(mount="automount"), "linux/arm64"), [], id="nobody knows"),
    ],
)
def test_missing(facts: Facts, expected: list[Expected]) -> None:
    assert shapes("QD213", facts) == expected


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        pytest.param(ask(host(flags="F")), [], id="no C"),
        pytest.param(ask(host(flags="OCF")), [("info", None, "qemu-aarch64", None)], id="C"),
        pytest.param(ask(host(flags="OCF", enabled=False)), [], id="disabled"),
        pytest.param(ask(host(flags="OCF", interpreter="/usr/bin/FEX")), [], id="not QEMU"),
    ],
)
def test_present(facts: Facts, expected: list[Expected]) -> None:
    assert shapes("QD214", facts) == expected


def test_present_cannot_look() -> None:
    assert "automount" in reason_to_skip("QD214", ask(linux(mount="automount")))


def test_one_finding_for_all_entries() -> None:
    host = linux(entries={f"qemu-{x}": entry_text(x, flags="F") for x in TARGETS}, files=FILES)
    found = only("QD213", ask(host)).finding
    assert found.message.startswith("qemu-arm, qemu-aarch64, qemu-ppc64le, qemu-riscv64 and qemu-s390x: ")
    assert len(found.evidence) == 4


def test_c_is_given_until_the_next_reboot() -> None:
    (remedy,) = only("QD213", ask(host(), "linux/arm64")).finding.remedies
    assert (remedy.proven, remedy.persistent) == ("model", False)
    assert remedy.commands[-1].count(":OCF'") == 1
    assert remedy.risk is not None


def test_c_is_taken_away_from_all_entries_at_once() -> None:
    host = linux(entries={f"qemu-{x}": entry_text(x, flags="OCF") for x in TARGETS[:2]}, files=FILES)
    found = only("QD214", ask(host))
    now, lasting = found.finding.remedies
    assert found.severity is Severity.INFO
    assert (now.proven, lasting.proven) == ("model", "model")
    assert [x for x in now.commands if x.endswith("register") and ":OF'" in x] == [now.commands[1], now.commands[3]]
    assert "qemu-arm" in now.commands[0], "the older one first, so that the order stays"
    assert lasting.effect is not None
    assert [path for path, _ in lasting.effect.files] == [
        "/etc/binfmt.d/qemu-doctor-qemu-arm.conf",
        "/etc/binfmt.d/qemu-doctor-qemu-aarch64.conf",
    ]


def test_an_emulator_that_is_only_held_open_is_left_alone() -> None:
    gone = linux(entries={"qemu-aarch64": entry_text(flags="OCF")})
    assert only("QD214", ask(gone)).finding.remedies == ()


def test_the_two_are_a_choice_and_neither_asks_to_undo_the_other() -> None:
    (give,) = only("QD213", ask(host(), "linux/arm64")).finding.remedies
    (take, _) = only("QD214", ask(host(flags="OCF"), "linux/arm64")).finding.remedies
    assert give.title.startswith("If images are trusted and need sudo: ")
    assert take.title.startswith("If images are not trusted and need no sudo: ")
    assert "the safe choice" in only("QD213", ask(host(), "linux/arm64")).finding.message
    assert (
        "the choice for images that need sudo" in only("QD214", ask(host(flags="OCF"), "linux/arm64")).finding.message
    )


@pytest.mark.parametrize(("written", "count"), [("OCF", 0), ("F", 2)], ids=["chosen in binfmt.d", "not as in binfmt.d"])
def test_c_that_a_file_has_is_left_alone(written: str, count: int) -> None:
    magic, mask = ("".join(f"\\x{x:02x}" for x in raw) for raw in (ARM64.magic, ARM64.mask))
    line = f":qemu-aarch64:M::{magic}:{mask}:/usr/bin/qemu-aarch64-static:{written}\n"
    files = FILES | {"/usr/lib/binfmt.d/qemu-aarch64.conf": line}
    known = linux(entries={"qemu-aarch64": entry_text(flags="OCF")}, files=files)
    assert len(only("QD214", ask(known)).finding.remedies) == count


def hand_made(*, there: bool, version: str | None = "7.2.22") -> Facts:
    """Return a host with an entry whose emulator has a name of somebody's own, and what was seen to run by it."""
    said = None if version is None else f"qemu-aarch64 version {version} (Debian 1:7.2)\nCopyright (c)"
    seen = Executable(7, 1, 900, "/usr/local/bin/qa (deleted)", False, BY_TARGET["x86_64"].sample(), said)
    files: dict[str, Content] = {"/usr/local/bin/qa": static_emulator("aarch64")} if there else {}
    known = linux(entries={"mine": entry_text(flags="OCF", interpreter="/usr/local/bin/qa")}, files=files)
    return ask(known, "linux/arm64", prober=answering({"aarch64": (dump("aarch64"), seen)}))


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        pytest.param(hand_made(there=True), [("info", None, "mine", None)], id="by its version"),
        pytest.param(hand_made(there=False), [("info", None, "mine", None)], id="by what F keeps open"),
        pytest.param(hand_made(there=False, version=None), [], id="nobody knows"),
    ],
)
def test_qemu_under_another_name(facts: Facts, expected: list[Expected]) -> None:
    assert shapes("QD214", facts) == expected


def test_qemu_under_another_name_that_is_only_held_open() -> None:
    assert shapes("QD306", hand_made(there=False)) == [("info", None, "mine", None)]
    assert shapes("QD306", hand_made(there=True)) == []
    assert shapes("QD306", hand_made(there=False, version=None)) == []
