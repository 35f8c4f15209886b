"""Known faults of QEMU beside an explanation: those that a text shows, and whether this host's emulators have them."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from qemudoctor.errors.explanation import RankedCause, Standing
from qemudoctor.errors.ranking import Weighed
from qemudoctor.errors.recognition import Seen, compiled
from qemudoctor.known_bad_qemu import ROWS, KnownBad, faults_shown, parse_version
from qemudoctor.remedies.remedy import Remedy

if TYPE_CHECKING:
    from qemudoctor.checks.emulator.known_bad import Running
    from qemudoctor.facts import Facts
    from qemudoctor.kernel.entry import Entry
    from qemudoctor.verdict import ReportedFinding

CHECK_ID = "QD309"
"""Of the check that compares versions with the same table."""
_OF_ADDRESSES = "aslr-non-pie"
_NO_32_BIT_HOSTS = "no-32-bit-hosts"
_MOST_SOURCES = 2
_MOST_LOOKED_AT = 24
"""Symptoms of one failure: the first ones tell what the others repeat."""
_PLATFORM = r"\blinux/[a-z0-9]{3,8}(?:/v\d)?"
_BUILDKITS_OWN = ".buildkit_qemu_emulator"
"""BuildKit brings emulators of its own: what lies on the host says nothing of them."""


class Fault(NamedTuple):
    """A known fault beside a failure. fits: whether this host's emulator has it; None where that is not known."""

    row: KnownBad
    says: str
    fits: bool | None = None
    is_shown: bool = True
    """The text has its sign; else only this host's version speaks for it."""


class Faults(NamedTuple):
    """The known faults beside a failure."""

    told: tuple[Fault, ...] = ()
    may_be_of_addresses: bool = True
    """The fault of builds that address randomisation kills is possible, by this host's emulators."""
    machine: str | None = None
    """The host's `uname -m`."""


def in_text(seen: Sequence[Seen], platform: str | None) -> Faults:
    """Return the faults whose signs a text shows. platform: of the program, if it is known."""
    return Faults(tuple(Fault(row, _known_of(row)) for row in _shown(seen, platform)))


def on_host(seen: Sequence[Seen], platform: str | None, facts: "Facts") -> Faults:
    """Return the faults whose signs a text shows, and that this host's emulators have, or are known for."""
    from qemudoctor.checks.emulator.known_bad import machine_of

    machine = machine_of(facts)
    of_text = _shown(seen, platform)
    asked = (*of_text, *(x for x in ROWS if x.report == "warning"))
    emulators = () if any(_BUILDKITS_OWN in x.context for x in seen) else _emulators(facts, platform, asked)
    shown = tuple(_judged(row, emulators, machine) for row in of_text)
    told = tuple(x for x in shown if x.fits is not False or x.row.is_certain)
    if not any(x.fits for x in shown):
        told = (*told, *_only_by_version(seen, platform, emulators, machine, {x.id for x in of_text}))
    return Faults(told, _fits(_row(_OF_ADDRESSES), emulators, machine) is not False, machine)


def _row(name: str) -> KnownBad:
    return next(x for x in ROWS if x.id == name)


class _Emulator(NamedTuple):
    """The emulator of an entry, as it runs; runs is None where its version is not known."""

    entry: "Entry"
    target: str | None
    runs: "Running | None"


def _emulators(facts: "Facts", platform: str | None, asked: Iterable[KnownBad]) -> tuple[_Emulator, ...]:
    from qemudoctor.checks.emulator.known_bad import running
    from qemudoctor.errors.against_host import emulators_meant
    from qemudoctor.facts import Unavailable, target_named_by

    found = []
    for entry in emulators_meant(facts, platform):
        try:
            runs = running(facts, entry, asked)
        except Unavailable:
            runs = None
        found.append(_Emulator(entry, target_named_by(entry.interpreter), runs))
    return tuple(found)


