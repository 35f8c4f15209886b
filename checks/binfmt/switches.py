"""Entries that are there and switched off: all of them, or one."""

from collections.abc import Iterator

from qemudoctor.check import Check, Evidence, Facts, Finding, Remedy, Severity
from qemudoctor.checks.diagnosis import Fault, each_fault
from qemudoctor.checks.subjects import (
    BINFMT_MISC,
    entry_evidence,
    is_only_native,
    is_required,
    one_per_architecture,
    severity_of,
)
from qemudoctor.facts import entry_path
from qemudoctor.kernel.entry import Entry
from qemudoctor.kernel.registry import Registry
from qemudoctor.platforms import Platform

ALL = """\
binfmt_misc has one switch for everything, the file /proc/sys/fs/binfmt_misc/status. Somebody who
writes 0 to it switches all entries off at once; they stay registered and show "enabled" in their
own files, but the kernel does not ask them any more. Every foreign program then ends in "exec
format error", exactly as if nothing were registered.

Programs do that around work which must not be disturbed by emulation, and forget to undo it when
they break off. A new registration does not help: it is switched off with the others.

It is harmless if somebody wants it so.

To see it for yourself: cat /proc/sys/fs/binfmt_misc/status
"""

ONE = """\
Each entry of binfmt_misc has a switch of its own: writing 0 to its file disables it, writing 1
enables it again. The kernel passes over a disabled entry and asks the next one. If no other entry
matches, programs of the platform end in "exec format error", as without any entry.

An entry of the same name cannot be registered while the disabled one exists: the kernel answers
"File exists". That is why installers fail or silently do nothing on such a host.

It is harmless if somebody disabled the entry on purpose, for example to run 32-bit ARM programs
by the processor itself. A required platform needs it.

To see it for yourself: cat /proc/sys/fs/binfmt_misc/qemu-aarch64, whose first line says enabled
or disabled.
"""


def find_all_disabled(facts: Facts) -> Iterator[Finding]:
    """Yield a finding if the switch of all entries is off."""
    registry = facts.registry.registry
    if registry.enabled or is_only_native(facts):
        return
    from qemudoctor.remedies.mount import enable

    yield Finding(
        subject=entry_path("status"),
        message=f"{entry_path('status')}: binfmt_misc is switched off as a whole, so that {_passed_over(registry)} and"
        ' foreign programs end in "exec format error"',
        severity=None if registry.entries else Severity.WARNING,
        evidence=(Evidence(entry_path("status"), "disabled"),),
        remedies=_switched_on(facts, enable(facts, "status")),
    )


def _passed_over(registry: Registry) -> str:
    match len(registry.entries):
        case 0:
            return "an entry would be passed over"
        case 1:
            return f"its one entry, {registry.entries[0].name}, is passed over"
        case number:
            return f"all {number} entries are passed over"


def _switched_on(facts: Facts, remedy: Remedy) -> tuple[Remedy, ...]:
    """Return the switch, proven where it makes a platform in question work."""
    from qemudoctor.remedies.proof import MODEL, prove

    proven = any(prove(facts, remedy, platform) for platform in one_per_architecture(facts))
    return (remedy._replace(proven=MODEL if proven else None),)


def find_disabled_entry(facts: Facts) -> Iterator[Finding]:
    """Yield a finding for each platform whose only entry is switched off."""
    for found in each_fault(facts, Fault.ENTRY_DISABLED):
        if found.entry is not None:
            yield _disabled(facts, found.platform, found.entry)


def _disabled(facts: Facts, platform: Platform, entry: Entry) -> Finding:
    from qemudoctor.remedies.cures import cures
    from qemudoctor.remedies.mount import enable
    from qemudoctor.remedies.proof import helpful

    severity = severity_of(facts, platform)
    switch = tuple(helpful(facts, platform, (enable(facts, entry.name),)))
    return Finding(
        subject=entry.name,
        platform=platform.name,
        entry=entry.name,
        message=f"{entry.name}: this entry is switched off and no other is for {platform.name}, so programs end in"
        ' "exec format error"',
        severity=severity if is_required(facts, platform) else Severity.WARNING,
        evidence=entry_evidence(facts, entry, "disabled"),
        # Switched on, an entry that has another fault as well is no help.
        remedies=switch or cures(facts, platform),
    )


CHECKS = (
    Check(
        id="QD204",
        slug="binfmt-disabled",
        title="binfmt_misc is switched off as a whole",
        severity=Severity.ERROR,
        cause="binfmt-disabled",
        family="binfmt",
        run=find_all_disabled,
        explanation=ALL,
        references=(BINFMT_MISC,),
    ),
    Check(
        id="QD205",
        slug="entry-disabled",
        title="The only entry for a platform is switched off",
        severity=Severity.ERROR,
        cause="binfmt-disabled",
        family="binfmt",
        run=find_disabled_entry,
        explanation=ONE,
        references=(BINFMT_MISC,),
    ),
)
