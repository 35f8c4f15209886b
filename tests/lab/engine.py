"""One case from end to end: break the host, execute the workloads, examine it, and carry out each printed remedy."""

import json
import shlex
import sys
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from tests.lab.case import ARM64, LISTED, OK, Case
from tests.lab.curing import Cure, carry_out
from tests.lab.laboratory import DOCTOR, REGISTER, Laboratory, Wrong, document, examine, workloads
from tests.lab.workloads import CALL, CALL_ON_HOST, WORKLOADS
from tests.lab.world import Answer, Step

# One interpreter for all messages: what is asked is the same as on the command line.
_EXPLAIN = """
import contextlib, io, json, sys
from qemudoctor.cli import main
platform, *messages = sys.argv[1:]
found = []
for message in messages:
    text = io.StringIO()
    with contextlib.redirect_stdout(text):
        status = main(["explain-error", "--json", "--platform", platform, message])
    found.append(json.loads(text.getvalue()) if status in (0, None) else {"causes": [], "status": status})
print(json.dumps(found))
"""


class Result(NamedTuple):
    """What a case really did, for the table, and in what it differs from its declaration."""

    id: str
    place: str
    real: Mapping[str, str]
    """How the workloads ended, by name, with `execve` for the system call in a root and `host` for it outside."""
    predicted: str
    observed: str
    check: str | None
    cause: str | None
    explained: str | None
    cures: tuple[Cure, ...]
    wrong: tuple[str, ...]


class Observed(NamedTuple):
    """What the broken host answered: how each workload ended, what those said that failed, and the examination."""

    real: dict[str, str]
    messages: dict[str, str]
    examined: Answer


def run_case(case: Case, laboratory: Laboratory) -> Result:
    """Return what happened. Whatever is not as the case declares it is in `wrong`."""
    wrong = list(_health(case, laboratory))
    observed = _observe(case, laboratory)
    wrong += _differences(case, observed.real)
    report = document(observed.examined)
    if report is None:
        told = (*map(str, wrong), f"the examination: {observed.examined.said}")
        return Result(case.id, laboratory.place.value, observed.real, "?", "?", None, None, None, (), told)
    platform = report["platforms"][0]
    found = _finding(case, report)
    wrong += _judged(case, platform, report, found)
    explained, misunderstood = _explained(case, laboratory, observed.messages)
    wrong += misunderstood
    wrong += _traced(case, laboratory)
    cures, uncured = carry_out(case, laboratory, found)
    wrong += uncured
    return Result(
        case.id,
        laboratory.place.value,
        observed.real,
        str(platform["container"]["predicted"]),
        str(platform["container"]["observed"]),
        None if found is None else found["check"],
        None if found is None else found["cause"],
        explained,
        cures,
        tuple(map(str, wrong)),
    )


def _observe(case: Case, laboratory: Laboratory) -> Observed:
    """Execute the workloads, and examine the host."""
    names = workloads(case, laboratory.place)
    calls = [CALL.step, CALL_ON_HOST.step, *(WORKLOADS[x].step for x in names)]
    if case.supposed is None:
        call, on_host, *others, examined = laboratory.run(case, [*calls, examine(case)])
    else:
        [examined] = laboratory.run(case, [_suppose(case)])
        _, call, on_host, *others = laboratory.run(case, [{"write": REGISTER, "text": case.supposed}, *calls])
    answers = dict(zip(names, others, strict=True))
    real = {"execve": CALL.reads(case, call), "host": CALL_ON_HOST.reads(case, on_host)}
    real |= {name: WORKLOADS[name].reads(case, answer) for name, answer in answers.items()}
    return Observed(real, {x: y.said for x, y in answers.items() if y.status != 0}, examined)


def _suppose(case: Case) -> Step:
    """Return the examination of a host that is not broken, with the line as one that is supposed."""
    assert case.supposed is not None
    made = f"printf '%s\\n' {shlex.quote(case.supposed)} > supposed.conf; here=$PWD"
    return {"shell": f"{made}; cd /; exec {DOCTOR} --json --registry $here/supposed.conf --require {case.platform}"}


def _health(case: Case, laboratory: Laboratory) -> list[Wrong]:
    """Return what is wrong with the host before it is broken: nothing, or the case proves nothing."""
    if not case.starts_healthy:
        return []
    well = case._replace(program="uname", user=None, prints=None, platform=ARM64, enters="")
    [answer] = laboratory.run(well, [CALL.step], is_broken=False)
    ended = CALL.reads(well, answer)
    return [] if ended == OK else [Wrong("the host before it is broken", OK, ended)]


