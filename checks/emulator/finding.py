"""What the findings about one entry's emulator have in common."""

from qemudoctor.check import Evidence, Facts, Finding
from qemudoctor.checks.diagnosis import Diagnosis
from qemudoctor.checks.subjects import entry_evidence, severity_of, walk_evidence


def emulator_finding(
    facts: Facts, found: Diagnosis, message: str, evidence: Evidence, *, cause: str | None = None
) -> Finding:
    """Return the finding about the emulator of a platform: the entry, what lies at its path, and the kernel's walk."""
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
            walk_evidence(found.walk),
        ),
        remedies=cures(facts, found.platform),
    )
