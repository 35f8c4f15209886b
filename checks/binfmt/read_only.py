"""A registry that is mounted read-only, so that nobody can change it."""

from collections.abc import Iterator

from qemudoctor.check import Check, Evidence, Facts, Finding, Severity
from qemudoctor.checks.subjects import BINFMT_MISC, is_only_native, one_per_architecture
from qemudoctor.facts import MOUNT_POINT, MountState
from qemudoctor.remedies.remedy import Effect, Remedy

EXPLANATION = """\
binfmt_misc is mounted with the option ro. The entries that are registered are in effect and can be
read, but nothing can be registered, removed or switched: every write ends in "Read-only file
system" (EROFS), also that of an installer, which then says that it cannot open the file register.

Engines and service managers mount it so for containers and services (ProtectKernelTunables= of
systemd makes /proc/sys read-only as a whole), and some hardened images do it for the host.

It is harmless as long as all that is needed is registered; then it is only told.

To see it for yourself: grep binfmt_misc /proc/self/mountinfo, which says ro in place of rw
"""


def find_read_only(facts: Facts) -> Iterator[Finding]:
    """Yield a finding if the registry can be read and not be written."""
    if facts.question.registry is not None or facts.mount.state is not MountState.MOUNTED or not facts.mount.read_only:
        return
    if is_only_native(facts):
        return
    yield Finding(
        subject=MOUNT_POINT,
        message=f'{MOUNT_POINT}: is mounted read-only, so every registration ends in "read-only file system"',
        severity=Severity.WARNING if _needs_change(facts) else None,
        evidence=(Evidence(facts.mount.source, facts.mount.evidence),),
        remedies=_writable(facts),
    )


def _needs_change(facts: Facts) -> bool:
    """Return whether a platform in question does not run, so that something has to be registered."""
    platforms = one_per_architecture(facts)
    return not platforms or any(facts.prediction(x).container.outcome != "ok" for x in platforms)


def _writable(facts: Facts) -> tuple[Remedy, ...]:
    from qemudoctor.remedies.mount import REMOUNT
    from qemudoctor.remedies.shell import as_root

    return (
        Remedy(
            id="remount-writable",
            title="Make it writable",
            commands=(as_root(facts, REMOUNT),),
            root=True,
            persistent=False,
            risk="whoever mounted it read-only wanted to keep it from being changed",
            note="Not proven: it changes what can be written, not what is registered",
            effect=Effect(mounts=True),
        ),
    )


CHECKS = (
    Check(
        id="QD220",
        slug="registry-read-only",
        title="The registry is mounted read-only",
        severity=Severity.INFO,
        cause="register-permission",
        family="binfmt",
        run=find_read_only,
        explanation=EXPLANATION,
        references=(BINFMT_MISC, "https://man7.org/linux/man-pages/man5/systemd.exec.5.html"),
    ),
)