def _differences(case: Case, real: Mapping[str, str]) -> list[Wrong]:
    expected: dict[str, str] = dict.fromkeys(real, case.ends) | {"host": case.on_host or case.ends}
    expected |= {name: ends for name, ends in case.ends_otherwise.items() if name in real}
    return [Wrong(f"the real outcome, {x}", expected[x], real[x]) for x in real if expected[x] != real[x]]


def _finding(case: Case, report: Mapping[str, Any]) -> dict[str, Any] | None:
    found: list[dict[str, Any]] = [x for x in report["findings"] if x["check"] == case.check]
    return next((x for x in found if x["cause"] == case.cause), next(iter(found), None))


def _judged(
    case: Case, platform: Mapping[str, Any], report: Mapping[str, Any], found: Mapping[str, Any] | None
) -> list[Wrong]:
    """Return in what the report differs: the outcomes, the check, its cause, and false alarms."""
    rows: list[tuple[str, object, object]] = [
        ("predicted, in a container", case.predicted or case.ends, str(platform["container"]["predicted"])),
        ("observed, in a container", case.observed or case.ends, str(platform["container"]["observed"])),
        ("the check", case.check, None if found is None else found["check"]),
        ("the cause", case.cause, None if found is None else found["cause"]),
        ("the severity", case.severity if case.check else None, None if found is None else found["severity"]),
        ("crashed checks", [], [x["check"] for x in report["checks"] if x["status"] == "crashed"]),
    ]
    alarms = {x["check"] for x in report["findings"] if x["severity"] != "info"} - {case.check, *case.also}
    rows.append(("other findings", [], sorted(alarms)))
    return [Wrong(*row) for row in rows if row[1] != row[2]]


def _explained(case: Case, laboratory: Laboratory, messages: Mapping[str, str]) -> tuple[str | None, list[Wrong]]:
    """Return the cause that explain-error names first for the real messages, and where it names another."""
    wanted = case.explained or case.cause
    if not messages or not case.is_explained:
        return None, []
    words = [_EXPLAIN, case.platform, *messages.values()]
    command = f"cd /; exec {shlex.quote(sys.executable)} -c {' '.join(map(shlex.quote, words))}"
    [answer] = laboratory.run(case, [{"shell": command}])
    try:
        documents = json.loads(answer.stdout)
    except ValueError:
        return None, [Wrong("explain-error", wanted, answer.said)]
    wrong, causes = [], []
    for (name, message), answered in zip(messages.items(), documents, strict=True):
        named = _named(answered["causes"], wanted, is_listed=case.standing == LISTED)
        causes.append(named[0])
        if named != (wanted, case.standing):
            wrong.append(Wrong(f"explain-error of {name}: {message[-200:]!r}", (wanted, case.standing), named))
    return causes[0], wrong


def _named(
    causes: Sequence[Mapping[str, Any]], wanted: str | None, *, is_listed: bool
) -> tuple[str | None, str | None]:
    """Return the cause that is named first, and how it stands; or the wanted one if it is one of several."""
    if is_listed and any(x["id"] == wanted and x["standing"] != "ruled-out" for x in causes):
        return wanted, LISTED
    return next(((x["id"], x["standing"]) for x in causes), (None, None))


def _traced(case: Case, laboratory: Laboratory) -> list[Wrong]:
    """Return in what `trace` differs, asked for the program in the image's root: its outcome and what it says."""
    if case.traced is None:
        return []
    command = f"cd /; {DOCTOR} trace --json --root $ROOT /bin/{case.program} || test $? -eq 1"
    [answer] = laboratory.run(case, [{"shell": command}])
    walk = document(answer)
    if walk is None:
        return [Wrong("trace", case.traced, answer.said)]
    said = " ".join([*(x["note"] for x in walk["steps"]), json.dumps(walk["guest_loader"])])
    ended = {case.ends} if walk["outcome"] != OK else {OK, case.ends}
    rows = [
        ("trace", case.traced, case.traced if case.traced in said else said),
        ("the outcome that trace predicts", True, walk["outcome"] in ended),
    ]
    return [Wrong(*row) for row in rows if row[1] != row[2]]
