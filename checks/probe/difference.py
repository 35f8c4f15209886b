"""Where a real execution ends otherwise than the kernel model says."""

from collections.abc import Iterator

from qemudoctor.check import Check, Evidence, Facts, Finding, Severity
from qemudoctor.checks.subjects import EXECVE, each_platform, is_required
from qemudoctor.kernel.execve import Execution
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
    """Yield a finding for each platform and place where observation and prediction differ."""
    if not facts.question.is_hypothetical:
        yield from each_platform(facts, _find)


def _find(facts: Facts, platform: Platform) -> Iterator[Finding]:
    seen = facts.observed(platform)
    if all(x.outcome is None for x in seen):
        return
    prediction = facts.prediction(platform)
    places = (
        ("on the host", prediction.host, seen.plain.outcome),
        ("in an empty root", prediction.container, seen.contained.outcome),
    )
    for place, execution, outcome in places:
        if outcome is not None and outcome != execution.outcome:
            yield _difference(facts, platform, place, execution, outcome)


def _difference(facts: Facts, platform: Platform, place: str, execution: Execution, outcome: str) -> Finding:
    started = execution.outcome == "ok" and outcome.startswith(("signal:", "exit:"))
    if started:
        message = (
            f"{platform.name}: the kernel starts the emulator {place}, and it ends with {outcome}, so programs fail"
        )
    else:
        message = (
            f"{platform.name}: a program ends with {outcome} {place}, though this kernel, these entries and these files"
            f" should give {execution.outcome}"
        )
    entry = facts.entry_for(platform)
    harmless = outcome == "ok" or not is_required(facts, platform)
    return Finding(
        subject=platform.name,
        platform=platform.name,
        entry=None if entry is None else entry.name,
        message=message,
        severity=Severity.WARNING if harmless else None,
        cause="qemu-crash" if started and outcome.startswith("signal:") else None,
        evidence=(
            Evidence(f"a program executed {place}", outcome),
            *(Evidence(f"kernel model, {step.handler.value}", f"{step.file}: {step.note}") for step in execution.steps),
        ),
    )


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
