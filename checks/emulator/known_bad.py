"""Builds of QEMU that are known to be bad, by their version and how they were built."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from qemudoctor.check import Check, Evidence, Facts, Finding, Remedy, Severity
from qemudoctor.checks.diagnosis import diagnose
from qemudoctor.checks.subjects import listed, one_per_architecture
from qemudoctor.facts import Unavailable, is_qemu, target_named_by
from qemudoctor.kernel.entry import Entry
from qemudoctor.platforms import Platform

if TYPE_CHECKING:  # only needed where an entry is QEMU's
    from qemudoctor.facts.running import Running
    from qemudoctor.known_bad_qemu import KnownBad, Version

_SHOWN = 4
# Faults that a program which was really executed tells about, whatever the version says: QD503 and QD505.
_OBSERVED = frozenset({"openat2-missing", "openat2-musl", "cpu-level"})

EXPLANATION = """\
Some versions of QEMU's user mode are known to be bad: they crash in programs that every image
has, or lack something that newer ones need. The programs then die by SIGSEGV or with an error
message that names neither QEMU nor its version, often only now and then. This check compares the
version of the emulator that really runs, and how it was built, with a list of such faults. Each
line of the evidence is one, with the place where it was reported.

The widest is the one of emulators that are static and not position-independent, up to 9.2.1: on
x86-64, with kernels that randomise addresses more widely (2024, 44c76825d6ee), they die at random.
Builds that are static-pie do not, which is why Debian 12 with its 7.2 is not affected since
deb12u9.

A warning is about programs of every image, an info about particular ones. It is harmless if your
images do not hold those, and the list says nothing about faults that nobody reported. Nor does a
version say why a program died: explain-error takes a fault for the cause only where the message
shows the sign of that fault.

To see it for yourself: execute the emulator with --version, and `file` shows whether it is a
"static-pie" or "statically linked" program.
"""


def find_known_bad(facts: Facts) -> Iterator[Finding]:
    """Yield one finding for each version that has faults which a later one has not."""
    found: dict[tuple[Running, tuple[KnownBad, ...]], list[tuple[Platform, Entry, Running]]] = {}
    seen: set[str] = set()
    missing: Unavailable | None = None
    for platform in one_per_architecture(facts):
        try:
            entry = facts.entry_for(platform)
            if entry is None or entry.name in seen or not entry.enabled or not is_qemu(entry.interpreter):
                continue
            seen.add(entry.name)
            fault = diagnose(facts, platform)
            if fault is not None and not fault.works_now:
                continue  # what keeps its programs from starting comes first
            runs, rows = _faults(facts, platform, entry)
        except Unavailable as error:
            missing = missing or error
            continue
        if runs is not None and rows:
            found.setdefault((runs, rows), []).append((platform, entry, runs))
    for (_, rows), concerned in found.items():
        yield _finding(facts, rows, concerned)
    if missing is not None:
        raise missing


def _faults(facts: Facts, platform: Platform, entry: Entry) -> "tuple[Running | None, tuple[KnownBad, ...]]":
    from qemudoctor.facts.running import machine_of, running, wide_heap_of
    from qemudoctor.known_bad_qemu import ROWS, depends_on_library, faults_of, parse_version

    seen = facts.behaviour(platform) is not None
    asked = tuple(x for x in ROWS if x.report and not (seen and x.id in _OBSERVED))
    runs = running(facts, entry, needs_library=lambda version, linkage: depends_on_library(version, linkage, asked))
    numbers = None if runs is None else parse_version(runs.version)
    if runs is None or numbers is None:
        return runs, ()
    guest = target_named_by(entry.interpreter) or platform.architecture.qemu_target
    machine, wide_heap = machine_of(facts), wide_heap_of(facts)
    found = faults_of(numbers, runs.traits, guest=guest, machine=machine, wide_heap=wide_heap)
    return runs, tuple(x for x in found if x in asked)


def _finding(facts: Facts, rows: "tuple[KnownBad, ...]", concerned: "list[tuple[Platform, Entry, Running]]") -> Finding:
    from qemudoctor.known_bad_qemu import built

    platform, entry, runs = concerned[0]
    version = built(runs.version, runs.traits)
    names = [x.name for _, x, _ in concerned]
    shown = listed(names if len(names) <= _SHOWN else [*names[:_SHOWN], "others"])
    grave = [x for x in rows if x.report == Severity.WARNING.value]
    least = max(x.fixed for x in rows)
    return Finding(
        subject=entry.name,
        platform=platform.name,
        entry=entry.name,
        message=f"{shown}: {version} has {_faults_of(len(rows))}: {(grave or rows)[0].symptom}",
        severity=Severity.WARNING if grave else None,
        cause="qemu-crash" if grave else None,
        evidence=(
            *(Evidence(x.sources[0], _told(x)) for x in rows),
            Evidence(entry.interpreter, version),
        ),
        remedies=_cures(facts, platform, entry, least) if grave else (),
    )


def _cures(facts: Facts, platform: Platform, entry: Entry, least: "Version") -> tuple[Remedy, ...]:
    from qemudoctor.remedies.newer import newer_emulators

    return newer_emulators(facts, platform, entry, least=least)


def _told(row: "KnownBad") -> str:
    more = f" (also {', '.join(row.sources[1:])})" if row.sources[1:] else ""
    return f"{row.span_text()}: {row.symptom}; what helps: {row.workaround}{more}"


def _faults_of(count: int) -> str:
    rest = "that later versions have not"
    return f"a fault {rest}" if count == 1 else f"{count} faults {rest}, among them"


CHECKS = (
    Check(
        id="QD309",
        slug="emulator-known-bad",
        title="This version of QEMU is known to be bad",
        severity=Severity.INFO,
        family="emulator",
        run=find_known_bad,
        explanation=EXPLANATION,
        references=(
            "https://github.com/tonistiigi/binfmt/issues/215",
            "https://github.com/systemd/systemd/issues/41279",
            "https://bugs.debian.org/1087822",
        ),
    ),
)
