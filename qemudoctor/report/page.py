"""The page of a check, and of a cause."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from qemudoctor.check import Check
from qemudoctor.report.terminal import clean, wrap

if TYPE_CHECKING:
    from qemudoctor.errors.causes import Cause


def render_page(check: Check) -> str:
    """Return the page of a check: what it says, how bad that is, why, and where to read on."""
    head = f"{check.id} {check.slug}: {check.title}"
    about = [f"severity: {check.severity.value}", f"family: {check.family}", f"since: {check.since}"]
    about += [f"cause: {check.cause}"] if check.cause else []
    lines = [*wrap(head), *wrap(", ".join(about)), "", *_prose(check.explanation)]
    if check.references:
        lines += ["", "references:", *(f"  {clean(reference)}" for reference in check.references)]
    return "\n".join(lines) + "\n"


def render_cause(cause: "Cause", checks: Sequence[Check] = ()) -> str:
    """Return the page of a cause. checks: those that find it on a host."""
    from qemudoctor.errors.explain import remedy_of
    from qemudoctor.report.remedies import remedy_lines

    lines = [*wrap(f"{cause.id}: {cause.title}"), "", *wrap(cause.explanation)]
    lines += ["", *wrap(f"How to tell: {cause.tell_apart}")]
    lines += ["", "What can be done:"]
    for number, step in enumerate(cause.steps, 1):
        lines += remedy_lines(remedy_of(step), number)
    if checks:
        lines += ["", "Checks that find it on a host:"]
        for check in checks:
            lines += wrap(f"{check.id} {check.slug}: {check.title}", indent="  ", hanging="    ")
    if cause.references:
        lines += ["", "references:", *(f"  {clean(reference)}" for reference in cause.references)]
    return "\n".join(lines) + "\n"


def _prose(text: str) -> list[str]:
    """Return a text as lines of 80 columns: paragraphs are filled, what is indented (commands) stays as it is."""
    lines: list[str] = []
    paragraph: list[str] = []
    for line in (*text.strip("\n").split("\n"), ""):
        if line.strip() and not line[0].isspace():
            paragraph.append(line)
            continue
        lines += wrap(" ".join(" ".join(paragraph).split())) if paragraph else []
        paragraph = []
        lines.append(clean(line.rstrip()))
    return lines[:-1]
