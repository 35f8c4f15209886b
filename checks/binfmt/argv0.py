"""Entries whose flag P and emulator do not fit, so that a program's arguments arrive shifted."""

from collections.abc import Iterator

from qemudoctor.check import Check, Evidence, Facts, Finding, Severity
from qemudoctor.checks.diagnosis import argv0_fault, diagnose
from qemudoctor.checks.subjects import (
    BINFMT_MISC,
    BINFMT_MISC_SOURCE,
    each_platform,
    entry_evidence,
    is_required,
    kernel_evidence,
)
from qemudoctor.facts import Argv0, Unavailable
from qemudoctor.kernel.entry import Entry
from qemudoctor.platforms import Platform

EXPLANATION = """\
Whoever executes a program gives it a list of arguments, and the first of them, argv[0], is by
custom its own name. Busybox and Toybox look there for the tool they shall be, a shell for the
leading dash of a login shell. When the kernel starts an emulator in place of a program, argv[0]
is normally replaced by the program's path. With the flag P ("preserve argv[0]") the kernel hands
it over as one more argument: emulator, path, argv[0], and then the others.

The emulator has to know that. QEMU from 6.0 on asks the kernel, which says so (in AT_FLAGS) from
Linux 5.12 on. Before that there is no way to tell, and Debian and Ubuntu found another one: their
builds up to QEMU 10.0 go by their own file name. Called as
/usr/libexec/qemu-binfmt/aarch64-binfmt-P, they expect the additional argument, whatever the
kernel says.

So there are two ways to be wrong. An entry with P and an emulator that does not expect it (a QEMU
before 6.0, or any on a kernel before 5.12, under a name without -binfmt-P): every program gets
its own name as its first argument, so that `sh -c ls` becomes `sh sh -c ls` and busybox says
"applet not found". And an entry without P that names a link ending in -binfmt-P: the first
argument is taken for argv[0] and is gone; a program that was called without any argument is not
started at all, and QEMU ends with status 1. This happens when the line of Debian's binfmt.d is
copied without its flags, or the interpreter of one source is combined with the flags of another.

F changes nothing in this: what counts is the name in the entry, not the file behind it.

It is harmless only for programs without arguments that do not look at their own name.

To see it for yourself: read the lines interpreter and flags of the entry, then execute a program
of the platform with arguments: busybox echo a b
"""
_WHY = {
    Argv0.SHIFTED_BY_KERNEL: "has the flag P, which Linux {kernel} does not tell the emulator",
    Argv0.SHIFTED_BY_EMULATOR: "has the flag P, which its emulator, QEMU {version}, does not ask for",
}


def find_shifted_arguments(facts: Facts) -> Iterator[Finding]:
    """Yield a finding for each platform whose programs start and get wrong arguments."""
    seen: set[str] = set()
    for found in each_platform(facts, _find):
        if found.subject not in seen:
            seen.add(found.subject)
            yield found


def _find(facts: Facts, platform: Platform) -> Iterator[Finding]:
    found = argv0_fault(facts, platform)
    if found is None or diagnose(facts, platform) is not None:
        return  # what keeps its programs from starting comes first
    from qemudoctor.remedies.cures import cures

    entry, fault = found
    unasked = bool(facts.question.require) and not is_required(facts, platform)
    yield Finding(
        subject=entry.name,
        platform=platform.name,
        entry=entry.name,
        message=f"{entry.name}: {_message(facts, entry, fault)}",
        severity=Severity.WARNING if unasked else None,
        evidence=(
            *entry_evidence(facts, entry, "interpreter", "flags:"),
            *((kernel_evidence(facts),) if fault is Argv0.SHIFTED_BY_KERNEL else ()),
            *_emulator(facts, entry),
        ),
        remedies=cures(facts, platform),
    )


def _message(facts: Facts, entry: Entry, fault: Argv0) -> str:
    if fault is Argv0.SWALLOWED:
        return (
            "the name of its interpreter ends in -binfmt-P, by which the emulator expects the flag P, and the entry has"
            " none, so the first argument of every program is lost, and programs without arguments end with status 1"
        )
    why = _WHY[fault].format(kernel=facts.kernel.text, version=_version(facts, entry))
    return f"{why}, so every program gets its own name as an argument before the others"


def _version(facts: Facts, entry: Entry) -> str:
    try:
        return facts.emulator(entry.interpreter).version or ""
    except Unavailable:
        return ""


def _emulator(facts: Facts, entry: Entry) -> tuple[Evidence, ...]:
    try:
        emulator = facts.emulator(entry.interpreter)
    except Unavailable:
        return ()
    if emulator.version is None:
        return ()
    build = "" if emulator.build is None else f" ({emulator.build})"
    return (Evidence(emulator.resolved or emulator.path, f"QEMU {emulator.version}{build}"),)


CHECKS = (
    Check(
        id="QD212",
        slug="argv0-flag-mismatch",
        title="The flag P and the emulator do not fit",
        severity=Severity.ERROR,
        cause="argv0-flag",
        family="binfmt",
        run=find_shifted_arguments,
        explanation=EXPLANATION,
        references=(
            BINFMT_MISC,
            BINFMT_MISC_SOURCE,
            "https://git.kernel.org/pub/scm/linux/kernel/git/torvalds/linux.git/commit/?id=2347961b11d4",
            "https://github.com/tonistiigi/binfmt/pull/78",
        ),
    ),
)
