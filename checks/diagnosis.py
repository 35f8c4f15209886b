"""Why programs of a platform do not run in a container: one fault a platform, the one that has to be put right first.

Several checks ask this, each for its own fault, so that one fault is reported once and none is left out.
"""

import enum
from collections.abc import Iterator
from typing import NamedTuple

from qemudoctor.check import Facts
from qemudoctor.checks.subjects import one_per_architecture
from qemudoctor.facts import (
    Argv0,
    Emulator,
    Linkage,
    Unavailable,
    argv0_of,
    covered_architectures,
    has_own_rule,
    is_for_another,
    matches_pie,
    meant_for,
)
from qemudoctor.kernel.entry import Entry
from qemudoctor.kernel.execution import Execution
from qemudoctor.kernel.tree import NodeKind
from qemudoctor.platforms import Architecture, Platform


class Fault(enum.Enum):
    """What keeps programs of a platform from running, in the order in which it is looked for."""

    NOT_REGISTERED = "no entry matches"
    MISMATCHED = "an entry is meant for it and does not match"
    ALL_DISABLED = "binfmt_misc is switched off"
    ENTRY_DISABLED = "the entry is switched off"
    LOOKED_UP_INSIDE = "the emulator works on the host and is looked for in the container"
    EMULATOR_MISSING = "the emulator is not on the host"
    EMULATOR_UNUSABLE = "the emulator is no program that can be executed"
    EMULATOR_DYNAMIC = "the emulator lacks its loader"
    EMULATOR_FOREIGN = "the emulator is of another machine"
    EMULATOR_SCRIPT = "the emulator is a script"
    EMULATOR_TAKEN = "an entry takes the emulator itself for a foreign program"
    EMULATOR_FAILS = "the emulator cannot be started for another reason"
    OTHER_EMULATOR = "the emulator is started and is for another architecture"
    PIE_LEFT_OUT = "no entry matches the position-independent programs"


class Diagnosis(NamedTuple):
    """One platform's fault, and what shows it."""

    platform: Platform
    fault: Fault
    walk: Execution
    """In a container; of an entry without F whose emulator has a fault, on the host."""
    entry: Entry | None = None
    emulator: Emulator | None = None
    on_host: bool = False
    """The walk is the one on the host."""
    works_now: bool = False
    """Programs were executed in an empty root and ran: F keeps an older file open, and this fault is yet to come."""


def each_fault(facts: Facts, fault: Fault) -> Iterator[Diagnosis]:
    """Yield the platforms in question that have this fault, of those that share an entry only the first.

    One that cannot be judged does not hide the others.
    Raises: Unavailable at the end, if there was one.
    """
    missing: Unavailable | None = None
    seen: set[str] = set()
    for platform in one_per_architecture(facts):
        try:
            found = diagnose(facts, platform)
        except Unavailable as error:
            missing = missing or error
            continue
        if found is None or found.fault is not fault or (found.entry is not None and found.entry.name in seen):
            continue
        seen |= set() if found.entry is None else {found.entry.name}
        yield found
    if missing is not None:
        raise missing


def diagnose(facts: Facts, platform: Platform) -> Diagnosis | None:
    """Return why a platform's programs do not run in a container, None if they do. Raises: Unavailable."""
    name = f"diagnosis of {platform.name}"
    if name not in facts.worked_out:  # nearly every check asks
        try:
            facts.worked_out[name] = _diagnosed(facts, platform)
        except Unavailable as error:
            facts.worked_out[name] = error
    known = facts.worked_out[name]
    if isinstance(known, Unavailable):
        raise Unavailable(known.reason)
    return known if isinstance(known, Diagnosis) else None


def _diagnosed(facts: Facts, platform: Platform) -> Diagnosis | None:
    prediction = facts.prediction(platform)
    walk = prediction.container
    if walk.outcome == "ok":
        return _fault_of_rule(facts, platform, walk)
    entry = facts.entry_for(platform)
    if entry is None:
        meant = mismatched_entry(facts, platform.architecture)
        fault = Fault.NOT_REGISTERED if meant is None else Fault.MISMATCHED
        return Diagnosis(platform, fault, walk, meant)
    if not facts.registry.registry.enabled:
        return Diagnosis(platform, Fault.ALL_DISABLED, walk, entry)
    if not entry.enabled:
        return Diagnosis(platform, Fault.ENTRY_DISABLED, walk, entry)
    emulator = facts.emulator(entry.interpreter)
    on_host = "F" not in entry.flags
    if on_host:
        if prediction.host.outcome == "ok":
            return Diagnosis(platform, Fault.LOOKED_UP_INSIDE, walk, entry, emulator)
        walk = prediction.host
    works_now = not on_host and facts.observed(platform).contained.outcome == "ok"
    return Diagnosis(platform, _emulator_fault(facts, emulator, walk), walk, entry, emulator, on_host, works_now)


