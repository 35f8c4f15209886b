"""Known faults of QEMU beside an explanation: those that a text shows, and whether this host's emulators have them."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from qemudoctor.errors.died import what_died
from qemudoctor.errors.explanation import RankedCause, Standing
from qemudoctor.errors.ranking import Weighed
from qemudoctor.errors.recognition import Seen, compiled
from qemudoctor.known_bad_qemu import ROWS, KnownBad, Version, built, depends_on_library, faults_shown, parse_version
from qemudoctor.remedies.remedy import Remedy

if TYPE_CHECKING:
    from qemudoctor.facts import Facts
    from qemudoctor.facts.running import Running
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
_NOT_SHOWN = ", though the text does not show that this is why"
_BUILDKITS_OWN = ".buildkit_qemu_emulator"
"""BuildKit brings emulators of its own: what lies on the host says nothing of them."""


class Fault(NamedTuple):
    """A known fault beside a failure. fits: whether this host's emulator has it; None where that is not known."""

    row: KnownBad
    says: str
    fits: bool | None = None
    is_shown: bool = True
    """The text has its sign; else only this host's version speaks for it."""
    is_named: bool = False
    """The crash's own line has its sign, or the program or step that died; else it stands anywhere around."""


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
    from qemudoctor.facts.running import machine_of, wide_heap_of

    there = _Host(machine_of(facts), wide_heap_of(facts))
    of_text = _shown(seen, platform)
    asked = (*of_text, *(x for x in ROWS if x.report == "warning"))
    emulators = () if any(_BUILDKITS_OWN in x.context for x in seen) else _emulators(facts, platform, asked)
    there = there._replace(emulators=emulators)
    named = _named_in(seen, platform, of_text)
    shown = tuple(_judged(row, there, is_named=row.id in named) for row in of_text)
    told = tuple(x for x in shown if x.fits is not False or x.row.is_certain)
    if not any(x.fits for x in shown):
        told = (*told, *_only_by_version(seen, platform, there, {x.id for x in of_text}))
    return Faults(told, _fits(_row(_OF_ADDRESSES), there) is not False, there.machine)


def _row(name: str) -> KnownBad:
    return next(x for x in ROWS if x.id == name)


class _Emulator(NamedTuple):
    """The emulator of an entry, as it runs; runs is None where its version is not known."""

    entry: "Entry"
    target: str | None
    runs: "Running | None"

    @property
    def version(self) -> Version | None:
        """The version as numbers; None where it is not known."""
        return None if self.runs is None else parse_version(self.runs.version)


class _Host(NamedTuple):
    """What decides whether a host has a fault. machine: `uname -m`; wide_heap: see facts.running."""

    machine: str | None
    wide_heap: bool | None
    emulators: tuple[_Emulator, ...] = ()


def _emulators(facts: "Facts", platform: str | None, asked: Iterable[KnownBad]) -> tuple[_Emulator, ...]:
    from qemudoctor.errors.against_host import emulators_meant
    from qemudoctor.facts import Unavailable, target_named_by
    from qemudoctor.facts.running import running

    rows = tuple(asked)

    def needs_library(version: str, linkage: str) -> bool:
        return depends_on_library(version, linkage, rows)

    found = []
    for entry in emulators_meant(facts, platform):
        try:
            runs = running(facts, entry, needs_library=needs_library)
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


def _named_in(seen: Sequence[Seen], platform: str | None, rows: Iterable[KnownBad]) -> set[str]:
    """Return the ids of the faults whose signs are said of what died, by one of the symptoms that they can have."""
    rows = [x for x in rows if x.confirms]
    guest = _guest(seen, platform)
    found: set[str] = set()
    for symptom, died in ((x.symptom, what_died(x)) for x in seen[: _MOST_LOOKED_AT if rows else 0]):
        kind, errno, signal = symptom.kind, symptom.errno, symptom.signal
        of_kind = (x for x in rows if x.is_of(kind, guest=guest, errno=errno, signal=signal))
        found.update(x.id for x in of_kind if x.is_named_by(died, syscall=symptom.syscall))
    return found


def _guest(seen: Sequence[Seen], platform: str | None) -> str | None:
    """Return QEMU's name of a platform; of the one that the lines around name, if none is known and they name one."""
    from qemudoctor.platforms import PLATFORMS

    contexts = () if platform else dict.fromkeys(x.context for x in seen[:_MOST_LOOKED_AT])
    names = {platform, *(name for text in contexts for name in compiled(_PLATFORM).findall(text))}
    targets = {PLATFORMS[x].architecture.qemu_target for x in names if x in PLATFORMS}
    return next(iter(targets)) if len(targets) == 1 else None


