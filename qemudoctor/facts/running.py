"""The emulator that an entry runs, and what of the host decides whether it runs well."""

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from qemudoctor.facts.fact import Unavailable
from qemudoctor.kernel.entry import Entry
from qemudoctor.kernel.release import KernelRelease

if TYPE_CHECKING:
    from qemudoctor.facts.facts import Facts

# Commit 44c76825d6ee, "x86: Increase brk randomness entropy for 64-bit systems", was merged in March 2024.
_WIDE_HEAP = (6, 9, 0)
_MAY_HAVE_WIDE_HEAP = {
    (4, 19): 311,
    (5, 4): 273,
    (5, 10): 214,
    (5, 15): 153,
    (6, 1): 83,
    (6, 6): 23,
    (6, 7): 11,
    (6, 8): 2,
}
"""The branches that were kept then, and their first level after that merge: Debian has it in 6.1.112 or later, and
Ubuntu in updates of 6.8 (https://github.com/tonistiigi/binfmt/issues/215)."""
_LIKE_MAINLINE = (None, "debian")


class Running(NamedTuple):
    """What is known of the emulator that an entry runs.

    traits: of its build, "static", "static-pie" or "dynamic", and "musl" or "glibc" where that was asked for.
    """

    version: str
    traits: tuple[str, ...]


def running(facts: "Facts", entry: Entry, *, needs_library: Callable[[str, str], bool]) -> Running | None:
    """Return what is known of the emulator that an entry runs: the one that F holds open, where that was seen.

    needs_library: whether the C library matters, of a version and a linkage; only then is the file searched for it.
    None if its version is not known. Raises: Unavailable.
    """
    emulator = facts.emulator(entry.interpreter)
    try:
        pinned = facts.pinned_emulator(entry)
    except Unavailable:
        pinned = None
    runs = emulator if pinned is None else pinned
    if runs.version is None:
        return None
    linkage = "" if runs.linkage is None else runs.linkage.value
    is_musl = None if pinned is None else pinned.is_musl
    if is_musl is None and needs_library(runs.version, linkage):
        is_musl = facts.is_musl(emulator)
    library = "" if is_musl is None else "musl" if is_musl else "glibc"
    return Running(runs.version, tuple(x for x in (linkage, library) if x))


def machine_of(facts: "Facts") -> str | None:
    """Return the host's `uname -m`; None if it is not known."""
    try:
        return facts.machine.name
    except Unavailable:
        return None


def wide_heap_of(facts: "Facts") -> bool | None:
    """Return whether the host's kernel puts heaps anywhere in 16 GB; None if that is not known."""
    try:
        return has_wide_heap(facts.kernel)
    except Unavailable:
        return None


def has_wide_heap(kernel: KernelRelease) -> bool | None:
    """Return whether a kernel for x86-64 puts heaps anywhere in 16 GB, and not in 32 MB, behind a program.

    None where a stable branch or a vendor may have taken the change.
    Source: Linux arch/x86/kernel/process.c, arch_randomize_brk().
    """
    if kernel.version >= _WIDE_HEAP:
        return True
    if kernel.vendor not in _LIKE_MAINLINE:
        return None
    first = _MAY_HAVE_WIDE_HEAP.get(kernel.version[:2])
    if first is None:
        return False
    return False if kernel.patch_known and kernel.version[2] < first else None
