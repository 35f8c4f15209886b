"""Random and hostile register strings: the model accepts, refuses and reads back as the kernel of this machine does."""

import pytest

from tests.live.differential.runs import run_differential

pytestmark = pytest.mark.live


def test_model_and_kernel_agree_on_register_lines() -> None:
    status, said = run_differential("register")
    assert status == 0, said
