"""The kinds of symptoms: what each says, and how often such a message has which cause.

The shares are judgements on public threads: who had the message, and what it was in the end. They need not add up to 1.
They are what is believed before anything else of the text is looked at; evidence.py moves them.
"""

from qemudoctor.errors.kinds import containers, crashes, emulation, registering, shells
from qemudoctor.errors.kinds.kind import Kind

__all__ = ["KINDS", "Kind", "kind_of"]

KINDS: dict[str, Kind] = {**containers.ROWS, **shells.ROWS, **registering.ROWS, **emulation.ROWS, **crashes.ROWS}

# Where a family has no kind for an errno, that of another family says the same.
_ELSE = {
    "early-engine": "engine",
    "tonistiigi": "register-refused",
    "update-binfmts": "register-refused",
    "systemd-add": "register-refused",
    "mount": "register-refused",
}


def kind_of(name: str, errno: str | None) -> tuple[str, Kind] | None:
    """Return the kind that a signature's name stands for, with the errno in place of `*`; None if there is none."""
    if "*" not in name:
        found = KINDS.get(name)
        return None if found is None else (name, found)
    own = name.partition(":")[0]
    for family in (own, _ELSE.get(own, "exec")):
        key = f"{family}:{errno or ''}"
        if key in KINDS:
            return key, KINDS[key]
    return None
