"""The table of faults, made by a run of the laboratory: `python -m tests.lab.table` writes docs/fault-laboratory.md."""

import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from tests.lab.case import OK, STAND_INS, Case, Impossible
from tests.lab.cases import CASES, IMPOSSIBLE
from tests.lab.engine import Result
from tests.support.repository import ROOT

DOCUMENT = ROOT / "docs" / "fault-laboratory.md"
_HEADS = ("Fault", "Really ends", "Predicted", "Observed", "Named", "Explained as", "Cured by", "Why it differs")
_INTRODUCTION = """\
# The fault laboratory

Written by `make lab`, which breaks a host anew for every row and every remedy; do not edit. A row is a case of
`tests/lab/cases`. What its columns hold was seen to be so:

- *Really ends*: how a program in an image's root file system ends, by the system call itself and by every workload that
  is named in the last section. Where the host itself is another matter, so it says.
- *Predicted* and *observed*: what qemu-doctor says of an empty root, by its model of the kernel and by its own probe.
- *Named*: the check that finds it, with its cause. On a host that is well there is none, and nothing else may be found.
- *Explained as*: the cause that `explain-error` names first, given what the workloads printed.
- *Why it differs*: where prediction or observation is not how the program ends.
- *Cured by*: each remedy that is printed, executed as printed on the broken host; afterwards all workloads run and
  qemu-doctor finds nothing any more. (k) proven by qemu-doctor on the kernel before it printed it, (m) on its model;
  (r) it claims to survive a reboot, and did; (s) with a stand-in for a program, see below.
"""


def cells(case: Case, results: Sequence[Result]) -> tuple[str, ...]:
    """Return what the table says of a case, of which there is a result or several."""
    first = results[0]
    return (
        f"`{case.id}`: {case.title}",
        declared_end(case),
        known(first.predicted),
        known(first.observed),
        declared_name(case),
        first.explained or "no message",
        case.no_cure or _cures(results) or "nothing on the host",
        case.note or "",
    )


def known(outcome: str) -> str:
    """Return an outcome as the table shows it."""
    return "not known" if outcome == "None" else outcome


def is_fault(case: Case) -> bool:
    """Return whether something is wrong in a case, on the host or in the image."""
    return case.check is not None or case.ends != OK or bool(case.ends_otherwise)


def declared_end(case: Case) -> str:
    """Return how a case says that programs end."""
    ends = [case.ends]
    ends += [] if case.on_host in (None, case.ends) else [f"{case.on_host} on the host"]
    return "; ".join([*ends, *(f"{value} by {name}" for name, value in case.ends_otherwise.items())])


def declared_name(case: Case) -> str:
    """Return the check and the cause that a case declares."""
    if case.check is None:
        return "nothing to find" if case.traced is None else f"by `trace`: {case.traced}"
    severity = "" if case.severity == "error" else f"({case.severity})"
    return " ".join(x for x in (case.check, case.cause, severity) if x)


def _cures(results: Sequence[Result]) -> str:
    found: dict[str, str] = {}
    for cure in (x for result in results for x in result.cures):
        marks = {"kernel": "k", "model": "m"}.get(cure.proof, ""), "r" if cure.lasts else "", "s" * bool(cure.stand_ins)
        found.setdefault(cure.id, cure.id + "".join(f" ({x})" for x in marks if x))
    return ", ".join(found.values())


def document(results: Mapping[str, Sequence[Result]]) -> str:
    """Return the whole document. Raises: ValueError if a case has no result, or one that is wrong."""
    rows = []
    for case in CASES:
        found = results.get(case.id, ())
        wrong = [x for result in found for x in result.wrong]
        if not found or wrong:
            raise ValueError(f"{case.id}: {wrong or 'was not run'}")
        rows.append(cells(case, found))
    faults = [row for row, case in zip(rows, CASES, strict=True) if is_fault(case)]
    well = [row for row, case in zip(rows, CASES, strict=True) if not is_fault(case)]
    parts = (
        _INTRODUCTION,
        f"## Faults\n\n{table(_HEADS, faults)}",
        f"## Hosts that are well\n\nNo error and no warning is found.\n\n{table(_HEADS[:5], [x[:5] for x in well])}",
        f"## What cannot be produced here\n\n{table(('Fault', 'Why'), map(impossible_cells, IMPOSSIBLE))}",
        f"## Stand-ins\n\n{table(('Program', 'Why it is replaced'), [(x, y.reason) for x, y in STAND_INS.items()])}",
        f"## Workloads\n\n{table(('Case', 'Executed by'), [(x.id, workloads(results[x.id])) for x in CASES])}",
    )
    return "\n".join(parts)


def workloads(results: Iterable[Result]) -> str:
    """Return by what a case was executed, and where."""
    found: dict[str, None] = {}
    for result in results:
        found |= dict.fromkeys(x for x in result.real if x != "host")
    return ", ".join(found)


def impossible_cells(row: Impossible) -> tuple[str, str]:
    return f"`{row.id}`: {row.title}", row.why


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table of Markdown."""
    lines = ["| " + " | ".join(heads) + " |", "|" + "---|" * len(heads)]
    lines += ["| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in rows]
    return "\n".join(lines) + "\n"


def main(arguments: Sequence[str]) -> int:
    """Run all cases, and write the document if all of them are as they should be."""
    from tests.lab.session import everything

    results, problems = everything(print)
    if problems:
        print("\n".join(problems), file=sys.stderr)
        return 1
    target = Path(arguments[0]) if arguments else DOCUMENT
    target.write_text(document(results), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
