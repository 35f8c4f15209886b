"""The flag C: set-uid programs that get no rights without it, and what it hands out."""

from collections.abc import Iterator

from qemudoctor.check import Check, Evidence, Facts, Finding, Remedy, Severity
from qemudoctor.checks.diagnosis import argv0_fault, diagnose
from qemudoctor.checks.subjects import BINFMT_MISC, entry_evidence, is_of_qemu, listed, one_per_architecture
from qemudoctor.facts import Unavailable
from qemudoctor.kernel.entry import Entry
from qemudoctor.platforms import Platform

_SHOWN = 4
_WANTED = "If images are trusted and need sudo: give {} C"
_UNWANTED = "If images are not trusted and need no sudo: register {} without C"

MISSING = """\
Programs such as sudo, su, ping, mount and passwd are set-uid: whoever executes them gets the rights
of the file's owner, normally root. Under emulation the kernel executes the emulator, and it is the
emulator's file that decides over the rights. It is not set-uid, so the program runs with the rights
of the caller. Only the flag C ("credentials") makes the kernel take them from the program.

Without C everything else works. A set-uid program that is executed by somebody who is not root says

    sudo: effective uid is not 0, is /usr/bin/sudo on a file system with the 'nosuid' option set or
    an NFS file system without root privileges?
    su: must be suid to work properly
    ping: socket: Operation not permitted

C implies O. It is a decision, no oversight: with C an emulator runs with the rights of set-uid
files, which makes every mistake in it a way to become root. Debian left C out in August 2025 for
that reason (7.2+dfsg-7+deb12u15, 10.0.3+ds-3); tonistiigi/binfmt and Docker Desktop set it,
multiarch/qemu-user-static does with `-c yes`, QEMU's own script with --credential yes.

So without C nothing is wrong by itself. Whoever adds it hears of QD214 instead, which says what
that costs: each of the two is a choice, and neither asks to undo the other.

It is harmless, and the better choice, unless a step runs as another user than root and needs such a
program. In a Dockerfile that is a `USER` line before a `RUN sudo ...`; often that step can simply
run as root. C does not help where the container's files lie on a nosuid mount, or where the engine
sets no-new-privileges.

To see it for yourself: read the line "flags:" of the entry, and execute `id -u` and `sudo id -u` as
an ordinary user in a container of the platform.
"""

PRESENT = """\
The flag C ("credentials") makes the kernel take the rights of an emulated program from that
program's file. A set-uid program of any root file system then runs the emulator with the rights of
the file's owner, as it would run natively. That makes sudo work, and makes the emulator a part of
the host's protection: a mistake in QEMU, which was never meant to separate anybody from anybody,
becomes a way for an ordinary user to root. QEMU's environment variables (QEMU_LD_PREFIX,
QEMU_SET_ENV, QEMU_LOG_FILENAME) are read by an emulator that runs with those rights.

Debian shipped its entries with C until August 2025 and took it out as a way to gain rights;
tonistiigi/binfmt and Docker Desktop still register with it, because sudo in containers is what
their users expect.

Where a file of binfmt.d has the flag, its author has chosen it, and nothing is proposed here.
Without C, QD213 says what does not work: each of the two is a choice, and neither asks to undo the
other.

It is harmless on a machine of one person, on a builder that is thrown away, and wherever no
ordinary user can bring set-uid files of another architecture along: user namespaces, nosuid mounts
and no-new-privileges all take the effect away.

To see it for yourself: read the line "flags:" of the entries in /proc/sys/fs/binfmt_misc
"""


def find_without_credentials(facts: Facts) -> Iterator[Finding]:
    """Yield one finding for all platforms whose programs run, and whose set-uid programs get no rights."""
    found = tuple(_working(facts))
    without = [(platform, entry) for platform, entry in found if "C" not in entry.flags]
    if not without:
        return
    platform, entry = without[0]
    names = [x.name for _, x in without]
    yield Finding(
        subject=entry.name,
        platform=platform.name,
        entry=entry.name,
        message=f"{_shown(names)}: without the flag C, the safe choice, so set-uid programs such as sudo, su and ping"
        " get no rights under emulation when somebody else than root executes them; only images that need them suffer",
        evidence=_flags(facts, [x for _, x in without]),
        remedies=_with_c(facts, platform, entry),
    )