def _fault_of_rule(facts: Facts, platform: Platform, walk: Execution) -> Diagnosis | None:
    """Return what is wrong though the kernel starts something for a minimal program, None if nothing is."""
    if facts.has_no_registry:
        return None
    registry = facts.registry.registry
    entry = facts.entry_for(platform)
    if entry is None or not entry.enabled or not registry.enabled:
        return None
    seen = facts.observed(platform).contained.outcome or ""
    ran = seen == "ok"
    if seen.startswith("signal:") and (emulator := _on_noexec(facts, entry)) is not None:
        return Diagnosis(platform, Fault.EMULATOR_UNUSABLE, walk, entry, emulator)
    if not ran and is_for_another(entry, platform.architecture):
        return Diagnosis(platform, Fault.OTHER_EMULATOR, walk, entry)
    if matches_pie(entry, platform.architecture):
        return None
    if leaves_pie_out(facts, platform.architecture) and not facts.is_native(platform):
        return Diagnosis(platform, Fault.PIE_LEFT_OUT, walk, entry)
    return None


def argv0_fault(facts: Facts, platform: Platform) -> tuple[Entry, Argv0] | None:
    """Return the entry whose flag P and emulator do not fit, whatever else is wrong with it; None if they do.

    Raises: Unavailable.
    """
    if facts.has_no_registry or not facts.registry.registry.enabled:
        return None
    entry = facts.entry_for(platform)
    if entry is None or not entry.enabled:
        return None
    seen = facts.behaviour(platform)
    if seen is not None:
        from qemudoctor.facts.behaviour import Arguments

        if seen.arguments in (Arguments.KEPT, Arguments.PATH):
            return None  # what was seen counts more than what flags and versions tell
    try:
        emulator = facts.emulator(entry.interpreter)
    except Unavailable:
        emulator = None
    found = argv0_of(entry, kernel=facts.kernel, emulator=emulator)
    return None if found in (Argv0.WHOLE, Argv0.UNKNOWN) else (entry, found)


def leaves_pie_out(facts: Facts, architecture: Architecture) -> bool:
    """Return whether no enabled entry matches an architecture's position-independent programs."""
    return not any(x.enabled and matches_pie(x, architecture) for x in facts.registry.entries)


def is_met(facts: Facts) -> bool:
    """Return whether all that was required is known to run in a container: then other faults stop nobody."""
    try:
        found = [diagnose(facts, x) for x in facts.question.require]
    except Unavailable:
        return False
    return bool(found) and all(x is None or x.works_now for x in found)


def _emulator_fault(facts: Facts, emulator: Emulator, walk: Execution) -> Fault:
    if not emulator.exists:
        return Fault.EMULATOR_MISSING
    if unusable(emulator) is not None:
        return Fault.EMULATOR_UNUSABLE
    if emulator.linkage is None:
        return Fault.EMULATOR_SCRIPT
    from qemudoctor.remedies.emulators import is_native

    if not is_native(facts, emulator):
        return Fault.EMULATOR_FOREIGN
    if facts.registry.registry.match(emulator.head, emulator.path) is not None:
        return Fault.EMULATOR_TAKEN
    if emulator.linkage is Linkage.DYNAMIC and walk.steps[-1].opens == emulator.elf_loader:
        return Fault.EMULATOR_DYNAMIC
    return Fault.EMULATOR_FAILS


def unusable(emulator: Emulator) -> tuple[str, str] | None:
    """Return what is wrong with a file that exists and no kernel executes, and the cause; None if nothing is."""
    if emulator.kind is not NodeKind.FILE:
        kind = "thing" if emulator.kind is None else emulator.kind.value
        return f"is no file but a {kind}", "permission-noexec"
    if not emulator.executable:
        return "has no execute permission", "permission-noexec"
    if emulator.noexec:
        return "lies on a file system that is mounted with noexec", "permission-noexec"
    if emulator.size == 0:
        return "is empty", "binary-corrupt-or-empty"
    if emulator.linkage is None and not emulator.head.startswith(b"#!"):
        return "is neither a program nor a script", "binary-corrupt-or-empty"
    return None


def _on_noexec(facts: Facts, entry: Entry) -> Emulator | None:
    """Return the emulator that F keeps open, if its file system is mounted with noexec by now.

    The kernel starts it all the same, and cannot map it: it dies by SIGSEGV (seen on Linux 6.18).
    """
    if "F" not in entry.flags:
        return None
    try:
        emulator = facts.emulator(entry.interpreter)
    except Unavailable:
        return None
    return emulator if emulator.exists and emulator.noexec else None


def takes_own(facts: Facts, entry: Entry) -> bool:
    """Return whether an enabled entry matches the programs of this machine's own architecture, its emulator too."""
    return entry.enabled and any(facts.machine.name in x.uname for x in covered_architectures(entry))


def mismatched_entry(facts: Facts, architecture: Architecture) -> Entry | None:
    """Return the enabled entry whose emulator is for an architecture and whose magic is not, if there is one."""
    return next((x for x in facts.registry.entries if meant_for(x) is architecture and is_mismatched(x)), None)


def is_mismatched(entry: Entry) -> bool:
    """Return whether an enabled entry does not match the programs of its emulator.

    QEMU's own rules count as right, though the one for microblaze matches nothing. One that goes by a file's extension
    matches none of those that a container starts with.
    """
    architecture = meant_for(entry)
    if architecture is None or not entry.enabled:
        return False
    if entry.extension is not None:
        return True
    if has_own_rule(entry, architecture):
        return False
    return not entry.matches(architecture.sample(), "")
