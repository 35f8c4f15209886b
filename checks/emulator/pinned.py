"""An emulator that was replaced on disk while the kernel goes on with the one that it opened at the registration."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from qemudoctor.check import Check, Evidence, Facts, Finding, Severity
from qemudoctor.checks.diagnosis import diagnose
from qemudoctor.checks.subjects import BINFMT_MISC, entry_evidence, one_per_architecture
from qemudoctor.facts import Emulator, Unavailable, is_qemu
from qemudoctor.kernel.entry import Entry
from qemudoctor.platforms import Platform

if TYPE_CHECKING:
    from qemudoctor.facts.pinned import PinnedEmulator

EXPLANATION = """\
With the flag F the kernel opens the emulator at the registration and keeps that file open. A
package upgrade puts a new file in its place; the old one has no name any more, but the kernel
goes on with it, for every program, on the host and in containers. So an upgrade that should cure
crashes or bring a missing system call shows no effect, and a security update is not in force,
until the entry is registered again or the host is booted.

Packages that register through systemd-binfmt or update-binfmts usually do that themselves when
they are upgraded. It is left to you where the file was replaced by hand, where an entry was made
by hand or by an image, and where the service could not run.

qemu-doctor sees it by executing a program that waits, and comparing what /proc/PID/exe leads to
with the file at the entry's path. What is open is asked for its version by executing it: that
works even when the file has no name any more.

It is harmless if the old version does all that you need; a file of the same version and build is
not reported.

To see it for yourself: start a foreign program that waits, such as `sleep 60` in a container of
the platform, then look at /proc/PID/exe of it on the host: ls -l shows "(deleted)", and
/proc/PID/exe --version prints the version.
"""


def find_outdated(facts: Facts) -> Iterator[Finding]:
    """Yield a finding for each entry that holds another version of its emulator open than lies at its path."""
    seen: set[str] = set()
    for platform in one_per_architecture(facts):
        entry = facts.entry_for(platform)
        if entry is None or entry.name in seen or "F" not in entry.flags or not is_qemu(entry.interpreter):
            continue
        seen.add(entry.name)
        try:
            pinned = facts.pinned_emulator(entry)
            emulator = facts.emulator(entry.interpreter)
        except Unavailable:
            continue
        if pinned is not None and pinned.stale and _differs(pinned, emulator):
            # What lies there may be unusable, which another check says; then it must not be registered.
            yield _finding(facts, platform, entry, pinned, emulator, cure=diagnose(facts, platform) is None)


def _differs(pinned: "PinnedEmulator", emulator: Emulator) -> bool:
    """Return whether two files are more than copies of each other, as after installing a package again."""
    known = (pinned.version, pinned.build), (emulator.version, emulator.build)
    return known[0] != known[1] or pinned.size != emulator.size


def _finding(
    facts: Facts, platform: Platform, entry: Entry, pinned: "PinnedEmulator", emulator: Emulator, *, cure: bool
) -> Finding:
    from qemudoctor.remedies.newer import open_again

    there = _called(emulator.version, emulator.build, other=pinned.version)
    return Finding(
        subject=entry.name,
        platform=platform.name,
        entry=entry.name,
        message=f"{entry.name}: the kernel still runs {_called(pinned.version, pinned.build, other=emulator.version)},"
        f" which it opened at the registration, and not {there}, which lies at {entry.interpreter} now",
        evidence=(
            *entry_evidence(facts, entry, "interpreter", "flags:"),
            Evidence("/proc/PID/exe of a program that it ran", _described(pinned)),
            Evidence(emulator.resolved or emulator.path, _line(emulator.version, emulator.build, emulator.size)),
        ),
        remedies=open_again(facts, platform, entry) if cure else (),
    )


def _called(version: str | None, build: str | None, *, other: str | None) -> str:
    if version is None:
        return "another file"
    return f"QEMU {version}" if version != other or build is None else f"QEMU {version} ({build})"


def _described(pinned: "PinnedEmulator") -> str:
    return f"{pinned.path}: {_line(pinned.version, pinned.build, pinned.size)}"


def _line(version: str | None, build: str | None, size: int) -> str:
    called = "version not known" if version is None else f"QEMU {version}" + (f" ({build})" if build else "")
    return f"{called}, {size} bytes"


CHECKS = (
    Check(
        id="QD308",
        slug="emulator-outdated-pinned",
        title="The kernel runs an older emulator than the one on disk",
        severity=Severity.WARNING,
        family="emulator",
        run=find_outdated,
        explanation=EXPLANATION,
        references=(BINFMT_MISC, "https://man7.org/linux/man-pages/man5/proc_pid_exe.5.html"),
    ),
)
