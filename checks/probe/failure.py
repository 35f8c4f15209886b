"""Where a required platform was seen to fail and the entries, which would tell why, cannot be read."""

from collections.abc import Iterator

from qemudoctor.check import Check, Evidence, Facts, Finding, Severity
from qemudoctor.checks.subjects import BINFMT_MISC, EMPTY_ROOT, one_per_architecture
from qemudoctor.facts import MountState, Unavailable

EXPLANATION = """\
The entries of binfmt_misc decide over programs of another architecture. Here they cannot be
read: the directory is covered, hidden or forbidden, or binfmt_misc is not mounted where we look.
So nothing can be predicted. But a tiny program of the platform could really be executed, in an
empty root like that of a container, and it failed.

"exec format error" (ENOEXEC) says that no enabled entry matches. "No such file or directory"
(ENOENT) says that an entry matches and its emulator, or something that the emulator needs, is
not in that root: most often the flag F is missing.

To see it for yourself, look from where the entries can be read: on the host itself, outside the
container, as root.
"""

_CAUSES = {"ENOEXEC": "binfmt-not-registered", "ENOENT": "f-flag-missing"}


def find_unexplained_failures(facts: Facts) -> Iterator[Finding]:
    """Yield a finding for each required platform that was seen to fail and of which nothing can be predicted.

    Where binfmt_misc is not mounted, that itself is an error with the same cures; inside a container it is none.
    """
    if facts.mount.state is MountState.NOT_MOUNTED and facts.sandbox is None:
        return
    for platform in one_per_architecture(facts):
        seen = facts.observed(platform).contained.outcome
        if platform not in facts.question.require or seen in (None, "ok"):
            continue
        try:
            facts.prediction(platform)
        except Unavailable as error:
            from qemudoctor.remedies.cures import cures

            yield Finding(
                subject=platform.name,
                platform=platform.name,
                message=f"{platform.name}: a program executed {EMPTY_ROOT}, failed with {seen}, and the entries that"
                " would tell why cannot be read",
                cause=_CAUSES.get(seen),
                evidence=(Evidence(f"a program executed {EMPTY_ROOT}", seen), Evidence("entries", error.reason)),
                remedies=cures(facts, platform),
            )


CHECKS = (
    Check(
        id="QD502",
        slug="failure-unexplained",
        title="A required platform fails, and the entries cannot be read",
        severity=Severity.ERROR,
        family="probe",
        run=find_unexplained_failures,
        explanation=EXPLANATION,
        references=(BINFMT_MISC,),
    ),
)
