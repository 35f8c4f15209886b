"""All built-in checks together: their names, their pages, and that no fault is told twice or not at all."""

import ast
import re

import pytest

from qemudoctor.check import Check
from qemudoctor.checks import CHECKS, MODULES, confirming_checks
from qemudoctor.checks.diagnosis import Fault, diagnose
from qemudoctor.host.trees import Content, MemoryFile
from qemudoctor.kernel.tree import Node, NodeKind
from qemudoctor.platforms import BY_TARGET, parse_platform
from qemudoctor.runner import examine
from tests.support.checking import errors
from tests.support.hosts import FakeHost, ask, dynamic_emulator, entry_text, linux, static_emulator
from tests.support.repository import ROOT, modules

FAMILIES = {"1": "kernel", "2": "binfmt", "3": "emulator", "4": "container", "5": "probe"}
CAUSES = frozenset(
    """
    argv0-flag binary-corrupt-or-empty binfmt-disabled binfmt-module-missing binfmt-not-mounted
    binfmt-not-registered cpu-feature credential-flag-missing elf-loader-missing f-flag-missing interpreter-dynamic
    interpreter-loop interpreter-missing-on-host kernel-too-old-for-f permission-noexec qemu-crash
    qemu-guest-address-space qemu-unsupported-syscall qemu-wrong-target register-exists register-invalid-argument
    register-permission shebang-interpreter-missing
    """.split()  # noqa: SIM905  # a table of words
)
NAMES = [check.id for check in CHECKS]


def test_ids_are_sorted_and_used_once() -> None:
    assert sorted(set(NAMES)) == NAMES
    slugs = [check.slug for check in CHECKS]
    assert len(set(slugs)) == len(slugs)


@pytest.mark.parametrize("check", CHECKS, ids=NAMES)
def test_names_are_of_the_family(check: Check) -> None:
    assert re.fullmatch(r"QD\d{3}", check.id)
    assert check.family == FAMILIES[check.id[2]]
    assert check.run.__module__.split(".")[2] == check.family
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", check.slug)
    assert check.cause is None or check.cause in CAUSES


def _causes_in(module: str) -> set[str]:
    """Return the causes that stand in the code of a module of checks."""
    tree = ast.parse((ROOT / f"checks/{module.replace('.', '/')}.py").read_text(encoding="utf-8"))
    return {x.value for x in ast.walk(tree) if isinstance(x, ast.Constant) and isinstance(x.value, str)} & CAUSES


def test_every_module_of_checks_is_loaded() -> None:
    names = {x.removeprefix("checks/").removesuffix(".py").replace("/", ".") for x in modules("checks")}
    assert {x for x in names if "CHECKS = (" in (ROOT / f"checks/{x.replace('.', '/')}.py").read_text()} == set(MODULES)


@pytest.mark.parametrize("module", MODULES)
def test_a_module_says_which_causes_it_can_confirm(module: str) -> None:
    own, helper = set(MODULES[module]), _causes_in("diagnosis")
    assert _causes_in(module) <= own
    assert own - _causes_in(module) <= helper


def test_checks_are_loaded_for_causes() -> None:
    assert [x.id for x in confirming_checks(["kernel-too-old-for-f"])] == ["QD101"]
    assert confirming_checks(["shebang-missing"]) == ()
    assert {x.cause for x in confirming_checks()} == {x.cause for x in CHECKS}
    assert len(confirming_checks()) < len(CHECKS)


@pytest.mark.parametrize("check", CHECKS, ids=NAMES)
def test_page_can_be_read_in_a_terminal(check: Check) -> None:
    page = check.explanation
    assert max(len(line) for line in page.splitlines()) <= 100
    assert page.count("\n\n") >= 2, "what it does, why it breaks, when it is harmless"
    assert "see it for yourself" in page or check.family == "probe"
    assert "harmless" in page or "no fault" in page or check.family == "probe"
    assert not re.search(r"^#|\*\*|^\s*[-*] |```|\]\(", page, re.MULTILINE)
    assert page.isascii()


@pytest.mark.parametrize("check", CHECKS, ids=NAMES)
def test_references_are_addresses(check: Check) -> None:
    assert check.references
    assert all(address.startswith("https://") for address in check.references)


EMULATOR = "/usr/bin/qemu-aarch64-static"
GOOD = static_emulator("aarch64")


def having(content: Content | None, flags: str = "", enabled: bool = True) -> FakeHost:
    there = {} if content is None else {EMULATOR: content}
    return linux(entries={"qemu-aarch64": entry_text(flags=flags, enabled=enabled)}, files=there)


