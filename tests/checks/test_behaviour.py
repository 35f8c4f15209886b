"""QD503 to QD505: what a program that was executed found wrong with its emulator."""

from collections.abc import Mapping

import pytest

from qemudoctor.facts.behaviour import ARGV0
from qemudoctor.host.trees import Content
from tests.support.answering import answering, dump
from tests.support.checking import Expected, findings, only, shapes
from tests.support.hosts import FakeHost, ask, entry_text, linux, static_emulator

EMULATOR = "/usr/bin/qemu-aarch64-static"
ENOSYS = -38
EINVAL = -22
LACKS: list[Expected] = [("info", "linux/arm64", "qemu-aarch64", "qemu-unsupported-syscall")]
MISREADS: list[Expected] = [("warning", "linux/arm64", "qemu-aarch64", "qemu-unsupported-syscall")]


def host(
    version: str = "7.2.22",
    *,
    target: str = "aarch64",
    flags: str = "F",
    kernel: str = "6.1.0-25-amd64",
    files: Mapping[str, Content] | None = None,
) -> FakeHost:
    path = f"/usr/bin/qemu-{target}-static"
    return linux(
        kernel=kernel,
        entries={f"qemu-{target}": entry_text(target, flags=flags)},
        files={path: static_emulator(target, version=version), **(files or {})},
        machine="aarch64" if target == "x86_64" else "x86_64",
    )


@pytest.mark.parametrize(
    ("machine", "returned", "expected"),
    [
        pytest.param(host(), 3, [], id="it is there"),
        pytest.param(host(), ENOSYS, LACKS, id="an old QEMU"),
        pytest.param(host("10.0.13"), ENOSYS, [], id="a new one: the kernel or a filter lacks it"),
        pytest.param(host("strange"), ENOSYS, LACKS, id="an emulator without a version"),
        pytest.param(host("strange", kernel="5.4.0-1-amd64"), ENOSYS, [], id="a kernel without it"),
        pytest.param(host("10.1.0"), EINVAL, MISREADS, id="built with musl"),
    ],
)
def test_missing_system_call(machine: FakeHost, returned: int, expected: list[Expected]) -> None:
    prober = answering({"aarch64": (dump("aarch64", openat2=returned), None)})
    assert shapes("QD503", ask(machine, "linux/arm64", prober=prober)) == expected


def test_every_entry_is_in_one_finding() -> None:
    targets = ("aarch64", "arm", "s390x", "riscv64", "ppc64le", "mips64el")
    entries = {f"qemu-{x}": entry_text(x, flags="F") for x in targets}
    files: dict[str, Content] = {f"/usr/bin/qemu-{x}-static": static_emulator(x) for x in targets}
    numbers = {"ppc64le": 38, "mips64el": 89}
    prober = answering({x: (dump(x, openat2=numbers.get(x, ENOSYS)), None) for x in targets})
    found = only("QD503", ask(linux(entries=entries, files=files), prober=prober)).finding
    assert "and others" in found.message
    ids = {x.id: x for x in found.remedies}
    assert "Do the same for" in (ids["tonistiigi-binfmt"].note or "")
    assert ids["install-backport"].commands[-1].startswith("apt-get install -y -t bookworm-backports")


def test_a_newer_emulator_on_this_host_is_offered_first() -> None:
    newer = {"/usr/local/bin/qemu-aarch64": static_emulator("aarch64", version="10.2.0")}
    prober = answering({"aarch64": (dump("aarch64", openat2=ENOSYS), None)})
    found = only("QD503", ask(host(files=newer), "linux/arm64", prober=prober)).finding
    assert found.remedies[0].id == "register-now"
    assert "/usr/local/bin/qemu-aarch64:F" in found.remedies[0].commands[-1]
    assert found.remedies[0].proven == "model"


def test_an_old_emulator_elsewhere_is_not_offered() -> None:
    older = {"/usr/local/bin/qemu-aarch64": static_emulator("aarch64", version="8.2.2")}
    prober = answering({"aarch64": (dump("aarch64", openat2=ENOSYS), None)})
    found = only("QD503", ask(host(files=older), "linux/arm64", prober=prober)).finding
    assert not [x for x in found.remedies if x.id.startswith("register-")]


@pytest.mark.parametrize("check", ["QD503", "QD504", "QD505"])
def test_without_execution_nothing_is_found(check: str) -> None:
    assert findings(check, ask(host(), "linux/arm64")) == ()


def test_without_a_registry_nothing_runs_by_an_entry() -> None:
    prober = answering({"aarch64": (dump("aarch64", openat2=ENOSYS), None)})
    assert findings("QD503", ask(linux(mount="not-mounted"), "linux/arm64", prober=prober)) == ()


def wrapped(flags: str) -> FakeHost:
    """Return a host whose interpreter has a name that tells nothing."""
    emulator = static_emulator("aarch64", version="4.2.0")
    entry = entry_text(flags=flags, interpreter="/opt/emulator")
    return linux(entries={"qemu-aarch64": entry}, files={"/opt/emulator": emulator})


@pytest.mark.parametrize(
    ("machine", "argv", "expected"),
    [
        pytest.param(
            wrapped("PF"), ["/probe", ARGV0], [("error", "linux/arm64", "qemu-aarch64", "argv0-flag")], id="yes"
        ),
        pytest.param(wrapped("F"), ["/probe"], [], id="without P"),
        pytest.param(wrapped("PF"), [ARGV0], [], id="P is understood"),
        pytest.param(host("4.2.0", flags="PF"), ["/probe", ARGV0], [], id="the version tells it already"),
    ],
)
def test_shifted_arguments(machine: FakeHost, argv: list[str], expected: list[Expected]) -> None:
    prober = answering({"aarch64": (dump("aarch64", argv=argv), None)})
    assert shapes("QD504", ask(machine, "linux/arm64", prober=prober)) == expected


def test_shifted_arguments_are_cured_without_p() -> None:
    prober = answering({"aarch64": (dump("aarch64", argv=["/probe", ARGV0]), None)})
    found = only("QD504", ask(wrapped("PF"), "linux/arm64", prober=prober)).finding
    assert found.remedies[0].commands[-1].endswith("/opt/emulator:F' > /proc/sys/fs/binfmt_misc/register")


@pytest.mark.parametrize(
    ("cpuid", "expected"),
    [
        pytest.param((0x80002001, 0, 5), [("warning", "linux/amd64", "qemu-x86_64", "cpu-feature")], id="qemu64"),
        pytest.param((0xFED8320B, 0x1D843A9, 0x75), [], id="max of 7.2"),
    ],
)
def test_small_processor(cpuid: tuple[int, int, int], expected: list[Expected]) -> None:
    prober = answering({"x86_64": (dump("x86_64", cpuid=cpuid), None)})
    facts = ask(host("5.2.0", target="x86_64"), "linux/amd64", prober=prober)
    assert shapes("QD505", facts) == expected
