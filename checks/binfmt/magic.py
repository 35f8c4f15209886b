"""Entries whose magic and mask match other programs than they should."""

from collections.abc import Iterator
from functools import partial

from qemudoctor.check import Check, Facts, Finding, Remedy, Severity
from qemudoctor.checks.diagnosis import is_met, is_mismatched, leaves_pie_out, takes_own
from qemudoctor.checks.subjects import BINFMT_MISC, entry_evidence, is_required, platform_of
from qemudoctor.facts import (
    covered_architectures,
    has_own_rule,
    meant_for,
    runs_programs_of,
    target_named_by,
)
from qemudoctor.kernel.entry import Entry
from qemudoctor.platforms import Architecture, Platform, platform_names

_OSABI_OFFSET = 7
_OSABI_GNU = 3
_PROCESSOR_OPTION = "AArch32"
_WITHOUT_BACKSLASHES = b"x7f"
r"""How \x7f begins after a shell took its backslash."""
_FOR_ALL = ("restart-systemd-binfmt", "multiarch-qemu-user-static")
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
their backslashes in a shell: without quotes \\x7f becomes the text x7f; and `echo -e`, the echo of
zsh and a printf without %s turn \\x7f into a byte, and \\x00 into one that ends the magic.

The magic can also be right and the interpreter wrong: an entry for 32-bit ARM that starts
qemu-aarch64. The kernel starts that emulator, which refuses the program with a message and a
status of its own.

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
    """Yield a finding for each entry of a QEMU emulator that matches other programs than its emulator's.

    Entries whose backslashes got lost on the way come from one command, and are one finding.
    """
    bare: list[tuple[Architecture, Entry]] = []
    for entry in facts.registry.entries:
        architecture = meant_for(entry)
        if architecture is None or not entry.enabled or entry.extension is not None:
            continue
        if has_own_rule(entry, architecture):
            continue  # QEMU's own rule, whatever it matches
        others = tuple(x for x in covered_architectures(entry) if not runs_programs_of(architecture, x))
        if others and takes_own(facts, entry):
            continue  # far worse, and told by the next check
        if others:
            yield _matches_others(facts, entry, architecture, others)
        elif is_mismatched(entry) and entry.magic.startswith(_WITHOUT_BACKSLASHES):
            bare.append((architecture, entry))
        elif is_mismatched(entry):
            yield _matches_nothing(facts, entry, architecture)
        else:
            yield from _matches_some(facts, entry, architecture)
    if bare:
        yield _without_backslashes(facts, tuple(bare))


def _matches_others(facts: Facts, entry: Entry, own: Architecture, others: tuple[Architecture, ...]) -> Finding:
    decided = [x for x in map(partial(platform_of, facts), others) if _decides(facts, entry, x)]
    concerned = [x for x in decided if x in facts.judged]
    names = tuple(dict.fromkeys(x.name for x in (*concerned, *map(partial(platform_of, facts), others))))
    shown = ", ".join(names[:4]) + (" and others" if len(names) > 4 else "")
    message = (
        f"{entry.name}: its emulator runs programs of {own.qemu_target}, but its magic matches those of {shown}, which"
        ' end in "Invalid ELF image for this architecture"'
    )
    # Which of the two is wrong, the emulator or the magic? What is required decides, then the entry's name.
    named_for = target_named_by(entry.name)
    meant = next((x for x in concerned if is_required(facts, x) or named_for == x.architecture.qemu_target), None)
    return _finding(
        facts,
        entry,
        concerned[0] if concerned else None,
        message,
        severity=None if concerned else Severity.WARNING,
        remedies=_corrected(facts, own, entry) if meant is None else _cures(facts, meant),
    )


def _decides(facts: Facts, entry: Entry, platform: Platform) -> bool:
    deciding = facts.entry_for(platform)
    return deciding is not None and deciding.name == entry.name


def _matches_nothing(facts: Facts, entry: Entry, own: Architecture) -> Finding:
    platform = platform_of(facts, own)
    replaced = any(x.enabled and x.matches(own.sample(), "") for x in facts.registry.entries)
    return _finding(
        facts,
        entry,
        platform,
        f"{entry.name}: its magic matches no program of {platform.name}, so the kernel never starts its emulator"
        + (", though another entry does" if replaced else ' and they end in "exec format error"'),
        severity=Severity.WARNING if replaced else None,
        remedies=_corrected(facts, own, entry),
    )


def _without_backslashes(facts: Facts, bare: tuple[tuple[Architecture, Entry], ...]) -> Finding:
    """Return one finding for all entries whose magic is the text of an escape that a shell has unescaped too early."""
    required = [(x, y) for x, y in bare if is_required(facts, platform_of(facts, x))]
    own, entry = (required or list(bare))[0]
    count = len(bare) - 1
    others = f" and {count} other{'s' if count > 1 else ''}" if count else ""
    text = entry.magic[:9].decode("ascii", "replace")
    return _finding(
        facts,
        entry,
        platform_of(facts, own),
        f"{entry.name}{others}: the magic is the text {text}..., not the bytes that it stands for: the backslashes are"
        ' gone, as a shell takes them where they are not quoted, so no program is matched and all end in "exec format'
        ' error"',
        severity=None,
        remedies=_corrected(facts, own, entry) if len(bare) == 1 else _all_corrected(facts, own, bare),
    )


