"""A bug report about a message that explain-error does not know, ready to be filed."""

from qemudoctor._version import __version__
from qemudoctor.errors.explanation import Explanation
from qemudoctor.errors.redaction import redacted
from qemudoctor.report.terminal import clean

_AT_EACH_END = 20
"""Lines of the beginning and of the end that go into a report: a log can have thousands."""
_NO_LINE = "(no line names the subject: paste it here)"


def _ends(lines: list[str]) -> list[str]:
    """Return the first and the last lines, and between them how many more there are."""
    left_out = len(lines) - 2 * _AT_EACH_END
    if left_out <= 0:
        return lines
    return [*lines[:_AT_EACH_END], f"... {left_out} more", *lines[-_AT_EACH_END:]]


def render_bug_report(explanation: Explanation) -> str:
    """Return a bug report as Markdown: the lines, redacted, and what was made of them."""
    lines = [x.line for x in explanation.symptoms] or list(explanation.similar)
    shown = redacted("\n".join(map(clean, _ends(lines)))).replace("```", "'''") if lines else _NO_LINE
    causes = [f"- {x.id} ({x.standing.value}, {x.score})" for x in explanation.causes]
    parts = [
        "## explain-error: a message that is not explained, or not rightly",
        "",
        f"qemu-doctor {__version__}",
        "",
        "```text",
        shown,
        "```",
        "",
        "What explain-error says:",
        "",
        *(causes or ["- nothing"]),
        "",
        "What it was in the end:",
        "",
        "(Read the lines above before you post them: names that a program gave itself are not taken out.)",
    ]
    return "\n".join(parts) + "\n"
