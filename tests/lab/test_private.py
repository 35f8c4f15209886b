"""Hosts that are broken in a namespace of their own: found, explained and cured, on the real kernel."""

from collections.abc import Callable, Iterator

import pytest

from tests.lab.case import Case, Place
from tests.lab.engine import Result, run_case
from tests.lab.session import all_at_once, at, private_laboratory
from tests.lab.world import why_not
from tests.support.bare_machine import need_unmounted_registry

pytestmark = pytest.mark.live

PRIVATE = at(Place.PRIVATE)


@pytest.fixture(scope="module")
def result_of(request: pytest.FixtureRequest) -> Iterator[Callable[[Case], Result]]:
    """What gives the result of a case. All that were selected run side by side, unless pytest itself sees to that."""
    reason = why_not(Place.PRIVATE)
    if reason is not None:
        pytest.skip(reason)
    with private_laboratory() as laboratory:
        if hasattr(request.config, "workerinput"):
            yield lambda case: run_case(case, laboratory)
            return
        named = " ".join(item.name for item in request.session.items if item.path == request.path)
        with all_at_once([case for case in PRIVATE if f"[{case.id}]" in named], laboratory) as running:
            yield lambda case: running[case.id].result()


@pytest.mark.parametrize("case", PRIVATE, ids=[case.id for case in PRIVATE])
def test_it_is_found_explained_and_cured(case: Case, result_of: Callable[[Case], Result]) -> None:
    if case.needs_bare_machine:
        need_unmounted_registry()
    assert result_of(case).wrong == ()
