"""Mounting binfmt_misc, and switching it on."""

from collections.abc import Iterator

from qemudoctor.facts import MOUNT_POINT, Facts, MountState, Unavailable, entry_path
from qemudoctor.remedies.boot import after_reboot, after_reboot_of_all, returns
from qemudoctor.remedies.remedy import Effect, Remedy
from qemudoctor.remedies.shell import as_root, write

_MOUNT = f"mount -t binfmt_misc binfmt_misc {MOUNT_POINT}"
REMOUNT = f"mount -o remount,rw {MOUNT_POINT}"
_UNIT = "proc-sys-fs-binfmt_misc.mount"
_WANTS = "/etc/systemd/system/multi-user.target.wants"


_UNPROVEN = "Not proven: what is registered can only be read afterwards. Examine the host again then"


def mount_commands(facts: Facts) -> tuple[str, ...]:
    """Return what mounts binfmt_misc on this host; nothing where it is mounted, or where that is only supposed."""
    if facts.question.registry is not None:
        return ()
    state = facts.mount.state
    if state is MountState.AUTOMOUNT and facts.settings.dead_automount is not None:
        return (as_root(facts, f"umount {MOUNT_POINT}"), as_root(facts, _MOUNT))
    if state is MountState.AUTOMOUNT:
        return (f"ls {MOUNT_POINT}/",)
    if state is MountState.MOUNTED and facts.mount.read_only:
        return (as_root(facts, REMOUNT),)
    if state is MountState.MASKED and facts.sandbox is None:
        uncover = as_root(facts, f"umount {MOUNT_POINT}")
        return (uncover, f"[ -e {MOUNT_POINT}/status ] || {as_root(facts, _MOUNT)}")
    if state is not MountState.NOT_MOUNTED:
        return ()
    module = (as_root(facts, "modprobe binfmt_misc"),) if needs_module(facts) else ()
    return (*module, as_root(facts, _MOUNT))


def is_sandboxed(facts: Facts) -> bool:
    """Return whether whoever looks is known to be in a container or user namespace."""
    try:
        return facts.sandbox is not None
    except Unavailable:
        return False


def mount_risk(facts: Facts) -> str | None:
    """Return what mounting risks here: in a user namespace it makes another registry (Linux 6.7)."""
    if not is_sandboxed(facts) or facts.mount.state is not MountState.NOT_MOUNTED:
        return None
    return (
        "mounted in here, and not on the host itself, it is a registry of its own, which hides the host's entries for"
        " as long as this namespace lives"
    )


def is_out_of_reach(facts: Facts) -> bool:
    """Return whether nothing can be registered from here: a container in which the registry is covered or hidden."""
    return facts.mount.state in (MountState.MASKED, MountState.UNREADABLE) and facts.sandbox is not None


def needs_module(facts: Facts) -> bool:
    """Return whether the kernel lacks binfmt_misc until its module is loaded."""
    try:
        binfmt = facts.binfmt
    except Unavailable:
        return False
    return not binfmt.available


def mounts(facts: Facts) -> Iterator[Remedy]:
    """Yield how binfmt_misc gets mounted: now, and at every boot."""
    commands = mount_commands(facts)
    if not commands:
        return
    dead = facts.settings.dead_automount is not None
    triggered = facts.mount.state is MountState.AUTOMOUNT and not dead
    where = None if facts.sandbox is None else "On the host itself, not in the container from which it was looked at"
    where = ". ".join(x for x in (_UNPROVEN, where) if x)
    yield Remedy(
        id="mount-now",
        title="Look into the directory, so that systemd mounts it"
        if triggered
        else f"{'Take the automount away and mount' if dead else 'Mount'} binfmt_misc",
        commands=commands,
        root=not triggered,
        persistent=False,
        risk=mount_risk(facts),
        leaves="the mount, until the next reboot",
        note=where,
        effect=Effect(mounts=True),
    )
    if _has_systemd(facts):
        yield Remedy(
            id="mount-at-boot",
            title="Mount binfmt_misc now and at every boot (systemd)",
            commands=(
                *((as_root(facts, f"umount {MOUNT_POINT}"),) if dead else ()),
                as_root(facts, f"systemctl start {_UNIT}"),
                as_root(facts, f"systemctl add-wants multi-user.target {_UNIT}"),
            ),
            root=True,
            persistent=True,
            risk=mount_risk(facts),
            leaves=f"a link to {_UNIT} in {_WANTS}",
            note=where,
            effect=Effect(mounts=True, touches=(f"{_WANTS}/{_UNIT}",)),
        )


def registrations(facts: Facts) -> tuple[Remedy, ...]:
    """Return how to mount and register in one go, for the first required platform that surely has no entry."""
    if facts.sandbox is not None:
        return ()
    for platform in facts.question.require:
        if facts.observed(platform).contained.outcome == "ENOEXEC" and not facts.is_native(platform):
            from qemudoctor.remedies.cures import cures

            return cures(facts, platform)
    return ()


def _has_systemd(facts: Facts) -> bool:
    """Return whether systemd runs here, or, where that cannot be seen, whether the distribution comes with it."""
    try:
        return facts.has_systemd
    except Unavailable:
        pass
    try:
        return facts.distribution.family not in (None, "alpine")
    except Unavailable:
        return False


def enable(facts: Facts, name: str) -> Remedy:
    """Return how an entry, or with `status` the whole registry, is switched on."""
    return Remedy(
        id="enable-all" if name == "status" else "enable-entry",
        title="Switch binfmt_misc on" if name == "status" else f"Switch the entry {name} on",
        commands=(write(facts, "1", entry_path(name)),),
        root=True,
        persistent=None if name == "status" else returns(facts, name),
        note=after_reboot_of_all(facts) if name == "status" else after_reboot(facts, name),
        effect=Effect(enable=(name,)),
    )