def _fits(row: KnownBad, there: _Host) -> bool | None:
    """Return whether one of the emulators that can be meant has a fault here; None where that is not known."""
    if not row.is_for(None, there.machine):
        return False
    answers = [_has(row, x) for x in _of_row(row, there)]
    if answers and not any(x is not False for x in answers):
        return False
    is_met = row.is_met_with(there.wide_heap)
    return is_met if not is_met or any(answers) else None


def _of_row(row: KnownBad, there: _Host) -> list[_Emulator]:
    return [x for x in there.emulators if row.is_for(x.target, None)]


def _has(row: KnownBad, emulator: _Emulator) -> bool | None:
    version = emulator.version
    return None if version is None or emulator.runs is None else row.has(version, emulator.runs.traits)


def _judged(row: KnownBad, there: _Host, *, is_named: bool) -> Fault:
    fits = _fits(row, there)
    if fits is None:
        return Fault(row, f"{_known_of(row)}{_why_not_known(row, there)}", is_named=is_named)
    if not fits:
        return Fault(row, f"{_known_of(row)}; {_why_not(row, there)}", fits=False, is_named=is_named)
    first, *others = _having(row, there)
    if others:
        says = f"{_known_of(row)}; this host's {first.entry.name} and {len(others)} more have it"
    else:
        unsure = "" if is_named else _NOT_SHOWN
        says = f"{_named(first)}, which has this fault{unsure}: {_helped(row)}"
    return Fault(row, says, fits=True, is_named=is_named)


def _having(row: KnownBad, there: _Host) -> list[_Emulator]:
    return [x for x in _of_row(row, there) if _has(row, x)]


def _why_not_known(row: KnownBad, there: _Host) -> str:
    """Return why it is not known whether this host's emulator has a fault, in words; "" where nothing is known."""
    having = _having(row, there)
    if having:
        return f"; {_named(having[0])}, and it is not known whether this host's kernel has the change that it needs"
    newer = next((x for x in _of_row(row, there) if x.version is not None and row.is_after_last(x.version)), None)
    return "" if newer is None else f"; {_named(newer)}, and of newer versions nothing is known"


def _why_not(row: KnownBad, there: _Host) -> str:
    """Return why a fault cannot be one of this host's emulators, in words."""
    other = "the text shows another fault, or is of another emulator or host"
    if not row.is_for(None, there.machine):
        return f"this host is {there.machine}: {other}"
    emulators = _of_row(row, there)
    if not emulators or any(_has(row, x) is not False for x in emulators):
        return f"this host's kernel is older than the change that it needs: {other}"
    emulator = emulators[0]
    if emulator.version is not None and row.is_before(emulator.version):
        return f"{_named(emulator)}, which does not have it yet: {other}"
    if emulator.version is not None and row.has(emulator.version, ()) is not False:
        return f"{_named(emulator)}, another build, which does not have it: {other}"
    return f"{_named(emulator)}, which no longer has it: {other}"


def _only_by_version(
    seen: Sequence[Seen],
    platform: str | None,
    there: _Host,
    shown: set[str],
) -> Iterable[Fault]:
    """Yield faults of programs of every image that this host's version has, and that a text does not rule out."""
    guest = _guest(seen, platform)
    symptoms = [x.symptom for x in seen]
    for row in ROWS:
        fits, having = _fits(row, there), _having(row, there)
        if row.report != "warning" or row.id in shown or fits is False or not having:
            continue
        if any(row.is_of(x.kind, guest=guest, errno=x.errno, signal=x.signal) for x in symptoms):
            named = _named(having[0])
            says = f"{named}, which is known to be bad{_NOT_SHOWN}: {_helped(row)}"
            yield Fault(row, says, fits=fits, is_shown=False)


def _named(emulator: _Emulator) -> str:
    version = "QEMU" if emulator.runs is None else built(emulator.runs.version, emulator.runs.traits)
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

    A version alone confirms nothing: it may have a fault, and the program have died of something else. Nor does a word
    that stands anywhere in a text: it has to be said of what died. found: what the check of versions says of this host,
    whose remedies are proven.
    """
    sure = [x for x in faults.told if x.fits and x.is_named]
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
    """Return the remedies of a cause without those that do not fit, and those of the faults first.

    A fault that this host's emulators do not have asks for none.
    """
    shown = [x.row for x in faults.told if x.is_shown and x.fits is not False]
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
