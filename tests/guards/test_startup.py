"""What `qemu-doctor --version` loads. Every module here is time that each call of every command pays."""

import subprocess
import sys

import pytest

from tests.support.repository import ROOT

# Modules that cost tens of milliseconds, or that only a diagnosis needs.
HEAVY = frozenset(
    {
        "asyncio",
        "concurrent.futures",
        "ctypes",
        "distro",
        "elftools",
        "email",
        "importlib.metadata",
        "logging",
        "packaging",
        "socket",
        "subprocess",
        "tabulate",
        "tempfile",
        "tomllib",
        "urllib.request",
        "xml",
        "zipfile",
    }
)
# Rooms that have no part in saying a version.
ROOMS = frozenset({"checks", "errors", "facts", "fleet", "images", "probe", "remedies", "runner"})
# Beyond those of a bare interpreter. argparse with all it needs is about 20 of them.
MOST_MODULES = 60

LIST = """
import sys
try:
    {code}
except SystemExit as stopped:
    status = stopped.code
else:
    status = 0
sys.stdout.flush()
print(status or 0, *sys.modules, sep="\\n", file=sys.stderr)
"""
RUN_VERSION = "sys.argv = ['qemu-doctor', '--version']; from qemudoctor.cli import main; sys.exit(main())"


def _loaded_by(code: str) -> frozenset[str]:
    program = LIST.format(code=code)
    result = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True)
    status, *loaded = result.stderr.splitlines()
    assert status == "0", result.stderr
    return frozenset(loaded)


@pytest.fixture(scope="module")
def loaded() -> frozenset[str]:
    # Less what the interpreter and its site-packages load on their own.
    return _loaded_by(RUN_VERSION) - _loaded_by("pass")


def _below(loaded: frozenset[str], names: frozenset[str]) -> list[str]:
    return sorted(module for module in loaded if any(module == name or module.startswith(f"{name}.") for name in names))


def test_version_loads_nothing_heavy(loaded: frozenset[str]) -> None:
    assert not _below(loaded, HEAVY)


def test_version_loads_no_room_of_the_diagnosis(loaded: frozenset[str]) -> None:
    assert not _below(loaded, frozenset(f"qemudoctor.{room}" for room in ROOMS))


def test_version_loads_few_modules(loaded: frozenset[str]) -> None:
    assert len(loaded) <= MOST_MODULES, sorted(loaded)
