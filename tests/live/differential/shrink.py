"""A failing case made small: parts are left out or simplified as long as it still fails."""

from collections.abc import Callable, Iterator
from dataclasses import replace

from qemudoctor.kernel.tree import NodeKind
from tests.live.differential.hosts import Case, File

Rows = tuple[tuple[str, File], ...]
MAX_ROUNDS = 40


def shrink(case: Case, fails: Callable[[Case], bool]) -> Case:
    """Return the smallest case that still fails, found by one change after the other."""
    for _ in range(MAX_ROUNDS):
        smaller = next((candidate for candidate in _simpler(case) if fails(candidate)), None)
        if smaller is None:
            return case
        case = smaller
    return case


def shrink_lines(lines: tuple[bytes, ...], fails: Callable[[tuple[bytes, ...]], bool]) -> tuple[bytes, ...]:
    """Return a part of the lines, with bytes left out, that still fails."""
    for _ in range(MAX_ROUNDS):
        smaller = next((candidate for candidate in _shorter(lines) if fails(candidate)), None)
        if smaller is None:
            return lines
        lines = smaller
    return lines


def _simpler(case: Case) -> Iterator[Case]:
    if case.root is not None:
        yield replace(case, host=case.root, root=None)
        yield replace(case, root=None)
    for index in range(len(case.writes)):
        yield replace(case, writes=case.writes[:index] + case.writes[index + 1 :])
    for host in _fewer(case.host):
        yield replace(case, host=host)
    for root in _fewer(case.root or ()):
        yield replace(case, root=root)
    if case.removed:
        yield replace(case, removed=())
    if len(case.argv) != 1:
        yield replace(case, argv=("a",))
    if case.uid or case.gid:
        yield replace(case, uid=0, gid=0)
    if case.by_descriptor:
        yield replace(case, by_descriptor=False)
    if case.cwd != "/":
        yield replace(case, cwd="/")


def _fewer(rows: Rows) -> Iterator[Rows]:
    for index in range(len(rows)):
        yield rows[:index] + rows[index + 1 :]
    for index, (path, file) in enumerate(rows):
        for other in _plain(file):
            yield (*rows[:index], (path, other), *rows[index + 1 :])


def _plain(file: File) -> Iterator[File]:
    if file.kind is NodeKind.FILE and file.content and not file.label.startswith(("elf", "cut")):
        half = len(file.content) // 2
        yield replace(file, content=file.content[:half], label="cut")
    if file.mode != 0o755:
        yield replace(file, mode=0o755)
    if file.busy:
        yield replace(file, busy=False)
    if file.uid or file.gid:
        yield replace(file, uid=0, gid=0)


def _shorter(lines: tuple[bytes, ...]) -> Iterator[tuple[bytes, ...]]:
    for index in range(len(lines)):
        yield lines[:index] + lines[index + 1 :]
    for index, line in enumerate(lines):
        size = max(1, len(line) // 2)
        while size:
            for at in range(0, len(line), size):
                yield (*lines[:index], line[:at] + line[at + size :], *lines[index + 1 :])
            size //= 2
