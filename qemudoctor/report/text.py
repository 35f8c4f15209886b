"""The report for people: readable at 80 columns, the verdict in the last line."""

from collections.abc import Iterator, Sequence

from qemudoctor.host import Source
from qemudoctor.report import description
from qemudoctor.report.engines import render_engines
from qemudoctor.report.findings import render_findings
from qemudoctor.report.sentence import verdict_sentence
from qemudoctor.report.table import render_table
from qemudoctor.report.terminal import PLAIN, Palette, clean, cut, listing, wrap
from qemudoctor.verdict import CheckStatus, Place, PlatformResult, Report, Summary, Verdict

_WALKS_MAX = 3
_NOT_RECORDED = "not recorded in this capture"
_COLOURS = {Summary.PASS: "green", Summary.WARN: "yellow", Summary.FAIL: "red", Summary.UNKNOWN: "yellow"}


def render_text(report: Report, *, palette: Palette = PLAIN, verbose: bool = False, plan: Sequence[str] = ()) -> str:
    """Return a report as text: host, registry, platforms, the kernel's steps where one fails, findings, verdict.

    plan: lines that bring the remedies of several findings into an order.
    """
    parts = (
        [*_host(report), *_supposed(report), *_registry(report), *render_engines(report.facts, verbose=verbose)],
        _entries(report) if verbose else [],
        render_table(report.platforms, palette=palette),
        _walks(report, verbose=verbose),
        render_findings(report.findings, palette=palette, verbose=verbose)[1:],
        list(plan),
        _checks(report, verbose=verbose),
        _suppose(report),
        [palette.paint(line, _COLOURS[report.summary]) for line in wrap(verdict_sentence(report))],
    )
    return "\n\n".join("\n".join(lines) for lines in parts if lines) + "\n"


def render_verdict(report: Report, *, palette: Palette = PLAIN) -> str:
    """Return only the verdict, in one line."""
    return palette.paint(verdict_sentence(report), _COLOURS[report.summary]) + "\n"


def _host(report: Report) -> list[str]:
    facts = report.facts
    system = description.distribution(facts)
    name = description.hostname(facts) or "unnamed host"
    words = [
        "unknown distribution" if system is None else cut(system.name or system.id, 60),
        f"Linux {description.kernel(facts) or 'of unknown release'}",
        description.machine(facts) or "unknown architecture",
    ]
    source = {"live": "", "root": " (files at a root)", "capture": " (a capture)"}[facts.host.source.value]
    lines = wrap(f"{cut(name, 64)}: {', '.join(words)}{source}", hanging="  ")
    sandbox = description.sandbox(facts)
    if sandbox is not None:
        text = f"seen from inside {sandbox.kind} ({sandbox.source}: {cut(sandbox.evidence, 40)})"
        lines += wrap(f"{text}: what is true of it need not be true of the host around it", hanging="  ")
    return lines


def _suppose(report: Report) -> list[str]:
    """Return what would fill the gaps of a root or a capture that says nothing of kernel or registry."""
    facts = report.facts
    if not report.is_undetermined or facts.host.source is Source.LIVE:
        return []
    missing = [
        option
        for option, is_known in (
            ("--kernel RELEASE", description.kernel(facts) is not None),
            ("--registry FILE", description.known(lambda: facts.registry) is not None),
        )
        if not is_known
    ]
    if not missing:
        return []
    return wrap(f"hint: {' and '.join(missing)} suppose what is not known of this machine", hanging="  ")


def _supposed(report: Report) -> list[str]:
    question = report.facts.question
    lines = []
    if question.kernel is not None:
        real = description.known(lambda: report.facts.uname.release)
        lines += wrap(
            f"supposed: Linux {question.kernel.text}; the host runs {real or 'another that is not known'}", hanging="  "
        )
    if question.registry is not None:
        files = sorted({source.rpartition(":")[0] or source for source, _ in question.registry})
        count = len(question.registry)
        origin = listing([cut(x, 60) for x in files]) or "a file without any"
        lines += wrap(f"supposed: a registry of {count} line{'' if count == 1 else 's'} of {origin}", hanging="  ")
    return lines


