"""Registrations that were written or judged as JSON, schema registration/1."""

from qemudoctor.registration.judging import Judged, name_of
from qemudoctor.report.document import Document, dump


def render_registration_json(
    judged: tuple[Judged, ...],
    *,
    form: str,
    kernel: str,
    machine: str,
    looks: bool,
    content: bytes | None = None,
    notes: tuple[str, ...] = (),
) -> str:
    """Return the judgement on registrations; content and notes: of those that were written just now."""
    return dump(
        {
            "schema": "qemu-doctor/registration/1",
            "kernel": kernel,
            "machine": machine,
            "format": form,
            "interpreters_looked_for": looks,
            "lines": [_line(x) for x in judged],
            "content": None if content is None else content.decode("utf-8", "surrogateescape"),
            "notes": list(notes),
            "summary": {
                "refused": sum(1 for x in judged if x.entry is None),
                "wrong": sum(1 for x in judged if x.is_wrong and x.entry is not None),
                "good": sum(1 for x in judged if not x.is_wrong),
            },
        }
    )


def _line(judged: Judged) -> Document:
    refusal, entry = judged.refusal, judged.entry
    return {
        "source": judged.given.source,
        "line": judged.given.line.decode("utf-8", "surrogateescape"),
        "name": name_of(judged),
        "accepted": entry is not None,
        "certain": judged.certain,
        "refusal": None
        if refusal is None
        else {
            "errno": None if refusal.errno is None else refusal.errno.name,
            "field": refusal.field,
            "position": refusal.position,
            "reason": refusal.reason,
            "taken_by": list(refusal.taken_by),
        },
        "entry": None
        if entry is None
        else {
            "name": entry.name,
            "enabled": entry.enabled,
            "interpreter": entry.interpreter,
            "flags": entry.flags,
            "offset": entry.offset,
            "magic": entry.magic.hex() if entry.extension is None else None,
            "mask": entry.mask.hex() if entry.mask is not None else None,
            "extension": entry.extension,
        },
        "platforms": list(judged.platforms),
        "problems": [x._asdict() for x in judged.problems],
    }
