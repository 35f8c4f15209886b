"""Register strings judged one after the other: what a kernel says to each, and what is wrong with those it takes."""

from collections.abc import Iterable
from typing import NamedTuple

from qemudoctor.facts import Facts, Unavailable, covered_architectures, covered_platforms
from qemudoctor.host.door import HostError
from qemudoctor.host.trees import MemoryTree
from qemudoctor.kernel.entry import Entry
from qemudoctor.kernel.errnos import Errno
from qemudoctor.kernel.features import Feature
from qemudoctor.kernel.possible import possible_answers
from qemudoctor.kernel.program import OpenBlocks
from qemudoctor.kernel.register import RegisterError
from qemudoctor.kernel.registry import Registry
from qemudoctor.kernel.release import KernelRelease
from qemudoctor.platforms import platform_names
from qemudoctor.registration.given import BINFMT_D, Given, field_position
from qemudoctor.registration.problems import ERROR, INFO, WARNING, Problem, find_problems

RELEASES = ("3.10", "3.18", "4.8", "4.18", "5.1", "6.12", "7.3")
"""Releases at which what `register` takes has changed."""
_NOTHING = MemoryTree({})


class Refusal(NamedTuple):
    """What a kernel says to a register string that it does not take."""

    errno: Errno | None
    """None where no register string comes of what was given, or the write would wait for ever."""
    field: str
    position: int
    reason: str
    taken_by: tuple[str, ...] = ()
    """Other releases, of those in RELEASES, that take it."""


class Judged(NamedTuple):
    """One registration and the judgement on it."""

    given: Given
    entry: Entry | None
    """None if it is refused."""
    refusal: Refusal | None = None
    certain: bool = True
    """False where this release may answer otherwise, by what its vendor has taken."""
    platforms: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()

    @property
    def is_wrong(self) -> bool:
        """Return whether it is refused or does not do what its name says."""
        return self.entry is None or any(x.severity == ERROR for x in self.problems)


def judge_all(given: Iterable[Given], *, form: str, facts: Facts, looks: bool) -> tuple[Judged, ...]:
    """Return the judgement on each registration, written in this order to an empty registry.

    looks: the interpreters are looked for on the host of these facts, and opened for F.
    Raises: Unavailable without kernel or machine.
    """
    registry, found = Registry(), []
    for one in given:
        judged, registry = _judge(one, registry, form=form, facts=facts, looks=looks)
        found.append(judged)
    return _with_order(found)


def _judge(one: Given, registry: Registry, *, form: str, facts: Facts, looks: bool) -> tuple[Judged, Registry]:
    if one.fault is not None:
        return Judged(one, None, Refusal(None, "line", 0, one.fault)), registry
    kernel = facts.kernel
    extra: list[Problem] = []
    before = registry
    name = _name(one.line, kernel)
    older = None if name is None else registry.named(name)
    if older is not None and form == BINFMT_D:
        # systemd-binfmt removes an entry of that name first.
        registry = registry.write(older.name, b"-1")
        extra.append(_duplicate(older, one.line, kernel))
    try:
        entry = _register(one.line, registry, kernel, facts if looks else None)
    except RegisterError as error:
        refusal = _refusal(one.line, error, kernel)
        return Judged(one, None, refusal, _is_certain(one.line, kernel), (), _without_delimiter(one.line)), before
    except OpenBlocks as error:
        return Judged(one, None, Refusal(None, "interpreter", 0, f"opening {error} would wait for ever")), before
    except HostError as error:
        entry = Entry.from_register(one.line, kernel)
        extra.append(Problem("interpreter-not-seen", INFO, f"whether F can open it is not known: {error.reason}"))
    problems = (*extra, *find_problems(entry, facts=facts, looks=looks))
    judged = Judged(one, entry, None, _is_certain(one.line, kernel), covered_platforms(entry), problems)
    return judged, registry._replace(entries=(entry, *registry.entries))


