"""What a program that was really executed found wrong with its emulator: system calls, arguments, processor."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from qemudoctor.check import Check, Evidence, Facts, Finding, Remedy, Severity
from qemudoctor.checks.diagnosis import argv0_fault
from qemudoctor.checks.subjects import BINFMT_MISC, EMPTY_ROOT, entry_evidence, listed, one_per_architecture
from qemudoctor.facts import Unavailable
from qemudoctor.kernel.entry import Entry
from qemudoctor.platforms import Platform

if TYPE_CHECKING:  # only needed where something was executed
    from qemudoctor.facts.behaviour import Behaviour, Call

_SHOWN = 4
# Source: Linux fddb5d430ad9 (openat2, 5.6); QEMU 9651cead2f1b (9.2); what the fix for musl came in.
_OPENAT2_KERNEL = (5, 6, 0)
_OPENAT2_QEMU = (9, 2, 0)
_OPENAT2_MUSL = (10, 1, 3)
_LEVELS_QEMU = (7, 2, 0)

SYSTEM_CALL = """\
QEMU's user mode passes each system call of a program on to the kernel, and has to know it for
that. What it does not know ends in ENOSYS, "Function not implemented", whatever the kernel can
do.

openat2 is such a call. QEMU knows it from 9.2 on. Programs of current distributions use it
without another way round: tar since its fix of CVE-2025-45582 (Ubuntu 26.04, Enterprise Linux 9
and 10), and container tools. They say

    tar: FILE: Cannot open: Function not implemented

Builds of QEMU 9.2 to 10.1.2 with musl, as in tonistiigi/binfmt, know the call and mistake one
flag of it. Programs then say "Cannot open: Invalid argument".

It is harmless for images of older distributions: what they hold asks for openat and nothing
newer. clone3, which no QEMU knows, is harmless, too: C libraries go back to clone by themselves.

qemu-doctor saw it in a program of its own, which made the call under this emulator.
"""

ARGUMENTS = """\
The flag P makes the kernel hand the caller's argv[0] to the emulator as one argument more. An
emulator that does not expect it passes everything on, so that each program finds its own name
among its arguments: `ls -l` becomes `ls ls -l`. It is seen as "applet not found", "No such file
or directory" for the name of the program itself, or options that have no effect.

Here a program was executed with a name that is no path, and found it behind its path instead of
in its place.

It is never harmless. Register the entry without P, or with an emulator that knows the flag: QEMU
from 6.0 on with Linux 5.12 or later, or Debian's under a name that ends in -binfmt-P.
"""

LEVEL = """\
Distributions for x86-64 build for a level of the processor: Enterprise Linux 9, Chainguard's
images and others for x86-64-v2, Enterprise Linux 10 for v3. On a processor below it their C
library stops every program at once:

    Fatal glibc error: CPU does not support x86-64-v2

Under QEMU the processor is a made-up one. Up to 7.1 it was the smallest that there is, from 7.2
on the largest that QEMU can do, which is v3.

