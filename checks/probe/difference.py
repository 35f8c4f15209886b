"""Where a real execution ends otherwise than the kernel model says."""

from collections.abc import Iterator
from typing import NamedTuple

from qemudoctor.check import Check, Evidence, Facts, Finding, Severity
from qemudoctor.checks.diagnosis import Diagnosis, Fault, argv0_fault, diagnose
from qemudoctor.checks.subjects import EMPTY_ROOT, EXECVE, all_names, each_platform, listed
from qemudoctor.kernel.entry import Entry
from qemudoctor.kernel.execution import Execution
from qemudoctor.platforms import Platform

EXPLANATION = """\
qemu-doctor answers twice. It predicts from the entries, the files and the kernel's rules how a
program of a platform ends, and, where it may, it really executes a tiny one, on the host and in
an empty root like that of a container. Here the two answers differ. What really happened is the
truth; the difference says that something is at work that the prediction does not know.

If the prediction says that the program starts and it is then killed by a signal or ends with an
error of its own, the kernel did its part: the emulator was started and failed. It may be a
crashing build of QEMU, an emulator for another architecture, or an address space that it could
not get.

If the program ran though the prediction says that it fails, the emulator that the kernel holds
open since the registration may be another file than the one that lies at its path now, after an
upgrade for example. It works until the entry is registered again.

If the program failed with "permission denied", look for a security module: SELinux refuses an
emulator that carries the label of another container, AppArmor and seccomp profiles refuse
execution.

If it failed with "exec format error" in a user namespace, that namespace may have a registry of
its own, which is empty (Linux 6.7 and later).

The steps that the model took are in the evidence. `qemu-doctor trace PROGRAM` draws them.
"""


def find_differences(facts: Facts) -> Iterator[Finding]:
    """Yield a finding for each architecture whose observation and prediction differ and nothing else says why."""
    if not facts.question.is_hypothetical:
        yield from each_platform(facts, _find)


def _find(facts: Facts, platform: Platform) -> Iterator[Finding]:
    seen = facts.observed(platform)
    if all(x.outcome is None for x in seen):
        return
    prediction = facts.prediction(platform)
    places = (
        _Place("on the host", prediction.host, seen.plain.outcome),
        _Place(EMPTY_ROOT, prediction.container, seen.contained.outcome),
    )
    differing = [x for x in places if x.outcome is not None and x.outcome != x.execution.outcome]
    found = diagnose(facts, platform)
    if not differing or _explains(found, differing):
        return
    if all(x.is_started for x in differing) and argv0_fault(facts, platform) is not None:
        return  # without arguments such an emulator gives up, and another check says why
    yield _difference(facts, platform, tuple(differing), is_told=found is not None)


class _Place(NamedTuple):
    """Where a program was executed, what the model says of it, and how it ended."""

    words: str
    execution: Execution
    outcome: str | None

    @property
    def is_started(self) -> bool:
        """Return whether the kernel did its part, and what it started failed."""
        return self.execution.outcome == "ok" and (self.outcome or "").startswith(("signal:", "exit:"))


def _explains(found: Diagnosis | None, places: list[_Place]) -> bool:
    """Return whether a finding of another check says already why programs end as they do."""
    if found is None:
        return False
    if found.fault is Fault.OTHER_EMULATOR or (found.fault is Fault.EMULATOR_UNUSABLE and found.walk.outcome == "ok"):
        return all(x.is_started for x in places)
    return found.works_now and all(x.outcome == "ok" for x in places)


def _difference(facts: Facts, platform: Platform, places: tuple[_Place, ...], *, is_told: bool) -> Finding:
    entry = facts.entry_for(platform)
    started = all(x.is_started for x in places)
    outcome = places[-1].outcome or ""
    harmless = is_told or all(x.outcome == "ok" for x in places) or not _is_required(facts, platform)
    return Finding(
        subject=platform.name,
        platform=platform.name,
        entry=None if entry is None else entry.name,
        message=f"{all_names(facts, platform)}: {_started(entry, places) if started else _otherwise(places)}",
        severity=Severity.WARNING if harmless else None,
        cause="qemu-crash" if started and outcome.startswith("signal:") else None,
        evidence=(
            *(Evidence(f"a program executed {x.words}", x.outcome or "") for x in places),
            *(
                Evidence(f"kernel model, {step.handler.value}", f"{step.file}: {step.note}")
                for step in places[-1].execution.steps
            ),
        ),
    )


def _started(entry: Entry | None, places: tuple[_Place, ...]) -> str:
    what = "the program" if entry is None else entry.interpreter
    if len({x.outcome for x in places}) == 1:
        return f"the kernel starts {what}, {_end(places[0].outcome)} {listed([x.words for x in places])}"
    return f"the kernel starts {what}, " + listed([f"{_end(x.outcome)} {x.words}" for x in places])


def _end(outcome: str | None) -> str:
    kind, _, value = (outcome or "").partition(":")
    if kind == "signal":
        return f"which is killed by {value}"
    return f"which ends by itself with status {value} instead of running the program,"


def _otherwise(places: tuple[_Place, ...]) -> str:
    ends = listed([f"with {x.outcome} {x.words}" for x in places])
    expected = listed(list(dict.fromkeys(x.execution.outcome for x in places)))
    return f"a program ends {ends}, though this kernel, these entries and these files should give {expected}"


def _is_required(facts: Facts, platform: Platform) -> bool:
    """Return whether the user asked for a platform of this architecture."""
    return any(x.architecture is platform.architecture for x in facts.question.require)


CHECKS = (
    Check(
        id="QD501",
        slug="prediction-differs",
        title="A real execution ended otherwise than predicted",
        severity=Severity.ERROR,
        family="probe",
        run=find_differences,
        explanation=EXPLANATION,
        references=(EXECVE, "https://github.com/podman-container-tools/podman/issues/25318"),
    ),
)