def find_with_credentials(facts: Facts) -> Iterator[Finding]:
    """Yield one finding for all entries of emulators that run with the rights of set-uid programs."""
    entries = [x for x in facts.registry.entries if x.enabled and "C" in x.flags and is_of_qemu(facts, x)]
    if not entries:
        return
    yield Finding(
        subject=entries[0].name,
        entry=entries[0].name,
        message=f"{_shown([x.name for x in entries])}: with the flag C, the choice for images that need sudo, so a"
        " set-uid program of any root file system runs the emulator with the rights of that file's owner, and a mistake"
        " in the emulator can give them away; that matters where images are not trusted",
        evidence=_flags(facts, entries),
        remedies=_without_c(facts, entries),
    )


def _working(facts: Facts) -> Iterator[tuple[Platform, Entry]]:
    """Yield the platforms that QEMU runs in a container, and the entry that decides; what nobody knows is left out."""
    seen: set[str] = set()
    for platform in one_per_architecture(facts):
        try:
            entry = facts.entry_for(platform)
            if entry is None or entry.name in seen or not is_of_qemu(facts, entry) or facts.is_native(platform):
                continue
            if diagnose(facts, platform) is not None or argv0_fault(facts, platform) is not None:
                continue
        except Unavailable:
            continue
        seen.add(entry.name)
        yield platform, entry


def _shown(names: list[str]) -> str:
    if len(names) > _SHOWN + 1:
        return f"{', '.join(names[:_SHOWN])} and {len(names) - _SHOWN} others"
    return listed(names)


def _flags(facts: Facts, entries: list[Entry]) -> tuple[Evidence, ...]:
    return tuple(found for x in entries[:_SHOWN] for found in entry_evidence(facts, x, "flags:"))


def _with_c(facts: Facts, platform: Platform, entry: Entry) -> tuple[Remedy, ...]:
    from qemudoctor.remedies.flags import now
    from qemudoctor.remedies.proof import helpful

    # Only until the next reboot: for an information on nearly every host, the files of binfmt.d are not read.
    risk = "a set-uid program of any image runs the emulator with the rights of the file's owner"
    better = entry.with_flags(f"{entry.flags}C")
    return tuple(helpful(facts, platform, (now(facts, (better,), title=_WANTED.format(entry.name), risk=risk),)))


def _without_c(facts: Facts, entries: list[Entry]) -> tuple[Remedy, ...]:
    """Return those entries without C whose emulator the host can open again, and whose C no file of the host has."""
    from qemudoctor.remedies.flags import now_and_at_boot
    from qemudoctor.remedies.proof import registers

    better = [x.with_flags(x.flags.replace("C", "")) for x in entries if _is_here(facts, x) and not _is_meant(facts, x)]
    if not better:
        return ()
    words = better[0].name if len(better) == 1 else "the entries"
    return tuple(registers(facts, now_and_at_boot(facts, better, title=_UNWANTED.format(words))))


def _is_meant(facts: Facts, entry: Entry) -> bool:
    """Return whether a file of binfmt.d has just this entry, C and all: then whoever wrote it has chosen."""
    try:
        return facts.boot.is_configured_alike(entry)
    except Unavailable:
        return False


def _is_here(facts: Facts, entry: Entry) -> bool:
    try:
        return facts.emulator(entry.interpreter).exists
    except Unavailable:
        return False


CHECKS = (
    Check(
        id="QD213",
        slug="credentials-flag-missing",
        title="Set-uid programs get no rights under emulation",
        severity=Severity.INFO,
        cause="credential-flag-missing",
        family="binfmt",
        run=find_without_credentials,
        explanation=MISSING,
        references=(
            BINFMT_MISC,
            "https://github.com/orbstack/orbstack/issues/2655",
            "https://github.com/containers/podman/issues/20443",
        ),
    ),
    Check(
        id="QD214",
        slug="credentials-flag-set",
        title="Emulators run with the rights of set-uid programs",
        severity=Severity.INFO,
        family="binfmt",
        run=find_with_credentials,
        explanation=PRESENT,
        references=(BINFMT_MISC, "https://tracker.debian.org/pkg/qemu"),
    ),
)
