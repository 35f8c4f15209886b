"""The answers to thousands of random cases are those that they were when kernels agreed with them."""

import json

import pytest

from tests.kernel.pinned import FILE, RELEASES, answers, cases

CASES = list(cases())
KEPT = json.loads(FILE.read_text(encoding="utf-8"))


@pytest.mark.parametrize("release", RELEASES)
def test_answers_are_kept(release: str) -> None:
    found, kept = answers(release, CASES), KEPT[release]
    assert 2 * len(found) == len(kept)
    changed = [number for number, answer in enumerate(found) if kept[2 * number : 2 * number + 2] != answer]
    assert changed == [], CASES[changed[0]].as_text(full=True)
