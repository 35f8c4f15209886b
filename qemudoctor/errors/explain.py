"""A pasted line or a whole log, explained."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from qemudoctor.errors.causes import Step, cause
from qemudoctor.errors.explanation import Explanation, Failure, RankedCause, Standing, Symptom, rank
from qemudoctor.errors.known_faults import CHECK_ID, Faults, confirmed, in_text, on_host, told_beside, with_faults
from qemudoctor.errors.ranking import Weighed, group, weigh
from qemudoctor.errors.reading.lines import Log
from qemudoctor.errors.recognition import Seen, recognise, similar_lines
from qemudoctor.remedies.remedy import Remedy

if TYPE_CHECKING:
    from qemudoctor.errors.against_host import Against
    from qemudoctor.facts import Facts

MOST_CAUSES = 8
_LEAST_SHARE = 0.015
_LIKELY = 0.3
_LIKELY_BEST = 0.15
"""The most probable cause is likely from this on; a warning that came beside something else is not."""
_OF_A_FILE = ("binary-corrupt-or-empty", "permission-noexec", "shebang-crlf", "shebang-missing")
"""Causes that come first only where a text shows something of the very file."""
_HARDLY = 0.2
"""A cause with less than this part of the score of one of these is not what a message is about."""
_MOSTLY = 0.75
"""The part of a message's meanings that a host has to rule out before the message is taken for another host's."""
_MOST_MORE = 5.0
"""By how much a cause gains, at most, when others are ruled out: what was hardly thought of does not become certain."""
# What a finding makes sure of, at least: an error stops programs, an info only explains.
_CONFIRMED_SCORES = {"error": 0.9, "warning": 0.8, "info": 0.7}
_OF_THE_TEXT = 0.099
_INSTALLER_NAMES = {"linux/386": "386", "linux/arm/v7": "arm", "linux/arm/v6": "arm", "linux/arm/v5": "arm"}


def explain_error(text: str | bytes, facts: "Facts | None" = None, *, platform: str | None = None) -> Explanation:
    """Return what a message means and which causes it can have, most probable first.

    text: one line, or a whole log; escapes, timestamps and JSON around the lines do not matter. facts: of the host that
    the message comes from; without them nothing is confirmed or ruled out. platform: of the program, as OCI spells it,
    where no facts ask for it.
    """
    log = Log(text)
    groups = group(recognise(log))
    if not groups:
        return Explanation(similar=similar_lines(log))
    return Explanation(tuple(_failure(seen, facts, platform) for seen in groups))


def _failure(seen: Sequence[Seen], facts: "Facts | None", platform: str | None) -> Failure:
    symptoms = tuple(x.symptom for x in seen)
    weighed = weigh(seen)
    platform = platform or _platform(symptoms)
    if facts is None:
        faults = told_beside(in_text(seen, platform), weighed)
        causes = [with_faults(_by_text(x, weighed[0].score, platform), faults[x.cause]) for x in weighed]
    else:
        causes = _by_host(weighed, platform, seen, facts)
    least = _LEAST_SHARE * max(x.score for x in weighed)
    kept = [x for x in causes if x.score >= least or x.standing is not Standing.POSSIBLE]
    ranked = sorted(kept, key=rank)
    open_causes = [x for x in ranked if x.standing is not Standing.RULED_OUT]
    return Failure(
        symptoms, (*open_causes[:MOST_CAUSES], *ranked[len(open_causes) :]), _is_of_another_host(weighed, causes)
    )


def _is_of_another_host(weighed: Iterable[Weighed], causes: Iterable[RankedCause]) -> bool:
    """Return whether a host rules out what a message mostly means, and shows nothing else."""
    standing = {x.id: x.standing for x in causes}
    scores = {x.cause: x.score for x in weighed}
    gone = sum(score for cause, score in scores.items() if standing[cause] is Standing.RULED_OUT)
    return gone >= _MOSTLY * sum(scores.values()) and Standing.CONFIRMED not in standing.values()


def _platform(symptoms: Iterable[Symptom]) -> str | None:
    return next((x.platform for x in symptoms if x.platform), None)


def _by_text(weighed: Weighed, best: float, platform: str | None) -> RankedCause:
    row = cause(weighed.cause)
    return RankedCause(
        id=row.id,
        title=row.title,
        standing=_standing(weighed.score, best),
        score=weighed.score,
        because=weighed.because,
        remedies=tuple(remedy_of(x, platform) for x in row.steps),
        explanation=row.explanation,
        tell_apart=row.tell_apart,
        references=row.references,
    )


def _standing(score: float, best: float) -> Standing:
    return Standing.LIKELY if score >= (_LIKELY_BEST if score == best else _LIKELY) else Standing.POSSIBLE


def _by_host(
    weighed: Sequence[Weighed], platform: str | None, seen: Sequence[Seen], facts: "Facts"
) -> list[RankedCause]:
    from qemudoctor.errors.against_host import about, against_host

    asked = about(facts, [platform] if platform else [])
    is_given = len(facts.question.require) == 1
    if len(asked.question.require) == 1:  # what is asked for is known; what stands in the text may be of something else
        platform = asked.question.require[0].name
    errnos = frozenset(x.symptom.errno for x in seen if x.symptom.errno)
    against = against_host(asked, [x.cause for x in weighed], platform, errnos, is_given=is_given)
    weighed = (*weighed, *(Weighed(x, 0.0, ()) for x in against.more))
    faults, best = told_beside(on_host(seen, platform, asked), weighed), weighed[0].score
    known = [with_faults(_by_text(x, best, platform), faults[x.cause]) for x in weighed]
    first_open = next((x for x in weighed if x.cause not in against.ruled_out), None)
    of_file = first_open.score if first_open is not None and first_open.cause in _OF_A_FILE else 0.0
    settled = [_settled(x, against, faults[x.id], platform, of_file) for x in known]
    return _conditioned(settled, sum(x.score for x in weighed))


def _conditioned(causes: list[RankedCause], total: float) -> list[RankedCause]:
    """Return causes with what was ruled out shared among those that are left; the best of them is likely."""
    left = sum(x.score for x in causes if x.standing is not Standing.RULED_OUT)
    if not left or any(x.standing is Standing.CONFIRMED for x in causes):
        return causes
    more = min(total / left, _MOST_MORE)
    best = max(x.score for x in causes) * more
    return [
        x
        if x.standing is Standing.RULED_OUT
        else x._replace(score=round(x.score * more, 3), standing=_standing(x.score * more, best))
        for x in causes
    ]


def _settled(
    known: RankedCause, against: "Against", faults: Faults, platform: str | None, of_file: float
) -> RankedCause:
    """Return a cause as it stands on a host."""
    found = sorted(against.findings.get(known.id, ()), key=lambda x: -_CONFIRMED_SCORES[x.severity.value])
    if not against.is_decided and known.score < of_file * _HARDLY:
        found = []  # this host shows it, and the message speaks against it
    by_version = [x for x in found if x.check == CHECK_ID]
    found = [x for x in found if x.check != CHECK_ID]  # that a version has faults confirms none of them
    by_fault = None if found else confirmed(known, faults, platform, by_version)
    if by_fault is not None:
        return by_fault._replace(score=round(_CONFIRMED_SCORES["warning"] + known.score * _OF_THE_TEXT, 3))
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


def remedy_of(step: Step, platform: str | None = None) -> Remedy:
    """Return a step of a cause with the platform in its commands."""
    arch = _INSTALLER_NAMES.get(platform or "", (platform or "all").removeprefix("linux/"))
    commands = tuple(x.replace("{arch}", arch).replace("{platform}", platform or "PLATFORM") for x in step.commands)
    return Remedy(step.id, step.title, commands, step.root, step.persistent, note=step.note)
