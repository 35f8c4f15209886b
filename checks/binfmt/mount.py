"""binfmt_misc that is not mounted, and an automount that nobody has triggered."""

from collections.abc import Iterator

from qemudoctor.check import Check, Evidence, Facts, Finding, Severity
from qemudoctor.checks.subjects import BINFMT_MISC, is_only_native, severity_of_mount
from qemudoctor.facts import MOUNT_POINT, MountState, Unavailable
from qemudoctor.kernel.features import Feature, Support

NOT_MOUNTED = """\
binfmt_misc shows itself as a file system that is mounted at /proc/sys/fs/binfmt_misc: one file
for each entry, and the file `register`, through which entries are made. The empty directory is
part of /proc and is there on every kernel that can have binfmt_misc. Until something is mounted
on it, nothing can be registered and nobody can read what is registered.

Entries may be active all the same: the kernel uses them wherever they are mounted, and they may
be mounted in another mount namespace. In a container the directory is normally empty, whatever
the host has registered.

On kernels from 6.7 on, and in later updates of 5.4, 5.15, 6.1 and 6.6, all entries vanish with
the last mount. An installer container that finds nothing mounted mounts binfmt_misc for itself,
registers its entries, reports success and ends, and its entries end with it. So on such a kernel
the host needs a mount of its own before anybody registers anything.

It is harmless in a container, and on a host that never runs foreign programs.

To see it for yourself: grep binfmt_misc /proc/self/mountinfo
"""

AUTOMOUNT = """\
systemd does not mount binfmt_misc at boot. It sets up an automount, a trap that mounts the file
system as soon as somebody looks into the directory. Until then nothing is mounted, and
qemu-doctor does not look, since looking changes the host.

A registration that goes through the host's own directory triggers the automount and is fine. A
container has a /proc of its own, without the trap: an installer container finds an empty
directory, mounts binfmt_misc for itself, registers, and takes its mount with it when it ends. On
kernels from 6.7 on, and in later updates of 5.4, 5.15, 6.1 and 6.6, the entries vanish with the
last mount: the installer says that all is well, and a moment later nothing is registered. On
older kernels the entries stay.

Inside a container or another mount namespace that shares the trap, looking into the directory can
end in "Too many levels of symbolic links": systemd's mount arrives where the process cannot see
it.

It is harmless if nobody registers anything by container. It is cured by looking into the
directory once, on the host: ls /proc/sys/fs/binfmt_misc/

To see it for yourself: grep binfmt_misc /proc/self/mountinfo; the last line says autofs.
"""


def find_not_mounted(facts: Facts) -> Iterator[Finding]:
    """Yield a finding if binfmt_misc is not mounted where it could be."""
    if not _is_state(facts, MountState.NOT_MOUNTED) or _is_impossible(facts):
        return
    from qemudoctor.remedies.mount import mounts, registrations

    yield Finding(
        subject=MOUNT_POINT,
        message=f"{MOUNT_POINT}: binfmt_misc is not mounted here, so nothing can be registered and what is registered"
        f" cannot be read{_gone(facts)}",
        severity=severity_of_mount(facts),
        evidence=(Evidence(facts.mount.source, facts.mount.evidence),),
        remedies=registrations(facts) or tuple(mounts(facts)),
    )


def _gone(facts: Facts) -> str:
    """Return what became of entries with the last mount; in a container the host has its own."""
    try:
        drops = facts.kernel.support(Feature.UMOUNT_DROPS_ENTRIES) is Support.YES
    except Unavailable:
        return ""
    return "" if facts.sandbox is not None or not drops else "; entries vanish with the last mount on this kernel"


def find_untriggered_automount(facts: Facts) -> Iterator[Finding]:
    """Yield a finding if only systemd's automount is there."""
    if not _is_state(facts, MountState.AUTOMOUNT) or facts.settings.dead_automount is not None:
        return
    from qemudoctor.remedies.mount import mounts, registrations

    yield Finding(
        subject=MOUNT_POINT,
        message=f"{MOUNT_POINT}: systemd's automount has not been triggered, so binfmt_misc is not mounted and"
        f" {_effect(facts)}",
        severity=Severity.INFO if facts.sandbox is not None else None,
        evidence=(Evidence(facts.mount.source, facts.mount.evidence),),
        remedies=registrations(facts) or tuple(mounts(facts)),
    )


def _effect(facts: Facts) -> str:
    answer = facts.kernel.support(Feature.UMOUNT_DROPS_ENTRIES)
    if answer is Support.NO:
        return "its entries cannot be read"
    may = "may vanish" if answer is Support.UNKNOWN else "vanish"
    return f"entries that a container registers {may} when the container ends, on Linux {facts.kernel.text}"


def _is_state(facts: Facts, state: MountState) -> bool:
    return facts.question.registry is None and facts.mount.state is state and not is_only_native(facts)


def _is_impossible(facts: Facts) -> bool:
    """Return whether the kernel has no binfmt_misc that could be mounted, which is another finding."""
    from qemudoctor.facts import BinfmtSupport

    try:
        return facts.binfmt.support is BinfmtSupport.MISSING and not facts.binfmt.available
    except Unavailable:
        return False


CHECKS = (
    Check(
        id="QD202",
        slug="binfmt-not-mounted",
        title="binfmt_misc is not mounted",
        severity=Severity.ERROR,
        cause="binfmt-not-mounted",
        family="binfmt",
        run=find_not_mounted,
        explanation=NOT_MOUNTED,
        references=(
            BINFMT_MISC,
            "https://github.com/tonistiigi/binfmt/issues/288",
            "https://github.com/tonistiigi/binfmt/issues/360",
        ),
    ),
    Check(
        id="QD203",
        slug="binfmt-automount-not-triggered",
        title="systemd's automount of binfmt_misc has not been triggered",
        severity=Severity.WARNING,
        cause="binfmt-not-mounted",
        family="binfmt",
        run=find_untriggered_automount,
        explanation=AUTOMOUNT,
        references=(
            BINFMT_MISC,
            "https://github.com/awslabs/amazon-eks-ami/issues/2789",
            "https://github.com/podman-container-tools/podman/issues/28174",
        ),
    ),
)
