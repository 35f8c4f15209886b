"""The plan: which remedies, in which order, make everything work. Each step is proven on the model before the next."""

import time
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from qemudoctor.check import Check, Effect, Facts, Remedy, Severity
from qemudoctor.examination import concerned
from qemudoctor.facts import Unavailable, is_of_another_emulator
from qemudoctor.host.door import HostError, Source
from qemudoctor.host.overlaid import OverlaidHost
from qemudoctor.host.trees import Content, MemoryFile
from qemudoctor.kernel.entry import Entry
from qemudoctor.kernel.machine import native_executable
from qemudoctor.kernel.path import LookupFailed
from qemudoctor.kernel.program import OpenBlocks
from qemudoctor.kernel.register import RegisterError
from qemudoctor.platforms import ARCHITECTURES
from qemudoctor.remedies.mount import mount_risk, mounts
from qemudoctor.remedies.proof import MODEL, registry_after
from qemudoctor.remedies.rehearsal import KERNEL
from qemudoctor.runner import examine
from qemudoctor.verdict import Report, ReportedFinding, Verdict

STEPS_MAX = 50
REHEARSALS_S = 20.0
"""After this no more steps are tried on the running kernel: every emulator that hangs costs its limit."""
_EXECUTED = "only the execution of programs shows it, so the model cannot tell what helps"
_Subject = tuple[str, str | None, str]


class Step(NamedTuple):
    """One remedy to carry out, and the findings that are gone after it."""

    remedy: Remedy
    solves: tuple[ReportedFinding, ...]


class Left(NamedTuple):
    """A finding that no step puts right, and why."""

    found: ReportedFinding
    reason: str


class Plan(NamedTuple):
    """Steps in order, and what is left after them."""

    steps: tuple[Step, ...]
    left: tuple[Left, ...]
    report: Report
    """How things are now."""
    after: Report
    """How the model sees them after the last step."""
    examine_again: bool = False
    """The last step shows what could not be seen before: the rest of the plan is made then."""


def make_plan(report: Report, checks: Sequence[Check], *, rehearse: bool = False) -> Plan:
    """Return the plan for a report: errors first, then warnings; infos are left alone.

    A step is taken if its remedy is proven, if after it the finding is gone and no new error has come, and if it can be
    undone: it removes no entry that is not QEMU's, and none that could not be registered again. A remedy that lasts
    goes before one that does not. rehearse: each step is tried on the running kernel as well, in a registry of its own.
    """
    again = _first_look(report)
    if again is not None:
        return Plan((again,), (), report, report, examine_again=True)
    now = _after(report, Effect(), checks)
    if now is None:
        return Plan((), tuple(_left(x, report.facts, report.facts) for x in _wrong(report)), report, report)
    seen = {_subject(x) for x in now.findings}
    executed = tuple(Left(x, _EXECUTED) for x in _wrong(report) if _subject(x) not in seen)
    steps: list[Step] = []
    disproved: set[tuple[str, ...]] = set()
    deadline = time.monotonic() + REHEARSALS_S
    while len(steps) < STEPS_MAX:
        # What an earlier step installs is not there yet, so nothing can be tried with it.
        tries = rehearse and not any(x.remedy.effect and x.remedy.effect.installs for x in steps)
        search = _Search(checks, report.facts, disproved, deadline if tries else 0.0)
        found = next(search.steps(now), None) or next(search.first_of_two(now), None)
        if found is None:
            break
        step, now = found
        steps.append(step)
    left = tuple(_left(x, now.facts, report.facts) for x in _wrong(now))
    return Plan(tuple(steps), (*left, *executed), report, now)


def _wrong(report: Report) -> Iterator[ReportedFinding]:
    return (x for x in report.findings if x.severity is not Severity.INFO)


