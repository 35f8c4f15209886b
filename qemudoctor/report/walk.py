"""The walk of an execve(), step by step: short inside a report, drawn whole, or as JSON (schema trace/1)."""

from typing import TYPE_CHECKING, NamedTuple

from qemudoctor.facts import GuestLoader, RefusedLine
from qemudoctor.kernel.errnos import MEANINGS
from qemudoctor.kernel.execution import Execution, Handler, Step
from qemudoctor.kernel.registry import Registry
from qemudoctor.report.document import Document, refused_document
from qemudoctor.report.terminal import PLAIN, WIDTH, Palette, clean, cut, wrap

if TYPE_CHECKING:
    from qemudoctor.kernel.features import Feature
    from qemudoctor.kernel.possible import Possibility

SCHEMA = "qemu-doctor/trace/1"
_HANDLER_WIDTH = 11
_PATH_MAX = 200
_BAR = "     |           "


class Trace(NamedTuple):
    """What one kernel makes of it: of the register strings, if some were given, and of the call."""

    registry: Registry
    execution: Execution
    refused: tuple[RefusedLine, ...] = ()
    unseen: str | None = None
    """Why entries could not be seen; the execution then is that without them."""


class Walk(NamedTuple):
    """One execve() of the model, and what it was asked of."""

    program: str
    root: str
    """The directory in which paths are looked up; "/" for that of this host."""
    kernel: str
    machine: str
    registry: Registry
    registry_state: str
    execution: Execution
    refused: tuple[RefusedLine, ...] = ()
    unseen: str | None = None
    """Why entries could not be seen; the walk then is that without them."""
    guest_loader: GuestLoader | None = None
    """What the emulator looks for when the kernel has done its part."""
    possible: "tuple[Possibility[Trace], ...]" = ()
    """Where not all is known of this kernel: the best answer, which is the walk itself, and the others."""

    @property
    def is_open(self) -> bool:
        """Return whether the outcome is not known: entries could not be seen, and one could change it.

        None can where the program itself cannot be opened.
        """
        steps = self.execution.steps
        is_certain = bool(self.execution.errno) and all(step.handler is Handler.OPEN for step in steps)
        return self.unseen is not None and not is_certain


def short_steps(execution: Execution) -> list[str]:
    """Return a walk as a few lines: who handled which file, what it opened, how that ended."""
    lines: list[str] = []
    for step in execution.steps:
        indent = f"  {step.handler.value:<{_HANDLER_WIDTH}}  "
        lines += wrap(f"{_subject(step)}: {step.note}", indent=indent, hanging=" " * len(indent))
    return lines


def _subject(step: Step) -> str:
    file = cut(step.file, _PATH_MAX)
    by = "" if step.entry is None else f" by {cut(step.entry, _PATH_MAX)}"
    if step.opens is None or step.opens == step.file:
        return f"{file}{by}"
    return f"{file} -> {cut(step.opens, _PATH_MAX)}{by}"


def draw_walk(walk: Walk, *, palette: Palette = PLAIN) -> str:
    """Return a walk as a drawing from the program down to the outcome."""
    lines = [draw_call(walk, palette)]
    lines += wrap(f"Linux {walk.kernel} on {walk.machine}; {draw_registry(walk)}", hanging="  ")
    lines += [*draw_reservations(walk, palette), ""]
    lines += draw_steps(walk.execution.steps, walk)
    return "\n".join([*lines, *draw_end(walk, palette), *draw_possible(walk, palette)]) + "\n"


def draw_call(walk: Walk, palette: Palette) -> str:
    """Return the call, as the headline."""
    where = "on this host" if walk.root == "/" else f"in the root {clean(walk.root)}"
    return palette.paint(f"execve({quoted((walk.program,))}) {where}", "bold")


def draw_registry(walk: Walk) -> str:
    """Return how much the registry holds."""
    count = len(walk.registry.entries)
    registry = "entries not seen" if walk.unseen else f"{count} entr{'y' if count == 1 else 'ies'}"
    return f"registry: {registry}{'' if walk.registry.enabled else ', disabled'}"


def draw_reservations(walk: Walk, palette: Palette, *, margin: str = "") -> list[str]:
    """Return what has to be known before the steps: register strings that are refused, entries that cannot be seen."""
    lines: list[str] = []
    for refused in walk.refused:
        text = f"refused: {refused.source}: {refused.errno.name}: {refused.reason}"
        lines += wrap(text, indent=margin, hanging=f"{margin}  ")
    if walk.is_open:
        text = f"The entries cannot be seen: {walk.unseen}. This is the walk without them."
        lines += [palette.paint(line, "yellow") for line in wrap(text, indent=margin)]
    return lines


def draw_steps(steps: tuple[Step, ...], walk: Walk, *, first: int = 1, margin: str = "") -> list[str]:
    """Return steps, each with a bar below that leads to the next or to the end."""
    lines: list[str] = []
    bar = margin + _BAR
    for number, step in enumerate(steps, first):
        lines.append(f"{margin}[{number}] {step.handler.value:<{_HANDLER_WIDTH}}  {clean(step.file)}")
        if step.entry is not None:
            lines.append(f"{bar}entry  {clean(step.entry)}")
        if step.opens is not None:
            opens, place = f"{bar}opens  {clean(step.opens)}", _place(step, walk)
            is_short = len(opens) + len(place) + 2 <= WIDTH
            lines += [f"{opens}  {place}"] if is_short else [opens, f"{bar}       {place}"]
        lines += [*wrap(step.note, indent=bar), bar.rstrip()]
    return lines


