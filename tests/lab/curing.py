"""Remedies, carried out: each on a host that was broken anew, as it is printed, in one shell."""

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from tests.lab.case import Case
from tests.lab.laboratory import REGISTER, Laboratory, StepOf, Wrong, document, examine, workloads
from tests.lab.workloads import CALL, WORKLOADS
from tests.lab.world import Answer

_REBOOT = """
echo -1 > $REGISTRY/status
[ -L /etc/systemd/system/systemd-binfmt.service ] || /usr/lib/systemd/systemd-binfmt
"""
"""What a boot of this host leaves of the registry: nothing, and then what binfmt.d holds, if its service may run."""


class Cure(NamedTuple):
    """One printed remedy, carried out."""

    id: str
    proof: str
    """"model" or "kernel", as the tool says, or "none"."""
    stand_ins: tuple[str, ...]
    """The stand-ins that its commands called."""
    lasts: bool
    """It was seen to survive a reboot."""


class _Attempt(NamedTuple):
    """How the commands went, and what the host answered afterwards; after the reboot, if there was one."""

    pasted: Answer
    ends: dict[str, str]
    examined: Answer | None
    rebooted: str | None


def carry_out(
    case: Case, laboratory: Laboratory, found: Mapping[str, Any] | None
) -> tuple[tuple[Cure, ...], list[Wrong]]:
    """Return what was carried out of the remedies of a finding, and which did not cure."""
    remedies = [] if found is None else found["remedies"]
    is_needed = found is not None and case.severity != "info"
    if is_needed and bool(remedies) == bool(case.no_cure):
        return (), [Wrong("remedies", case.no_cure or "one at least", [x["id"] for x in remedies])]
    cures, wrong = [], []
    for remedy in remedies:
        commands = [_filled(x, case, laboratory) for x in remedy["commands"]]
        shows = commands != remedy["commands"] or remedy["id"] in case.only_looks
        lasts = bool(remedy["persistent"]) and not shows
        attempt = _attempt(case, laboratory, "\n".join(commands), shows=shows, lasts=lasts)
        called = tuple(x for x in case.stand_ins if any(re.search(rf"\b{x}\b", command) for command in commands))
        cures.append(Cure(remedy["id"], remedy["proven"] or "none", called, lasts))
        problem = _shown(case, remedy, attempt) if shows else _cured(case, attempt)
        wrong += [Wrong(f"remedy {remedy['id']}, {x.what}", x.expected, x.found) for x in problem]
    return tuple(cures), wrong


def _filled(command: str, case: Case, laboratory: Laboratory) -> str:
    """Return a command with what its words in capitals stand for here, as its note tells the user."""
    for word, meaning in {"PROGRAM": f"$ROOT/bin/{case.program}", **laboratory.words}.items():
        command = re.sub(rf"\b{word}\b", meaning, command)
    return command


def _attempt(case: Case, laboratory: Laboratory, text: str, *, shows: bool, lasts: bool) -> _Attempt:
    names = workloads(case, laboratory.place, is_cured=True)
    calls: list[StepOf] = [] if shows else [CALL.step, *(WORKLOADS[x].step for x in names), examine(case)]
    boot: list[StepOf] = [{"shell": _REBOOT, "needed": True}, CALL.step] if lasts else []
    if case.supposed is None:
        pasted: StepOf = {"shell": text, "needed": True, "session": True}
        answers = laboratory.run(case, [pasted, *calls, *boot])
    else:
        # No command that is a file can be executed on that host: the shell that breaks it is the one that is pasted to.
        broken = f"printf '%s\\n' '{case.supposed}' > {REGISTER}"
        answers = laboratory.run(case, [{"shell": "true"}, *calls, *boot], pasted=f"{broken}\n{text}")
    first, *others = answers
    if first.status != 0 or shows:
        return _Attempt(first, {}, None, None)
    ends = {"execve": CALL.reads(case, others[0])}
    ends |= {name: WORKLOADS[name].reads(case, x) for name, x in zip(names, others[1 : len(names) + 1], strict=True)}
    return _Attempt(first, ends, others[len(names) + 1], CALL.reads(case, answers[-1]) if lasts else None)


def _shown(case: Case, remedy: Mapping[str, Any], attempt: _Attempt) -> list[Wrong]:
    """Return what is wrong with a command that runs the program itself, or only looks."""
    if attempt.pasted.status != 0:
        return [Wrong("its commands", "status 0", attempt.pasted)]
    if remedy["id"] in case.only_looks or case.expected_output in attempt.pasted.stdout:
        return []
    return [Wrong("what it prints", case.expected_output, attempt.pasted)]


def _cured(case: Case, attempt: _Attempt) -> list[Wrong]:
    """Return what is wrong after a remedy: a workload that fails still, a finding that stays, a boot that undoes it."""
    if attempt.pasted.status != 0:
        return [Wrong("its commands", "status 0", attempt.pasted)]
    if set(attempt.ends.values()) != {case.ends_cured}:
        return [Wrong("the workloads", case.ends_cured, attempt.ends)]
    report = None if attempt.examined is None else document(attempt.examined)
    if report is None:
        return [Wrong("examined again", "a report", attempt.examined)]
    # An error may leave a warning of its kind behind: a file beside the cure is still a bad one.
    gone = {case.check} if case.severity != "error" else set()
    left = sorted(x["check"] for x in report["findings"] if x["severity"] == "error" or x["check"] in gone)
    if left:
        return [Wrong("examined again", [], left)]
    if attempt.rebooted not in (None, case.ends_cured):
        return [Wrong("after a reboot", case.ends_cured, attempt.rebooted)]
    return []
