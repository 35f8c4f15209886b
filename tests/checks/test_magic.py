"""QD207 and QD208: entries that match what they should not, or not what they should."""

import pytest

from qemudoctor.platforms import BY_TARGET
from tests.support.checking import Expected, errors, findings, only, reason_to_skip, shapes
from tests.support.hosts import FakeHost, ask, entry_text, linux, observing, static_emulator

ARM64 = BY_TARGET["aarch64"]
WRONG = "qemu-wrong-target"
DEBIAN_12_PPC64LE = ("7f454c4602010100000000000000000002001500", "fffffffffffffffcfffffffffffffffffeffff00")


def with_entry(target: str = "aarch64", name: str | None = None, **options: object) -> FakeHost:
    entries = {name or f"qemu-{target}": entry_text(target, flags="F", **options)}  # type: ignore[arg-type]
    return linux(entries=entries, files={f"/usr/bin/qemu-{target}-static": static_emulator(target)})


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        pytest.param(with_entry(), [], id="as QEMU registers it"),
        pytest.param(
            with_entry("ppc64le", magic=DEBIAN_12_PPC64LE[0], mask=DEBIAN_12_PPC64LE[1]), [], id="as Debian does"
        ),
        pytest.param(with_entry("microblaze"), [], id="a rule of QEMU that matches nothing"),
        pytest.param(
            with_entry(magic=ARM64.magic.hex()[:-4] + "b800"),
            [("error", "linux/arm64", "qemu-aarch64", WRONG)],
            id="matches nothing",
        ),
        pytest.param(
            with_entry("arm", magic=ARM64.magic.hex(), mask=ARM64.mask.hex()),
            [("error", "linux/arm64", "qemu-arm", WRONG)],
            id="matches another architecture",
        ),
        pytest.param(
            with_entry(mask="ff" * 7 + "00" + "ff" * 12),
            [("error", "linux/arm64", "qemu-aarch64", WRONG)],
            id="leaves out position-independent programs",
        ),
        pytest.param(
            with_entry(mask="ff" * 16 + "feffffff"),
            [("warning", "linux/arm64", "qemu-aarch64", WRONG)],
            id="leaves out OSABI 3",
        ),
        pytest.param(with_entry(magic="00" * 20, enabled=False), [], id="disabled"),
        pytest.param(with_entry(interpreter="/usr/bin/other", magic="00" * 20), [], id="not QEMU"),
    ],
)
def test_magic_mismatch(host: FakeHost, expected: list[Expected]) -> None:
    assert shapes("QD207", ask(host)) == expected


def test_another_entry_matches_what_this_leaves_out() -> None:
    entries = {"qemu-aarch64": entry_text(flags="F", mask="ff" * 7 + "00" + "ff" * 12), "all": entry_text(flags="F")}
    host = linux(entries=entries, files={"/usr/bin/qemu-aarch64-static": static_emulator("aarch64")})
    assert shapes("QD207", ask(host)) == []


def test_what_nobody_required_is_a_warning() -> None:
    entries = {"qemu-aarch64": entry_text(flags="F"), "qemu-arm": entry_text("arm", flags="F", magic="00" * 20)}
    host = linux(entries=entries, files={"/usr/bin/qemu-aarch64-static": static_emulator("aarch64")})
    assert shapes("QD207", ask(host, "linux/arm64")) == [("warning", "linux/arm/v5", "qemu-arm", WRONG)]


def test_right_magic_is_offered() -> None:
    remedies = only("QD207", ask(with_entry(magic="00" * 20), "linux/arm64")).finding.remedies
    assert [(x.id, x.proven) for x in remedies] == [("register-now", "model"), ("register-persistently", "model")]
    assert r"\x7f\x45\x4c\x46\x02\x01\x01" in remedies[0].commands[-1]


def test_missing_entry_is_not_reported_as_well() -> None:
    assert shapes("QD206", ask(with_entry(magic="00" * 20), "linux/arm64")) == []


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        pytest.param(with_entry(), [], id="foreign programs only"),
        pytest.param(
            with_entry("x86_64"), [("error", None, "qemu-x86_64", "interpreter-loop")], id="the machine itself"
        ),
        pytest.param(with_entry("i386"), [("warning", None, "qemu-i386", None)], id="its 32-bit sibling"),
        pytest.param(with_entry("x86_64", enabled=False), [], id="disabled"),
        pytest.param(
            linux(entries={"wide": entry_text(magic="2321", mask="ffff")}),
            [("error", None, "wide", WRONG)],
            id="scripts",
        ),
        pytest.param(
            linux(entries={"all": entry_text(magic="00", mask="00")}),
            [("error", None, "all", "interpreter-loop")],
            id="everything",
        ),
    ],
)
def test_entry_hijacks_native(host: FakeHost, expected: list[Expected]) -> None:
    assert shapes("QD208", ask(host)) == expected


