"""Plugin: tests marked `engines` are left out unless --engines asks for them.

They start container engines and change the registry of the machine, so they never run by accident. They are
deselected and not skipped: who did not ask for them has not lost a test.
"""

import pytest

OPTION = "--engines"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(OPTION, action="store_true", help="also run the tests that start container engines (needs root)")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption(OPTION):
        return
    left_out = [item for item in items if item.get_closest_marker("engines") is not None]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in left_out]
