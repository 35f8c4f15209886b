"""The page of a check."""

from qemudoctor.check import Check
from qemudoctor.report.terminal import clean, wrap


def render_page(check: Check) -> str:
    """Return the page of a check: what it says, how bad that is, why, and where to read on."""
    head = f"{check.id} {check.slug}: {check.title}"
    about = [f"severity: {check.severity.value}", f"family: {check.family}", f"since: {check.since}"]
    about += [f"cause: {check.cause}"] if check.cause else []
    lines = [*wrap(head), *wrap(", ".join(about)), "", *_prose(check.explanation)]
    if check.references:
        lines += ["", "references:", *(f"  {clean(reference)}" for reference in check.references)]
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
