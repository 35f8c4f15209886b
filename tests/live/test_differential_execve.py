"""Random programs on random hosts: the model says what the kernel of this machine really does."""

import pytest

from tests.live.differential.runs import run_differential

pytestmark = pytest.mark.live


def test_model_and_kernel_agree_on_execve() -> None:
    status, said = run_differential("execve")
    assert status == 0, said
