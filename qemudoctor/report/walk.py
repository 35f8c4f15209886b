"""The walk of an execve(), step by step: short inside a report, drawn whole, or as JSON (schema trace/1)."""

from typing import NamedTuple

from qemudoctor.facts import GuestLoader, RefusedLine
from qemudoctor.kernel.errnos import MEANINGS
from qemudoctor.kernel.execve import Execution, Handler, Step
from qemudoctor.kernel.registry import Registry
from qemudoctor.report.document import Document, refused_document
from qemudoctor.report.terminal import PLAIN, Palette, clean, cut, wrap

SCHEMA = "qemu-doctor/trace/1"
_HANDLER_WIDTH = 11
_PATH_MAX = 200
_BAR = "     |           "


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
    where = "on this host" if walk.root == "/" else f"in the root {clean(walk.root)}"
    lines = [palette.paint(f"execve({quoted((walk.program,))}) {where}", "bold")]
    count = len(walk.registry.entries)
    registry = "entries not seen" if walk.unseen else f"{count} entr{'y' if count == 1 else 'ies'}"
    off = "" if walk.registry.enabled else ", disabled"
    lines += wrap(f"Linux {walk.kernel} on {walk.machine}; registry: {registry}{off}", hanging="  ")
    for refused in walk.refused:
        lines += wrap(f"refused: {refused.source}: {refused.errno.name}: {refused.reason}", hanging="  ")
    if walk.is_open:
        text = f"The entries cannot be seen: {walk.unseen}. This is the walk without them."
        lines += [palette.paint(line, "yellow") for line in wrap(text)]
    for number, step in enumerate(walk.execution.steps, 1):
        lines += ["" if number == 1 else _BAR.rstrip(), *_step(number, step, walk)]
    return "\n".join([*lines, _BAR.rstrip(), *_end(walk, palette)]) + "\n"


def _step(number: int, step: Step, walk: Walk) -> list[str]:
    lines = [f"[{number}] {step.handler.value:<{_HANDLER_WIDTH}}  {clean(step.file)}"]
    if step.entry is not None:
        lines.append(f"{_BAR}entry  {clean(step.entry)}")
    if step.opens is not None:
        lines.append(f"{_BAR}opens  {clean(step.opens)}  {_place(step, walk)}")
    return lines + wrap(step.note, indent=_BAR)


def _place(step: Step, walk: Walk) -> str:
    entry = None if step.entry is None else walk.registry.named(step.entry)
    if step.handler is Handler.MISC and entry is not None and "F" in entry.flags:
        return "(open since its registration, on the host)"
    return "(on this host)" if walk.root == "/" else f"(in {clean(walk.root)})"


def _end(walk: Walk, palette: Palette) -> list[str]:
    execution = walk.execution
    colour = "green" if execution.outcome == "ok" else "red"
    if walk.is_open:
        return ["     `-> " + palette.paint(f"not known; without entries: {_outcome(execution)}", "yellow")]
    lines = ["     `-> " + palette.paint(_outcome(execution), colour)]
    lines += [f"         argv: {quoted(execution.argv)}"] if execution.argv else []
    return lines + (_then(walk.guest_loader, walk, palette) if walk.guest_loader is not None else [])


def _then(loader: GuestLoader, walk: Walk, palette: Palette) -> list[str]:
    where = "on this host" if walk.root == "/" else f"in {walk.root}"
    text = f"then the emulator looks for the loader that {loader.program} names, {loader.path} {where}: "
    if loader.exists:
        return wrap(f"{text}it is there", indent="         ")
    text += f"it is not there, and the emulator ends with \"Could not open '{loader.path}'\" and status 255"
    return [palette.paint(line, "red") for line in wrap(text, indent="         ")]


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
    }


def _loader_document(loader: GuestLoader | None) -> Document | None:
    return None if loader is None else {"path": loader.path, "exists": loader.exists}
