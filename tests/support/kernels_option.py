"""Plugin: tests marked `kernels` are left out unless --kernels asks for them.

They fetch kernels by apt and boot them, which takes minutes. They are deselected and not skipped: who did not ask for
them has not lost a test.
"""

import pytest

OPTION = "--kernels"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(OPTION, action="store_true", help="also run the tests that fetch and boot other kernels")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption(OPTION):
        return
    left_out = [item for item in items if item.get_closest_marker("kernels") is not None]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in left_out]
