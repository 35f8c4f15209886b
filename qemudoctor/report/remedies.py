"""Remedies as text: what to paste."""

from qemudoctor.remedies.remedy import Remedy
from qemudoctor.report.terminal import clean, wrap

_ODD = "the command holds characters that cannot be shown here: take it from --json"


def remedy_lines(remedy: Remedy, number: int) -> list[str]:
    """Return a remedy: what it does, its commands as they can be pasted, and what to know of it."""
    lines = wrap(f"{remedy.title}{_properties(remedy)}", indent=f"  {number}. ", hanging="     ")
    for command in remedy.commands:
        lines += _command(command)
    for word, text in (("risk", remedy.risk), ("leaves", remedy.leaves), ("note", remedy.note)):
        if text:
            lines += wrap(f"{word}: {text}", indent="     ", hanging="       ")
    return lines


def _properties(remedy: Remedy) -> str:
    words = ["needs root"] if remedy.root else []
    if remedy.persistent is not None:
        words.append("survives a reboot" if remedy.persistent else "until the next reboot")
    if remedy.proven is not None:
        words.append(f"proven on the {remedy.proven}")
    return f" ({', '.join(words)})" if words else ""


def _command(command: str) -> list[str]:
    """Return a command as lines that can be pasted as they are, never wrapped.

    A shell passes over the spaces before a command; inside one of several lines (a here-document, a quoted text) they
    would change it, so that stands at the left edge.
    """
    texts = command.split("\n")
    indent = "" if len(texts) > 1 else " " * 9
    odd = [] if all(text.isprintable() for text in texts) else wrap(_ODD, indent="     ")
    return [*(f"{indent}{clean(text)}" for text in texts), *odd]
