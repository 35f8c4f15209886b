"""Usage: python -m tests.live.differential execve|register|rows --cases N --seed S.

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
from tests.live.differential.registers import compare_lines
from tests.live.differential.rows import ENTRIES, FILES
from tests.live.differential.rows_elf import ELF_FILES
from tests.live.differential.sandbox import Sandbox, SandboxRefused, load_module
from tests.live.differential.settled import SETTLED

MAX_TOLD = 10
ROWS = (*FILES, *ELF_FILES, *ENTRIES, *SETTLED, *LIMITS)


def main() -> int:
    """Return the exit status."""
    parser = argparse.ArgumentParser()
    parser.add_argument("what", choices=("execve", "register", "rows"))
    parser.add_argument("--cases", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=int.from_bytes(os.urandom(4), "little"))
    parser.add_argument("--release")
    parser.add_argument("--without", action="append", default=[], help="a kernel option that this kernel lacks")
    parser.add_argument("--full", action="store_true", help="show the contents of ELF files")
    parser.add_argument("--shared", action="store_true", help="no namespaces: the registry of this whole kernel")
    parser.add_argument("--base", help="an existing directory to work in, instead of a temporary one")
    parser.add_argument("--module", help="binfmt_misc.ko of this kernel, to be loaded first")
    options = parser.parse_args()
    if options.module:
        load_module(options.module)
    about = os.uname()
    kernel = KernelRelease.parse(options.release or about.release, build=about.version)
    machine = Machine.named(about.machine).without(*options.without)
    print(f"{options.what}: seed {options.seed}, {options.cases} cases, Linux {about.release}", flush=True)
    with contextlib.nullcontext(options.base) if options.base else tempfile.TemporaryDirectory() as base:
        try:
            sandbox = Sandbox.make(base, namespaces=not options.shared)
        except SandboxRefused as error:
            print(f"refused: {error}")
            return 77
        if options.shared:
            # A guest has little memory, and some programs ask for more than they touch.
            Path("/proc/sys/vm/overcommit_memory").write_text("1")
        start = time.perf_counter()
        told: list[str] = []
        try:
            comparison = Comparison(Executor(sandbox), kernel, machine)
            if options.what == "rows":
                options.cases = len(ROWS)
                count = comparison.check_rows(ROWS, tell=told.append)
            elif options.what == "execve":
                count = comparison.run(options.seed, cases=options.cases, full=options.full, tell=told.append)
            else:
                count = compare_lines(sandbox, kernel, seed=options.seed, cases=options.cases, tell=told.append)
        finally:
            sandbox.close()
        spent = time.perf_counter() - start
    for text in told[:MAX_TOLD]:
        print(text)
    print(f"{options.what}: {options.cases} cases, {count} disagreements, {options.cases / spent * 60:.0f} a minute")
    return 1 if count else 0


sys.exit(main())