def test_arm_on_arm64_may_be_meant_so() -> None:
    host = linux(machine="aarch64", config=None, entries={"qemu-arm": entry_text("arm", flags="F")})
    assert shapes("QD208", ask(host)) == [("info", None, "qemu-arm", None)]


@pytest.mark.parametrize("check", ["QD207", "QD208"])
def test_cannot_look(check: str) -> None:
    assert "automount" in reason_to_skip(check, ask(linux(mount="automount")))


ARM_BY_ARM64 = linux(
    entries={"qemu-arm": entry_text("arm", flags="F", interpreter="/usr/bin/qemu-aarch64-static")},
    files={f"/usr/bin/qemu-{x}-static": static_emulator(x) for x in ("arm", "aarch64")},
)


def test_emulator_of_another_architecture_names_the_required_platform() -> None:
    found = only("QD207", ask(ARM_BY_ARM64, "linux/arm/v7"))
    assert (found.severity.value, found.finding.platform, found.cause) == ("error", "linux/arm/v7", WRONG)
    assert "linux/arm/v7" in found.finding.message
    assert "linux/arm/v5" not in found.finding.message
    now = found.finding.remedies[0]
    assert (now.id, now.proven) == ("register-now", "model")
    assert now.commands[-1].count("/usr/bin/qemu-arm-static:F'") == 1


def test_emulator_of_another_architecture_and_a_program_that_ran() -> None:
    facts = ask(ARM_BY_ARM64, "linux/arm/v7", prober=observing(arm=("ok", "ok")))
    assert [x.severity.value for x in findings("QD207", facts)] == ["warning"]


def test_the_magic_is_put_right_where_the_name_agrees_with_the_emulator() -> None:
    host = with_entry(magic=BY_TARGET["arm"].magic.hex(), mask=BY_TARGET["arm"].mask.hex())
    now = only("QD207", ask(host)).finding.remedies[0]
    assert r"\xb7\x00" in now.commands[-1]
    assert now.commands[-1].count("/usr/bin/qemu-aarch64-static:F'") == 1


def test_disabled_registry_is_no_magic_that_leaves_something_out() -> None:
    entries = {"qemu-aarch64": entry_text(flags="F", mask="ff" * 7 + "00" + "ff" * 8 + "fcffffff")}
    assert shapes("QD207", ask(linux(entries=entries, enabled=False), "linux/arm64")) == []


def test_nothing_required_and_a_wrong_magic_is_one_finding() -> None:
    facts = ask(with_entry(magic=ARM64.magic.hex()[:-4] + "b800"))
    assert errors(facts) == ["QD207"]


def bare(target: str) -> str:
    text = "".join(f"x{byte:02x}" for byte in BY_TARGET[target].magic).encode().hex()
    return entry_text(target, flags="F", magic=text, mask="ff" * (len(text) // 2))


@pytest.mark.parametrize("require", [(), ("linux/s390x",)], ids=["nothing required", "one required"])
def test_lost_backslashes_are_one_finding_for_all_entries(require: tuple[str, ...]) -> None:
    targets = ("aarch64", "arm", "s390x", "riscv64")
    host = linux(
        entries={f"qemu-{x}": bare(x) for x in targets},
        files={f"/usr/bin/qemu-{x}-static": static_emulator(x) for x in targets},
    )
    found = only("QD207", ask(host, *require))
    assert found.severity.value == "error"
    assert found.finding.platform == (require[0] if require else "linux/arm64")
    assert "and 3 others" in found.finding.message
    assert "backslashes are gone" in found.finding.message
    assert errors(ask(host, *require)) == ["QD207"]
    assert found.finding.remedies[0].proven == "model"
    assert len(found.finding.remedies[0].commands) == 2 * len(targets)


def test_lost_backslashes_of_one_entry() -> None:
    host = linux(entries={"q": bare("aarch64")}, files={"/usr/bin/qemu-aarch64-static": static_emulator("aarch64")})
    found = only("QD207", ask(host)).finding
    assert found.message.startswith("q: the magic is the text x7fx45x4c")
    assert found.remedies[0].proven == "model"


def test_removing_what_hijacks_is_proven() -> None:
    (remedy,) = only("QD208", ask(with_entry("x86_64"))).finding.remedies
    assert remedy.proven == "model"
