"""A registry of a test's own: a user namespace with its own binfmt_misc. Needs Linux 6.7, and no root.

It shows what the kernel does, and touches nothing of the machine. Container engines do not see it.
"""

import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.engines.lab.processes import Completed, need_programs, run

# Runs inside. The report has one row for each of the two steps that it reached: ready, and what went wrong.
_INSIDE = r"""
import json, os, subprocess, sys
report, lines, *argv = sys.argv[1:]
stage = ["mount"]
try:
    subprocess.run(["mount", "-t", "binfmt_misc", "binfmt_misc", "/proc/sys/fs/binfmt_misc"], check=True)
    for line in json.loads(lines):
        stage = ["register", line]
        register = os.open("/proc/sys/fs/binfmt_misc/register", os.O_WRONLY)
        os.write(register, bytes.fromhex(line))
        os.close(register)
    stage = ["exec"]
    os.set_inheritable(int(report), False)
    os.write(int(report), b'["ready"]\n')
    os.execvp(argv[0], argv)
except (OSError, subprocess.CalledProcessError) as error:
    os.write(int(report), json.dumps([*stage, getattr(error, "errno", None)]).encode())
"""


class LineRefused(OSError):
    """The kernel refused a line that was to be registered. `errno` says why, `line` which."""

    def __init__(self, number: int, line: bytes) -> None:
        super().__init__(number, f"{os.strerror(number)}: {line!r}")
        self.line = line


class NotExecuted(OSError):
    """The command was not executed: execve() itself gave `errno`."""


def run_private(lines: Sequence[bytes], argv: Sequence[str | Path], *, cwd: Path | None = None) -> Completed:
    """Return the finished command, started where exactly `lines` are registered, in this order.

    The command is root there and may chroot, mount, and change the registry at its usual place.
    Raises: LineRefused, or NotExecuted, with the kernel's errno.
    """
    need_programs("unshare", "mount")
    reading, writing = os.pipe()
    try:
        inside = [sys.executable, "-I", "-S", "-c", _INSIDE, str(writing), json.dumps([line.hex() for line in lines])]
        unshare = ["unshare", "--user", "--map-root-user", "--mount", "--propagation", "slave"]
        result = run([*unshare, *inside, *argv], cwd=cwd, pass_fds=(writing,))
    finally:
        os.close(writing)
        with os.fdopen(reading, "rb") as stream:
            report = stream.read()
    match [json.loads(row) for row in report.splitlines()]:
        case [["ready"]]:
            result.args = list(argv)
            return result
        case [["ready"], ["exec", number]]:
            raise NotExecuted(number, os.strerror(number), str(argv[0]))
        case [["register", line, number]]:
            raise LineRefused(number, bytes.fromhex(line))
        case _:
            pytest.skip(f"no registry for a user namespace (Linux before 6.7?): {result.stderr}")
