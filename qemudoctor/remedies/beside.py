"""Entries of other emulators, which stay, and names for those that are registered before them."""

from itertools import count

from qemudoctor.facts import Facts, Unavailable
from qemudoctor.kernel.entry import Entry


def exists(facts: Facts, name: str) -> bool:
    """Return whether an entry of that name is known to be there, one that cannot be read included."""
    try:
        known = facts.registry
    except Unavailable:
        return False
    return known.registry.named(name) is not None or any(x.name == name for x in known.damaged)


def unused(facts: Facts, name: str) -> str:
    """Return a name that no entry has: this one, or the first with a number.

    So an entry of that name is not removed: it lies behind the one that decides, and nothing could put it back there.
    """
    if not exists(facts, name):
        return name
    return next(x for x in (f"{name}-{number}" for number in count(2)) if not exists(facts, x))


def stays(facts: Facts, entry: Entry) -> str:
    """Return what becomes of another emulator's entry when QEMU's is registered before it."""
    text = f"The entry {entry.name} stays"
    if "F" in entry.flags:
        return text
    try:
        is_there = facts.emulator(entry.interpreter).exists
    except Unavailable:
        is_there = True
    if not is_there:
        return f"{text}, though {entry.interpreter} is not on this host: remove it unless something brings that back"
    return f"{text}. To work in containers by itself, its own installer has to register it with F"
