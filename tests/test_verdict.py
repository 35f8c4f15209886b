"""What is said of a platform, from predictions, observations and what is not known."""

import pytest

from qemudoctor.checks import CHECKS
from qemudoctor.platforms import parse_platform
from qemudoctor.report.text import render_text
from qemudoctor.runner import examine, run_check, select
from qemudoctor.verdict import CheckStatus, Summary, Support, Verdict, judge
from tests.support.hosts import ask, centos_7, entry_text, linux, observing, static_emulator, ubuntu_1604

ARM64 = parse_platform("linux/arm64")
EMULATOR = {"/usr/bin/qemu-aarch64-static": static_emulator("aarch64")}
OFF = "# CONFIG_BINFMT_MISC is not set\n"
WITH_F = linux(entries={"qemu-aarch64": entry_text(flags="F")}, files=EMULATOR)


def verdict(host: object, **outcomes: tuple[str | None, str | None]) -> tuple[Support, Verdict]:
    result = judge(ask(host, "linux/arm64", prober=observing(**outcomes) if outcomes else None), ARM64)  # type: ignore[arg-type]
    return result.support, result.verdict


@pytest.mark.parametrize(
    ("host", "outcomes", "support", "expected"),
    [
        (WITH_F, {}, Support.EMULATED, Verdict.WORKS),
        (WITH_F, {"aarch64": ("ok", "ok")}, Support.EMULATED, Verdict.WORKS),
        (WITH_F, {"aarch64": ("ok", "signal:SIGSEGV")}, Support.EMULATED, Verdict.BROKEN),
        (WITH_F, {"aarch64": ("ENOENT", "ok")}, Support.EMULATED, Verdict.DEGRADED),
        (centos_7(), {}, Support.EMULATED, Verdict.BROKEN),
        (centos_7(registered=False), {}, Support.NONE, Verdict.MISSING),
        (ubuntu_1604(), {}, Support.EMULATED, Verdict.WORKS),
        (linux(mount="not-mounted"), {}, Support.UNKNOWN, Verdict.UNKNOWN),
        (linux(mount="not-mounted"), {"aarch64": ("ok", "ok")}, Support.EMULATED, Verdict.WORKS),
        (linux(mount="not-mounted"), {"aarch64": ("ENOEXEC", "ENOEXEC")}, Support.NONE, Verdict.MISSING),
        (linux(mount="absent", config=OFF), {}, Support.NONE, Verdict.MISSING),
        (linux(mount="absent"), {}, Support.UNKNOWN, Verdict.UNKNOWN),
    ],
)
def test_the_verdict(
    host: object, outcomes: dict[str, tuple[str | None, str | None]], support: Support, expected: Verdict
) -> None:
    assert verdict(host, **outcomes) == (support, expected)


def test_an_entry_for_fixed_address_programs_only_is_no_full_support() -> None:
    text = entry_text(flags="F", mask="ffffffffffffff00" + "ff" * 12)
    assert verdict(linux(entries={"q": text}, files=EMULATOR)) == (Support.EMULATED, Verdict.DEGRADED)


def test_the_walk_shown_is_of_the_program_that_fails() -> None:
    text = entry_text(flags="F", mask="ffffffffffffff00" + "ff" * 12)
    report = examine(ask(linux(entries={"q": text}, files=EMULATOR), "linux/arm64"), ())
    missed = report.platforms[0].missed
    assert missed is not None
    assert (missed.outcome, report.platforms[0].host.outcome) == ("ENOEXEC", "ok")
    shown = render_text(report)
    assert "a position-independent program of linux/arm64 in an empty root" in shown
    assert "no entry matches this program" in shown


def test_what_runs_by_an_entry_that_was_not_read_is_not_degraded() -> None:
    assert verdict(linux(), aarch64=("ok", "ok")) == (
        Support.EMULATED,
        Verdict.WORKS,
    )


def test_with_nothing_required_and_nothing_readable_it_is_undetermined() -> None:
    report = examine(ask(linux(forbidden=["/proc/self/mountinfo"])), ())
    assert report.platforms == ()
    assert report.is_undetermined
    assert report.summary is Summary.UNKNOWN


def test_a_crash_belongs_to_its_check() -> None:
    [check] = select(CHECKS, only=["QD201"])

    def crash(_facts: object) -> object:
        raise ZeroDivisionError("by zero")

    found, result = run_check(check._replace(run=crash), ask(WITH_F))  # type: ignore[arg-type]
    assert (found, result.status, result.reason) == ((), CheckStatus.CRASHED, "ZeroDivisionError: by zero")


def test_findings_come_worst_first() -> None:
    report = examine(ask(centos_7(), "linux/arm64"), CHECKS)
    assert [x.check for x in report.findings][:1] == ["QD201"]
    assert report.summary is Summary.FAIL
