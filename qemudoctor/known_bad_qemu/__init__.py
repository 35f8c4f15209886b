"""Builds of QEMU's user mode that are known to be bad: the table, and what fits a version or a text."""

from collections.abc import Collection

from qemudoctor.known_bad_qemu.row import LIBRARIES, LINKAGES, NEVER, Cure, KnownBad, Version, parse_version
from qemudoctor.known_bad_qemu.rows import ROWS

__all__ = [
    "LIBRARIES",
    "LINKAGES",
    "NEVER",
    "ROWS",
    "Cure",
    "KnownBad",
    "Version",
    "faults_of",
    "faults_shown",
    "parse_version",
]


def faults_of(
    version: Version, traits: Collection[str], *, guest: str | None = None, machine: str | None = None
) -> tuple[KnownBad, ...]:
    """Return the faults that a version surely has, by its build, the guest's target and the host's `uname -m`."""
    return tuple(row for row in ROWS if row.is_for(guest, machine) and row.has(version, traits))


def faults_shown(
    text: str,
    *,
    kind: str,
    guest: str | None = None,
    errno: str | None = None,
    signal: str | None = None,
    syscall: str | None = None,
) -> tuple[KnownBad, ...]:
    """Return the faults of which a text shows the sign. kind: of its symptom. guest: QEMU's name, if it is known."""
    return tuple(
        row
        for row in ROWS
        if row.is_of(kind, guest=guest, errno=errno, signal=signal) and row.is_shown_in(text, syscall=syscall)
    )
