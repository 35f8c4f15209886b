"""Every row of the outcome tables on the kernel of this machine, but for those that it cannot show."""

import pytest

from tests.live.differential.runs import run_differential

pytestmark = pytest.mark.live


def test_kernel_answers_as_the_tables_say() -> None:
    status, said = run_differential("rows")
    assert status == 0, said
