"""The last line of a report: what works, what fails, and why, in plain words."""

from qemudoctor.check import Severity
from qemudoctor.facts import Facts, Unavailable, target_named_by
from qemudoctor.kernel.errnos import MEANINGS
from qemudoctor.kernel.execution import Handler, Step
from qemudoctor.report.terminal import clean, listing
from qemudoctor.verdict import CheckStatus, Place, PlatformResult, Report, Verdict

_NAMES_MAX = 6
_FAILURES_MAX = 3
_SUBJECT = "\0"
_ORDER = (Verdict.MISSING, Verdict.BROKEN, Verdict.UNKNOWN, Verdict.DEGRADED, Verdict.WORKS)
_WORST = {Verdict.MISSING: "red", Verdict.BROKEN: "red", Verdict.DEGRADED: "yellow", Verdict.UNKNOWN: "yellow"}


def verdict_sentence(report: Report) -> str:
    """Return the verdict as one line; platforms of which the same is said are named together, failures first."""
    groups: dict[tuple[int, str, str], list[str]] = {}
    for result in report.platforms:
        one, many = _predicates(report.facts, result)
        groups.setdefault((_ORDER.index(result.verdict), one, many), []).append(result.platform.name)
    ordered = sorted(groups.items(), key=lambda x: x[0][0])
    failing = [x for x in ordered if x[0][0] != _ORDER.index(Verdict.WORKS)]
    clauses = [_clause(key, names) for key, names in failing[:_FAILURES_MAX]]
    more = sum(len(names) for _, names in failing[_FAILURES_MAX:])
    clauses += [f"{more} more {'does' if more == 1 else 'do'} not work everywhere"] if more else []
    clauses += [_clause(key, names) for key, names in ordered if (key, names) not in failing]
    return clean("; ".join(clauses or [_nothing_judged(report.facts)]) + _counts(report))


def _clause(key: tuple[int, str, str], names: list[str]) -> str:
    _, one, many = key
    return (one if len(names) == 1 else many).replace(_SUBJECT, _names(names), 1)


def verdict_colour(verdict: Verdict) -> str:
    """Return the colour of a verdict."""
    return _WORST.get(verdict, "green")


def _names(names: list[str]) -> str:
    rest = len(names) - _NAMES_MAX
    return listing(names) if rest <= 1 else listing([*names[:_NAMES_MAX], f"{rest} more"])


def _nothing_judged(facts: Facts) -> str:
    try:
        count = len(facts.registry.entries)
    except Unavailable as error:
        return f"what is emulated here could not be determined: {error.reason}"
    return "nothing is emulated here: no entry is for another architecture" if count else "nothing is emulated here"


def _counts(report: Report) -> str:
    crashed = sum(1 for x in report.checks if x.status is CheckStatus.CRASHED)
    counts = (
        (report.number_of(Severity.ERROR), "error"),
        (report.number_of(Severity.WARNING), "warning"),
        (crashed, "crashed check"),
    )
    words = [f"{count} {word}{'' if count == 1 else 's'}" for count, word in counts if count]
    return f" [{', '.join(words)}]" if words else ""


def _predicates(facts: Facts, result: PlatformResult) -> tuple[str, str]:
    """Return what is said of a platform, and the same of several; their names take the place of _SUBJECT."""
    host, container = result.host, result.container
    match result.verdict:
        case Verdict.WORKS:
            where = "in containers" if host.outcome is None else "on the host and in containers"
            return _both("works", "work", where + ("" if container.observed else " (predicted, not observed)"))
        case Verdict.DEGRADED if host.outcome == "ok":
            rest = "no entry matches those that are position-independent, as nearly all are (ENOEXEC)"
            return _both("works", "work", f"for some programs only: {rest}")
        case Verdict.DEGRADED:
            return _both("works", "work", f"in containers but not on the host: {why(facts, result, host)}")
        case Verdict.BROKEN if host.outcome == "ok":
            return _both("works", "work", f"on the host but not in containers: {why(facts, result, container)}")
        case Verdict.BROKEN:
            return _both("works", "work", f"neither on the host nor in containers: {why(facts, result, host)}")
        case Verdict.MISSING:
            return _both("does", "do", f"not run here: {why(facts, result, container)}")
        case Verdict.UNKNOWN:
            rest = f"could not be determined: {_unknown_reason(facts, result)}"
            return f"whether {_SUBJECT} works {rest}", f"whether {_SUBJECT} work {rest}"


def _both(one: str, many: str, rest: str) -> tuple[str, str]:
    return f"{_SUBJECT} {one} {rest}", f"{_SUBJECT} {many} {rest}"


def _unknown_reason(facts: Facts, result: PlatformResult) -> str:
    if result.container.predicted_reason is not None:
        return result.container.predicted_reason
    place = result.container if result.container.outcome is None else result.host
    return place.reason or "it was not observed"


def why(facts: Facts, result: PlatformResult, place: Place) -> str:
    """Return in one clause why a program of the platform fails in a place; empty if it does not."""
    outcome = place.outcome
    if outcome in (None, "ok"):
        return ""
    if place.observed is not None and place.predicted != place.observed:
        expected = "" if place.predicted is None else f", {place.predicted} predicted"
        return f"{_named(place.observed)} was observed{expected}"
    if outcome == "ENOEXEC" and place.execution is not None and not _is_handled(place.execution.steps):
        return f"{_switched_off(facts, result)} (ENOEXEC)"
    last = place.execution.steps[-1] if place.execution is not None and place.execution.steps else None
    return outcome if last is None else _step_reason(last, outcome, in_container=place is result.container)


def _is_handled(steps: tuple[Step, ...]) -> bool:
    return any(step.handler is Handler.MISC for step in steps)


def _switched_off(facts: Facts, result: PlatformResult) -> str:
    """Return why no entry handled a program."""
    try:
        known = facts.registry
    except Unavailable:
        return "no entry matches"
    entry = None if result.entry is None else known.registry.named(result.entry)
    if entry is None:
        target = result.platform.architecture.qemu_target
        refused = next((x for x in known.refused if target_named_by(x.name) == target), None)
        return "no entry matches" if refused is None else f"the entry {refused.name} is refused, {refused.reason}"
    if not known.registry.enabled:
        return "the registry is disabled"
    return f"the entry {entry.name} is {'not what decides' if entry.enabled else 'disabled'}"


def _step_reason(step: Step, outcome: str, *, in_container: bool) -> str:
    where = "in the container's own files, where it is not" if in_container else "and does not find it"
    if outcome == "ENOENT" and step.handler is Handler.MISC:
        return f"the kernel looks for {step.opens} {where} (ENOENT)"
    if outcome == "ENOENT" and step.handler is Handler.ELF and step.opens:
        return f"{step.file} is dynamic, and the kernel looks for its loader {step.opens} {where} (ENOENT)"
    return step.note


def _named(outcome: str) -> str:
    meaning = next((text for errno, text in MEANINGS.items() if errno.name == outcome), None)
    return outcome if meaning is None else f"{outcome} ({meaning})"