def _registry(report: Report) -> list[str]:
    found, reason = description.registry(report.facts)
    words = [f"binfmt_misc: {description.registry_state(report.facts)}"]
    if found is None:
        return wrap(f"{words[0]}; its entries are not known: {reason}", hanging="  ")
    words.append("enabled" if found.registry.enabled else "disabled")
    off = sum(1 for x in found.entries if not x.enabled)
    count = len(found.entries)
    words.append(f"{count} entr{'y' if count == 1 else 'ies'}" + (f" ({off} disabled)" if off else ""))
    words += [f"{len(found.damaged)} not readable"] if found.damaged else []
    words += [f"{len(found.refused)} refused"] if found.refused else []
    return wrap(", ".join(words), hanging="  ")


def _entries(report: Report) -> list[str]:
    found, _ = description.registry(report.facts)
    if found is None:
        return []
    lines = []
    for entry in found.entries:
        state = "" if entry.enabled else ", disabled"
        what = f"{cut(entry.interpreter, 200)}, flags {cut(entry.flags, 8) or 'none'}{state}"
        lines += wrap(f"{cut(entry.name, 60)}: {what}", indent="  ", hanging="    ")
    for damaged in found.damaged:
        lines += wrap(f"{cut(damaged.name, 60)}: not readable: {damaged.reason}", indent="  ", hanging="    ")
    for refused in found.refused:
        lines += wrap(f"{refused.source}: {refused.errno.name}: {refused.reason}", indent="  ", hanging="    ")
    return [f"entries, in the order in which they are tried:{'' if lines else ' none'}", *lines]


def _walks(report: Report, *, verbose: bool) -> list[str]:
    """Return the kernel's steps of what fails, once for all platforms that go the same way."""
    drawn: dict[tuple[object, ...], list[tuple[PlatformResult, Place]]] = {}
    for result in report.platforms:
        place = _failing(result)
        if place is not None and place.execution is not None:
            execution = place.execution
            way = (result.verdict, place.outcome, *((x.handler, x.note.partition(" (")[2]) for x in execution.steps))
            drawn.setdefault(way, []).append((result, place))
    groups = list(drawn.values())
    shown = groups if verbose else groups[:_WALKS_MAX]
    blocks = ["\n".join(_walk(group)) for group in shown]
    left = [group[0][0].platform.name for group in groups[len(shown) :]]
    blocks += ["\n".join(wrap(f"-v shows the steps of {listing(left)}"))] if left else []
    return ["\n\n".join(blocks)] if blocks else []


def _failing(result: PlatformResult) -> Place | None:
    match result.verdict:
        case Verdict.BROKEN | Verdict.MISSING:
            return result.container
        case Verdict.DEGRADED:
            return result.missed or result.host
        case Verdict.WORKS | Verdict.UNKNOWN:
            return None


def _walk(group: list[tuple[PlatformResult, Place]]) -> list[str]:
    from qemudoctor.report.walk import short_steps

    result, place = group[0]
    where = "on the host" if place is result.host else "in an empty root, as in a container"
    what = "" if place is not result.missed else "a position-independent program of "
    says = "step by step" if place.observed in (None, place.predicted) else f"by the model (observed: {place.observed})"
    lines = wrap(f"{what}{result.platform.name} {where}, {says}:", hanging="  ")
    assert place.execution is not None
    lines += short_steps(place.execution)
    others = [x.platform.name for x, _ in group[1:]]
    return lines + (wrap(f"the same for {listing(others)}", indent="  ") if others else [])


def _checks(report: Report, *, verbose: bool) -> list[str]:
    lines: list[str] = []
    for word, status in (("crashed", CheckStatus.CRASHED), ("could not look", CheckStatus.SKIPPED)):
        for reason, names in _by_reason(report, status):
            lines += wrap(f"{word}: {', '.join(names)}: {reason}", hanging="  ")
    if verbose:
        lines += [clean(f"{x.status.value}: {x.check} {x.slug}") for x in report.checks if x.reason is None]
    return lines


def _by_reason(report: Report, status: CheckStatus) -> Iterator[tuple[str, list[str]]]:
    reasons: dict[str, list[str]] = {}
    for result in report.checks:
        if result.status is status:
            reason = result.reason or "no reason given"
            # A capture of an earlier release lacks many things that need not be told one by one.
            reason = _NOT_RECORDED if reason.endswith(_NOT_RECORDED) else reason
            reasons.setdefault(cut(reason, 300), []).append(cut(result.check, 60))
    yield from reasons.items()
