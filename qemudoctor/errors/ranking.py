"""From symptoms to causes: what the message says, moved by what else the text shows."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from qemudoctor.errors.evidence import FEATURES, Feature
from qemudoctor.errors.recognition import Seen, compiled

_RELATED = 0.04
"""A share from which on a symptom speaks for a cause, so that two symptoms can have one in common."""
_TELLING = 0.7
"""A feature is a reason for the causes that it speaks for the most, and for those that it moves nearly as much."""
_FAINT = 0.2
"""Symptoms of less weight than this say nothing beside others."""


class Weighed(NamedTuple):
    """A cause, its score by the text alone, and what moved it."""

    cause: str
    score: float
    because: tuple[str, ...]


def group(seen: Iterable[Seen]) -> tuple[tuple[Seen, ...], ...]:
    """Return symptoms that can have a cause in common together, groups in the order of the text."""
    groups: list[list[Seen]] = []
    for one in seen:
        for other in groups:
            if any(_are_related(one, x) for x in other):
                other.append(one)
                break
        else:
            groups.append([one])
    strong = [x for x in groups if weight_of(x) >= _FAINT]
    return tuple(tuple(x) for x in strong or groups)


def weight_of(seen: Sequence[Seen]) -> float:
    """Return the weight of a group: that of its strongest symptom."""
    return max(x.kind.weight for x in seen)


def _are_related(one: Seen, other: Seen) -> bool:
    platforms = {one.symptom.platform, other.symptom.platform} - {None}
    if len(platforms) > 1 and one.symptom.program != other.symptom.program:
        return False
    first = {cause for cause, share in one.kind.shares if share >= _RELATED}
    return any(share >= _RELATED and cause in first for cause, share in other.kind.shares)


def weigh(seen: Sequence[Seen]) -> tuple[Weighed, ...]:
    """Return the causes that symptoms of one group can have, most probable first.

    Each symptom spreads its weight over causes; a kind counts once, however often its line stands there.
    """
    totals: dict[str, float] = {}
    reasons: dict[str, dict[str, None]] = {}
    for one in _most_telling(seen):
        for cause, score, because in _spread(one):
            totals[cause] = totals.get(cause, 0.0) + score
            reasons.setdefault(cause, {}).update(dict.fromkeys(because))
    weights = sum(x.kind.weight for x in {y.symptom.kind: y for y in seen}.values())
    scale = min(weight_of(seen), 1.0) / weights
    ranked = sorted(totals.items(), key=lambda x: (-x[1], x[0]))
    return tuple(Weighed(cause, round(total * scale, 3), tuple(reasons[cause])) for cause, total in ranked)


def _most_telling(seen: Sequence[Seen]) -> list[Seen]:
    """Return one symptom of each kind: the first that names a program by its path, else the first."""
    kinds: dict[str, Seen] = {}
    for one in seen:
        known = kinds.setdefault(one.symptom.kind, one)
        if "/" not in (known.symptom.program or "") and "/" in (one.symptom.program or ""):
            kinds[one.symptom.kind] = one
    return list(kinds.values())


def _spread(one: Seen) -> list[tuple[str, float, list[str]]]:
    shares = dict(one.kind.shares)
    because: dict[str, list[str]] = {cause: [] for cause in shares}
    for feature in FEATURES:
        if not _applies(feature, one):
            continue
        telling = max(factor for _, factor in feature.factors) * _TELLING
        for cause, factor in feature.factors:
            if cause in shares:
                shares[cause] *= factor
                if factor > 1 and factor >= telling:
                    because[cause].append(feature.because)
    total = sum(shares.values())
    return [(cause, one.kind.weight * share / total, because[cause]) for cause, share in shares.items()]


def _applies(feature: Feature, one: Seen) -> bool:
    kind = one.symptom.kind
    if not any(kind == scope or kind.endswith(f":{scope}") for scope in feature.scope):
        return False
    if feature.where == "program":
        text = (one.symptom.program or "").lower()
        if not text:
            return False
    else:
        text = one.line if feature.where == "line" else one.context
    if feature.words and not any(word in text for word in feature.words):
        return False
    return not feature.pattern or compiled(feature.pattern).search(text) is not None
