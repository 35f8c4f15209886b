"""Random cases whose answers are kept, so that a change of the model cannot change one unseen.

The generator is that of the differential test: `python -m tests.live.differential execve --seed 0 --cases 1500` asks a
real kernel the first half. `python -m tests.kernel.pinned` writes the answers anew: after a real kernel has agreed.
"""

import json
from collections.abc import Iterator
from hashlib import md5
from pathlib import Path
from random import Random

from qemudoctor.kernel import KernelRelease, Machine, OpenBlocks
from tests.live.differential import elves
from tests.live.differential.execves import case_of
from tests.live.differential.hosts import Case, File
from tests.live.differential.predict import is_well_formed, predict

FILE = Path(__file__).parents[2] / "fixtures/kernels/pinned.json"
RELEASES = ("3.10.49", "4.9.0", "5.4.286", "5.10.262", "6.1.192", "6.12.117", "6.18.44", "7.3.4")
COUNT = 1500
MACHINE = Machine.named("x86_64")


def cases() -> Iterator[Case]:
    """Return hosts with registries, then single programs and loaders with a few fields out of bounds."""
    seeds = (seed for seed in range(4 * COUNT) if is_well_formed(case_of(seed, ids=True)))
    for _, seed in zip(range(COUNT), seeds, strict=False):
        yield case_of(seed, ids=True)
    random = Random(1)
    for _ in range(COUNT):
        yield Case(host=(("/p", _program(random, loads=True)), ("/ld", _program(random, loads=False))), program="/p")


def _program(random: Random, *, loads: bool) -> File:
    elf = elves.good(random)
    elf = elves.replace_interpreter(elf, b"/ld\0" if loads and random.random() < 0.6 else None)
    for _ in range(random.choice((0, 1, 1, 2))):
        elf = elves.mutate(elf, random)
    return File(content=elf.build(1), tag=1, bits=elf.bits, label="elf")


def answers(release: str, some: list[Case]) -> list[str]:
    """Return two letters for the answer of each case."""
    kernel = KernelRelease.parse(release)
    return [md5(_answer(case, kernel).encode()).hexdigest()[:2] for case in some]


def _answer(case: Case, kernel: KernelRelease) -> str:
    try:
        return repr(predict(case, kernel=kernel, machine=MACHINE))
    except OpenBlocks:
        return "the registration blocks"


def main() -> None:
    some = list(cases())
    rows = {release: "".join(answers(release, some)) for release in RELEASES}
    FILE.write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
