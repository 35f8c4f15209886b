"""Two emulators for the same programs, of which the order of registration chooses one."""

from collections.abc import Iterator

from qemudoctor.check import Check, Evidence, Facts, Finding, Remedy, Severity
from qemudoctor.checks.diagnosis import diagnose
from qemudoctor.checks.subjects import BINFMT_MISC, each_platform, entry_evidence
from qemudoctor.facts import Unavailable
from qemudoctor.kernel.entry import Entry
from qemudoctor.platforms import Platform

EXPLANATION = """\
The entries of two emulators match the same programs: Rosetta, FEX or box64 stand beside QEMU, or a
package and an installer have registered two builds of QEMU under different names. The kernel asks
the entry first that was registered last, and that one alone decides. The other one is never asked,
though it looks as if it were in use.

The order is that of the last registration, so it can be another one after the next boot, after an
upgrade of one of the two, and after `systemctl restart systemd-binfmt`. Then the same image runs
under another emulator: faster or slower, with other bugs, and perhaps not at all. Rosetta only runs
on Apple's processors ("Rosetta is only intended to run on Apple Silicon"), FEX wants a root file
system of its own, box64 replaces libraries of the program by those of the host, and each of them
looks at paths that a container may not have.

It is harmless as long as both do what is wanted. If the newest one fails where an older one would
work, that is another finding (QD211).

To see it for yourself: ls -U /proc/sys/fs/binfmt_misc lists the newest first; compare the lines
interpreter and magic
"""


def find_two_emulators(facts: Facts) -> Iterator[Finding]:
    """Yield a finding for each platform that two different emulators are registered for, of which the first works."""
    seen: set[tuple[str, ...]] = set()
    for found in each_platform(facts, _find):
        names = (found.subject, *(x.source for x in found.evidence))
        if names not in seen:
            seen.add(names)
            yield found


def _find(facts: Facts, platform: Platform) -> Iterator[Finding]:
    sample = platform.architecture.sample()
    if not facts.registry.registry.enabled or facts.has_no_registry:
        return
    matching = [x for x in facts.registry.entries if x.enabled and x.matches(sample, "")]
    if len(matching) < 2:
        return
    newest = matching[0]
    older = next((x for x in matching[1:] if not _is_same(facts, newest, x)), None)
    if older is None or diagnose(facts, platform) is not None:
        return
    yield Finding(
        subject=newest.name,
        platform=platform.name,
        entry=newest.name,
        message=f"{newest.name}: decides over the programs of {platform.name}, since it was registered after"
        f" {older.name}, which starts another emulator for them, so that another order at the next boot would change"
        " who runs them",
        evidence=tuple(
            Evidence(x.source, x.text)
            for entry in (newest, older)
            for x in entry_evidence(facts, entry, "interpreter", "flags:")
        ),
        remedies=_only_one(facts, platform, older),
    )


def _is_same(facts: Facts, one: Entry, other: Entry) -> bool:
    """Return whether two entries start the same file, as far as their paths tell."""
    if one.interpreter == other.interpreter:
        return True
    try:
        files = [facts.emulator(x.interpreter).resolved for x in (one, other)]
    except Unavailable:
        return False
    return files[0] is not None and files[0] == files[1]


def _only_one(facts: Facts, platform: Platform, older: Entry) -> tuple[Remedy, ...]:
    from qemudoctor.remedies.proof import helpful
    from qemudoctor.remedies.register import remove

    remedy = remove(facts, older)._replace(title=f"Keep the newer one: remove the entry {older.name}")
    return tuple(helpful(facts, platform, (remedy,)))


CHECKS = (
    Check(
        id="QD216",
        slug="two-emulators",
        title="Two emulators are registered for the same programs",
        severity=Severity.INFO,
        family="binfmt",
        run=find_two_emulators,
        explanation=EXPLANATION,
        references=(
            BINFMT_MISC,
            "https://github.com/apptainer/apptainer/issues/3482",
            "https://github.com/ptitSeb/box64/issues/450",
        ),
    ),
)
