"""What the findings about one entry's emulator have in common."""

from qemudoctor.check import Evidence, Facts, Finding, Remedy
from qemudoctor.checks.diagnosis import Diagnosis
from qemudoctor.checks.subjects import EMPTY_ROOT, consequence, entry_evidence, severity_of, walk_evidence


def emulator_finding(
    facts: Facts,
    found: Diagnosis,
    message: str,
    evidence: Evidence,
    *,
    cause: str | None = None,
    first: tuple[Remedy, ...] = (),
) -> Finding:
    """Return the finding about the emulator of a platform: the entry, what lies at its path, and the kernel's walk.

    first: remedies that change less than those that cure any fault of an emulator.
    """
    from qemudoctor.remedies.cures import cures

    entry = found.entry
    return Finding(
        subject=found.platform.name if entry is None else entry.name,
        platform=found.platform.name,
        entry=None if entry is None else entry.name,
        message=message,
        cause=cause,
        severity=severity_of(facts, found.platform),
        evidence=(
            *(() if entry is None else entry_evidence(facts, entry, "interpreter", "flags:")),
            evidence,
            *_now(facts, found),
            walk_evidence(found.walk, on_host=found.on_host),
        ),
        remedies=(*first, *cures(facts, found.platform)),
    )


def result(found: Diagnosis) -> str:
    """Return how programs end, or will end once the kernel has to open the emulator anew."""
    if not found.works_now:
        return consequence(found.walk)
    end = consequence(found.walk).removeprefix("programs ")
    return (
        "programs, which run now by the older file that F keeps open, will not run after the next registration or"
        f" reboot: then they {end}"
    )


def _now(facts: Facts, found: Diagnosis) -> tuple[Evidence, ...]:
    if not found.works_now:
        return ()
    return (Evidence(f"a program executed {EMPTY_ROOT}", facts.observed(found.platform).contained.outcome or ""),)
