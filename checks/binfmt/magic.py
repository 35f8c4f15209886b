"""Entries whose magic and mask match other programs than they should."""

from collections.abc import Iterator

from qemudoctor.check import Check, Facts, Finding, Severity
from qemudoctor.checks.diagnosis import is_met, is_mismatched, meant_for
from qemudoctor.checks.subjects import BINFMT_MISC, entry_evidence
from qemudoctor.facts import covered_architectures
from qemudoctor.kernel.entry import Entry
from qemudoctor.platforms import PLATFORMS, Architecture, Platform, platform_names

_E_TYPE_OFFSET = 16
_ET_DYN = 3
_OSABI_OFFSET = 7
_OSABI_GNU = 3
_PROCESSOR_OPTION = "AArch32"
_SCRIPT = b"#!/bin/sh\n"
_QEMU_RULES = "https://gitlab.com/qemu-project/qemu/-/blob/master/scripts/qemu-binfmt-conf.sh"

MISMATCH = """\
An entry recognises programs by bytes. `magic` is what a file has to begin with, `mask` says which
bits of it count. For ELF programs that are the ELF mark itself, the word size, the byte order,
the type (2 for a program at a fixed address, 3 for a position-independent one) and the number of
the processor. One wrong digit, and the entry matches nothing, or programs of another processor.

If it matches nothing of its own architecture, those programs end in "exec format error" although
an entry is there. If it matches another architecture, the emulator is started with a file that it
does not understand and says "Invalid ELF image for this architecture".

Three half-wrong forms are common. A mask that counts all bits of the type matches only type 2:
today nearly every program is position-independent and is not matched. A mask that counts the byte
OSABI, as QEMU's own rules did before QEMU 3.0, leaves out programs marked 3 (GNU), which use
indirect functions; static glibc programs often are. And rules copied from a web page can lose
their backslashes in a shell: `echo -e`, the echo of zsh and a printf without %s turn \\x7f into a
byte, and \\x00 into one that ends the magic.

It is harmless if another entry matches those programs.

To see it for yourself, compare the lines magic and mask of the entry with the first 20 bytes of a
program: od -An -tx1 -N20 PROGRAM
"""

HIJACK = """\
The kernel asks the entries of binfmt_misc before it tries to run a program itself. So an entry
whose mask is too wide takes over programs that this machine runs by itself: every one of them is
then started through the emulator. If it matches the machine's own architecture, the emulator
itself is matched too, and execve() goes in a circle until the kernel gives up with "Too many
levels of symbolic links" (ELOOP) or "Exec format error". If it matches scripts, no script runs
any more.

Milder, and often on purpose: an entry for the 32-bit sibling, such as qemu-i386 on x86-64 or
qemu-arm on an arm64 machine whose processor runs 32-bit programs. Those run about ten times
slower than they could, and nobody notices why.

It is harmless if the processor lacks the sibling's instruction set, or if emulation is wanted.

To see it for yourself, look for zeros in the line mask of the entry: each stands for bits that do
not count.
"""


def find_magic_mismatch(facts: Facts) -> Iterator[Finding]:
    """Yield a finding for each entry of a QEMU emulator that matches other programs than its emulator's."""
    for entry in facts.registry.entries:
        architecture = meant_for(entry)
        if architecture is None or not entry.enabled or entry.extension is not None:
            continue
        if (entry.magic, entry.mask) == (architecture.magic, architecture.mask):
            continue  # QEMU's own rule, whatever it matches
        others = _foreign(entry, architecture)
        if others:
            yield _matches_others(facts, entry, architecture, others)
        elif is_mismatched(entry):
            yield _matches_nothing(facts, entry, architecture)
        else:
            yield from _matches_some(facts, entry, architecture)


def _foreign(entry: Entry, own: Architecture) -> tuple[Architecture, ...]:
    """Return the architectures that an entry matches and that its emulator cannot run."""
    words = {(own.bits, own.order, own.e_machine)}
    if own.qemu_target in ("i386", "i486"):
        words |= {(32, "little", 3), (32, "little", 6)}
    return tuple(x for x in covered_architectures(entry) if (x.bits, x.order, x.e_machine) not in words)


def _matches_others(facts: Facts, entry: Entry, own: Architecture, others: tuple[Architecture, ...]) -> Finding:
    names = tuple(dict.fromkeys(platform_names(x)[0] for x in others))
    judged = {platform.name for platform in facts.judged}
    platform = next((PLATFORMS[name] for name in names if name in judged), None)
    shown = ", ".join(names[:4]) + (" and others" if len(names) > 4 else "")
    message = (
        f"{entry.name}: its emulator runs programs of {own.qemu_target}, but its magic matches those of {shown}, which"
        ' end in "Invalid ELF image for this architecture"'
    )
    return _finding(facts, entry, own, platform, message, severity=None)


