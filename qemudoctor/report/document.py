"""What all JSON outputs share."""

from typing import Any

from qemudoctor.facts import RefusedLine
from qemudoctor.remedies.remedy import Remedy

Document = dict[str, Any]


def dump(document: Document) -> str:
    """Return a document as indented JSON in ASCII, with a newline at its end. Undecodable bytes are surrogates."""
    from json import dumps

    return dumps(document, ensure_ascii=True, indent=2) + "\n"


def refused_document(refused: RefusedLine) -> Document:
    """Return a register string that was refused as JSON has it."""
    return {
        "source": refused.source,
        "line": refused.line,
        "name": refused.name,
        "errno": refused.errno.name,
        "reason": refused.reason,
    }


def remedy_document(remedy: Remedy) -> Document:
    """Return a remedy as JSON has it."""
    return {
        "id": remedy.id,
        "title": remedy.title,
        "commands": list(remedy.commands),
        "root": remedy.root,
        "persistent": remedy.persistent,
        "risk": remedy.risk,
        "leaves": remedy.leaves,
        "note": remedy.note,
        "proven": remedy.proven,
    }
