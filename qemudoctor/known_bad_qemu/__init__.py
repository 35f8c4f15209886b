"""Builds of QEMU's user mode that are known to be bad: the table, and what fits a version or a text."""

from collections.abc import Collection, Iterable

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
    "built",
    "depends_on_library",
    "faults_of",
    "faults_shown",
    "parse_version",
]


def faults_of(
    version: Version,
    traits: Collection[str],
    *,
    guest: str | None = None,
    machine: str | None = None,
    wide_heap: bool | None = None,
) -> tuple[KnownBad, ...]:
    """Return the faults that a version surely has, by its build, the guest's target and the host's `uname -m`.

    wide_heap: of the host's kernel; where that is not known, what needs it is among them.
    """
    return tuple(
        row
        for row in ROWS
        if row.is_for(guest, machine) and row.is_met_with(wide_heap) is not False and row.has(version, traits)
    )


def depends_on_library(version: str, linkage: str, rows: Iterable[KnownBad]) -> bool:
    """Return whether one of the faults of a version depends on the C library that it was built with."""
    numbers = parse_version(version)
    return numbers is not None and any("musl" in x.traits and x.has(numbers, (linkage,)) is not False for x in rows)


def built(version: str, traits: Iterable[str]) -> str:
    """Return a version and how it was built, in words."""
    told = [x for x in traits if x != "glibc"]
    return f"QEMU {version}" + (f" ({', '.join(told)})" if told else "")


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
