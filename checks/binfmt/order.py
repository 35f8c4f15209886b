"""A newer entry that takes the programs of a better, older one."""

from collections.abc import Iterator

from qemudoctor.check import Check, Facts, Finding, Severity
from qemudoctor.checks.diagnosis import Fault, diagnose
from qemudoctor.checks.subjects import (
    BINFMT_MISC,
    each_platform,
    entry_evidence,
    severity_of,
    walk_evidence,
)
from qemudoctor.kernel.entry import Entry
from qemudoctor.platforms import Platform

EXPLANATION = """\
Several entries can match the same program. The kernel asks them in order, the one that was
registered last first, and the first that matches decides. If its emulator is missing or does not
work in the container, the kernel does not try the next entry: execve() fails, though an older
entry would have worked.

It comes from two installers on one host: a package registers /usr/bin/qemu-aarch64-static, later
somebody runs a container that registers the same architecture under another name, or Rosetta, FEX
or box64 come beside QEMU. The order after the next boot can be another one, so that such a host
works on some days and fails on others.

It is harmless as long as the newest entry works everywhere; then nothing is reported.

To see it for yourself: ls -U /proc/sys/fs/binfmt_misc lists the newest first.
"""
_NOT_OF_AN_ENTRY = (Fault.MISMATCHED, Fault.ALL_DISABLED, Fault.ENTRY_DISABLED, Fault.PIE_LEFT_OUT)


def find_shadowed(facts: Facts) -> Iterator[Finding]:
    """Yield a finding for each platform whose deciding entry fails where an older one would work."""
    yield from each_platform(facts, _find)


def _find(facts: Facts, platform: Platform) -> Iterator[Finding]:
    found = diagnose(facts, platform)
    if found is None or found.entry is None or found.works_now or found.fault in _NOT_OF_AN_ENTRY:
        return
    newest = found.entry
    older = _matching(facts, platform)[1:]
    if not older:
        return
    from qemudoctor.remedies.proof import prove
    from qemudoctor.remedies.register import remove

    remedy = remove(facts, newest)
    if prove(facts, remedy, platform) is not True:
        return
    yield Finding(
        subject=newest.name,
        platform=platform.name,
        entry=newest.name,
        message=f"{newest.name}: takes the programs of {platform.name} from the older entry {older[0].name}, which"
        f" would work {_where(facts, platform)}",
        severity=severity_of(facts, platform),
        evidence=(
            *entry_evidence(facts, newest, "interpreter", "flags:"),
            *entry_evidence(facts, older[0], "interpreter", "flags:"),
            walk_evidence(found.walk, on_host=found.on_host),
        ),
        remedies=(remedy._replace(proven="model"),),
    )


def _where(facts: Facts, platform: Platform) -> str:
    """Return where an entry that works in an empty root helps: it works on the host as well."""
    host = facts.observed(platform).plain.outcome or facts.prediction(platform).host.outcome
    if host == "ok":
        return "in a container where this one does not"
    return "on the host and in a container, where this one works in neither"


def _matching(facts: Facts, platform: Platform) -> list[Entry]:
    sample = platform.architecture.sample()
    return [entry for entry in facts.registry.entries if entry.enabled and entry.matches(sample, "")]


CHECKS = (
    Check(
        id="QD211",
        slug="newer-entry-shadows",
        title="A newer entry hides an older one that would work",
        severity=Severity.WARNING,
        family="binfmt",
        run=find_shadowed,
        explanation=EXPLANATION,
        references=(BINFMT_MISC, "https://github.com/apptainer/apptainer/issues/3482"),
    ),
)
