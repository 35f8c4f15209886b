"""Every row of the outcome tables, and every settled disagreement, under each release in which something changed."""

import pytest

from qemudoctor.kernel import KernelRelease, Machine
from tests.live.differential.limits import LIMITS
from tests.live.differential.predict import predict
from tests.live.differential.rows import ENTRIES, FILES, LIVE, RELEASES, Row
from tests.live.differential.rows_calls import CALLS
from tests.live.differential.rows_elf import ELF_FILES
from tests.live.differential.settled import SETTLED

ROWS = (*FILES, *ELF_FILES, *ENTRIES, *CALLS, *SETTLED, *LIMITS)
MACHINE = Machine.named("x86_64")


@pytest.mark.parametrize("release", [*RELEASES, LIVE])
@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name.replace(" ", "-"))
def test_outcome(row: Row, release: str) -> None:
    kernel = KernelRelease.parse(release)
    said = predict(row.case, kernel=kernel, machine=row.machine or MACHINE)
    assert said.observation.outcome == row.expected(kernel.version)


def test_rows_have_names_of_their_own() -> None:
    assert len({row.name for row in ROWS}) == len(ROWS)
