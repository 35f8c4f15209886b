"""The differential test as a test: in a process of its own, which goes into its own namespaces."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
REFUSED = 77


def run_differential(what: str, *, one_of: int = 1) -> tuple[int, str]:
    """Return the exit status and the output. QEMU_DOCTOR_CASES and QEMU_DOCTOR_SEED say how many and which cases.

    one_of: what takes longer than a call is done so much less often.
    """
    command = [sys.executable, "-m", "tests.live.differential", what, "--full"]
    command += ["--cases", str(max(1, int(os.environ.get("QEMU_DOCTOR_CASES", "2000")) // one_of))]
    if seed := os.environ.get("QEMU_DOCTOR_SEED"):
        command += ["--seed", seed]
    done = subprocess.run(command, cwd=ROOT, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    print(done.stdout)
    if done.returncode == REFUSED:
        pytest.skip(done.stdout.strip().splitlines()[-1])
    return done.returncode, done.stdout + done.stderr
