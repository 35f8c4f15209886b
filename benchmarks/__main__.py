"""What the commands cost, in bare starts of the same Python, measured side by side in one run.

Usage: python -m benchmarks. Status 1 if a command costs more than its budget. Bytecode is compiled beforehand, as pip
does when it installs a package. Each round runs every command once; the median of the rounds' ratios counts.
"""

import os
import shlex
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import median

ROOT = Path(__file__).resolve().parents[1]
ROUNDS = 15
# What the ten platforms are for: arm64, 32-bit ARM in its three variants and six more that OCI names.
TEN = "aarch64 arm mips mipsel mips64el ppc64 ppc64le riscv64 s390x mips64"
SET_UP = "bare, in a new registry of ten"
PRIVATE = ("unshare", "--user", "--map-root-user", "--mount", "sh", "-c")
MOUNT = "mount -t binfmt_misc binfmt_misc /proc/sys/fs/binfmt_misc"
MESSAGE = 'standard_init_linux.go:190: exec user process caused "no such file or directory"'
DOCTOR = (sys.executable, "-m", "qemudoctor")
EXPLAIN = (*DOCTOR, "explain-error")
# Two recorded hosts: one without an entry, and one whose fault the message is about: that costs its remedies, too.
CAPTURE = ("--capture", "fixtures/hosts/debian12-no-entry.capture")
FAULT = ("--capture", "fixtures/hosts/debian12-entry-without-f.capture", "--platform", "arm64")
# 1 and 3 say something about this host, and nothing about the measurement.
ACCEPTED = frozenset({0, 1, 3})


def once(command: Sequence[str], environment: Mapping[str, str]) -> float:
    """Return the time of one run in seconds. Raises: SystemExit if the command did not do its work."""
    start = time.perf_counter()
    done = subprocess.run(
        command, cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    spent = time.perf_counter() - start
    if done.returncode not in ACCEPTED or "Traceback" in done.stderr:
        raise SystemExit(f"{' '.join(command)}: status {done.returncode}\n{done.stderr}")
    return spent


def in_private_registry(command: Sequence[str]) -> tuple[str, ...]:
    """Return a command that runs in a registry of its own with Debian's entries for the ten targets."""
    files = " ".join(f"/usr/lib/binfmt.d/qemu-{target}.conf" for target in TEN.split())
    fill = f"for file in {files}; do cat $file >/proc/sys/fs/binfmt_misc/register || exit 9; done"
    return (*PRIVATE, f"{MOUNT} && {fill} && exec {shlex.join(command)}")


def _set_up(rows: Sequence[tuple[str, Sequence[str], float | None]], times: Sequence[float], name: str) -> float:
    """Return the part of a command's time that made its registry: what a bare start there costs more."""
    if not name.endswith(("ten platforms", "executed")):
        return 0.0
    return times[[x[0] for x in rows].index(SET_UP)] - times[0]


def can_be_private(environment: Mapping[str, str]) -> bool:
    """Return whether this machine allows a private registry and has Debian's entries and emulators."""
    command = in_private_registry(("true",))
    return subprocess.run(command, env=environment, capture_output=True, check=False).returncode == 0


def main() -> int:
    """Return the exit status."""
    with tempfile.TemporaryDirectory(prefix="qemu-doctor-bytecode-") as folder:
        environment = {**os.environ, "PYTHONPYCACHEPREFIX": folder, "PYTHONDONTWRITEBYTECODE": ""}
        return measure(environment)


def measure(environment: Mapping[str, str]) -> int:
    bare = ("bare interpreter", (sys.executable, "-c", "pass"), None)
    # (name, command, most bare starts or None where there is no budget)
    rows: list[tuple[str, Sequence[str], float | None]] = [
        bare,
        ("--version", (*DOCTOR, "--version"), 3.0),
        ("--json --no-probe", (*DOCTOR, "--json", "--no-probe"), 6.0),
        ("explain-error --no-host", (*EXPLAIN, "--no-host", MESSAGE), 8.0),
        ("explain-error", (*EXPLAIN, MESSAGE), 8.0),
        ("explain-error --capture", (*EXPLAIN, *CAPTURE, MESSAGE), 8.0),
        ("explain-error --capture, confirmed", (*EXPLAIN, *FAULT, MESSAGE), 8.0),
    ]
    if can_be_private(environment):
        rows += [
            (SET_UP, in_private_registry((sys.executable, "-c", "pass")), None),
            ("--json --no-probe, ten platforms", in_private_registry((*DOCTOR, "--json", "--no-probe")), None),
            ("--json, ten platforms executed", in_private_registry((*DOCTOR, "--json")), None),
        ]
    else:
        print("no private registry here: execution is not measured")
    for _, command, _ in rows:
        once(command, environment)
    rounds = [[once(command, environment) for _, command, _ in rows] for _ in range(ROUNDS)]
    too_slow = False
    for column, (name, _, budget) in enumerate(rows):
        spent = median(times[column] for times in rounds)
        ratio = median((times[column] - _set_up(rows, times, name)) / times[0] for times in rounds)
        over = budget is not None and ratio > budget
        too_slow |= over
        note = "" if budget is None else f"  of at most {budget:.0f}{' - TOO SLOW' if over else ''}"
        print(f"{name:<36}{spent * 1000:8.1f} ms{ratio:8.1f} starts{note}")
    return 1 if too_slow else 0


raise SystemExit(main())
