"""What becomes of a test whose kernel cannot be had.

Mirrors drop old suites, so such a test skips and says why. Where every tool was installed (QEMU_DOCTOR_NO_SKIP) a
skip is a failure, and that is right for the three kernels below: among them are both sides of Linux 5.12 and of 6.7,
from which on a user namespace has a registry of its own. The others are reported as expected failures (XFAIL) with
the reason, and nobody has to change a test on the day on which a mirror drops a suite.
"""

from typing import NoReturn

import pytest

from tests.kernels.fetch import Kind
from tests.support.no_skip import is_forbidden

REQUIRED = frozenset({"uml-5.10", "uml-6.1", "vm-6.12"})


def cannot_run(kind: Kind, reason: str) -> NoReturn:
    """End the test of a kernel that cannot be had."""
    said = f"SKIP {kind.name}: {reason}"
    if is_forbidden() and kind.name not in REQUIRED:
        pytest.xfail(said)
    pytest.skip(said)