def _place(step: Step, walk: Walk) -> str:
    entry = None if step.entry is None else walk.registry.named(step.entry)
    if step.handler is Handler.MISC and entry is not None and "F" in entry.flags:
        return "(open since its registration, on the host)"
    return "(on this host)" if walk.root == "/" else f"(in {clean(walk.root)})"


def draw_end(walk: Walk, palette: Palette, *, margin: str = "") -> list[str]:
    """Return how it ends, and what comes then."""
    lines = [f"{margin}     `-> {draw_outcome(walk, palette)}"]
    if walk.is_open:
        return lines
    argv = walk.execution.argv
    lines += [f"{margin}         argv: {quoted(argv)}"] if argv else []
    return lines + (_then(walk.guest_loader, walk, palette, margin) if walk.guest_loader is not None else [])


def draw_outcome(walk: Walk, palette: Palette) -> str:
    """Return how a walk ends, in words and in colour."""
    return palette.paint(outcome_text(walk), outcome_colour(walk))


def outcome_text(walk: Walk) -> str:
    """Return how a walk ends, in words without colour."""
    return f"not known; without entries: {_outcome(walk.execution)}" if walk.is_open else _outcome(walk.execution)


def outcome_colour(walk: Walk) -> str:
    """Return the colour of an end."""
    return "yellow" if walk.is_open else "green" if walk.execution.outcome == "ok" else "red"


def draw_possible(walk: Walk, palette: Palette, *, margin: str = "") -> list[str]:
    """Return what else the kernel may answer, where nobody knows which changes its vendor took; nothing if certain."""
    if len(walk.possible) < 2 or walk.is_open:
        return []
    features = list(dict.fromkeys(feature for x in walk.possible for feature, _ in x.settled))
    letters = {feature: f"({chr(ord('a') + index)})" for index, feature in enumerate(features)}
    lines = ["", *wrap("This depends on whether this kernel has:", indent=margin)]
    for feature, letter in letters.items():
        lines += wrap(f"{letter} {feature.value}", indent=f"{margin}  ", hanging=f"{margin}      ")
    lines += wrap("Its release does not say. The walk is that of a kernel without; otherwise:", indent=margin)
    for possibility in walk.possible[1:]:
        text = f"{_condition(possibility, letters)}: {_outcome(possibility.answer.execution)}"
        if possibility.answer.refused != walk.refused:
            text += f"; refused then: {', '.join(x.source for x in possibility.answer.refused) or 'nothing'}"
        lines += wrap(text, indent=f"{margin}  ", hanging=f"{margin}    ")
    return [palette.paint(line, "yellow") if line else line for line in lines]


def _condition(possibility: "Possibility[Trace]", letters: "dict[Feature, str]") -> str:
    has = " and ".join(letters[x] for x in possibility.has)
    lacks = " and ".join(letters[x] for x in possibility.lacks)
    return ", ".join(filter(None, (has and f"with {has}", lacks and f"without {lacks}")))


def _then(loader: GuestLoader, walk: Walk, palette: Palette, margin: str) -> list[str]:
    where = "on this host" if walk.root == "/" else f"in {walk.root}"
    text = f"then the emulator looks for the loader that {loader.program} names, {loader.path} {where}: "
    if loader.exists:
        return wrap(f"{text}it is there", indent=f"{margin}         ")
    text += f"it is not there, and the emulator ends with \"Could not open '{loader.path}'\" and status 255"
    return [palette.paint(line, "red") for line in wrap(text, indent=f"{margin}         ")]


def _outcome(execution: Execution) -> str:
    if execution.blocks:
        return "the call never returns"
    if execution.signal is not None:
        return f"the new program is killed by {execution.signal}"
    if execution.errno:
        return f"{execution.errno.name}: {MEANINGS[execution.errno]}"
    return f"ok: {clean(execution.runs or '')} runs"


def quoted(words: tuple[str, ...]) -> str:
    """Return arguments in a line, each in double quotes."""
    return " ".join('"' + clean(word).replace('"', '\\"') + '"' for word in words)


def walk_document(walk: Walk) -> Document:
    """Return a walk as the value that its JSON holds; without the entries its outcome is not known."""
    execution = walk.execution
    return {
        "schema": SCHEMA,
        "program": walk.program,
        "root": walk.root,
        "kernel": walk.kernel,
        "machine": walk.machine,
        "registry": {
            "state": walk.registry_state,
            "refused": [refused_document(x) for x in walk.refused],
            "reason": walk.unseen,
        },
        "steps": [
            {"handler": x.handler.value, "file": x.file, "entry": x.entry, "opens": x.opens, "note": x.note}
            for x in execution.steps
        ],
        "outcome": None if walk.is_open else execution.outcome,
        "runs": None if walk.is_open else execution.runs,
        "argv": [] if walk.is_open else list(execution.argv),
        "guest_loader": _loader_document(walk.guest_loader),
        "possible": [] if walk.is_open else [_possible_document(x) for x in walk.possible],
    }


def _possible_document(possibility: "Possibility[Trace]") -> Document:
    execution = possibility.answer.execution
    return {
        "outcome": execution.outcome,
        "runs": execution.runs,
        "argv": list(execution.argv),
        "refused": [x.source for x in possibility.answer.refused],
        "has": [_feature_document(x) for x in possibility.has],
        "lacks": [_feature_document(x) for x in possibility.lacks],
    }


def _feature_document(feature: "Feature") -> Document:
    return {"feature": feature.name.lower().replace("_", "-"), "meaning": feature.value}


def _loader_document(loader: GuestLoader | None) -> Document | None:
    return None if loader is None else {"path": loader.path, "exists": loader.exists}
