"""Random histories of user namespaces and mounts: the model knows which registry decides, and which one is seen."""

import pytest

from tests.live.differential.runs import run_differential

pytestmark = pytest.mark.live


def test_model_and_kernel_agree_on_namespaces() -> None:
    status, said = run_differential("namespaces", one_of=20)
    assert status == 0, said
