"""An explanation for people: who said it, what the kernel answered, what it means here, what to paste."""

from collections.abc import Iterable, Iterator

from qemudoctor.errors.explanation import Explanation, Failure, RankedCause, Standing, Symptom
from qemudoctor.report.remedies import remedy_lines
from qemudoctor.report.terminal import PLAIN, Palette, clean, cut, wrap

NOT_OURS = "This has nothing to do with running programs of another architecture, as far as qemu-doctor can tell."
ANOTHER_HOST = (
    "What it mostly means cannot be so here: it may come from another host, or from before a change of this one. "
    "--capture, --root and --kernel name that host."
)
_COLOURS = {Standing.CONFIRMED: "red", Standing.LIKELY: "yellow", Standing.POSSIBLE: "cyan", Standing.RULED_OUT: ""}
_LINE_LENGTH = 300
_SYMPTOMS_MAX = 4
_EXPLAINED_MAX = 3
_NAME_LENGTH = 20


def render_explanation_text(explanation: Explanation, *, palette: Palette = PLAIN) -> str:
    """Return an explanation as text, its failures in the order of the log."""
    if not explanation.recognised:
        return "\n".join((*wrap(NOT_OURS), *_similar(explanation))) + "\n"
    several = len(explanation.failures) > 1
    blocks = [
        "\n".join(_failure(failure, palette, number if several else None))
        for number, failure in enumerate(explanation.failures, 1)
    ]
    return "\n\n\n".join(blocks) + "\n"


def _similar(explanation: Explanation) -> Iterator[str]:
    if explanation.similar:
        yield ""
        yield from wrap("Lines that name the subject, but that it does not know (`--report` makes a bug report):")
        for line in explanation.similar:
            yield f"  {cut(line, _LINE_LENGTH)}"


def _failure(failure: Failure, palette: Palette, number: int | None) -> Iterator[str]:
    if number is not None:
        yield palette.paint(f"failure {number}", "bold")
    for symptom in failure.symptoms[:_SYMPTOMS_MAX]:
        yield from _symptom(symptom, palette)
    left = len(failure.symptoms) - _SYMPTOMS_MAX
    if left > 0:
        yield f"  and {left} more line{'' if left == 1 else 's'} that say{'s' if left == 1 else ''} the same"
    yield ""
    yield palette.paint("causes, most probable first", "bold")
    open_causes = [x for x in failure.causes if x.standing is not Standing.RULED_OUT]
    for place, cause in enumerate(open_causes, 1):
        yield from _cause(cause, place, palette, whole=place <= _EXPLAINED_MAX)
    yield from _ruled_out(failure.causes)
    if failure.is_of_another_host:
        yield from wrap(ANOTHER_HOST, hanging="  ")
    yield from _first_remedies(open_causes, palette)


def _symptom(symptom: Symptom, palette: Palette) -> Iterator[str]:
    where = f"line {symptom.number}: " if symptom.number > 1 else ""
    yield f"{where}{palette.paint(cut(symptom.line, _LINE_LENGTH), 'bold')}"
    version = f" {symptom.emitter_version}" if symptom.emitter_version else ""
    yield from wrap(f"who says so: {_who(symptom)}{version}", indent="  ", hanging="    ")
    if symptom.errno is not None:
        words = f", {symptom.answer}" if symptom.answer else ""
        yield from wrap(f"answer: {symptom.errno}{words}", indent="  ", hanging="    ")
    elif symptom.signal is not None:
        yield from wrap(f"killed by: {symptom.signal}", indent="  ", hanging="    ")
    yield from wrap(f"meaning: {symptom.says}", indent="  ", hanging="    ")
    named = [
        f"{word} {cut(value, 120)}"
        for word, value in (
            ("program", symptom.program),
            ("interpreter", symptom.interpreter),
            ("platform", symptom.platform),
            ("system call", symptom.syscall),
        )
        if value
    ]
    if named:
        yield from wrap(f"named: {', '.join(named)}", indent="  ", hanging="    ")


def _who(symptom: Symptom) -> str:
    if symptom.emitter != "other":
        return symptom.emitter
    name = symptom.line.partition(": ")[0]
    return name if name.isidentifier() and name.islower() and len(name) <= _NAME_LENGTH else "not known"


def _cause(cause: RankedCause, place: int, palette: Palette, *, whole: bool) -> Iterator[str]:
    standing = palette.paint(cause.standing.value, _COLOURS[cause.standing])
    score = "" if cause.standing is Standing.CONFIRMED else f" {round(cause.score * 100)} %"
    check = f" by {cause.check}" if cause.check else ""
    yield f"{place}. {palette.paint(clean(cause.title), 'bold')}"
    yield f"   {standing}{check}{score} ({cause.id})"
    for because in cause.because[:5]:
        yield from wrap(f"because: {because}", indent="   ", hanging="     ")
    if whole:
        yield from wrap(cause.explanation, indent="   ")
    yield from wrap(f"how to tell: {cause.tell_apart}", indent="   ", hanging="     ")
    if whole:
        more = (f"qemu-doctor explain {cause.id}", *cause.references[:2])
        yield from wrap(f"more: {', '.join(more)}", indent="   ", hanging="     ")


def _ruled_out(causes: Iterable[RankedCause]) -> Iterator[str]:
    for cause in causes:
        if cause.standing is Standing.RULED_OUT:
            reason = cause.because[0] if cause.because else "it cannot be so here"
            yield from wrap(f"ruled out: {cause.title} ({cause.id}): {reason}", hanging="  ")


def _first_remedies(causes: list[RankedCause], palette: Palette) -> Iterator[str]:
    """Yield what to paste: for what is confirmed, else for the first two causes."""
    confirmed = [x for x in causes if x.standing is Standing.CONFIRMED]
    for cause in confirmed[:2] or causes[:2]:
        if not cause.remedies:
            continue
        yield ""
        yield palette.paint(
            f"if it is this ({cause.id}), one of:" if not confirmed else f"to do ({cause.id}), one of:", "bold"
        )
        for number, remedy in enumerate(cause.remedies, 1):
            yield from remedy_lines(remedy, number)
