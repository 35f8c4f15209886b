"""Emulators that are not where their entry says, or that nobody can execute there."""

from collections.abc import Iterator

from qemudoctor.check import Check, Evidence, Facts, Finding, Remedy, Severity
from qemudoctor.checks.diagnosis import Diagnosis, Fault, diagnose, each_fault, unusable
from qemudoctor.checks.emulator.finding import emulator_finding, result
from qemudoctor.checks.subjects import BINFMT_D, BINFMT_MISC, EXECVE, each_platform, entry_evidence, is_of_qemu
from qemudoctor.facts import Emulator, Unavailable
from qemudoctor.kernel.entry import Entry
from qemudoctor.platforms import Platform

_SHOWN = 4

MISSING = """\
An entry of binfmt_misc names its interpreter by path, and the kernel does not check that path
when an entry without the flag F is registered. So an entry can name a file that was never there,
that a package upgrade moved, or that only exists inside the container which made the entry. When
a program is executed, the lookup fails and execve() returns ENOENT: "no such file or directory",
which names the program and means the emulator.

It happens with `multiarch/qemu-user-static:register`, an image without emulators: the host is
expected to have /usr/bin/qemu-aarch64-static, from a package or a download. And it happens after
a package was removed while its entries stayed.

It is harmless for an entry with the flag F: the kernel has had the file open since the
registration, and a missing file matters only when the entry has to be registered again. That is
another finding (QD306).

To see it for yourself, look whether the file in the line "interpreter" of the entry exists: cat
/proc/sys/fs/binfmt_misc/qemu-aarch64
"""

PINNED = """\
With the flag F the kernel opens the emulator at the registration and keeps it open. From then on
it does not matter whether the file still exists at its path: it may have been deleted, replaced,
or may never have existed on the host, since it lies in the image of the container that registered
it, as with tonistiigi/binfmt and multiarch/qemu-user-static.

That works, in containers too. But entries live in the memory of the kernel. After a reboot they
are gone, and so they are after a restart of systemd-binfmt, which removes every entry that is not
in binfmt.d. On this host nothing can then bring the platform back until somebody runs the
installer again.

It is harmless if the installer runs at every boot or before every build. It is no fault, but the
most common reason why builds fail "since the reboot".

To see it for yourself, look whether the file in the line "interpreter" of the entry exists: cat
/proc/sys/fs/binfmt_misc/qemu-aarch64
"""

UNUSABLE = """\
The file that an entry names as its interpreter exists, and the kernel refuses to execute it. It
needs a regular file with at least one x bit, on a file system that is not mounted with noexec;
otherwise execve() returns EACCES, "permission denied". A file that is empty or no program at all
gives ENOEXEC, "exec format error", the same message as without any entry.

The usual ways to get there: a download that broke off and left an empty file; a file fetched with
curl or unpacked by hand that nobody made executable; Docker, which makes an empty directory of
the name when a bind mount's source does not exist (`docker run -v
/usr/bin/qemu-aarch64-static:...` on a host without that file leaves a directory behind);
/usr/local or /opt on a noexec mount.

It is harmless for an entry with F that was registered when the file was in order: the kernel goes
on with the file as it was. It is not with the next reboot.

To see it for yourself: ls -ld FILE, and file FILE
"""


def find_missing(facts: Facts) -> Iterator[Finding]:
    """Yield a finding for each platform whose interpreter does not exist."""
    for found in each_fault(facts, Fault.EMULATOR_MISSING):
        if found.entry is not None and found.emulator is not None:
            problem = found.emulator.problem or "there is no such file on the host"
            message = (
                f"{found.entry.name}: its emulator {found.entry.interpreter} does not exist on the host, so programs"
                ' end in "no such file or directory" wherever the file is not'
            )
            yield emulator_finding(facts, found, message, Evidence(found.entry.interpreter, problem))


def find_only_pinned(facts: Facts) -> Iterator[Finding]:
    """Yield one finding for all entries whose emulator is only held open: they come from one installer."""
    if facts.question.registry is not None:
        return
    held = (x for x in facts.registry.entries if x.enabled and "F" in x.flags)
    gone = [entry for entry in held if _is_gone(facts, entry) and is_of_qemu(facts, entry)]
    if not gone:
        return
    names = ", ".join(entry.name for entry in gone[:_SHOWN]) + (" and others" if len(gone) > _SHOWN else "")
    yield Finding(
        subject=gone[0].name,
        entry=gone[0].name,
        message=f"{names}: the emulator is not on the host, the kernel only holds it open since the registration, so"
        " it is gone with the next reboot",
        evidence=tuple(e for x in gone[:_SHOWN] for e in entry_evidence(facts, x, "interpreter")),
    )


