"""Findings as text: what is wrong, what was read, what to paste."""

from collections.abc import Iterable

from qemudoctor.check import Evidence, Remedy, Severity
from qemudoctor.report.remedies import remedy_lines
from qemudoctor.report.terminal import PLAIN, Palette, clean, cut, wrap
from qemudoctor.verdict import ReportedFinding

_COLOURS = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.INFO: "cyan"}
_SAME_CHECK_MAX = 3
_EVIDENCE_LINES = 6
_EVIDENCE_LENGTH = 160


def render_findings(
    findings: Iterable[ReportedFinding], *, palette: Palette = PLAIN, verbose: bool = False
) -> list[str]:
    """Return findings as lines, an empty line before each. Remedies that stood before are not repeated.

    Where one check found many, only the first are shown whole, unless verbose.
    """
    lines: list[str] = []
    before: dict[tuple[Remedy, ...], str] = {}
    for group in _by_check(findings):
        shown = group if verbose or len(group) == _SAME_CHECK_MAX + 1 else group[:_SAME_CHECK_MAX]
        for found in shown:
            lines += ["", *_heading(found, palette), *_body(found, before, verbose=verbose)]
        if rest := group[len(shown) :]:
            concerned = dict.fromkeys(cut(x.finding.platform or x.finding.subject, 60) for x in rest)
            text = f"{rest[0].severity.value}: {rest[0].check}, {len(rest)} more (-v): {', '.join(concerned)}"
            lines += ["", *wrap(text, hanging="  ")]
    return lines


def _by_check(findings: Iterable[ReportedFinding]) -> list[list[ReportedFinding]]:
    groups: dict[tuple[str, Severity], list[ReportedFinding]] = {}
    for found in findings:
        groups.setdefault((found.check, found.severity), []).append(found)
    return list(groups.values())


def _body(found: ReportedFinding, before: dict[tuple[Remedy, ...], str], *, verbose: bool) -> list[str]:
    finding = found.finding
    lines = wrap(finding.message, indent="  ")
    for evidence in finding.evidence:
        lines += _evidence(evidence, verbose=verbose)
    if finding.remedies in before:
        lines += wrap(f"to do: as for {before[finding.remedies]}, above", indent="  ")
    elif finding.remedies:
        before[finding.remedies] = f"{found.check} {finding.platform or finding.subject}"
        lines += _remedies(finding.remedies)
    return lines


def _heading(found: ReportedFinding, palette: Palette) -> list[str]:
    concerned = found.finding.platform or ""
    words = palette.paint(found.severity.value, _COLOURS[found.severity])
    title = palette.paint(clean(f"{found.check} {found.slug}"), "bold")
    return [f"{words}: {title}" + (f", {clean(concerned)}" if concerned else "")]


def _evidence(evidence: Evidence, *, verbose: bool) -> list[str]:
    texts = evidence.text.rstrip("\n").split("\n")
    shown = texts if verbose else texts[:_EVIDENCE_LINES]
    length = 4096 if verbose else _EVIDENCE_LENGTH
    source = f"  seen: {cut(evidence.source, length)}: "
    if len(texts) == 1:
        return wrap(f"seen: {cut(evidence.source, length)}: {cut(texts[0], length)}", indent="  ", hanging="        ")
    rest = len(texts) - len(shown)
    more = [f"        ... and {rest} more line{'' if rest == 1 else 's'} (-v)"] if rest else []
    return [source.rstrip(), *(f"        {cut(text, length)}".rstrip() for text in shown), *more]


def _remedies(remedies: tuple[Remedy, ...]) -> list[str]:
    lines = ["  to do, one of:" if len(remedies) > 1 else "  to do:"]
    for number, remedy in enumerate(remedies, 1):
        lines += remedy_lines(remedy, number)
    return lines
