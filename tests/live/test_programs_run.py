"""Every probe program, run by the emulator of its target, and natively where this machine can."""

import platform
import shutil
import subprocess
from pathlib import Path

import pytest

from qemudoctor.probe.programs import EXIT_STATUS, TARGETS, assemble

pytestmark = pytest.mark.live

# Targets whose emulator has another name.
EMULATORS = {"i486": "i386"}

# uname -m -> targets that every distribution's kernel of that machine runs itself.
NATIVE = {
    "aarch64": ("aarch64",),
    "ppc64le": ("ppc64le",),
    "riscv64": ("riscv64",),
    "s390x": ("s390x",),
    "x86_64": ("x86_64", "i386", "i486"),
}


def require_emulator(target: str) -> str:
    """Return the path of the emulator for a target; skip the test if no package has brought it."""
    name = f"qemu-{EMULATORS.get(target, target)}"
    path = shutil.which(f"{name}-static") or shutil.which(name)
    if path is None:
        pytest.skip(f"neither {name}-static nor {name} is installed (Debian: qemu-user-static)")
    return path


def _write(folder: Path, target: str) -> str:
    program = folder / target
    program.write_bytes(assemble(target))
    program.chmod(0o755)
    return str(program)


def _run(*command: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, timeout=60)


@pytest.mark.parametrize("target", TARGETS)
def test_emulator_runs_the_program(target: str, tmp_path: Path) -> None:
    result = _run(require_emulator(target), _write(tmp_path, target))
    assert (result.returncode, result.stdout, result.stderr) == (EXIT_STATUS, b"", b"")


@pytest.mark.parametrize("target", NATIVE.get(platform.machine(), ()))
def test_kernel_runs_its_own_program(target: str, tmp_path: Path) -> None:
    result = _run(_write(tmp_path, target))
    assert (result.returncode, result.stdout, result.stderr) == (EXIT_STATUS, b"", b"")