It is harmless for Debian, Ubuntu, Alpine and others that build for the first level. The
environment variable QEMU_CPU, which can ask for a smaller one, plays no part in this: the program
was executed without it.
"""


def _answers(facts: Facts) -> "Iterator[tuple[Platform, Entry, Behaviour]]":
    """Yield what the programs of the platforms in question told, of those that an entry runs."""
    for platform in one_per_architecture(facts):
        behaviour = facts.behaviour(platform)
        try:
            entry = facts.entry_for(platform)
        except Unavailable:
            continue
        if behaviour is not None and entry is not None and entry.enabled:
            yield platform, entry, behaviour


def find_missing_system_calls(facts: Facts) -> Iterator[Finding]:
    """Yield one finding for all emulators that lack openat2, and one for those that refuse it."""
    answers = tuple(_answers(facts))
    if not answers:
        return
    from qemudoctor.facts.behaviour import Call

    for call, verb, says, least in (
        (Call.MISSING, "lacks", "Function not implemented", _OPENAT2_QEMU),
        (Call.REFUSED, "misreads", "Invalid argument", _OPENAT2_MUSL),
    ):
        concerned = [
            (platform, entry)
            for platform, entry, behaviour in answers
            if behaviour.openat2 is call and _is_emulators_fault(facts, entry, call)
        ]
        if concerned:
            # As long as nothing newer is executed, a distribution with an older QEMU is a healthy host.
            severity = Severity.INFO if call is Call.MISSING else None
            yield _system_call(facts, concerned, verb, says, least)._replace(severity=severity)


def _is_emulators_fault(facts: Facts, entry: Entry, call: "Call") -> bool:
    """Return whether it is not the kernel, or a filter for system calls around us, that does not know the call."""
    from qemudoctor.facts.behaviour import Call

    if call is Call.REFUSED:
        return True
    from qemudoctor.known_bad_qemu import parse_version

    version = _version(facts, entry)
    numbers = None if version is None else parse_version(version)
    if numbers is not None:
        return numbers < _OPENAT2_QEMU
    return facts.kernel.version >= _OPENAT2_KERNEL


def _system_call(
    facts: Facts, concerned: list[tuple[Platform, Entry]], verb: str, says: str, least: tuple[int, int, int]
) -> Finding:
    platform, entry = concerned[0]
    names = list(dict.fromkeys(x.name for _, x in concerned))
    shown = listed(names if len(names) <= _SHOWN else [*names[:_SHOWN], "others"])
    return Finding(
        subject=entry.name,
        platform=platform.name,
        entry=entry.name,
        message=f"{shown}: {_called(facts, entry)} {verb} the system call openat2, which programs of current"
        f' distributions use, so tar for example fails with "{says}"',
        evidence=(
            Evidence(f"openat2 of a program executed {EMPTY_ROOT}", says),
            *entry_evidence(facts, entry, "interpreter"),
        ),
        remedies=tuple(_for_others(x, names[1:]) for x in _newer(facts, platform, entry, least)),
    )


def _for_others(remedy: Remedy, names: list[str]) -> Remedy:
    """Return a remedy with a word on the entries that it leaves as they are."""
    if not names or remedy.id == "install-backport":
        return remedy
    note = f"Do the same for {listed(names if len(names) <= _SHOWN else [*names[:_SHOWN], 'the others'])}"
    return remedy._replace(note=f"{remedy.note}. {note}" if remedy.note else note)


def find_shifted_arguments(facts: Facts) -> Iterator[Finding]:
    """Yield a finding for each entry whose programs find their own name among their arguments.

    What flags, name and version of an emulator show already is told by another check.
    """
    for platform, entry, behaviour in _answers(facts):
        from qemudoctor.facts.behaviour import Arguments

        if behaviour.arguments is Arguments.SHIFTED and argv0_fault(facts, platform) is None:
            yield Finding(
                subject=entry.name,
                platform=platform.name,
                entry=entry.name,
                message=f"{entry.name}: {entry.interpreter} does not expect the flag P, so every program gets its own"
                " name as an argument before the others",
                evidence=(
                    Evidence(f"argv of a program executed {EMPTY_ROOT}", behaviour.arguments.value),
                    *entry_evidence(facts, entry, "interpreter", "flags:"),
                ),
                remedies=_without_p(facts, platform, entry),
            )


def _without_p(facts: Facts, platform: Platform, entry: Entry) -> tuple[Remedy, ...]:
    from qemudoctor.remedies.proof import helpful
    from qemudoctor.remedies.register import both

    better = entry.with_flags(entry.flags.replace("P", ""))._replace(pinned=None)
    return tuple(helpful(facts, platform, both(facts, better, title="Register it again, without P")))


def find_small_processors(facts: Facts) -> Iterator[Finding]:
    """Yield a finding for an emulated x86-64 processor below x86-64-v2."""
    for platform, entry, behaviour in _answers(facts):
        from qemudoctor.facts.behaviour import Level

        if behaviour.level is Level.V1:
            yield Finding(
                subject=entry.name,
                platform=platform.name,
                entry=entry.name,
                message=f"{entry.name}: the processor that {_called(facts, entry)} emulates is below x86-64-v2, so"
                ' programs of Enterprise Linux 9 and others end with "CPU does not support x86-64-v2"',
                evidence=(
                    Evidence(f"cpuid of a program executed {EMPTY_ROOT}", "x86-64 without the features of v2"),
                    *entry_evidence(facts, entry, "interpreter"),
                ),
                remedies=_newer(facts, platform, entry, _LEVELS_QEMU),
            )


def _newer(facts: Facts, platform: Platform, entry: Entry, least: tuple[int, int, int]) -> tuple[Remedy, ...]:
    from qemudoctor.remedies.newer import newer_emulators

    return newer_emulators(facts, platform, entry, least=least)


def _called(facts: Facts, entry: Entry) -> str:
    version = _version(facts, entry)
    return entry.interpreter if version is None else f"QEMU {version}"


def _version(facts: Facts, entry: Entry) -> str | None:
    """Return the version of what an entry runs: of the file that F holds open, where that was seen."""
    try:
        pinned = facts.pinned_emulator(entry)
    except Unavailable:
        pinned = None
    try:
        return pinned.version if pinned is not None else facts.emulator(entry.interpreter).version
    except Unavailable:
        return None


CHECKS = (
    Check(
        id="QD503",
        slug="emulator-lacks-system-call",
        title="The emulator lacks a system call of current programs",
        severity=Severity.WARNING,
        cause="qemu-unsupported-syscall",
        family="probe",
        run=find_missing_system_calls,
        explanation=SYSTEM_CALL,
        references=(
            "https://man7.org/linux/man-pages/man2/openat2.2.html",
            "https://github.com/abiosoft/colima/issues/1613",
            "https://github.com/tonistiigi/binfmt/issues/285",
        ),
    ),
    Check(
        id="QD504",
        slug="arguments-shifted",
        title="Programs find their own name among their arguments",
        severity=Severity.ERROR,
        cause="argv0-flag",
        family="probe",
        run=find_shifted_arguments,
        explanation=ARGUMENTS,
        references=(BINFMT_MISC, "https://github.com/tonistiigi/binfmt/pull/78"),
    ),
    Check(
        id="QD505",
        slug="emulated-cpu-too-small",
        title="The emulated x86-64 processor is below x86-64-v2",
        severity=Severity.WARNING,
        cause="cpu-feature",
        family="probe",
        run=find_small_processors,
        explanation=LEVEL,
        references=(
            "https://gitlab.com/x86-psABIs/x86-64-ABI",
            "https://github.com/containers/podman/issues/15456",
        ),
    ),
)
