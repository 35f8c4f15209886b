"""Hostile input for the model, as much as is asked for: nothing but the documented errors may come out.

Usage: python -m tests.kernel.fuzz [--count N] [--seed S]. Status 1 and the input if anything else comes out.
"""

import argparse
import os
import sys
import time
from collections import Counter
from collections.abc import Callable
from random import Random

from qemudoctor.kernel import (
    Entry,
    EntryFormatError,
    Errno,
    KernelRelease,
    KernelReleaseError,
    Machine,
    OpenBlocks,
    RegisterError,
    Registry,
)
from qemudoctor.kernel.call import execve
from qemudoctor.kernel.machine import MACHINES
from tests.live.differential import elves
from tests.live.differential.hosts import CaseTree, File
from tests.live.differential.lines import Lines

RELEASES = (
    *("3.10.49", "3.10.0-327.el7.x86_64", "4.4.155", "4.9.0", "4.18.0-147.el8.x86_64", "5.4.286", "5.10.46"),
    *("5.14.0-427.el9_4.x86_64", "6.1.192", "6.8.0-30-generic", "6.12.117", "6.18.44", "7.3.4"),
)
KERNELS = tuple(KernelRelease.parse(text) for text in RELEASES)
SIGNALS = {"SIGSEGV", "SIGKILL", "SIGBUS"}
PIECES = (
    b"",
    b"\0",
    b"\n",
    b"\r",
    b" ",
    b":",
    b"/",
    b"\\x",
    b"\xff",
    b"#!",
    b"\x7fELF",
    b"\xff" * 8,
    b"\0" * 64,
    b"A" * 300,
)


class Surprise(Exception):
    """The model did what it does not document; the input is in the message."""


class Fuzzer:
    """Inputs of one seed, and the model that must bear them."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.lines = Lines(self.random)
        self.kinds: tuple[Callable[[], None], ...] = (
            self.register_line,
            self.entry_text,
            self.program,
            self.program,
            self.loader,
            self.shebang,
            self.release,
        )

    def run(self, count: int) -> Counter[str]:
        """Try so many inputs and return how many of each kind. Raises: Surprise."""
        tried: Counter[str] = Counter()
        for number in range(count):
            kind = self.kinds[number % len(self.kinds)]
            kind()
            tried[kind.__name__] += 1
        return tried

    def spoil(self, content: bytes) -> bytes:
        """Return content cut, with bytes changed, left out or put in, or as it is."""
        random = self.random
        roll = random.random()
        if roll < 0.15:
            return random.randbytes(random.choice((0, 1, 4, 20, 64, 130, 300)))
        if roll < 0.3:
            return content[: random.randrange(len(content) + 1)]
        for _ in range(random.choice((0, 1, 1, 2, 4, 16))):
            at, size = random.randrange(len(content) + 1), random.choice((0, 1, 1, 2, 8))
            piece = random.choice(PIECES) if random.random() < 0.5 else random.randbytes(size)
            content = content[:at] + piece + content[at + size :]
        return content

    def register_line(self) -> None:
        for line in self.lines.sequence():
            line, kernel = self.spoil(line), self.random.choice(KERNELS)
            root = CaseTree.of((("/i", File(content=b"x")),))
            try:
                entry = Registry().register(line, kernel=kernel, root=root).entries[0]._replace(enabled=True)
            except (RegisterError, OpenBlocks):
                continue
            except Exception as error:
                raise Surprise(f"register {line!r} {kernel.text}") from error
            try:
                again = Entry.from_register(entry.to_register(), kernel)
            except RegisterError as error:
                # Written with escapes it may be too long where the bytes themselves were not.
                if error.field != "length":
                    raise Surprise(f"register {line!r} {kernel.text}: cannot be written") from error
                continue
            if again.to_procfs() != entry.to_procfs():
                raise Surprise(f"register {line!r} {kernel.text}: does not come back")

    def entry_text(self) -> None:
        random = self.random
        entry = Entry("a", "/i\nflags: F", random.choice(("", "F", "POCF")), 3, b"ab", random.choice((None, b"\1\2")))
        entry = entry._replace(extension=random.choice((None, None, "x")))
        raw = self.spoil(entry.to_procfs().encode())
        text = raw.decode("utf-8", random.choice(("replace", "surrogateescape")))
        try:
            found = Entry.from_procfs("a", text)
        except EntryFormatError:
            return
        except Exception as error:
            raise Surprise(f"entry text {text!r}") from error
        if Entry.from_procfs("a", found.to_procfs()) != found:
            raise Surprise(f"entry text {text!r}: does not come back")

    def program(self) -> None:
        self._call({"/p": File(content=self._elf(interp=self.random.random() < 0.3)), "/ld": self._native()})

    def loader(self) -> None:
        good = elves.Elf(interp=b"/ld\0").build(1)
        self._call({"/p": File(content=good), "/ld": File(content=self._elf(interp=False))})

    def shebang(self) -> None:
        random = self.random
        line = (
            b"#!" + random.choice((b"", b" ", b"\t ")) + random.choice((b"/i", b"i", b"/gone", b"/" + b"n" * 250, b""))
        )
        line += random.choice((b"", b" x", b" " * 200, b"\t")) + random.choice((b"\n", b"\r\n", b"\0", b""))
        self._call({"/p": File(content=self.spoil(line)), "/i": File(content=self._elf(interp=False))})

    def release(self) -> None:
        text = self.spoil(self.random.choice(RELEASES).encode()).decode("utf-8", "surrogateescape")
        try:
            KernelRelease.parse(text, build=text)
        except KernelReleaseError:
            return
        except Exception as error:
            raise Surprise(f"release {text!r}") from error

    def _native(self) -> File:
        return File(content=elves.Elf().build(1))

    def _elf(self, *, interp: bool) -> bytes:
        random = self.random
        elf = elves.foreign(random) if random.random() < 0.2 else elves.good(random)
        if interp:
            elf = elves.replace_interpreter(elf, b"/ld\0")
        for _ in range(random.choice((0, 1, 1, 2, 3))):
            elf = elves.mutate(elf, random)
        return self.spoil(elf.build(1))

    def _call(self, files: dict[str, File]) -> None:
        random, kernel = self.random, self.random.choice(KERNELS)
        machine = Machine.named("x86_64") if random.random() < 0.7 else random.choice(MACHINES)
        content = files["/p"].content
        magic = content[:20] if random.random() < 0.3 else b"#!"
        entries = (Entry("e", random.choice(("/p", "/ld", "/i", "/gone")), "", magic=magic or b"x"),)
        registry = Registry(entries if random.random() < 0.3 else ())
        try:
            ran = execve("/p", root=CaseTree.of(files.items()), registry=registry, kernel=kernel, machine=machine)
        except Exception as error:
            raise Surprise(f"execve {files!r} {entries!r} {kernel.text} {machine.name}") from error
        if not (ran.blocks or ran.signal in SIGNALS or (ran.signal is None and ran.errno in Errno and ran.steps)):
            raise Surprise(f"execve {files!r} {kernel.text}: {ran!r}")


def main() -> int:
    """Return the exit status."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--count", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=int.from_bytes(os.urandom(4), "little"))
    options = parser.parse_args()
    print(f"seed {options.seed}", flush=True)
    start = time.perf_counter()
    tried = Fuzzer(options.seed).run(options.count)
    rows = ", ".join(f"{name} {number}" for name, number in tried.items())
    print(f"{options.count} inputs, no surprise, {time.perf_counter() - start:.0f} s: {rows}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