def _register(line: bytes, registry: Registry, kernel: KernelRelease, facts: Facts | None) -> Entry:
    """Return the entry that a write makes. Without facts, the interpreter is not opened. Raises: RegisterError."""
    if facts is not None:
        return registry.register(line, kernel=kernel, root=facts.host.tree()).entries[0]
    entry = Entry.from_register(line, kernel)
    # The same name in the shortest line, so that nothing but the name is asked about.
    short = Entry(entry.name, "/", extension="x").to_register()
    registry.register(short, kernel=kernel.assume(Feature.REGISTER_1920, True), root=_NOTHING)
    return entry


def _name(line: bytes, kernel: KernelRelease) -> str | None:
    try:
        return Entry.from_register(line, kernel).name
    except RegisterError:
        return None


def _duplicate(older: Entry, line: bytes, kernel: KernelRelease) -> Problem:
    same = Entry.from_register(line, kernel)._replace(pinned=None) == older._replace(pinned=None)
    text = (
        f"the name {older.name} stands in this file before: systemd-binfmt throws that entry away for this one, and a"
        " plain write ends in EEXIST"
    )
    return Problem("duplicate-name", WARNING if same else ERROR, text)


def _refusal(line: bytes, error: RegisterError, kernel: KernelRelease) -> Refusal:
    takers = tuple(x for x in RELEASES if _name(line, KernelRelease.parse(x)) is not None)
    # What the rest of the registry or of the host decides is no matter of the release.
    own = _name(line, kernel) is None
    return Refusal(error.errno, error.field, field_position(line, error.field), error.reason, takers if own else ())


def _without_delimiter(line: bytes) -> tuple[Problem, ...]:
    first = line[:1].decode("latin-1")
    if not first.isalnum() and not first.isspace():
        return ()
    text = f"a line begins with the character that separates its fields, this one with {first!r}: a colon is missing"
    return (Problem("no-delimiter", ERROR, text),)


def _is_certain(line: bytes, kernel: KernelRelease) -> bool:
    return len({x.answer for x in possible_answers(kernel, lambda x: _name(line, x) is not None, same=bool)}) == 1


def _with_order(found: list[Judged]) -> tuple[Judged, ...]:
    """Return the judgements with a word on each whose programs a later one takes: the newest entry is asked first."""
    taken: dict[str, Judged] = {}
    result: list[Judged] = []
    for judged in reversed(found):
        entry = judged.entry
        if entry is None:
            result.append(judged)
            continue
        covered = covered_architectures(entry)
        winners: dict[str, list[str]] = {}
        for x in covered:
            later = taken.get(x.qemu_target)
            if later is not None and later.entry is not None and later.entry.name != entry.name:
                winners.setdefault(later.given.source, []).append(platform_names(x)[0])
        problems = tuple(_shadowed(source, names, len(covered)) for source, names in winners.items())
        result.append(judged._replace(problems=(*judged.problems, *problems)))
        if entry.enabled:
            for x in covered:
                taken.setdefault(x.qemu_target, judged)
    return tuple(reversed(result))


def _shadowed(source: str, names: list[str], covered: int) -> Problem:
    text = f"programs of {', '.join(names[:5])} go to the entry of {source}, which is registered later and asked first"
    return Problem("shadowed", WARNING, text + (": this one is never used for any" if len(names) == covered else ""))


def name_of(judged: Judged) -> str:
    """Return the name of the entry, as far as the line tells one."""
    if judged.entry is not None:
        return judged.entry.name
    line = judged.given.line
    if line[:1].isalnum() or line[:1].isspace():
        return ""
    return line[1:].split(line[:1], 1)[0].decode("utf-8", "surrogateescape") if line else ""


def require_known(facts: Facts) -> str | None:
    """Return why kernel or machine are not known, None if both are."""
    try:
        _ = facts.kernel, facts.machine
    except Unavailable as error:
        return error.reason
    return None