def _first_look(report: Report) -> Step | None:
    """Return the mount after which the registry can be seen, where it cannot be seen now and something is wrong.

    In a container or user namespace nothing is mounted: since Linux 6.7 that makes a registry of its own, which hides
    the host's for as long as the namespace lives, and no umount brings that one back.
    """
    facts = report.facts
    try:
        _ = facts.registry
    except Unavailable:
        wrong = tuple(_wrong(report))
        if not wrong or mount_risk(facts) is not None:
            return None
        lasting = facts.host.source is not Source.LIVE or _surely_has_systemd(facts)
        remedies = sorted(mounts(facts), key=lambda x: x.persistent is not lasting)
        return next((Step(x, tuple(y for y in wrong if _is_cured_by_mount(y))) for x in remedies), None)
    return None


def _surely_has_systemd(facts: Facts) -> bool:
    try:
        return facts.has_systemd
    except Unavailable:
        return False


def _is_cured_by_mount(found: ReportedFinding) -> bool:
    return any(x.effect is not None and x.effect.mounts for x in found.finding.remedies)


class _Search(NamedTuple):
    """The search for the next step."""

    checks: Sequence[Check]
    facts: Facts
    """The host before the first step."""
    disproved: set[tuple[str, ...]]
    """Commands that the running kernel was seen to make nothing of."""
    deadline: float
    """Until then steps are tried on the running kernel."""

    def steps(self, report: Report) -> Iterator[tuple[Step, Report]]:
        """Yield the steps that help by themselves, with what they lead to, best first."""
        for found in _wrong(report):
            for remedy in _candidates(found, report.facts):
                after = self._solved(found, remedy, report)
                if after is not None and _errors(after) <= _errors(report):
                    tried = self._tried(found, remedy, report.facts)
                    if tried.proven == KERNEL or (tried.proven and not _loses_emulator(remedy, self.facts)):
                        yield _step(tried, report, after), after

    def first_of_two(self, report: Report) -> Iterator[tuple[Step, Report]]:
        """Yield the steps that bring to light another error, which a second step puts right."""
        for found in _wrong(report):
            for remedy in found.finding.remedies if found.severity is Severity.ERROR else ():
                first = remedy._replace(proven=MODEL)
                after = self._solved(found, first, report) if why_not(first, report.facts) is None else None
                if after is not None and any(
                    _errors(then) <= _errors(report) and _working(report) <= _working(then)
                    for _, then in self.steps(after)
                ):
                    yield _step(first, report, after), after

    def _solved(self, found: ReportedFinding, remedy: Remedy, report: Report) -> Report | None:
        """Return the report after a remedy if the finding is gone then and what worked still works, else None."""
        if remedy.effect is None or remedy.commands in self.disproved:
            return None
        after = _after(report, remedy.effect, self.checks)
        if after is None or any(_subject(x) == _subject(found) for x in after.findings):
            return None
        return after if _working(report) <= _working(after) else None

    def _tried(self, found: ReportedFinding, remedy: Remedy, facts: Facts) -> Remedy:
        platform = concerned(found)
        if platform is None or time.monotonic() > self.deadline:
            return remedy
        from qemudoctor.remedies.rehearsal import confirmed

        tried = confirmed(facts, ((platform, remedy),))[0]
        if tried.proven is None:
            self.disproved.add(remedy.commands)
        return tried


def _step(remedy: Remedy, before: Report, after: Report) -> Step:
    left = {_subject(x) for x in after.findings}
    return Step(remedy, tuple(x for x in _wrong(before) if _subject(x) not in left))


def _errors(report: Report) -> set[_Subject]:
    return {_subject(x) for x in report.findings if x.severity is Severity.ERROR}


def _working(report: Report) -> set[str]:
    return {x.platform.name for x in report.platforms if x.verdict is Verdict.WORKS}


def _subject(found: ReportedFinding) -> _Subject:
    return found.check, found.finding.platform, found.finding.subject


def _candidates(found: ReportedFinding, facts: Facts) -> list[Remedy]:
    """Return the remedies that change the host for good or until the next boot, those that last first."""
    fit = [x for x in found.finding.remedies if why_not(x, facts) is None and not _is_too_much(found, x)]
    return sorted(fit, key=lambda x: not x.persistent)


def _is_too_much(found: ReportedFinding, remedy: Remedy) -> bool:
    """Return whether a remedy would bring packages or images to a host on which everything works."""
    return found.severity is not Severity.ERROR and remedy.effect is not None and bool(remedy.effect.installs)