def _is_gone(facts: Facts, entry: Entry) -> bool:
    try:
        return not facts.emulator(entry.interpreter).exists
    except Unavailable:
        return False


def find_unusable(facts: Facts) -> Iterator[Finding]:
    """Yield a finding for each platform whose interpreter cannot be executed."""
    for found in each_fault(facts, Fault.EMULATOR_UNUSABLE):
        fault = None if found.emulator is None else unusable(found.emulator)
        if found.entry is None or found.emulator is None or fault is None:
            continue
        words, cause = fault
        message = (
            f"{found.entry.name}: its emulator {found.entry.interpreter} {words}, so that"
            f"{' even on the host' if found.on_host else ''} {_end(facts, found)}"
        )
        evidence = Evidence(found.emulator.resolved or found.emulator.path, words)
        first = _permission(facts, found.platform, found.entry, found.emulator)
        yield emulator_finding(facts, found, message, evidence, cause=cause, first=first)
    yield from each_platform(facts, _unusable_later)


def _unusable_later(facts: Facts, platform: Platform) -> Iterator[Finding]:
    """Yield a finding if programs run only by the file that F keeps open, and the one on disk cannot be executed."""
    entry = facts.entry_for(platform)
    if entry is None or not entry.enabled or "F" not in entry.flags or not facts.registry.registry.enabled:
        return
    if diagnose(facts, platform) is not None:
        return
    emulator = facts.emulator(entry.interpreter)
    fault = unusable(emulator) if emulator.exists else None
    if fault is None:
        return
    words, cause = fault
    yield Finding(
        subject=entry.name,
        platform=platform.name,
        entry=entry.name,
        message=f"{entry.name}: its emulator {entry.interpreter} {words}; programs run by the file that F keeps open"
        " since the registration, and will not run after the next registration or reboot",
        cause=cause,
        severity=Severity.WARNING,
        evidence=(
            *entry_evidence(facts, entry, "interpreter", "flags:"),
            Evidence(emulator.resolved or emulator.path, words),
        ),
        remedies=_permission(facts, platform, entry, emulator),
    )


def _permission(facts: Facts, platform: Platform, entry: Entry, emulator: Emulator) -> tuple[Remedy, ...]:
    if emulator.executable:
        return ()
    from qemudoctor.remedies.permission import make_executable
    from qemudoctor.remedies.proof import helpful

    return tuple(helpful(facts, platform, make_executable(facts, platform, entry, emulator)))[:1]


def _end(facts: Facts, found: Diagnosis) -> str:
    """Return how programs end; where F gets the emulator started and it cannot be mapped, as it was seen."""
    if found.walk.outcome != "ok":
        return result(found)
    killed = (facts.observed(found.platform).contained.outcome or "").removeprefix("signal:")
    return f"the kernel starts it, which F keeps open, and cannot map it: programs are killed by {killed}"


CHECKS = (
    Check(
        id="QD301",
        slug="interpreter-missing",
        title="The emulator of an entry does not exist on the host",
        severity=Severity.ERROR,
        cause="interpreter-missing-on-host",
        family="emulator",
        run=find_missing,
        explanation=MISSING,
        references=(BINFMT_MISC, EXECVE, "https://github.com/multiarch/qemu-user-static/issues/160"),
    ),
    Check(
        id="QD302",
        slug="interpreter-not-executable",
        title="The emulator of an entry cannot be executed",
        severity=Severity.ERROR,
        cause="permission-noexec",
        family="emulator",
        run=find_unusable,
        explanation=UNUSABLE,
        references=(BINFMT_MISC, EXECVE),
    ),
    Check(
        id="QD306",
        slug="emulator-only-pinned",
        title="The emulator is gone after a reboot",
        severity=Severity.INFO,
        family="emulator",
        run=find_only_pinned,
        explanation=PINNED,
        references=(BINFMT_MISC, BINFMT_D, "https://github.com/tonistiigi/binfmt/issues/85"),
    ),
)