FAULTS = [
    (Fault.NOT_REGISTERED, linux(), "QD206"),
    (Fault.MISMATCHED, linux(entries={"q": entry_text(magic="00" * 20)}, files={EMULATOR: GOOD}), "QD207"),
    (
        Fault.ALL_DISABLED,
        linux(entries={"q": entry_text(flags="F")}, files={EMULATOR: GOOD}, enabled=False),
        "QD204",
    ),
    (Fault.ENTRY_DISABLED, having(GOOD, "F", enabled=False), "QD205"),
    (Fault.LOOKED_UP_INSIDE, having(GOOD), "QD201"),
    (Fault.EMULATOR_MISSING, having(None), "QD301"),
    (Fault.EMULATOR_UNUSABLE, having(Node(NodeKind.DIRECTORY)), "QD302"),
    (Fault.EMULATOR_DYNAMIC, having(dynamic_emulator("aarch64"), "F"), "QD303"),
    (Fault.EMULATOR_FOREIGN, having(MemoryFile(BY_TARGET["aarch64"].sample()), "OCF"), "QD304"),
    (Fault.EMULATOR_SCRIPT, having("#!/bin/sh\n", "F"), "QD305"),
    (Fault.EMULATOR_FAILS, having(GOOD.data[:64], "F"), "QD307"),
    (
        Fault.OTHER_EMULATOR,
        linux(
            entries={"qemu-aarch64": entry_text(flags="F", interpreter="/usr/bin/qemu-arm-static")},
            files={"/usr/bin/qemu-arm-static": static_emulator("arm")},
        ),
        "QD207",
    ),
    (
        Fault.PIE_LEFT_OUT,
        linux(entries={"q": entry_text(flags="F", mask="ff" * 7 + "00" + "ff" * 12)}, files={EMULATOR: GOOD}),
        "QD207",
    ),
]


@pytest.mark.parametrize(("fault", "host", "check"), FAULTS, ids=[fault.name.lower() for fault, _, _ in FAULTS])
def test_every_fault_is_one_error(fault: Fault, host: FakeHost, check: str) -> None:
    facts = ask(host, "linux/arm64")
    found = diagnose(facts, parse_platform("linux/arm64"))
    assert found is not None
    assert found.fault is fault
    assert errors(facts) == [check]


def test_an_entry_that_takes_its_own_emulator() -> None:
    host = linux(entries={"all": entry_text(magic="00", mask="00")}, files={EMULATOR: GOOD})
    found = diagnose(ask(host, "linux/arm64"), parse_platform("linux/arm64"))
    assert found is not None
    assert found.fault is Fault.EMULATOR_TAKEN
    assert errors(ask(host, "linux/arm64")) == ["QD208"]


TELLING = frozenset({check for _, _, check in FAULTS})
CONTENTS: dict[str, Content | None] = {
    "static": GOOD,
    "missing": None,
    "dynamic": dynamic_emulator("aarch64"),
    "foreign": MemoryFile(BY_TARGET["aarch64"].sample()),
    "foreign other": MemoryFile(BY_TARGET["s390x"].sample()),
    "script": "#!/bin/sh\n",
    "empty": "",
    "text": "<html>",
    "cut off": GOOD.data[:64],
    "not executable": MemoryFile(GOOD.data, 0o644),
    "directory": Node(NodeKind.DIRECTORY),
}


@pytest.mark.parametrize("kernel", ["3.10.0-327.el7.x86_64", "4.15.0-74-generic", "5.4.0", "6.12.1"])
@pytest.mark.parametrize("flags", ["", "F", "OC", "POCF"])
@pytest.mark.parametrize("content", CONTENTS)
def test_one_fault_is_told_exactly_where_containers_fail(content: str, flags: str, kernel: str) -> None:
    known = CONTENTS[content]
    files: dict[str, Content] = {} if known is None else {EMULATOR: known}
    host = linux(kernel=kernel, entries={"qemu-aarch64": entry_text(flags=flags)}, files=files)
    facts = ask(host, "linux/arm64")
    fails = facts.prediction(parse_platform("linux/arm64")).container.outcome != "ok"
    assert len([x for x in errors(facts) if x in TELLING]) == fails


def test_all_faults_are_in_the_table() -> None:
    assert {fault for fault, _, _ in FAULTS} | {Fault.EMULATOR_TAKEN} == set(Fault)


@pytest.mark.parametrize(("fault", "host", "check"), FAULTS, ids=[fault.name.lower() for fault, _, _ in FAULTS])
def test_messages_are_one_sentence_without_advice(fault: Fault, host: FakeHost, check: str) -> None:
    for found in examine(ask(host, "linux/arm64"), CHECKS).findings:
        finding = found.finding
        assert not finding.message.endswith(".")
        assert "\n" not in finding.message
        assert finding.message.startswith(finding.subject) or finding.message.startswith(f"Linux {finding.subject}")
        assert finding.evidence
        assert found.cause is None or found.cause in CAUSES


def test_nothing_is_wrong_with_a_good_host() -> None:
    report = examine(ask(having(static_emulator("aarch64", version="11.1.3"), "F"), "linux/arm64"), CHECKS)
    assert {(x.check, x.severity.value) for x in report.findings} == {("QD213", "info"), ("QD221", "info")}
    assert {x.status.value for x in report.checks if x.check not in ("QD213", "QD221")} == {"passed"}
