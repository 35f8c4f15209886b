"""The judgement on registrations as text."""

from qemudoctor.registration.judging import Judged, name_of
from qemudoctor.registration.problems import FLAG_MEANINGS
from qemudoctor.report.terminal import PLAIN, Palette, clean, cut, wrap

_COLOURS = {"error": "red", "warning": "yellow", "info": "cyan"}
_SHOWN_MAX = 60
_PLATFORMS_MAX = 6


def render_judged(judged: tuple[Judged, ...], *, kernel: str, looks: bool, palette: Palette = PLAIN) -> str:
    """Return what a kernel says to each line, and what is wrong with those that it takes."""
    lines = [palette.paint(f"by the rules of Linux {clean(kernel)}", "bold")]
    if not looks:
        lines.append("the interpreters are not looked for, since another kernel is asked")
    for one in judged:
        lines += ["", *_one(one, palette)]
    refused = sum(1 for x in judged if x.entry is None)
    wrong = sum(1 for x in judged if x.is_wrong) - refused
    lines += ["", f"{len(judged)} given: {refused} refused, {wrong} with errors, {len(judged) - refused - wrong} good"]
    return "\n".join(lines) + "\n"


def _one(judged: Judged, palette: Palette) -> list[str]:
    head = f"{clean(judged.given.source)}  {cut(name_of(judged), _SHOWN_MAX)}".rstrip()
    refusal = judged.refusal
    if refusal is not None:
        errno = f" ({refusal.errno.name})" if refusal.errno is not None else ""
        lines = [f"{head}: {palette.paint(f'refused{errno}', 'red')}"]
        where = f", byte {refusal.position}: {refusal.field}" if refusal.field != "line" else ""
        lines += wrap(f"{refusal.reason}{where}", indent="    ")
        if refusal.taken_by:
            lines += wrap(f"taken by Linux {', '.join(refusal.taken_by)}", indent="    ")
    else:
        lines = [f"{head}: {palette.paint('accepted', 'green')}", *_entry(judged)]
    if not judged.certain:
        lines += wrap("not certain: it depends on changes that this vendor may have taken", indent="    ")
    for x in judged.problems:
        mark = palette.paint(x.severity, _COLOURS[x.severity])
        first, *rest = wrap(f"{x.id}: {x.message}", indent=" " * 12)
        lines += [f"    {mark:<7} {first.strip()}" if not palette.enabled else f"    {mark} {first.strip()}", *rest]
    return lines


def _entry(judged: Judged) -> list[str]:
    entry = judged.entry
    if entry is None:
        return []
    names = judged.platforms
    more = f" and {len(names) - _PLATFORMS_MAX} more" if len(names) > _PLATFORMS_MAX else ""
    matched = f"programs of {', '.join(names[:_PLATFORMS_MAX])}{more}" if names else "no platform known here"
    if entry.extension is not None:
        matched = f"files named *.{entry.extension}"
    lines = wrap(f"{matched} -> {cut(entry.interpreter, 200)}", indent="    ", hanging="      ")
    for letter in entry.flags:
        lines += wrap(f"{letter}: {FLAG_MEANINGS.get(letter, 'a flag of a newer kernel')}", indent="    ")
    return lines
