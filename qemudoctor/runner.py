"""Finding, selecting and running checks. A crash belongs to its check; the rest go on."""

from collections.abc import Collection, Iterable, Iterator, Sequence

from qemudoctor.check import Check, Finding, Severity
from qemudoctor.exceptions import DoctorError
from qemudoctor.facts import Facts, Unavailable
from qemudoctor.verdict import CheckResult, CheckStatus, Report, ReportedFinding, judge

ENTRY_POINT_GROUP = "qemudoctor.checks"
_ORDER = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.INFO: 2}


class PluginError(DoctorError):
    """A source of checks could not be loaded."""


def builtin_checks() -> tuple[Check, ...]:
    """Return the checks of this package, by id."""
    from qemudoctor.checks import CHECKS

    return CHECKS


def confirming_checks(causes: Collection[str] | None) -> tuple[Check, ...]:
    """Return those of this package's checks, by id, that can confirm a cause of explain-error; None: whichever."""
    from qemudoctor.checks import confirming_checks as chosen

    return chosen(causes)


def load_plugins() -> tuple[tuple[tuple[Check, str], ...], tuple[CheckResult, ...]]:
    """Return the checks of other packages with their origin, and a crash for each source that failed to load.

    A plug-in names a module in the entry point group `qemudoctor.checks`; its CHECKS tuple is read.
    """
    from qemudoctor.host.plugins import may_have_entry_points

    if not may_have_entry_points(ENTRY_POINT_GROUP):
        return (), ()
    from importlib.metadata import entry_points

    found: list[tuple[Check, str]] = []
    crashed = []
    for point in sorted(entry_points(group=ENTRY_POINT_GROUP), key=lambda x: (x.name, x.value)):
        origin = f"{point.dist.name if point.dist else '?'}[{point.name}]"
        try:
            checks = tuple(point.load().CHECKS)
            if not all(isinstance(check, Check) for check in checks):
                raise TypeError("CHECKS holds something that is not a Check")
            found += [(check, origin) for check in checks]
        except Exception as error:  # whatever a stranger's module does wrong is reported under its name
            crashed.append(CheckResult(origin, origin, CheckStatus.CRASHED, f"{type(error).__name__}: {error}"))
    return tuple(found), tuple(crashed)


def select(checks: Iterable[Check], *, only: Sequence[str] = (), ignore: Sequence[str] = ()) -> tuple[Check, ...]:
    """Return the checks to run, by id. Names are ids, slugs or the start of an id ("QD2").

    Raises: DoctorError for a name that fits no check.
    """
    checks = tuple(sorted(checks, key=lambda check: check.id))
    for name in (*only, *ignore):
        if not any(_is_named(check, name) for check in checks):
            raise DoctorError(f"no check is called {name!r}", hint="`qemu-doctor checks` lists them")
    chosen = [x for x in checks if not only or any(_is_named(x, name) for name in only)]
    return tuple(x for x in chosen if not any(_is_named(x, name) for name in ignore))


def _is_named(check: Check, name: str) -> bool:
    return name == check.slug or (bool(name) and check.id.upper().startswith(name.upper()))


def examine(facts: Facts, checks: Iterable[Check], *, crashed: Sequence[CheckResult] = ()) -> Report:
    """Return the report on a host: every platform in question judged, every check run."""
    platforms = tuple(judge(facts, platform) for platform in facts.judged)
    findings: list[ReportedFinding] = []
    results = []
    for check in checks:
        found, result = run_check(check, facts)
        findings += found
        results.append(result)
    findings.sort(key=_finding_order)
    return Report(facts, platforms, tuple(findings), (*results, *crashed))


def _finding_order(found: ReportedFinding) -> tuple[int, str, str, str]:
    return _ORDER[found.severity], found.check, found.finding.platform or "", found.finding.subject


def run_check(check: Check, facts: Facts) -> tuple[tuple[ReportedFinding, ...], CheckResult]:
    """Return what one check found and how it ended; what it had found before it stopped counts."""
    found: list[ReportedFinding] = []
    status, reason = CheckStatus.PASSED, None
    try:
        found.extend(_settled(check, check.run(facts)))
    except Unavailable as error:
        status, reason = CheckStatus.SKIPPED, error.reason
    except Exception as error:  # a crash belongs to its check
        status, reason = CheckStatus.CRASHED, f"{type(error).__name__}: {error}"
    if found and status is not CheckStatus.CRASHED:
        status, reason = CheckStatus.FAILED, None
    return tuple(found), CheckResult(check.id, check.slug, status, reason)


def _settled(check: Check, findings: Iterator[Finding]) -> Iterator[ReportedFinding]:
    for finding in findings:
        severity = finding.severity or check.severity
        yield ReportedFinding(check.id, check.slug, severity, finding.cause or check.cause, finding)
