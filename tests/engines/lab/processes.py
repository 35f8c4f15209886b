"""Running programs for a test, and what a test needs of the machine before it can."""

import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TypeAlias

import pytest

Completed: TypeAlias = subprocess.CompletedProcess[str]

LONGEST_S = 120.0


def run(
    argv: Sequence[str | Path],
    *,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    pass_fds: Sequence[int] = (),
) -> Completed:
    """Return the finished program with its output as text: no standard input, no localised messages.

    Raises: subprocess.TimeoutExpired after two minutes. A status other than 0 is a result and raises nothing.
    """
    return subprocess.run(
        [str(word) for word in argv],
        env={**(os.environ if env is None else env), "LC_ALL": "C.UTF-8"},
        cwd=cwd,
        pass_fds=pass_fds,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        timeout=LONGEST_S,
    )


def checked(argv: Sequence[str | Path], *, env: Mapping[str, str] | None = None) -> Completed:
    """Return the finished program. Raises: RuntimeError with all its output if its status is not 0."""
    result = run(argv, env=env)
    if result.returncode != 0:
        said = (result.stdout + result.stderr).strip()
        raise RuntimeError(f"{' '.join(map(str, argv))}: status {result.returncode}\n{said}")
    return result


def need_root() -> None:
    if os.geteuid() != 0:
        pytest.skip("needs root")


def need_programs(*names: str) -> None:
    missing = [name for name in names if shutil.which(name) is None]
    if missing:
        pytest.skip(f"not installed: {', '.join(missing)}")
