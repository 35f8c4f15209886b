"""Running one check on facts, and what is compared of its findings."""

from qemudoctor.check import Check, Facts, Severity
from qemudoctor.runner import run_check
from qemudoctor.verdict import CheckStatus, ReportedFinding

Expected = tuple[str, str | None, str | None, str | None]
"""Severity, platform, entry and cause of a finding."""


def check_named(name: str) -> Check:
    from qemudoctor.checks import CHECKS

    return next(check for check in CHECKS if check.id == name)


def findings(name: str, facts: Facts) -> tuple[ReportedFinding, ...]:
    """Return what a check finds; it must neither skip nor crash."""
    found, result = run_check(check_named(name), facts)
    assert result.status in (CheckStatus.PASSED, CheckStatus.FAILED), result
    return found


def shapes(name: str, facts: Facts) -> list[Expected]:
    """Return severity, platform, entry and cause of what a check finds."""
    return [(x.severity.value, x.finding.platform, x.finding.entry, x.cause) for x in findings(name, facts)]


def only(name: str, facts: Facts) -> ReportedFinding:
    """Return the one finding of a check."""
    (found,) = findings(name, facts)
    return found


def reason_to_skip(name: str, facts: Facts) -> str:
    """Return why a check was skipped, which it must be."""
    _, result = run_check(check_named(name), facts)
    assert result.status is CheckStatus.SKIPPED, result
    return result.reason or ""


def errors(facts: Facts) -> list[str]:
    """Return the checks that find an error, one id for each finding."""
    from qemudoctor.checks import CHECKS

    found = [x for check in CHECKS for x in run_check(check, facts)[0]]
    return [x.check for x in found if x.severity is Severity.ERROR]
