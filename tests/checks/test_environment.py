"""QD217: QEMU's own variables in the environment of whoever looks."""

from collections.abc import Mapping
from types import MappingProxyType

import pytest

from qemudoctor.check import Severity
from qemudoctor.host.door import Source
from qemudoctor.host.trees import Content
from tests.support.checking import Expected, findings, only, shapes
from tests.support.hosts import FakeHost, ask, entry_text, linux, static_emulator

FILES: dict[str, Content] = {"/usr/bin/qemu-aarch64-static": static_emulator("aarch64")}


def host(files: Mapping[str, Content] = MappingProxyType({}), /, **variables: str) -> FakeHost:
    return linux(entries={"qemu-aarch64": entry_text(flags="F")}, files=FILES | dict(files), environment=variables)


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        pytest.param({}, [], id="none"),
        pytest.param({"PATH": "/bin", "QEMU_AUDIO_DRV": "none"}, [], id="others"),
        pytest.param({"QEMU_CPU": "qemu64"}, [("warning", None, None, "cpu-feature")], id="a processor"),
        pytest.param({"QEMU_LD_PREFIX": "/x"}, [("warning", None, None, "elf-loader-missing")], id="a prefix"),
        pytest.param({"QEMU_VERSION": ""}, [("warning", None, None, None)], id="set and empty counts"),
        pytest.param({"QEMU_STRACE": "1"}, [("info", None, None, None)], id="only noise"),
        pytest.param(
            {"QEMU_RAND_SEED": "1", "QEMU_CPU": "max"},
            [("warning", None, None, "cpu-feature"), ("info", None, None, None)],
            id="two",
        ),
    ],
)
def test_variables(variables: dict[str, str], expected: list[Expected]) -> None:
    assert shapes("QD217", ask(host(**variables), "linux/arm64")) == expected


def test_harmless_where_nothing_is_emulated() -> None:
    assert shapes("QD217", ask(host(QEMU_CPU="max"), "linux/amd64")) == []


def test_another_kernel_has_no_environment() -> None:
    assert shapes("QD217", ask(host(QEMU_CPU="max"), "linux/arm64", kernel="6.1")) == []


def test_the_value_is_quoted_and_cut() -> None:
    (evidence,) = only("QD217", ask(host(QEMU_CPU="x" * 1000), "linux/arm64")).finding.evidence
    assert evidence.text == f"QEMU_CPU={'x' * 200}"


def test_a_variable_of_the_shell_is_unset() -> None:
    (remedy,) = only("QD217", ask(host(QEMU_CPU="max"), "linux/arm64")).finding.remedies
    assert (remedy.commands, remedy.root, remedy.proven) == (("unset QEMU_CPU",), False, None)


@pytest.mark.parametrize("line", ["QEMU_CPU=max", 'export QEMU_CPU="max"', "  QEMU_CPU = max"])
def test_a_variable_of_everybody_is_taken_out_of_its_file(line: str) -> None:
    files: dict[str, Content] = {"/etc/environment": f"PATH=/bin\n{line}\n"}
    found = only("QD217", ask(host(files, QEMU_CPU="max"), "linux/arm64")).finding
    assert [x.source for x in found.evidence] == ["environment", "/etc/environment"]
    assert [x.id for x in found.remedies] == ["unset-variable", "unset-variable-for-all"]


def test_a_mounted_root_has_no_environment() -> None:
    from qemudoctor.host import open_host
    from qemudoctor.runner import run_check
    from tests.support.checking import check_named

    facts = ask(open_host(root="/usr"), "linux/arm64")  # type: ignore[arg-type]
    _, result = run_check(check_named("QD217"), facts)
    assert result.status.value == "skipped"
    assert facts.host.source is Source.ROOT


def test_severity_of_each_is_settled() -> None:
    from qemudoctor.facts.environment import NAMES

    found = findings("QD217", ask(host(**dict.fromkeys(NAMES, "1")), "linux/arm64"))
    assert len(found) == len(NAMES)
    assert {x.severity for x in found} == {Severity.WARNING, Severity.INFO}
