"""An automount of binfmt_misc that nobody serves any more."""

from collections.abc import Iterator

from qemudoctor.check import Check, Evidence, Facts, Finding, Severity
from qemudoctor.checks.subjects import BINFMT_MISC, is_only_native, severity_of_mount
from qemudoctor.facts import MOUNT_POINT

_AUTOFS = "https://docs.kernel.org/filesystems/autofs.html"

EXPLANATION = """\
An automount is a trap: whoever looks into the directory is stopped by the kernel, which asks a
daemon, normally systemd, to mount the file system, and then lets him go on. If the daemon is gone,
nobody mounts anything. The first one who looks gets "No such file or directory", and from then on
the directory is as good as absent: `ls /proc/sys/fs/binfmt_misc` fails, an installer cannot
register, and mount says that the mount point does not exist. In another mount namespace that shares
the trap the message is "Too many levels of symbolic links".

It happens when /proc of a host is bound into a container and the host's systemd goes away, in
virtual machines and chroots that were copied while they ran, under WSL and container systems that
start a systemd and end it, and when an automount was set up by hand.

Entries that were registered before may be in effect all the same, as long as binfmt_misc is mounted
anywhere. The trap has to be taken away, and binfmt_misc mounted in its place.

It is never harmless, unless nobody registers anything.

To see it for yourself: grep binfmt_misc /proc/self/mountinfo; fd=-1 and pipe_ino=-1 say that the
kernel has given up its daemon, pgrp names the process that should serve it.
"""


def find_dead_automount(facts: Facts) -> Iterator[Finding]:
    """Yield a finding if the automount can no longer be triggered."""
    if facts.question.registry is not None or facts.settings.dead_automount is None or is_only_native(facts):
        return
    from qemudoctor.remedies.mount import mounts, registrations

    yield Finding(
        subject=MOUNT_POINT,
        message=f"{MOUNT_POINT}: nobody serves this automount any more, so binfmt_misc is never mounted here, and"
        " whoever looks into it or registers gets an error",
        severity=severity_of_mount(facts),
        evidence=(
            Evidence(facts.mount.source, facts.mount.evidence),
            Evidence("automount", facts.settings.dead_automount),
        ),
        remedies=registrations(facts) or tuple(mounts(facts)),
    )


CHECKS = (
    Check(
        id="QD218",
        slug="automount-dead",
        title="Nobody serves the automount of binfmt_misc",
        severity=Severity.ERROR,
        cause="binfmt-not-mounted",
        family="binfmt",
        run=find_dead_automount,
        explanation=EXPLANATION,
        references=(BINFMT_MISC, _AUTOFS, "https://github.com/podman-container-tools/podman/issues/28174"),
    ),
)