def _matches_nothing(facts: Facts, entry: Entry, own: Architecture) -> Finding:
    platform = PLATFORMS[platform_names(own)[0]]
    replaced = any(x.enabled and x.matches(own.sample(), "") for x in facts.registry.entries)
    return _finding(
        facts,
        entry,
        own,
        platform,
        f"{entry.name}: its magic matches no program of {platform.name}, so the kernel never starts its emulator"
        + (", though another entry does" if replaced else ' and they end in "exec format error"'),
        severity=Severity.WARNING if replaced else None,
    )


def _matches_some(facts: Facts, entry: Entry, own: Architecture) -> Iterator[Finding]:
    sample = own.sample()
    platform = PLATFORMS[platform_names(own)[0]]
    low = _E_TYPE_OFFSET + (0 if own.order == "little" else 1)
    variants = (
        ("position-independent programs (e_type 3)", _with(sample, low, _ET_DYN)),
        ("programs with indirect functions (OSABI 3, GNU)", _with(sample, _OSABI_OFFSET, _OSABI_GNU)),
    )
    missed = [words for words, variant in variants if facts.registry.registry.match(variant, "") is None]
    if missed:
        yield _finding(
            facts,
            entry,
            own,
            platform,
            f"{entry.name}: its mask leaves out {' and '.join(missed)} of {platform.name}, which end in"
            ' "exec format error"',
            severity=Severity.WARNING,
        )


def _with(sample: bytes, offset: int, value: int) -> bytes:
    return sample[:offset] + bytes([value]) + sample[offset + 1 :]


def _finding(
    facts: Facts, entry: Entry, own: Architecture, platform: Platform | None, message: str, *, severity: Severity | None
) -> Finding:
    from qemudoctor.remedies.proof import helpful
    from qemudoctor.remedies.register import correct

    meant = PLATFORMS[platform_names(own)[0]]
    return Finding(
        subject=entry.name,
        platform=None if platform is None else platform.name,
        entry=entry.name,
        message=message,
        severity=Severity.WARNING if is_met(facts) else severity,
        evidence=entry_evidence(facts, entry, "interpreter", "offset", "magic", "mask"),
        remedies=tuple(helpful(facts, meant, correct(facts, meant, entry))),
    )


def find_hijacked(facts: Facts) -> Iterator[Finding]:
    """Yield a finding for each entry that matches programs or scripts which this machine runs itself."""
    for entry in facts.registry.entries:
        if entry.enabled and entry.extension is None:
            yield from _hijacks(facts, entry)


def _hijacks(facts: Facts, entry: Entry) -> Iterator[Finding]:
    from qemudoctor.remedies.register import remove

    found = _taken(facts, entry)
    if found is None:
        return
    what, result, severity, cause = found
    yield Finding(
        subject=entry.name,
        entry=entry.name,
        message=f"{entry.name}: its magic matches {what}, {result}",
        severity=severity,
        cause=cause,
        evidence=entry_evidence(facts, entry, "interpreter", "offset", "magic", "mask"),
        remedies=(remove(facts, entry),),
    )


def _taken(facts: Facts, entry: Entry) -> tuple[str, str, Severity | None, str | None] | None:
    """Return what an entry takes over, what that leads to, how bad it is and its cause."""
    machine = facts.machine.name
    native = [x for x in covered_architectures(entry) if facts.is_native(PLATFORMS[platform_names(x)[0]])]
    if any(machine in x.uname for x in native):
        scripts = " and every script" if entry.matches(_SCRIPT, "") else ""
        what = f"the programs of this {machine} machine itself{scripts}"
        return what, "so that they are started through its interpreter", None, "interpreter-loop"
    if entry.matches(_SCRIPT, ""):
        return "every shell script", "so that the kernel hands scripts to its interpreter", None, "qemu-wrong-target"
    if native:
        names = ", ".join(platform_names(x)[0] for x in native)
        loaders = (x.native_loader(facts.machine, facts.kernel) for x in native)
        # Whether the processor has 32-bit mode is not known; of a kernel option it usually is.
        unsure = any(loader is not None and loader.option == _PROCESSOR_OPTION for loader in loaders)
        severity = Severity.INFO if unsure else Severity.WARNING
        return f"programs of {names}", f"which this {machine} machine can run itself and far faster", severity, None
    return None


CHECKS = (
    Check(
        id="QD207",
        slug="magic-mismatch",
        title="Magic and mask do not fit the emulator",
        severity=Severity.ERROR,
        cause="qemu-wrong-target",
        family="binfmt",
        run=find_magic_mismatch,
        explanation=MISMATCH,
        references=(BINFMT_MISC, _QEMU_RULES, "https://refspecs.linuxfoundation.org/elf/gabi4+/ch4.eheader.html"),
    ),
    Check(
        id="QD208",
        slug="entry-hijacks-native",
        title="An entry takes over programs that this machine runs itself",
        severity=Severity.ERROR,
        family="binfmt",
        run=find_hijacked,
        explanation=HIJACK,
        references=(BINFMT_MISC, "https://github.com/armbian/build/pull/9820"),
    ),
)
