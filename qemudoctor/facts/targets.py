"""Whose programs an entry's emulator runs, by the emulator's name, and whether the entry matches them."""

from qemudoctor.facts.emulators import is_qemu, target_named_by
from qemudoctor.kernel.entry import Entry
from qemudoctor.platforms import BY_TARGET, Architecture

_X86_32 = frozenset({(32, "little", 3), (32, "little", 6)})
"""EM_386 and EM_486: qemu-i386 takes both."""


def meant_for(entry: Entry) -> Architecture | None:
    """Return the architecture that an entry's interpreter is named for, None for other interpreters."""
    target = target_named_by(entry.interpreter)
    return None if target is None else BY_TARGET.get(target)


def is_of_another_emulator(entry: Entry) -> bool:
    """Return whether an entry belongs to something else than QEMU (Rosetta, FEX, box64), by name and interpreter."""
    return not is_qemu(entry.interpreter) and not is_qemu(entry.name)


def has_own_rule(entry: Entry, architecture: Architecture) -> bool:
    """Return whether magic and mask are those of QEMU's own script for an architecture."""
    return (entry.offset, entry.magic, entry.mask) == (0, architecture.magic, architecture.mask)


def runs_programs_of(own: Architecture, other: Architecture) -> bool:
    """Return whether the emulator for one architecture takes the programs of another, as far as their headers tell."""
    words = {(own.bits, own.order, own.e_machine)}
    if own.qemu_target in ("i386", "i486"):
        words |= _X86_32
    return (other.bits, other.order, other.e_machine) in words


def is_for_another(entry: Entry, architecture: Architecture) -> bool:
    """Return whether an entry's emulator is named for an architecture that does not run these programs."""
    own = meant_for(entry)
    return own is not None and not has_own_rule(entry, own) and not runs_programs_of(own, architecture)


def matches_pie(entry: Entry, architecture: Architecture) -> bool:
    """Return whether an entry matches position-independent programs; true where QEMU's own rule does not either."""
    return has_own_rule(entry, architecture) or entry.matches(architecture.sample(pie=True), "")
