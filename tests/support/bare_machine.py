"""Plugin: what this machine has registered plays no part in the tests.

An execve() in a user namespace without a registry of its own uses the machine's, and a mount of it that the machine
has made shines through where a test takes its own away. With QEMU_DOCTOR_NO_SKIP set, the run therefore has the
machine's registry to itself, empty and unmounted, and gives it back in the end; elsewhere such tests are skipped. Any
run of root's first gives back what one that was killed had taken.
"""

import os
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.engines.lab.registry import FOLDER, borrowed_registry, give_back_what_is_left
from tests.support.engines_option import OPTION as ENGINES
from tests.support.kernels_option import OPTION as KERNELS
from tests.support.no_skip import is_forbidden

_BORROWED = pytest.StashKey[ExitStack]()


def pytest_sessionstart(session: pytest.Session) -> None:
    config = session.config
    if os.geteuid() != 0 or hasattr(config, "workerinput") or config.getoption("collectonly"):
        return
    try:
        give_back_what_is_left()
        # The tests with engines borrow it themselves, one at a time.
        if not is_forbidden() or config.getoption(ENGINES) or config.getoption(KERNELS):
            return
        with ExitStack() as stack:
            stack.enter_context(borrowed_registry()).unmount()
            config.stash[_BORROWED] = stack.pop_all()
    except (pytest.skip.Exception, RuntimeError, OSError) as error:
        pytest.exit(f"what this machine has registered cannot be set aside: {error}", returncode=1)


def pytest_unconfigure(config: pytest.Config) -> None:
    if (borrowed := config.stash.get(_BORROWED, None)) is not None:
        borrowed.close()


def need_unmounted_registry() -> None:
    """Skip a test that takes its own mount away where one of the machine, or an automount, would be left to be seen."""
    if f" {FOLDER} " in Path("/proc/self/mountinfo").read_text(encoding="utf-8", errors="surrogateescape"):
        pytest.skip("binfmt_misc is mounted on this machine")