def _shown(seen: Sequence[Seen], platform: str | None) -> tuple[KnownBad, ...]:
    guest = _guest(seen, platform)
    rows: dict[str, KnownBad] = {}
    all_of = ((x.symptom.kind, x.symptom.errno, x.symptom.signal, x.symptom.syscall, x.context) for x in seen)
    for kind, errno, signal, syscall, context in list(dict.fromkeys(all_of))[:_MOST_LOOKED_AT]:
        found = faults_shown(context, kind=kind, guest=guest, errno=errno, signal=signal, syscall=syscall)
        rows.update({row.id: row for row in found})
    return tuple(rows.values())


def _guest(seen: Sequence[Seen], platform: str | None) -> str | None:
    """Return QEMU's name of a platform; of the one that the lines around name, if none is known and they name one."""
    from qemudoctor.platforms import PLATFORMS

    contexts = () if platform else dict.fromkeys(x.context for x in seen[:_MOST_LOOKED_AT])
    names = {platform, *(name for text in contexts for name in compiled(_PLATFORM).findall(text))}
    targets = {PLATFORMS[x].architecture.qemu_target for x in names if x in PLATFORMS}
    return next(iter(targets)) if len(targets) == 1 else None


def _fits(row: KnownBad, emulators: Sequence[_Emulator], machine: str | None) -> bool | None:
    """Return whether one of the emulators that can be meant has a fault; None where that is not known."""
    if not row.is_for(None, machine):
        return False
    answers = [_has(row, x) for x in emulators if row.is_for(x.target, None)]
    if any(answers):
        return True
    return False if answers and None not in answers else None


def _has(row: KnownBad, emulator: _Emulator) -> bool | None:
    version = None if emulator.runs is None else parse_version(emulator.runs.version)
    return None if version is None or emulator.runs is None else row.has(version, emulator.runs.traits)


def _judged(row: KnownBad, emulators: Sequence[_Emulator], machine: str | None) -> Fault:
    fits = _fits(row, emulators, machine)
    if fits is None:
        return Fault(row, _known_of(row))
    if not fits:
        return Fault(row, f"{_known_of(row)}; {_why_not(row, emulators, machine)}", fits=False)
    first, *others = _having(row, emulators)
    if others:
        return Fault(row, f"{_known_of(row)}; this host's {first.entry.name} and {len(others)} more have it", fits=True)
    return Fault(row, f"{_named(first)}, which has this fault: {_helped(row)}", fits=True)


def _having(row: KnownBad, emulators: Sequence[_Emulator]) -> list[_Emulator]:
    return [x for x in emulators if row.is_for(x.target, None) and _has(row, x)]


def _why_not(row: KnownBad, emulators: Sequence[_Emulator], machine: str | None) -> str:
    """Return why a fault cannot be one of this host's emulators, in words."""
    other = "the text shows another fault, or is of another emulator or host"
    if not row.is_for(None, machine):
        return f"this host is {machine}: {other}"
    emulator = next(x for x in emulators if row.is_for(x.target, None))
    version = None if emulator.runs is None else parse_version(emulator.runs.version)
    if version is not None and row.is_before(version):
        return f"{_named(emulator)}, which does not have it yet: {other}"
    if version is not None and row.has(version, ()) is not False:
        return f"{_named(emulator)}, another build, which does not have it: {other}"
    return f"{_named(emulator)}, which no longer has it: {other}"


def _only_by_version(
    seen: Sequence[Seen],
    platform: str | None,
    emulators: Sequence[_Emulator],
    machine: str | None,
    shown: set[str],
) -> Iterable[Fault]:
    """Yield faults of programs of every image that this host's version has, and that a text does not rule out."""
    guest = _guest(seen, platform)
    symptoms = [x.symptom for x in seen]
    for row in ROWS:
        if row.report != "warning" or row.id in shown or not _fits(row, emulators, machine):
            continue
        if any(row.is_of(x.kind, guest=guest, errno=x.errno, signal=x.signal) for x in symptoms):
            named = _named(_having(row, emulators)[0])
            says = f"{named}, which is known to be bad, though the text does not show that this is why: {_helped(row)}"
            yield Fault(row, says, fits=True, is_shown=False)


