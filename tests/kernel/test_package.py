"""What the package offers by name."""

import pytest

from qemudoctor import kernel
from qemudoctor.kernel import KernelRelease, Machine


@pytest.mark.parametrize("name", kernel.__all__)
def test_every_name_is_there(name: str) -> None:
    assert getattr(kernel, name) is not None


def test_no_other_name_is_there() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'possible_'"):
        getattr(kernel, "possible_")  # noqa: B009


@pytest.mark.parametrize(("release", "numbers"), [("3.10.49", [{62}, {3, 6, 62}]), ("6.12.117", [{62}, {3, 6}])])
def test_loaders_of_a_release(release: str, numbers: list[set[int]]) -> None:
    loaders = Machine.named("x86_64").loaders_of(KernelRelease.parse(release))
    assert [set(x.machines) for x in loaders] == numbers
    assert all(set(x.machines) == {183} for x in Machine.named("aarch64").loaders_of(KernelRelease.parse(release))[:1])
