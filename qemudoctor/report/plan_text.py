"""A plan for people: the steps in order, as they can be pasted, and what is left after them."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from qemudoctor.report.remedies import remedy_lines
from qemudoctor.report.terminal import PLAIN, Palette, clean, cut, listing, wrap
from qemudoctor.verdict import PlatformResult, ReportedFinding, Summary, Verdict

if TYPE_CHECKING:
    from qemudoctor.repair.apply import Result
    from qemudoctor.repair.plan import Plan


def render_plan(plan: "Plan", *, palette: Palette = PLAIN) -> str:
    """Return a plan as text: steps, what each puts right, what is left, and the platforms after it."""
    lines: list[str] = []
    for number, step in enumerate(plan.steps, 1):
        lines += remedy_lines(step.remedy, number)
        if step.solves:
            lines += wrap(f"puts right: {_named(step.solves)}", indent="     ", hanging="       ")
        lines.append("")
    if plan.examine_again:
        lines += [*wrap("Then examine the host again: only then it shows what is registered."), ""]
    for left in plan.left:
        what = f"left: {left.found.check} {left.found.slug}, {_subject(left.found)}: {left.reason}"
        lines += wrap(clean(what), hanging="  ")
    lines += [""] if plan.left else []
    return "\n".join([*_heading(plan, palette), "", *lines, *_end(plan, palette)]) + "\n"


def summary_lines(plan: "Plan") -> list[str]:
    """Return a plan in short, a line a step, for a report that shows the remedies already."""
    if not plan.steps:
        return []
    lines = wrap("in order, by `qemu-doctor fix`, which --apply carries out:")
    for number, step in enumerate(plan.steps, 1):
        lines += wrap(f"{step.remedy.title}: {_named(step.solves)}", indent=f"  {number}. ", hanging="     ")
    return lines


def render_result(result: "Result") -> str:
    """Return how a repair ended."""
    lines = []
    if result.failure is not None:
        lines += wrap(f"failed: {clean(result.failure)}", hanging="  ")
        if result.not_undone is None:
            lines += wrap("everything is as it was before")
        else:
            lines += wrap(f"not everything could be put back: {clean(result.not_undone)}", hanging="  ")
    unseen = [x.platform.name for x in result.report.platforms if _is_unseen(x)]
    if result.failure is None and unseen:
        lines += wrap(f"no program could be executed here, so only by the model of the kernel: {listing(unseen)}")
    lines += _states(result.report.platforms)
    return "\n".join(lines) + "\n"


def _is_unseen(platform: PlatformResult) -> bool:
    return platform.verdict is Verdict.WORKS and platform.container.observed is None


def _heading(plan: "Plan", palette: Palette) -> list[str]:
    wrong = len([x for x in plan.report.findings if x.severity.value != "info"])
    if not plan.steps:
        if plan.report.summary is Summary.UNKNOWN:
            text = "no plan: it could not be determined what is wrong"
        elif wrong:
            text = "no plan: nothing that is wrong can be put right by a step that is proven"
        else:
            text = "nothing to do"
        return wrap(palette.paint(text, "bold"))
    steps = f"{len(plan.steps)} step{'' if len(plan.steps) == 1 else 's'}"
    return wrap(palette.paint(f"plan: {steps} for {wrong} finding{'' if wrong == 1 else 's'}", "bold"))


def _end(plan: "Plan", palette: Palette) -> list[str]:
    if not plan.steps or plan.examine_again:
        return _states(plan.report.platforms)
    return [palette.paint("after it, by the model of the kernel:", "bold"), *_states(plan.after.platforms)]


def _states(platforms: Iterable[PlatformResult]) -> list[str]:
    groups: dict[Verdict, list[str]] = {}
    for x in platforms:
        groups.setdefault(x.verdict, []).append(x.platform.name)
    return [
        line for verdict, names in groups.items() for line in wrap(f"{verdict.value}: {listing(names)}", hanging="  ")
    ]


def _named(found: tuple[ReportedFinding, ...]) -> str:
    return ", ".join(dict.fromkeys(clean(f"{x.check} {x.slug} ({_subject(x)})") for x in found))


def _subject(found: ReportedFinding) -> str:
    return cut(found.finding.platform or found.finding.subject, 60)