def _named(emulator: _Emulator) -> str:
    from qemudoctor.checks.emulator.known_bad import built

    version = "QEMU" if emulator.runs is None else built(emulator.runs)
    return f"this host's {emulator.entry.name} is {version}"


def _known_of(row: KnownBad) -> str:
    return f"known of QEMU {row.span_text()}: {_helped(row)}"


def _helped(row: KnownBad) -> str:
    return f"{row.symptom}; what helps: {row.workaround} ({', '.join(row.sources[:_MOST_SOURCES])})"


def told_beside(faults: Faults, weighed: Sequence[Weighed]) -> dict[str, Faults]:
    """Return faults by the cause beside which they are told: the most probable of those that they can have."""
    found: dict[str, list[Fault]] = {}
    for fault in faults.told:
        beside = next((x.cause for x in weighed if x.cause in fault.row.causes), None)
        if beside is not None:
            found.setdefault(beside, []).append(fault)
    return {x.cause: faults._replace(told=tuple(found.get(x.cause, ()))) for x in weighed}


def with_faults(known: RankedCause, faults: Faults) -> RankedCause:
    """Return a cause with what known faults say for it, and with the remedies that fit them."""
    return known._replace(
        because=(*known.because, *(x.says for x in faults.told)), remedies=_remedies(known.remedies, faults)
    )


def confirmed(
    known: RankedCause, faults: Faults, platform: str | None, found: Sequence["ReportedFinding"]
) -> RankedCause | None:
    """Return a cause as confirmed where the text shows a fault that this host's emulator of the platform has.

    A version alone confirms nothing: it may have a fault, and the program have died of something else. found: what the
    check of versions says of this host, whose remedies are proven.
    """
    sure = [x for x in faults.told if x.fits and x.is_shown and (x.row.report or x.row.is_certain)]
    if platform is None or not sure:
        return None
    newer = next((x.finding.remedies for x in found), ()) if any(x.row.is_fixed for x in sure) else ()
    return known._replace(
        standing=Standing.CONFIRMED,
        because=tuple(dict.fromkeys((*(x.says for x in sure), *known.because))),
        check=CHECK_ID if any(x.row.report for x in sure) else None,
        remedies=(*newer, *(x for x in known.remedies if not newer or x.id != "newer-qemu")),
    )


def _remedies(default: tuple[Remedy, ...], faults: Faults) -> tuple[Remedy, ...]:
    """Return the remedies of a cause without those that do not fit the faults shown, and those of the faults first."""
    shown = [x.row for x in faults.told if x.is_shown]
    fixed = max((x for x in shown if x.is_fixed), key=lambda x: x.fixed, default=None)
    cures = {
        x.id: Remedy(x.id, x.title, x.commands, root=False, persistent=None, note=x.note)
        for row in shown
        for x in row.cures
    }
    is_native = any("$BUILDPLATFORM" in command for x in cures.values() for command in x.commands)
    newer, rest = [], []
    for remedy in default:
        if remedy.id == "newer-qemu":
            if fixed is not None or not shown:
                newer.append(_newer(remedy, fixed, faults.machine))
        elif remedy.id == "no-aslr":
            if any(x.id == _OF_ADDRESSES for x in shown) or (not shown and faults.may_be_of_addresses):
                rest.append(remedy)
        elif remedy.id != "native" or not is_native:
            rest.append(remedy)
    return (*newer, *cures.values(), *rest)


def _newer(remedy: Remedy, fixed: KnownBad | None, machine: str | None) -> Remedy:
    if fixed is not None:
        remedy = remedy._replace(title=f"Use {fixed.workaround}")
    row = _row(_NO_32_BIT_HOSTS)
    if machine in row.hosts:
        note = f"{row.workaround} at most: {row.span_text()} {row.symptom}"
        remedy = remedy._replace(note=f"{remedy.note}; {note}" if remedy.note else note)
    return remedy
