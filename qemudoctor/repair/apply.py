"""Carrying out a plan step by step, looking whether it helped, and putting everything back if it did not."""

from collections.abc import Callable
from typing import NamedTuple

from qemudoctor.check import Severity
from qemudoctor.facts import Unavailable
from qemudoctor.host.door import HostError
from qemudoctor.host.hands import Hands
from qemudoctor.repair.journal import Journal, begin, saved_entries, to_json
from qemudoctor.repair.plan import Plan, Step
from qemudoctor.repair.undo import bring_back, is_not_qemus, undo
from qemudoctor.verdict import Report, ReportedFinding, Verdict

_SHOWN = 400


class Failed(Exception):
    """A step did not work, or did not help; the text says how it showed."""


class Result(NamedTuple):
    """How a repair ended."""

    report: Report
    """The host afterwards, examined anew."""
    failure: str | None = None
    """Why everything was put back; None where the repair stands."""
    not_undone: str | None = None
    """What could not be put back, and why; the journal stays then."""


class Repair:
    """One run of `fix --apply`: plans that are carried out one after the other, and undone together."""

    def __init__(self, hands: Hands, look: Callable[[], Report], tell: Callable[[str], None]) -> None:
        self._hands = hands
        self._look = look
        """Examines the host, with programs really executed."""
        self._tell = tell
        self._journal: Journal | None = None

    def carry_out(self, plan: Plan) -> Result:
        """Return how the steps of a plan ended; if one fails, everything is as it was before the first plan.

        An interrupt, and whatever else ends this, is let through when that is done.
        """
        try:
            return Result(self._do(plan))
        except (Failed, HostError) as error:
            return self._undo(plan, str(error))
        except BaseException:
            result = self._undo(plan, "")
            if result.not_undone is not None:
                self._tell(f"not everything could be put back: {result.not_undone}")
            raise

    def _do(self, plan: Plan) -> Report:
        """Return the report after the steps of a plan. Raises: Failed, HostError."""
        journal = begin(plan, plan.report.facts, self._hands, earlier=self._journal)
        self._hands.write_journal(to_json(journal))
        self._journal = journal
        for number, step in enumerate(plan.steps, journal.done + 1):
            self._tell(f"step {number} of {len(journal.steps)}: {step.remedy.title}")
            self._run(step)
            journal = self._journal = journal._replace(done=number)
            self._hands.write_journal(to_json(journal))
        report = self._look()
        try:
            if bring_back(journal, report.facts, self._hands):
                report = self._look()
        except Unavailable as error:
            raise Failed(str(error)) from error
        problem = falls_short(plan, report)
        if problem is not None:
            raise Failed(problem)
        return report

    def finish(self) -> None:
        """Forget what was there before: the repair stands."""
        self._hands.drop_journal()

    def _run(self, step: Step) -> None:
        for command in step.remedy.commands:
            result = self._hands.run(command)
            if result.status != 0:
                how = f"status {result.status}" if result.signal is None else result.signal
                said = " ".join((result.stderr.strip() or result.stdout).split())[-_SHOWN:]
                raise Failed(f"`{command}` ended with {how}{f': {said}' if said else ''}")

    def _undo(self, plan: Plan, reason: str) -> Result:
        if self._journal is None:
            return Result(plan.report, reason)  # nothing was changed yet
        self._tell("putting back what was there")
        not_undone = put_back(self._journal, self._look, self._hands)
        return Result(self._look(), reason, not_undone)


def put_back(journal: Journal, look: Callable[[], Report], hands: Hands) -> str | None:
    """Put back what a journal holds and drop it; return what stands against it, if anything does."""
    try:
        undo(journal, look().facts, hands)
        hands.drop_journal()
    except (HostError, Unavailable) as error:
        return str(error)
    return None


def falls_short(plan: Plan, after: Report) -> str | None:
    """Return what shows that a plan did not help, or made something worse; None if it did what it promised."""
    now = {x.platform.name: x for x in after.platforms}
    for was in plan.report.platforms:
        result = now.get(was.platform.name)
        if result is None and was.verdict is Verdict.WORKS:
            return f"{was.platform.name} worked before, and no entry is for it now"
        places = () if result is None else ((was.host, result.host), (was.container, result.container))
        for then, since in places:
            if then.outcome == "ok" and since.outcome not in ("ok", None):
                return f"a program of {was.platform.name} that ran before ends in {since.outcome} now"
    return None if plan.examine_again else _still_wrong(plan, after) or _touched(plan, after)


def _still_wrong(plan: Plan, after: Report) -> str | None:
    left = {_subject(x) for x in after.findings}
    for step in plan.steps:
        for found in step.solves:
            if _subject(found) in left:
                return f"{found.check} {found.slug} is still there after the step {step.remedy.title!r}"
    before = {_subject(x) for x in plan.report.findings if x.severity is Severity.ERROR}
    for found in after.findings:
        if found.severity is Severity.ERROR and _subject(found) not in before:
            return f"{found.check} {found.slug} was not there before: {found.finding.message}"
    return None


def _subject(found: ReportedFinding) -> tuple[str, str | None, str]:
    return found.check, found.finding.platform, found.finding.subject


def _touched(plan: Plan, after: Report) -> str | None:
    """Return what shows that an entry which is not QEMU's is another one now, is gone, or is asked in another order."""
    try:
        before, now = (tuple(filter(is_not_qemus, saved_entries(x.facts))) for x in (plan.report, after))
    except Unavailable:
        return None
    kept = [x for x in now if x in before]
    if kept != list(before):
        name = next((x.name for x in before if x not in now), before[0].name)
        return f"the entry {name}, which is not QEMU's, is not as it was before"
    return None
