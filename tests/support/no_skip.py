"""Plugin: with QEMU_DOCTOR_NO_SKIP set, a test or module that skips has failed.

A machine on which every tool was installed has no reason to skip, and a skip there hides a lost test.
Expected failures (xfail) are not skips, though pytest reports them under the same outcome.
"""

import os
from collections.abc import Generator

import pytest

VARIABLE = "QEMU_DOCTOR_NO_SKIP"


def is_forbidden() -> bool:
    return os.environ.get(VARIABLE, "") not in ("", "0")


def _reason(longrepr: object) -> str:
    # Of a skip, pytest keeps (file, line, "Skipped: reason").
    return str(longrepr[2]) if isinstance(longrepr, tuple) else str(longrepr)


def _fail(report: pytest.TestReport | pytest.CollectReport) -> None:
    report.outcome = "failed"
    report.longrepr = f"{VARIABLE} is set, and this did not run. {_reason(report.longrepr)}"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if report.skipped and not hasattr(report, "wasxfail") and is_forbidden():
        _fail(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    report = yield
    if report.skipped and is_forbidden():
        _fail(report)
    return report
