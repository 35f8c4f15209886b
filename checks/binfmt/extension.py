"""Entries that go by the end of a file's name and start an emulator, which goes by what is in the file."""

from collections.abc import Iterator

from qemudoctor.check import Check, Facts, Finding, Remedy, Severity
from qemudoctor.checks.subjects import BINFMT_MISC, entry_evidence, is_required, platform_of
from qemudoctor.facts import meant_for
from qemudoctor.kernel.entry import Entry
from qemudoctor.platforms import Architecture

EXPLANATION = """\
An entry of binfmt_misc recognises files by bytes (type M) or by the end of their name (type E). An
entry of type E takes every file whose name, as it was given to execve(), ends in a dot and the
extension, whatever is in it; upper and lower case count. That is right for Windows programs (.exe)
or Java archives (.jar). For a QEMU emulator it is hardly ever right: the programs of a root file
system, /bin/sh and all that it starts, have no extension, so that they are not matched and end in
"exec format error", though an entry for the emulator is there. And whatever has the extension is
handed to the emulator, scripts and programs of this machine too, which then say "Invalid ELF image
for this architecture".

It usually comes from a register line with E in place of M, or from an attempt to emulate only the
programs of one folder.

It is harmless if every program concerned is named so on purpose.

To see it for yourself: the entry has a line "extension" in place of the lines offset and magic
"""


def find_emulators_by_extension(facts: Facts) -> Iterator[Finding]:
    """Yield a finding for each enabled entry that starts a QEMU emulator by the end of a file's name."""
    for entry in facts.registry.entries:
        architecture = meant_for(entry)
        if entry.extension is not None and entry.enabled and architecture is not None:
            yield _finding(facts, entry, architecture)


def _finding(facts: Facts, entry: Entry, architecture: Architecture) -> Finding:
    platform = platform_of(facts, architecture)
    sample = architecture.sample()
    others = [x for x in facts.registry.entries if x.enabled and x is not entry and x.matches(sample, "")]
    asked = is_required(facts, platform) or not facts.question.require
    unmatched = f"programs of {platform.name} that are not named so are not matched"
    end = "" if others else f', and {unmatched} and end in "exec format error"'
    return Finding(
        subject=entry.name,
        platform=platform.name,
        entry=entry.name,
        message=f"{entry.name}: goes by the extension .{entry.extension}, so that every file of such a name is handed"
        f" to {entry.interpreter}, whatever it is{end}",
        severity=None if others or not asked else Severity.ERROR,
        evidence=entry_evidence(facts, entry, "interpreter", "extension"),
        remedies=_remedies(facts, entry, architecture, replaced=bool(others)),
    )


def _remedies(facts: Facts, entry: Entry, architecture: Architecture, *, replaced: bool) -> tuple[Remedy, ...]:
    from qemudoctor.remedies.cures import cures
    from qemudoctor.remedies.proof import helpful
    from qemudoctor.remedies.register import correct, remove

    platform = platform_of(facts, architecture)
    if replaced:
        return tuple(helpful(facts, platform, (remove(facts, entry),)))
    return tuple(helpful(facts, platform, correct(facts, platform, entry))) or cures(facts, platform)


CHECKS = (
    Check(
        id="QD215",
        slug="entry-by-extension",
        title="An emulator is started by a file's extension",
        severity=Severity.WARNING,
        cause="qemu-wrong-target",
        family="binfmt",
        run=find_emulators_by_extension,
        explanation=EXPLANATION,
        references=(BINFMT_MISC,),
    ),
)
