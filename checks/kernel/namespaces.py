"""Kernels that do not let ordinary users make user namespaces, so that rootless engines cannot start anything."""

from collections.abc import Iterator

from qemudoctor.check import Check, Evidence, Facts, Finding, Remedy, Severity
from qemudoctor.checks.subjects import is_only_native, listed
from qemudoctor.facts import Unavailable

_ROOTLESS = ("podman", "buildah", "nerdctl", "docker")
_NAMESPACES = "https://man7.org/linux/man-pages/man7/user_namespaces.7.html"

EXPLANATION = """\
Container engines that run without root (podman, buildah, rootless Docker, nerdctl, BuildKit) make a
user namespace, in which an ordinary user is root. A program in it still finds the registry of
binfmt_misc of the host, so emulation works in rootless containers as in others. But the kernel can
forbid that ordinary users make such namespaces, and then nothing rootless starts, whatever is
registered:

    cannot clone: Operation not permitted
    Error: cannot set up namespace using "/usr/bin/newuidmap": exit status 1
    unshare: unshare failed: No space left on device

Three settings do it. user.max_user_namespaces=0 is what RHEL and CentOS 7 come with; it concerns
root as well, and the message is "No space left on device". kernel.unprivileged_userns_clone=0 is
of Debian up to 10 and of hardened kernels. kernel.apparmor_restrict_unprivileged_userns=1 came
with Ubuntu 23.10 and concerns programs for which AppArmor has no profile that allows it; Ubuntu has
profiles for the engines that it packages, not for those from elsewhere.

The settings protect: user namespaces have been the way into many mistakes of the kernel. So it is
a decision whether to lift them.

It is harmless where containers are started as root.

To see it for yourself: sysctl user.max_user_namespaces kernel.unprivileged_userns_clone
kernel.apparmor_restrict_unprivileged_userns, and unshare --user --map-root-user id -u
"""


def find_namespace_barriers(facts: Facts) -> Iterator[Finding]:
    """Yield a finding for each setting that keeps a rootless engine of this host from starting containers."""
    if facts.sandbox is not None or facts.question.is_hypothetical or is_only_native(facts):
        return
    for barrier in facts.settings.namespace_barriers:
        engines = tuple(x for x in _engines(facts) if x not in barrier.spared)
        if not engines:
            continue
        whom = "nobody, not even root," if barrier.for_everybody else "only root"
        yield Finding(
            subject=barrier.setting,
            message=f"{barrier.setting}: is {barrier.value}, so that {whom} can make a user namespace"
            f"{'' if barrier.for_everybody else ' without a profile of AppArmor' if barrier.spared else ''}, and"
            f" {listed(engines)} without root cannot start any container",
            evidence=(Evidence(barrier.path, barrier.value),),
            remedies=_lift(facts, barrier.setting, barrier.wanted),
        )


def _engines(facts: Facts) -> tuple[str, ...]:
    """Return the engines that are installed and can run rootless; as root, those that are rootless by design."""
    from qemudoctor.remedies.shell import needs_sudo

    try:
        installed = facts.engines
    except Unavailable:
        return ()
    candidates = _ROOTLESS if needs_sudo(facts) else _ROOTLESS[:2]
    return tuple(x for x in candidates if x in installed)


def _lift(facts: Facts, setting: str, value: str) -> tuple[Remedy, ...]:
    from qemudoctor.remedies.shell import as_root, write

    file = f"/etc/sysctl.d/60-qemu-doctor-{setting.rpartition('.')[2].replace('_', '-')}.conf"
    risk = "every user of this host can make user namespaces, which hardened systems forbid on purpose"
    note = "Not proven: the model knows of no namespaces. Then try: unshare --user --map-root-user true"
    now = as_root(facts, f"sysctl -w {setting}={value}")
    return (
        Remedy("allow-user-namespaces", "Allow it until the next reboot", (now,), True, False, risk, None, note),
        Remedy(
            "allow-user-namespaces-at-boot",
            "Allow it now and at every boot",
            (write(facts, f"{setting} = {value}", file), now),
            root=True,
            persistent=True,
            risk=risk,
            leaves=f"the file {file}",
            note=note,
        ),
    )


CHECKS = (
    Check(
        id="QD104",
        slug="user-namespaces-forbidden",
        title="Rootless engines cannot make a user namespace",
        severity=Severity.INFO,
        family="kernel",
        run=find_namespace_barriers,
        explanation=EXPLANATION,
        references=(
            _NAMESPACES,
            "https://rootlesscontaine.rs/getting-started/common/sysctl/",
            "https://ubuntu.com/blog/ubuntu-23-10-restricted-unprivileged-user-namespaces",
        ),
    ),
)
