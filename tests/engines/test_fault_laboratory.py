"""Hosts that are broken on the machine's own registry, with engines: found, explained and cured, one at a time."""

from collections.abc import Iterator

import pytest

from tests.lab.case import Case, Place
from tests.lab.engine import run_case
from tests.lab.laboratory import Laboratory
from tests.lab.session import at, machine_laboratory
from tests.lab.world import why_not

MACHINE = at(Place.MACHINE)


@pytest.fixture(scope="module")
def laboratory() -> Iterator[Laboratory]:
    reason = why_not(Place.MACHINE)
    if reason is not None:
        pytest.skip(reason)
    with machine_laboratory() as lent:
        yield lent


@pytest.mark.parametrize("case", MACHINE, ids=[case.id for case in MACHINE])
def test_it_is_found_explained_and_cured(case: Case, laboratory: Laboratory) -> None:
    assert run_case(case, laboratory).wrong == ()
