"""Mounting binfmt_misc, and switching it on."""

from collections.abc import Iterator

from qemudoctor.facts import MOUNT_POINT, Binfmt, Facts, MountState, Unavailable, entry_path
from qemudoctor.remedies.remedy import Effect, Remedy
from qemudoctor.remedies.shell import as_root, write

_MOUNT = f"mount -t binfmt_misc binfmt_misc {MOUNT_POINT}"
_UNIT = "proc-sys-fs-binfmt_misc.mount"
_MODULES = "/etc/modules-load.d/binfmt_misc.conf"
_INIT = {"alpine": "openrc"}


def mount_commands(facts: Facts) -> tuple[str, ...]:
    """Return what mounts binfmt_misc on this host; nothing where it is mounted, or where that is only supposed."""
    if facts.question.registry is not None:
        return ()
    state = facts.mount.state
    if state is MountState.AUTOMOUNT:
        return (f"ls {MOUNT_POINT}/",)
    if state is not MountState.NOT_MOUNTED:
        return ()
    module = (as_root(facts, "modprobe binfmt_misc"),) if needs_module(facts) else ()
    return (*module, as_root(facts, _MOUNT))


def needs_module(facts: Facts) -> bool:
    """Return whether the kernel lacks binfmt_misc until its module is loaded."""
    try:
        binfmt: Binfmt = facts.binfmt
    except Unavailable:
        return False
    return not binfmt.available


def mounts(facts: Facts) -> Iterator[Remedy]:
    """Yield how binfmt_misc gets mounted: now, and at every boot."""
    commands = mount_commands(facts)
    if not commands:
        return
    triggered = facts.mount.state is MountState.AUTOMOUNT
    where = None if facts.sandbox is None else "On the host itself, not in the container from which it was looked at"
    yield Remedy(
        id="mount-now",
        title="Look into the directory, so that systemd mounts it" if triggered else "Mount binfmt_misc",
        commands=commands,
        root=not triggered,
        persistent=False,
        leaves="the mount, until the next reboot",
        note=where,
        effect=Effect(mounts=True),
    )
    if _has_systemd(facts):
        yield Remedy(
            id="mount-at-boot",
            title="Mount binfmt_misc now and at every boot (systemd)",
            commands=(
                as_root(facts, f"systemctl start {_UNIT}"),
                as_root(facts, f"systemctl add-wants multi-user.target {_UNIT}"),
            ),
            root=True,
            persistent=True,
            leaves=f"a link to {_UNIT} in /etc/systemd/system/multi-user.target.wants",
            note=where,
            effect=Effect(mounts=True),
        )


def _has_systemd(facts: Facts) -> bool:
    try:
        return facts.distribution.family not in (None, *_INIT)
    except Unavailable:
        return False


def load_module(facts: Facts) -> Remedy:
    """Return how the module of binfmt_misc is loaded, now and at every boot."""
    return Remedy(
        id="load-module",
        title="Load the module binfmt_misc, now and at every boot",
        commands=(as_root(facts, "modprobe binfmt_misc"), write(facts, "binfmt_misc", _MODULES)),
        root=True,
        persistent=True,
        leaves=f"the file {_MODULES}",
    )


def enable(facts: Facts, name: str) -> Remedy:
    """Return how an entry, or with `status` the whole registry, is switched on."""
    return Remedy(
        id="enable-all" if name == "status" else "enable-entry",
        title="Switch binfmt_misc on" if name == "status" else f"Switch the entry {name} on",
        commands=(write(facts, "1", entry_path(name)),),
        root=True,
        persistent=False,
        note="A reboot registers everything anew and switched on",
        effect=Effect(enable=(name,)),
    )
