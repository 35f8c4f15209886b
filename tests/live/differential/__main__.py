"""Usage: python -m tests.live.differential execve|register|rows|namespaces --cases N --seed S.

Status 0: no disagreement, 1: some, 77: this system does not allow it.
"""

import argparse
import contextlib
import os
import sys
import tempfile
import time
from pathlib import Path

from qemudoctor.kernel import KernelRelease, Machine
from tests.live.differential.executor import Executor
from tests.live.differential.execves import Comparison
from tests.live.differential.limits import LIMITS
from tests.live.differential.namespaces import compare_histories
from tests.live.differential.registers import compare_lines
from tests.live.differential.rows import ENTRIES, FILES
from tests.live.differential.rows_calls import CALLS
from tests.live.differential.rows_elf import ELF_FILES
from tests.live.differential.sandbox import Sandbox, SandboxRefused, load_module
from tests.live.differential.settled import SETTLED

MAX_TOLD = 10
PROGRESS_S = 30
ROWS = (*FILES, *ELF_FILES, *ENTRIES, *CALLS, *SETTLED, *LIMITS)


def main() -> int:
    """Return the exit status."""
    parser = argparse.ArgumentParser()
    parser.add_argument("what", choices=("execve", "register", "rows", "namespaces"))
    parser.add_argument("--cases", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=int.from_bytes(os.urandom(4), "little"))
    parser.add_argument("--release")
    parser.add_argument("--without", action="append", default=[], help="a kernel option that this kernel lacks")
    parser.add_argument("--full", action="store_true", help="show the contents of ELF files")
    parser.add_argument("--shared", action="store_true", help="no namespaces: the registry of this whole kernel")
    parser.add_argument("--base", help="an existing directory to work in, instead of a temporary one")
    parser.add_argument("--by-path", action="store_true", help="call no program by a descriptor")
    parser.add_argument("--module", help="binfmt_misc.ko of this kernel, to be loaded first")
    options = parser.parse_args()
    if options.module:
        load_module(options.module)
    about = os.uname()
    kernel = KernelRelease.parse(options.release or about.release, build=about.version)
    lowest = int(Path("/proc/sys/vm/mmap_min_addr").read_text())
    machine = Machine.named(about.machine).without(*options.without)._replace(lowest_address=lowest)
    print(f"{options.what}: seed {options.seed}, {options.cases} cases, Linux {about.release}", flush=True)
    start = time.perf_counter()
    progress = Progress(options.cases)
    told: list[str] = []
    try:
        with contextlib.nullcontext(options.base) if options.base else tempfile.TemporaryDirectory() as base:
            if options.what == "namespaces":
                count = compare_histories(
                    *(base, kernel, machine),
                    shared=options.shared,
                    seed=options.seed,
                    cases=options.cases,
                    tell=told.append,
                    progress=progress,
                )
            else:
                count = compare(options, base, kernel, machine, told, progress)
    except SandboxRefused as error:
        print(f"refused: {error}")
        return 77
    spent = time.perf_counter() - start
    for text in told[:MAX_TOLD]:
        print(text)
    print(f"{options.what}: {options.cases} cases, {count} disagreements, {options.cases / spent * 60:.0f} a minute")
    return 1 if count else 0


class Progress:
    """Tells now and then how far a run is, so that a slow one does not look like one that hangs."""

    def __init__(self, cases: int) -> None:
        self.cases = cases
        self.last = time.monotonic()

    def __call__(self, done: int) -> None:
        if time.monotonic() - self.last > PROGRESS_S:
            self.last = time.monotonic()
            print(f"{done} of {self.cases}", flush=True)


def compare(
    options: argparse.Namespace,
    base: str,
    kernel: KernelRelease,
    machine: Machine,
    told: list[str],
    progress: Progress,
) -> int:
    """Return the number of disagreements in one sandbox. Raises: SandboxRefused."""
    sandbox = Sandbox.make(base, namespaces=not options.shared)
    if options.shared:
        # A guest has little memory, and some programs ask for more than they touch.
        Path("/proc/sys/vm/overcommit_memory").write_text("1")
    try:
        if options.what == "register":
            return compare_lines(
                sandbox, kernel, seed=options.seed, cases=options.cases, tell=told.append, progress=progress
            )
        comparison = Comparison(Executor(sandbox), kernel, machine, options.by_path)
        if options.what == "execve":
            return comparison.run(
                options.seed, cases=options.cases, full=options.full, tell=told.append, progress=progress
            )
        options.cases = len(ROWS)
        return comparison.check_rows(ROWS, tell=told.append)
    finally:
        sandbox.close()


sys.exit(main())
