"""QD213 and QD214: the flag C, missed by set-uid programs, and what it hands out."""

import pytest

from qemudoctor.check import Facts, Severity
from qemudoctor.host.trees import Content
from tests.support.checking import Expected, only, reason_to_skip, shapes
from tests.support.hosts import FakeHost, ask, entry_text, linux, static_emulator

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
