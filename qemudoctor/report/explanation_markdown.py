"""An explanation as Markdown, for pasting into an issue."""

from collections.abc import Iterable, Iterator

from qemudoctor.errors.explanation import Explanation, Failure, RankedCause, Standing, Symptom
from qemudoctor.report.explanation_text import ANOTHER_HOST, NOT_OURS
from qemudoctor.report.terminal import clean

_LONGEST_FENCE = 64


def render_explanation_markdown(explanation: Explanation) -> str:
    """Return an explanation as Markdown. What came from the log stands in code, and steers nothing."""
    if not explanation.recognised:
        lines = [NOT_OURS]
        if explanation.similar:
            lines += ["", "Lines that name the subject, but that are not known:", "", *_code(explanation.similar)]
        return "\n".join(lines) + "\n"
    several = len(explanation.failures) > 1
    parts: list[str] = []
    for number, failure in enumerate(explanation.failures, 1):
        parts += [f"## Failure {number}", ""] if several else []
        parts += [*_failure(failure), ""]
    return "\n".join(parts).rstrip("\n") + "\n"


def _failure(failure: Failure) -> Iterator[str]:
    yield from _code(x.line for x in failure.symptoms)
    yield ""
    for symptom in failure.symptoms[:1]:
        yield f"Printed by {_who(symptom)}. It means: {symptom.says}."
        yield ""
    yield "| cause | standing | because |"
    yield "| --- | --- | --- |"
    for cause in failure.causes:
        yield f"| {_cell(cause.title)} (`{cause.id}`) | {_standing(cause)} | {_cell('; '.join(cause.because))} |"
    if failure.is_of_another_host:
        yield ""
        yield ANOTHER_HOST
    for cause in [x for x in failure.causes if x.standing is not Standing.RULED_OUT][:2]:
        yield ""
        yield f"### {_plain(cause.title)}"
        yield ""
        yield _plain(cause.explanation)
        yield ""
        yield f"How to tell: {cause.tell_apart}"
        yield ""
        yield f"More: `qemu-doctor explain {cause.id}`{''.join(f', <{x}>' for x in cause.references)}"
        for remedy in cause.remedies:
            yield ""
            yield f"{_plain(remedy.title)}{f' ({_plain(remedy.note)})' if remedy.note else ''}:"
            yield ""
            yield from _code(line for command in remedy.commands for line in command.split("\n"))


def _who(symptom: Symptom) -> str:
    version = f" {symptom.emitter_version}" if symptom.emitter_version else ""
    errno = f", errno {symptom.errno}" if symptom.errno else ""
    return f"{'a program that is not known' if symptom.emitter == 'other' else symptom.emitter}{version}{errno}"


def _standing(cause: RankedCause) -> str:
    if cause.standing in (Standing.LIKELY, Standing.POSSIBLE):
        return f"{cause.standing.value} ({round(cause.score * 100)} %)"
    return f"**{cause.standing.value}**" + (f" by {cause.check}" if cause.check else "")


def _code(lines: Iterable[str]) -> list[str]:
    """Return lines as a block of code, in a fence longer than any in them."""
    texts = [clean(line) for line in lines]
    fence = "```"
    while any(fence in text for text in texts) and len(fence) < _LONGEST_FENCE:
        fence += "`"
    return [fence, *texts, fence]


def _cell(text: str) -> str:
    return _plain(text).replace("|", "\\|")


def _plain(text: str) -> str:
    """Return text that Markdown leaves as it is, but for code in backquotes."""
    text = clean(text).replace("<", "&lt;").replace("@", "@\u200b" if "@" in text else "@")
    return text.replace("[", "\\[").replace("*", "\\*")