def _matches_some(facts: Facts, entry: Entry, own: Architecture) -> Iterator[Finding]:
    platform = platform_of(facts, own)
    pie = leaves_pie_out(facts, own) and not facts.is_native(platform)
    gnu = own.sample()[:_OSABI_OFFSET] + bytes([_OSABI_GNU]) + own.sample()[_OSABI_OFFSET + 1 :]
    osabi = not any(x.enabled and x.matches(gnu, "") for x in facts.registry.entries)
    missed = [
        *(["are position-independent (e_type 3, as nearly all are today)"] if pie else []),
        *(["use indirect functions (OSABI 3, GNU)"] if osabi else []),
    ]
    if missed:
        yield _finding(
            facts,
            entry,
            platform,
            f"{entry.name}: its magic and mask leave out the programs of {platform.name} that {' or '.join(missed)},"
            ' and those end in "exec format error"',
            severity=None if pie and platform in facts.judged else Severity.WARNING,
            remedies=_corrected(facts, own, entry),
        )


def _corrected(facts: Facts, own: Architecture, entry: Entry) -> tuple[Remedy, ...]:
    """Return the entry with the right magic; where that alone does not make it work, whatever does."""
    from qemudoctor.remedies.proof import helpful
    from qemudoctor.remedies.register import correct

    platform = platform_of(facts, own)
    found = tuple(helpful(facts, platform, correct(facts, platform, entry), pie=True))
    cures = _cures(facts, platform)
    configured = any(x.id == "register-now" and x.persistent for x in cures)
    return cures if configured else found or cures


def _all_corrected(facts: Facts, own: Architecture, bare: tuple[tuple[Architecture, Entry], ...]) -> tuple[Remedy, ...]:
    from qemudoctor.remedies.proof import helpful
    from qemudoctor.remedies.register import correct_all

    platform = platform_of(facts, own)
    cures = _cures(facts, platform)
    found = (correct_all(facts, bare), *(x for x in cures if x.id in _FOR_ALL))
    return tuple(helpful(facts, platform, found)) or cures


def _cures(facts: Facts, platform: Platform) -> tuple[Remedy, ...]:
    from qemudoctor.remedies.cures import cures

    return cures(facts, platform, pie=True)


def _finding(
    facts: Facts,
    entry: Entry,
    platform: Platform | None,
    message: str,
    *,
    severity: Severity | None,
    remedies: tuple[Remedy, ...],
) -> Finding:
    unasked = bool(facts.question.require) and platform not in facts.question.require
    return Finding(
        subject=entry.name,
        platform=None if platform is None else platform.name,
        entry=entry.name,
        message=message,
        severity=Severity.WARNING if unasked or is_met(facts) else severity,
        evidence=entry_evidence(facts, entry, "interpreter", "offset", "magic", "mask"),
        remedies=remedies,
    )


def find_hijacked(facts: Facts) -> Iterator[Finding]:
    """Yield a finding for each entry that matches programs or scripts which this machine runs itself."""
    for entry in facts.registry.entries:
        if entry.enabled and entry.extension is None:
            yield from _hijacks(facts, entry)


def _hijacks(facts: Facts, entry: Entry) -> Iterator[Finding]:
    found = _taken(facts, entry)
    if found is None:
        return
    from qemudoctor.remedies.proof import helpful
    from qemudoctor.remedies.register import correct, remove

    what, result, severity, cause, platform = found
    architecture = meant_for(entry)
    wide = platform is not None and architecture is not None and takes_own(facts, entry)
    better = tuple(correct(facts, platform_of(facts, architecture), entry)) if wide and architecture else ()
    candidates = (*better, remove(facts, entry))
    remedies = candidates if platform is None else tuple(helpful(facts, platform, candidates))
    yield Finding(
        subject=entry.name,
        entry=entry.name,
        message=f"{entry.name}: its magic matches {what}, {result}",
        severity=severity,
        cause=cause,
        evidence=entry_evidence(facts, entry, "interpreter", "offset", "magic", "mask"),
        remedies=remedies,
    )


def _taken(facts: Facts, entry: Entry) -> tuple[str, str, Severity | None, str | None, Platform | None] | None:
    """Return what an entry takes over, what that leads to, how bad it is, its cause, and a platform to try."""
    machine = facts.machine.name
    native = [x for x in covered_architectures(entry) if facts.is_native(platform_of(facts, x))]
    own = next((x for x in native if machine in x.uname), None)
    if own is not None:
        scripts = " and every script" if entry.matches(_SCRIPT, "") else ""
        what = f"the programs of this {machine} machine itself{scripts}"
        result = "so that they are started through its interpreter"
        return what, result, None, "interpreter-loop", platform_of(facts, own)
    if entry.matches(_SCRIPT, ""):
        result = "so that the kernel hands scripts to its interpreter"
        return "every shell script", result, None, "qemu-wrong-target", None
    if native:
        names = ", ".join(platform_names(x)[0] for x in native)
        loaders = (x.native_loader(facts.machine, facts.kernel) for x in native)
        # Whether the processor has 32-bit mode is not known; of a kernel option it usually is.
        unsure = any(loader is not None and loader.option == _PROCESSOR_OPTION for loader in loaders)
        severity = Severity.INFO if unsure else Severity.WARNING
        result = f"which this {machine} machine can run itself and far faster"
        return f"programs of {names}", result, severity, None, platform_of(facts, native[0])
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
