"""What can be seen from where the examination runs."""

from collections.abc import Iterator

from qemudoctor.check import Check, Evidence, Facts, Finding, Severity
from qemudoctor.checks.subjects import BINFMT_MISC
from qemudoctor.facts import MountState
from qemudoctor.kernel.features import Feature

_NAMESPACES = "https://man7.org/linux/man-pages/man7/user_namespaces.7.html"

SANDBOXED = """\
The examination runs inside a container or a user namespace. Two things are then not the host's.

What can be seen: a container has file systems of its own. The emulators, packages and engines
that are found are the container's, and the registry at /proc/sys/fs/binfmt_misc is normally an
empty directory, though entries of the host are in effect for programs of the container, too.

What the kernel uses: up to Linux 6.6 there is one registry for the whole machine. From 6.7 on
each user namespace can mount one of its own, which is empty at first and hides the host's, even
after it is unmounted. Rootless engines, sysbox, LXD and Incus may do that.

So for a statement about the host, run it on the host: as the user, and in the same namespace, in
which the engine runs. For a statement about this very container, the table's columns hold;
programs really executed here count more than what could be read.

It is information, no fault.

To see it for yourself: cat /proc/self/uid_map, whose only line is "0 0 4294967295" on a host.
"""

MASKED = """\
The entries of binfmt_misc cannot be read: another file system is mounted over
/proc/sys/fs/binfmt_misc, or whoever looks has no permission to. Container engines and service
managers do that to protect the host (systemd's ProtectKernelTunables=, a masked path of Docker or
Kubernetes, SELinux, AppArmor).

The entries are in effect all the same: they decide over every execve(), whether somebody can read
them or not. Only what is registered remains unknown, so that nothing can be predicted. Really
executed programs still show what works.

It is harmless if the examination is repeated from outside.

To see it for yourself: grep binfmt_misc /proc/self/mountinfo, and ls -ld /proc/sys/fs/binfmt_misc
"""


def find_sandbox(facts: Facts) -> Iterator[Finding]:
    """Yield a finding if whoever looks is in a container or a user namespace."""
    sandbox = facts.sandbox
    if sandbox is None:
        return
    own = (
        "which may have a registry of its own"
        if facts.kernel.supports(Feature.USERNS_INSTANCE)
        else ("whose registry is the host's, whether it can be seen or not")
    )
    yield Finding(
        subject=sandbox.kind,
        message=f"{sandbox.kind}: the examination runs inside it, {own}, so what is seen here is not necessarily the"
        " host's",
        evidence=(Evidence(sandbox.source, sandbox.evidence),),
    )


def find_masked_registry(facts: Facts) -> Iterator[Finding]:
    """Yield a finding if the registry is covered or may not be read."""
    if facts.question.registry is not None or facts.mount.state not in (MountState.MASKED, MountState.UNREADABLE):
        return
    covered = facts.mount.state is MountState.MASKED
    how = "is covered by another mount" if covered else "may not be read"
    yield Finding(
        subject="/proc/sys/fs/binfmt_misc",
        message=f"/proc/sys/fs/binfmt_misc: {how}, so the entries that are in effect are not known",
        evidence=(Evidence(facts.mount.source, facts.mount.evidence),),
    )


CHECKS = (
    Check(
        id="QD401",
        slug="sandboxed-view",
        title="The examination runs inside a container or user namespace",
        severity=Severity.INFO,
        family="container",
        run=find_sandbox,
        explanation=SANDBOXED,
        references=(_NAMESPACES, BINFMT_MISC, "https://github.com/nestybox/sysbox/issues/592"),
    ),
    Check(
        id="QD402",
        slug="registry-masked",
        title="The registry cannot be read",
        severity=Severity.WARNING,
        family="container",
        run=find_masked_registry,
        explanation=MASKED,
        references=(BINFMT_MISC, "https://man7.org/linux/man-pages/man5/systemd.exec.5.html"),
    ),
)
