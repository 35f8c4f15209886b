"""A required platform that was seen to fail is an error, also where nothing can be read."""

import pytest

from qemudoctor.checks import CHECKS
from qemudoctor.facts import MOUNT_POINT
from qemudoctor.runner import examine, select
from tests.support.hosts import FakeHost, ask, entry_text, linux, observing

COVERED = "40 22 0:40 / /proc/sys/fs/binfmt_misc ro,relatime - tmpfs tmpfs ro\n"
HIDDEN = linux(mount="not-mounted", files={"/proc/self/mountinfo": COVERED})
READABLE = linux(entries={"qemu-aarch64": entry_text()})


@pytest.mark.parametrize(
    ("host", "require", "outcome", "causes"),
    [
        (HIDDEN, ("linux/arm64",), "ENOEXEC", ["binfmt-not-registered"]),
        (HIDDEN, ("linux/arm64",), "ENOENT", ["f-flag-missing"]),
        (HIDDEN, ("linux/arm64",), "signal:SIGSEGV", [None]),
        (HIDDEN, ("linux/arm64",), "ok", []),
        (HIDDEN, ("linux/arm64",), None, []),
        (HIDDEN, (), "ENOEXEC", []),
        (READABLE, ("linux/arm64",), "ENOEXEC", []),
    ],
    ids=["no-entry", "no-f", "crash", "works", "not-observed", "not-required", "entries-tell-why"],
)
def test_findings(host: FakeHost, require: tuple[str, ...], outcome: str | None, causes: list[str | None]) -> None:
    facts = ask(host, *require, prober=observing(aarch64=(outcome, outcome)))
    report = examine(facts, select(CHECKS, only=["QD502"]))
    assert [x.cause for x in report.findings] == causes


@pytest.mark.parametrize("mount", ["automount", "not-mounted"])
def test_a_required_platform_that_fails_is_never_fine(mount: str) -> None:
    report = examine(ask(linux(mount=mount), "linux/arm64", prober=observing(aarch64=("ENOEXEC", "ENOEXEC"))), CHECKS)
    assert report.summary.value == "fail"


def test_a_hidden_directory_is_not_taken_for_a_kernel_without_binfmt_misc() -> None:
    host = linux(mount="absent")
    report = examine(ask(host, "linux/arm64"), CHECKS)
    assert not ask(host).host.exists(MOUNT_POINT)
    assert report.platforms[0].verdict.value == "unknown"
    assert report.is_undetermined
