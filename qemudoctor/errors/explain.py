"""A pasted line or a whole log, explained."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from qemudoctor.errors.causes import Step, cause
from qemudoctor.errors.explanation import Explanation, Failure, RankedCause, Standing, Symptom, rank
from qemudoctor.errors.ranking import Weighed, group, weigh
from qemudoctor.errors.reading.lines import Log
from qemudoctor.errors.recognition import Seen, recognise, similar_lines
from qemudoctor.known_bad_qemu import KnownBad, known_bad, parse_version
from qemudoctor.remedies.remedy import Remedy

if TYPE_CHECKING:
    from qemudoctor.errors.against_host import Against
    from qemudoctor.facts import Facts

MOST_CAUSES = 8
_LEAST_SHARE = 0.015
_LIKELY = 0.3
# What a finding makes sure of, at least: an error stops programs, an info only explains.
_CONFIRMED_SCORES = {"error": 0.9, "warning": 0.8, "info": 0.7}
_OF_THE_TEXT = 0.099
_OF_QEMU = ("qemu-crash", "qemu-unsupported-syscall", "cpu-feature", "qemu-32bit-largefile")
_INSTALLER_NAMES = {"linux/386": "386", "linux/arm/v7": "arm", "linux/arm/v6": "arm", "linux/arm/v5": "arm"}


def explain_error(text: str | bytes, facts: "Facts | None" = None) -> Explanation:
    """Return what a message means and which causes it can have, most probable first.

    text: one line, or a whole log; escapes, timestamps and JSON around the lines do not matter. facts: of the host that
    the message comes from; without them nothing is confirmed or ruled out.
    """
    log = Log(text)
    groups = group(recognise(log))
    if not groups:
        return Explanation(similar=similar_lines(log))
    return Explanation(tuple(_failure(seen, facts) for seen in groups))


def _failure(seen: Sequence[Seen], facts: "Facts | None") -> Failure:
    symptoms = tuple(x.symptom for x in seen)
    weighed = weigh(seen)
    platform = _platform(symptoms)
    bad = _known_bad(seen, platform)
    if facts is None:
        causes = [_by_text(x, weighed[0].score, platform, bad if x.cause == _told(weighed) else ()) for x in weighed]
    else:
        causes = _by_host(weighed, platform, bad, seen, facts)
    least = _LEAST_SHARE * max(x.score for x in weighed)
    kept = [x for x in causes if x.score >= least or x.standing is not Standing.POSSIBLE]
    ranked = sorted(kept, key=rank)
    open_causes = [x for x in ranked if x.standing is not Standing.RULED_OUT]
    return Failure(symptoms, (*open_causes[:MOST_CAUSES], *ranked[len(open_causes) :]))


def _told(weighed: Sequence[Weighed]) -> str | None:
    """Return the cause beside which known faults of QEMU are told: the most probable of those that they can have."""
    return next((x.cause for x in weighed if x.cause in _OF_QEMU), None)


def _platform(symptoms: Iterable[Symptom]) -> str | None:
    return next((x.platform for x in symptoms if x.platform), None)


def _by_text(
    weighed: Weighed, best: float, platform: str | None, bad: Iterable[KnownBad], *, because: tuple[str, ...] = ()
) -> RankedCause:
    row = cause(weighed.cause)
    is_likely = weighed.score >= _LIKELY or weighed.score == best
    reasons = (*weighed.because, *because, *map(_says, bad))
    return RankedCause(
        id=row.id,
        title=row.title,
        standing=Standing.LIKELY if is_likely else Standing.POSSIBLE,
        score=weighed.score,
        because=reasons,
        remedies=tuple(remedy_of(x, platform) for x in row.steps),
        explanation=row.explanation,
        tell_apart=row.tell_apart,
        references=row.references,
    )


def _by_host(
    weighed: Sequence[Weighed], platform: str | None, bad: Sequence[KnownBad], seen: Sequence[Seen], facts: "Facts"
) -> list[RankedCause]:
    from qemudoctor.errors.against_host import about, against_host, emulator_versions

    asked = about(facts, [platform] if platform else [])
    if platform is None and len(asked.question.require) == 1:
        platform = asked.question.require[0].name
    errnos = frozenset(x.symptom.errno for x in seen if x.symptom.errno)
    against = against_host(asked, [x.cause for x in weighed], platform, errnos)
    weighed = (*weighed, *(Weighed(x, 0.0, ()) for x in against.more))
    versions = tuple(_version_says(x, seen) for x in emulator_versions(asked, platform))
    because = tuple(x for x in versions if x)
    told, best = _told(weighed), weighed[0].score
    known = [
        _by_text(x, best, platform, bad, because=because) if x.cause == told else _by_text(x, best, platform, ())
        for x in weighed
    ]
    settled = [_settled(x, against) for x in known]
    return _conditioned(settled, sum(x.score for x in weighed))


def _conditioned(causes: list[RankedCause], total: float) -> list[RankedCause]:
    """Return causes with what was ruled out shared among those that are left; the best of them is likely."""
    left = sum(x.score for x in causes if x.standing not in (Standing.RULED_OUT, Standing.CONFIRMED))
    if not left or any(x.standing is Standing.CONFIRMED for x in causes):
        return causes
    best = max(x.score for x in causes)
    return [
        x
        if x.standing is Standing.RULED_OUT
        else x._replace(
            score=round(x.score * total / left, 3),
            standing=Standing.LIKELY if x.score == best or x.score * total / left >= _LIKELY else x.standing,
        )
        for x in causes
    ]


def _settled(known: RankedCause, against: "Against") -> RankedCause:
    """Return a cause as it stands on a host."""
    found = sorted(against.findings.get(known.id, ()), key=lambda x: -_CONFIRMED_SCORES[x.severity.value])
    if found:
        first = found[0]
        evidence = tuple(f"{x.source}: {x.text.strip()}" for y in found[:2] for x in y.finding.evidence[:2])
        return known._replace(
            standing=Standing.CONFIRMED,
            score=round(_CONFIRMED_SCORES[first.severity.value] + known.score * _OF_THE_TEXT, 3),
            because=(*(x.finding.message for x in found[:3]), *evidence),
            check=first.check,
            remedies=first.finding.remedies or known.remedies,
        )
    reason = against.ruled_out.get(known.id)
    if reason is None:
        return known
    return known._replace(standing=Standing.RULED_OUT, score=0.0, because=(reason,), remedies=())


def _known_bad(seen: Sequence[Seen], platform: str | None) -> tuple[KnownBad, ...]:
    guest = _target(platform)
    rows: dict[str, KnownBad] = {}
    for one in seen:
        for row in known_bad(kind=one.symptom.kind, text=one.context, guest=guest):
            rows.setdefault(row.id, row)
    return tuple(rows.values())


def _target(platform: str | None) -> str | None:
    if platform is None:
        return None
    from qemudoctor.platforms import PLATFORMS

    found = PLATFORMS.get(platform)
    return None if found is None else found.architecture.qemu_target


def _says(row: KnownBad) -> str:
    return f"known of QEMU {_span(row)}: {row.symptom}; what helps: {row.workaround} ({row.source})"


def _span(row: KnownBad) -> str:
    first, fixed = (".".join(map(str, x)) for x in (row.first, row.fixed))
    build = f" ({row.build} builds)" if row.build else ""
    if row.fixed[0] > 100:
        return f"from {first} on{build}" if row.first > (0, 0, 0) else f"of all versions{build}"
    return f"before {fixed}{build}" if row.first == (0, 0, 0) else f"from {first} to before {fixed}{build}"


def _version_says(emulator: tuple[str, str, str], seen: Sequence[Seen]) -> str | None:
    name, version, build = emulator
    numbers = parse_version(version)
    if numbers is None:
        return None
    for one in seen:
        for row in known_bad(kind=one.symptom.kind, text=one.context, version=numbers, build=build):
            return f"{name} of this host is QEMU {version}, which has this fault: {row.symptom} ({row.source})"
    return None


def remedy_of(step: Step, platform: str | None = None) -> Remedy:
    """Return a step of a cause with the platform in its commands."""
    arch = _INSTALLER_NAMES.get(platform or "", (platform or "all").removeprefix("linux/"))
    commands = tuple(x.replace("{arch}", arch).replace("{platform}", platform or "PLATFORM") for x in step.commands)
    return Remedy(step.id, step.title, commands, step.root, step.persistent, note=step.note)
