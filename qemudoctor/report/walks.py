"""The walks of several kernels through one execve(): what they share once, then each for itself (schema traces/1)."""

from qemudoctor.report.document import Document
from qemudoctor.report.terminal import PLAIN, Palette, clean, listing, wrap
from qemudoctor.report.walk import (
    Walk,
    draw_call,
    draw_end,
    draw_possible,
    draw_registry,
    draw_reservations,
    draw_steps,
    draw_walk,
    outcome_colour,
    outcome_text,
    walk_document,
)

SCHEMA = "qemu-doctor/traces/1"
_BAR = "     |"


def draw_walks(walks: tuple[Walk, ...], *, palette: Palette = PLAIN) -> str:
    """Return walks as one drawing: the outcome of each, the steps that all take, then where each goes on."""
    groups = _groups(walks)
    if len(groups) == 1:
        alike = f"{listing([x.kernel for x in walks])}, all alike,"
        return draw_walk(walks[0]._replace(kernel=alike), palette=palette)
    lines = [draw_call(walks[0], palette), "", *_summary(walks, palette), ""]
    shared = walks[0].execution.steps[: _shared(walks)]
    lines += draw_steps(shared, walks[0])
    for index, group in enumerate(groups):
        is_last = index == len(groups) - 1
        lines += _branch(group, len(shared), palette, margin="        " if is_last else f"{_BAR}  ")
    return "\n".join(lines) + "\n"


def walks_document(walks: tuple[Walk, ...]) -> Document:
    """Return walks as the value that their JSON holds."""
    return {"schema": SCHEMA, "traces": [walk_document(walk) for walk in walks]}


def _groups(walks: tuple[Walk, ...]) -> list[tuple[Walk, ...]]:
    """Return walks that differ in nothing but the kernel's name together, in the order in which they were asked for."""
    groups: list[list[Walk]] = []
    for walk in walks:
        same = next((x for x in groups if _essence(x[0]) == _essence(walk)), None)
        if same is None:
            groups.append([walk])
        else:
            same.append(walk)
    return [tuple(x) for x in groups]


def _essence(walk: Walk) -> tuple[object, ...]:
    """Return all that a drawing shows of a walk but the kernel's name."""
    others = [(x.settled, x.answer.execution, x.answer.refused) for x in walk.possible]
    registry = (len(walk.registry.entries), walk.registry.enabled)
    return walk.execution, walk.refused, walk.unseen, walk.guest_loader, registry, others


def _shared(walks: tuple[Walk, ...]) -> int:
    """Return the number of steps that all walks begin with."""
    steps = [walk.execution.steps for walk in walks]
    return next((n for n, row in enumerate(zip(*steps, strict=False)) if len(set(row)) > 1), min(map(len, steps)))


def _summary(walks: tuple[Walk, ...], palette: Palette) -> list[str]:
    width = max(len(clean(walk.kernel)) for walk in walks)
    lines: list[str] = []
    for walk in walks:
        text = outcome_text(walk) + (" (probably, see below)" if len(walk.possible) > 1 else "")
        rows = wrap(text, indent=f"  Linux {clean(walk.kernel):<{width}}  ", hanging=" " * (width + 10))
        lines += [palette.paint(row, outcome_colour(walk)) for row in rows]
    return lines


def _branch(group: tuple[Walk, ...], taken: int, palette: Palette, *, margin: str) -> list[str]:
    """Return how the walk of some kernels goes on behind the steps that were taken."""
    walk = group[0]
    head = f"Linux {listing([clean(x.kernel) for x in group])}"
    corner = f"{_BAR[:-1]}+-- " if margin.startswith(_BAR) else f"{_BAR[:-1]}`-- "
    text = f"on {walk.machine}; {draw_registry(walk)}"
    lines = [f"{corner}{palette.paint(head, 'bold')}", *wrap(text, indent=margin)]
    lines += [*draw_reservations(walk, palette, margin=margin), margin.rstrip()]
    lines += draw_steps(walk.execution.steps[taken:], walk, first=taken + 1, margin=margin)
    lines += draw_end(walk, palette, margin=margin)
    lines += [line or margin.rstrip() for line in draw_possible(walk, palette, margin=margin)]
    return [*lines, *([_BAR] if margin.startswith(_BAR) else [])]
