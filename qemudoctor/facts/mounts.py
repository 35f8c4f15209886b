"""Whether binfmt_misc is mounted, told without touching the mount point."""

import enum
from typing import NamedTuple

from qemudoctor.facts.fact import Unavailable
from qemudoctor.host.door import CouldNotLook, Forbidden, Host, NotRecorded, NotThere

MOUNT_POINT = "/proc/sys/fs/binfmt_misc"
MOUNTINFO = "/proc/self/mountinfo"
_PROC_SYS = "/proc/sys/fs"
_MOUNTINFO_LIMIT_BYTES = 8 << 20


class MountState(enum.Enum):
    """What lies at /proc/sys/fs/binfmt_misc, as reports spell it."""

    MOUNTED = "mounted"
    AUTOMOUNT = "automount"
    NOT_MOUNTED = "not-mounted"
    ABSENT = "absent"
    MASKED = "masked"
    UNREADABLE = "unreadable"
    NOT_RECORDED = "not-recorded"


class Mount(NamedTuple):
    """The state of the mount point, and the line or the reason that tells it."""

    state: MountState
    source: str
    evidence: str
    read_only: bool = False
    proc_sys_read_only: bool = False


class MountLine(NamedTuple):
    """One line of mountinfo.

    Format: "31 23 0:28 / /sys/fs/cgroup rw,relatime shared:9 - tmpfs tmpfs rw,mode=755" (proc_pid_mountinfo(5)).
    """

    id: str
    parent: str
    """The mount on which this one lies, by its id."""
    root: str
    """Which directory of the file system is mounted; "/" is all of it."""
    mount_point: str
    options: frozenset[str]
    filesystem: str
    text: str


def parse_mountinfo(text: str) -> tuple[MountLine, ...]:
    """Return the mounts of a process, oldest first; lines that are not complete are passed over."""
    lines = []
    for line in text.splitlines():
        before, separator, after = line.partition(" - ")
        fields, rest = before.split(" "), after.split(" ")
        if not separator or len(fields) < 6:
            continue
        mount_point = _unescaped(fields[4])
        options = frozenset(fields[5].split(",")) | frozenset(rest[2].split(",") if len(rest) > 2 else ())
        lines.append(MountLine(fields[0], fields[1], fields[3], mount_point, options, rest[0], line))
    return tuple(lines)


def _unescaped(path: str) -> str:
    r"""Return a path of mountinfo with its escapes for space, tab, newline and backslash (`\040`) resolved."""
    if "\\" not in path:
        return path
    for sign in " \t\n\\":
        path = path.replace(f"\\{ord(sign):03o}", sign)
    return path


def visible_mount(lines: tuple[MountLine, ...], path: str) -> MountLine | None:
    """Return the mount that path lies on, None if the root is not among the lines (after chroot).

    A mount below a directory that another mount covers by now is listed, and nobody can see it.
    """
    roots = [x for x in lines if x.mount_point == "/"]
    if not roots:
        return next((x for x in reversed(lines) if x.mount_point == path), None)
    here = roots[-1]
    above = {(x.parent, x.mount_point): x for x in lines if x.parent != x.id}
    parts = path.strip("/").split("/")
    for end in range(1, len(parts) + 1):
        prefix = "/" + "/".join(parts[:end])
        # Each mount is taken out when it is passed: a text that was made up may go round in circles.
        while (covering := above.pop((here.id, prefix), None)) is not None:
            here = covering
    return here


def read_mount(host: Host) -> Mount:
    """Return what lies at the mount point of binfmt_misc.

    mountinfo decides; the path itself is touched only where nothing can be triggered by it. A recorded tree without
    mountinfo is judged by what it holds.
    """
    try:
        text = host.read(MOUNTINFO, limit=_MOUNTINFO_LIMIT_BYTES).decode("utf-8", "surrogateescape")
    except (NotThere, NotRecorded):
        return _without_mountinfo(host)
    except CouldNotLook as error:
        return _without_mountinfo(host) if not _is_live(host) else _unreadable(error)
    lines = parse_mountinfo(text)
    if not lines or len(text) >= _MOUNTINFO_LIMIT_BYTES:
        return Mount(MountState.UNREADABLE, MOUNTINFO, "holds no mounts, or more than anybody reads")
    read_only = any(x.mount_point in ("/proc/sys", "/proc") and "ro" in x.options for x in lines)
    on_top = visible_mount(lines, MOUNT_POINT)
    if on_top is None or on_top.mount_point != MOUNT_POINT:
        return _unmounted(host, read_only)
    states = {"binfmt_misc": MountState.MOUNTED, "autofs": MountState.AUTOMOUNT}
    state = states.get(on_top.filesystem, MountState.MASKED)
    return Mount(state, MOUNTINFO, on_top.text, "ro" in on_top.options, read_only)


def _is_live(host: Host) -> bool:
    return host.source.value == "live"


def _unreadable(error: CouldNotLook) -> Mount:
    return Mount(MountState.UNREADABLE, error.path, error.reason)


def _unmounted(host: Host, read_only: bool) -> Mount:
    try:
        host.stat(MOUNT_POINT, follow=False)
    except NotThere:
        return _absent(host)
    except CouldNotLook as error:
        return _unreadable(error)
    text = f"no line for {MOUNT_POINT}"
    return Mount(MountState.NOT_MOUNTED, MOUNTINFO, text, proc_sys_read_only=read_only)


def _absent(host: Host) -> Mount:
    """Return that the directory is absent; without the rest of /proc/sys it may only be hidden."""
    if _has_proc_sys(host):
        return Mount(MountState.ABSENT, MOUNT_POINT, "there is no such directory")
    return Mount(MountState.UNREADABLE, _PROC_SYS, "is not there: /proc is not mounted here, or hidden")


def _without_mountinfo(host: Host) -> Mount:
    try:
        names = host.listdir(MOUNT_POINT)
    except Forbidden as error:
        return _unreadable(error)
    except NotThere:
        if _is_live(host) or _has_proc_sys(host):
            return _absent(host)
        return Mount(MountState.NOT_RECORDED, MOUNT_POINT, "neither the directory nor /proc/self/mountinfo")
    except CouldNotLook as error:
        return Mount(MountState.NOT_RECORDED, error.path, error.reason)
    if "status" in names:
        return Mount(MountState.MOUNTED, MOUNT_POINT, " ".join(names)[:200])
    return Mount(MountState.NOT_MOUNTED, MOUNT_POINT, "the directory holds no file `status`")


def _has_proc_sys(host: Host) -> bool:
    try:
        return host.exists(_PROC_SYS)
    except CouldNotLook:
        return False


def require_readable(mount: Mount) -> None:
    """Raise Unavailable unless the entries can be read."""
    if mount.state is not MountState.MOUNTED:
        raise Unavailable(_WHY[mount.state])


_WHY = {
    MountState.AUTOMOUNT: f"{MOUNT_POINT} is an automount that nobody has triggered yet",
    MountState.NOT_MOUNTED: "binfmt_misc is not mounted here, so its entries cannot be read",
    MountState.ABSENT: f"there is no {MOUNT_POINT}",
    MountState.MASKED: f"{MOUNT_POINT} is covered by another mount",
    MountState.UNREADABLE: f"{MOUNT_POINT} may not be read",
    MountState.NOT_RECORDED: "the registry is not recorded here",
}
