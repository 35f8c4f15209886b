"""The figures that were reached on real messages: they may rise, and not fall."""

import hashlib
import json
from typing import Any, NamedTuple

import pytest

from qemudoctor.errors import explain_error
from tests.support.repository import ROOT

CASES: list[dict[str, Any]] = [
    json.loads(line) for line in (ROOT / "fixtures/corpus/errors.jsonl").read_text(encoding="utf-8").splitlines()
]


def is_for_development(case: dict[str, Any]) -> bool:
    """Return whether a case was looked at while the signatures were written; the others were only counted."""
    return hashlib.sha256(case["id"].encode()).digest()[0] % 2 == 0


class Figures(NamedTuple):
    first: float
    """The true cause comes first."""
    in_three: float
    true_or_also: float
    """The first cause is the true one, or one that the case names beside it."""
    recognised: float


def figures(cases: list[dict[str, Any]]) -> Figures:
    first = in_three = also = recognised = 0
    for case in cases:
        ids = [cause.id for cause in explain_error(case["text"]).causes]
        recognised += bool(ids)
        first += ids[:1] == [case["cause"]]
        in_three += case["cause"] in ids[:3]
        also += bool(ids) and ids[0] in (case["cause"], *case["also"])
    return Figures(*(count / len(cases) for count in (first, in_three, also, recognised)))


OURS = [case for case in CASES if case["cause"] != "out-of-scope"]
DEVELOPMENT = [case for case in OURS if is_for_development(case)]
HOLD_OUT = [case for case in OURS if not is_for_development(case)]


@pytest.mark.parametrize(
    ("cases", "least"),
    [
        pytest.param(DEVELOPMENT, Figures(0.83, 0.95, 0.97, 1.0), id="development"),
        pytest.param(HOLD_OUT, Figures(0.73, 0.84, 0.90, 0.92), id="hold-out"),
    ],
)
def test_figures_do_not_fall(cases: list[dict[str, Any]], least: Figures) -> None:
    found = figures(cases)
    assert all(x >= y for x, y in zip(found, least, strict=True)), found


def test_what_is_not_ours_is_not_explained_as_ours() -> None:
    explained = [x["id"] for x in CASES if x["cause"] == "out-of-scope" and explain_error(x["text"]).recognised]
    assert len(explained) <= 1, explained


def test_order_of_the_text_does_not_matter_for_the_figures() -> None:
    # The same input gives the same answer, byte for byte.
    assert [explain_error(x["text"]) for x in CASES[:40]] == [explain_error(x["text"]) for x in CASES[:40]]
