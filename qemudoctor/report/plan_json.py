"""A plan as JSON, schema plan/1."""

from typing import TYPE_CHECKING

from qemudoctor.report.document import Document, dump, remedy_document
from qemudoctor.verdict import Report, ReportedFinding

if TYPE_CHECKING:
    from qemudoctor.repair.apply import Result
    from qemudoctor.repair.plan import Plan


def render_plan_json(plan: "Plan", result: "Result | None" = None) -> str:
    """Return a plan as JSON, and how carrying it out ended, where that was done."""
    steps = [{**remedy_document(x.remedy), "solves": [_finding(y) for y in x.solves]} for x in plan.steps]
    return dump(
        {
            "schema": "qemu-doctor/plan/1",
            "steps": steps,
            "left": [{**_finding(x.found), "reason": x.reason} for x in plan.left],
            "examine_again": plan.examine_again,
            "platforms": {"before": _verdicts(plan.report), "after": _verdicts(plan.after)},
            "applied": None if result is None else _applied(result),
        }
    )


def _applied(result: "Result") -> Document:
    kept = result.not_undone is not None
    return {
        "state": "done" if result.failure is None else "not-undone" if kept else "undone",
        "failure": result.failure,
        "not_undone": result.not_undone,
        "platforms": _verdicts(result.report),
    }


def _finding(found: ReportedFinding) -> Document:
    return {
        "check": found.check,
        "slug": found.slug,
        "severity": found.severity.value,
        "platform": found.finding.platform,
        "subject": found.finding.subject,
    }


def _verdicts(report: Report) -> list[Document]:
    return [{"platform": x.platform.name, "verdict": x.verdict.value} for x in report.platforms]