def _loses_emulator(remedy: Remedy, facts: Facts) -> bool:
    """Return whether an entry is removed whose F holds another file open than lies at its path: that would be lost."""
    for name in () if remedy.effect is None else remedy.effect.remove:
        try:
            entry = facts.registry.registry.named(name)
            pinned = None if entry is None or "F" not in entry.flags else facts.pinned_emulator(entry)
        except Unavailable:
            continue
        if pinned is not None and (pinned.stale or pinned.gone):
            return True
    return False


def why_not(remedy: Remedy, facts: Facts) -> str | None:
    """Return why a remedy can be no step of a plan, None if it can."""
    effect = remedy.effect
    if remedy.risk is not None:
        return "what helps has a risk that somebody has to weigh first: `qemu-doctor` prints it"
    if effect is None or remedy.proven is None:
        return "what it changes cannot be proven before"
    if effect.container_files or not remedy.root:
        return "what helps is given to each container: `qemu-doctor` prints it"
    try:
        entries = facts.registry.entries
    except Unavailable:
        return None
    for name in effect.remove:
        if (reason := _why_to_stay(name, entries)) is not None:
            return reason
    return None


def _why_to_stay(name: str, entries: tuple[Entry, ...]) -> str | None:
    """Return why an entry must not be removed: it could not be put back as it was."""
    for place, entry in enumerate(entries):
        if entry.name != name:
            continue
        if is_of_another_emulator(entry):
            return f"the entry {name} is not QEMU's"
        if "F" in entry.flags and entry.pinned is None:
            return f"the entry {name} holds an emulator open that lies nowhere any more, so it could not be put back"
        for newer in entries[:place]:
            if is_of_another_emulator(newer) and _take_the_same(entry, newer):
                return f"the entry {newer.name}, which is not QEMU's, lies before {name} and would lie behind it"
            if "F" in newer.flags and newer.pinned is None and _take_the_same(entry, newer):
                return f"the entry {newer.name} lies before {name}, and once moved it could not be put back"
    return None


def _take_the_same(one: Entry, other: Entry) -> bool:
    """Return whether there are programs of an architecture that both entries match."""
    heads = [x.sample(pie=pie) for x in ARCHITECTURES for pie in (False, True)]
    return any(one.matches(x, "") and other.matches(x, "") for x in heads)


def _after(report: Report, effect: Effect, checks: Sequence[Check]) -> Report | None:
    """Return the report as the model sees it after a change; None where the model cannot tell."""
    facts = report.facts
    try:
        registry = registry_after(facts, effect)
        known = facts.registry
        files: dict[str, Content] = {
            path: MemoryFile(text.encode("utf-8", "surrogateescape"), mode=0o644) for path, text in effect.files
        }
        files |= dict.fromkeys(effect.installs, MemoryFile(native_executable(facts.machine)))
        host = OverlaidHost(facts.host, files) if files else facts.host
        texts = {x.name: known.texts.get(x.name) or x.to_procfs() for x in registry.entries}
        damaged = tuple(x for x in known.damaged if x.name not in effect.remove)
        then = known._replace(registry=registry, texts=texts, damaged=damaged)
        return examine(facts.after(host, then), checks)
    except (Unavailable, HostError, RegisterError, LookupFailed, OpenBlocks):
        return None


def _why_left(found: ReportedFinding, remedy: Remedy, facts: Facts) -> str:
    if _is_too_much(found, remedy):
        return "nothing is installed because of a warning: `qemu-doctor` prints how"
    if _loses_emulator(remedy, facts):
        return (
            "the emulator that F holds open could not be put back, and this kernel has not tried the one in its place"
        )
    return "after it the finding would still be there"


def _left(found: ReportedFinding, facts: Facts, origin: Facts) -> Left:
    """Return why a finding is left. facts: the host after all steps; origin: before the first."""
    remedies = found.finding.remedies
    if not remedies:
        return Left(found, "nothing is known that would put it right on this host")
    reasons = [why_not(x, facts) or _why_left(found, x, origin) for x in remedies]
    return Left(found, "; ".join(dict.fromkeys(reasons)))
