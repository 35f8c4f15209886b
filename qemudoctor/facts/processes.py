"""What /proc tells of an engine's server: whether it runs, in which user namespace, which registry is mounted there.

The namespaces and the environment of a process can be read by root and by its own user; for others they are not known.
"""

from collections.abc import Callable
from typing import NamedTuple

from qemudoctor.facts.engines import text_of
from qemudoctor.facts.mounts import MOUNT_POINT, MOUNTINFO, parse_mountinfo, visible_mount
from qemudoctor.facts.registry import ENTRIES_MAX
from qemudoctor.host.door import CouldNotLook, Host, HostError, NotThere
from qemudoctor.kernel.entry import Entry, EntryFormatError

_STOPPED = ("T", "t")
_ENDED = ("Z", "X", "x")
_MOUNTINFO_LIMIT_BYTES = 8 << 20
_UNIT_FOLDERS = (
    "/etc/systemd/{}",
    "/run/systemd/{}",
    "/usr/local/lib/systemd/{}",
    "/usr/lib/systemd/{}",
    "/lib/systemd/{}",
)


class Process(NamedTuple):
    """One process, by its number in the namespace of whoever looks."""

    number: int
    name: str
    state: str
    """The letter of /proc/PID/stat; proc_pid_stat(5)."""

    @property
    def is_stopped(self) -> bool:
        """Return whether it was stopped, as by SIGSTOP or a debugger."""
        return self.state in _STOPPED


def parse_stat(text: str) -> Process | None:
    """Return a process by its line, None if it is none.

    Format: "1042 (dockerd) S 1 1042 …"; the name may hold parentheses and spaces.
    """
    number, _, rest = text.partition(" (")
    name, closing, fields = rest.rpartition(") ")
    if not closing or not number.isdigit() or not fields:
        return None
    return Process(int(number), name, fields[0])


def read_process(host: Host, number: int, *names: str) -> Process | None:
    """Return a process if it runs and has one of these names; the number may be another's by now."""
    text = text_of(host, f"/proc/{number}/stat", limit=4096)
    found = None if text is None else parse_stat(text)
    return None if found is None or found.name not in names or found.state in _ENDED else found


def from_pidfile(host: Host, path: str, *names: str) -> Process | None:
    """Return the process that a file names, None if it does not run any more."""
    text = (text_of(host, path, limit=64) or "").strip()
    return read_process(host, int(text), *names) if text.isdecimal() and len(text) < 12 else None


def search(host: Host, *names: str, fits: Callable[[Process], bool] = lambda _: True) -> Process | None:
    """Return the first process with one of these names that fits. It asks for every process: a last resort."""
    try:
        numbers = sorted(int(x) for x in host.listdir("/proc") if x.isdecimal())
    except HostError:
        return None
    found = (read_process(host, number, *names) for number in numbers)
    return next((x for x in found if x is not None and fits(x)), None)


def may_be_activated(host: Host, socket: str, *, systemd: str) -> bool:
    """Return whether systemd may be the one that listens at a socket, to start an engine at its first use.

    systemd: the directory that shows that it runs.
    """
    unit = f"{socket.rpartition('/')[2].removesuffix('.sock').removesuffix('d')}.socket"
    own = f"{socket.rpartition('/')[2].removesuffix('.sock')}.socket"
    if not _exists(host, systemd):
        return False
    kind = "user" if "/user/" in socket else "system"
    return any(_exists(host, f"{folder.format(kind)}/{name}") for folder in _UNIT_FOLDERS for name in {own, unit})


def _exists(host: Host, path: str) -> bool:
    try:
        return host.exists(path)
    except CouldNotLook:
        return False


def shares_user_namespace(host: Host, number: int) -> bool | None:
    """Return whether a process is in the user namespace of whoever looks, None if that cannot be seen."""
    try:
        return host.readlink(f"/proc/{number}/ns/user") == host.readlink("/proc/self/ns/user")
    except HostError:
        return None


def shares_mount_namespace(host: Host, number: int) -> bool | None:
    """Return whether a process is in the mount namespace of whoever looks, None if that cannot be seen."""
    try:
        return host.readlink(f"/proc/{number}/ns/mnt") == host.readlink("/proc/self/ns/mnt")
    except HostError:
        return None


def environment_of(host: Host, number: int, name: str) -> str | None:
    """Return an environment variable with which a process was started, None if it was not set or cannot be read."""
    for pair in (text_of(host, f"/proc/{number}/environ") or "").split("\0"):
        key, equals, value = pair.partition("=")
        if equals and key == name:
            return value
    return None


def own_mount(host: Host, number: int) -> str | None:
    """Return the line of the registry that a process sees and whoever looks does not; None if there is none.

    Two mounts of one registry have the same device number, and each registry has a number of its own. Where whoever
    looks sees none, the host's is not mounted, and what a process in another user namespace sees is its own.
    """
    theirs = _registry_line(host, f"/proc/{number}/mountinfo")
    ours = _registry_line(host, MOUNTINFO)
    return None if theirs is None or (ours is not None and _device(theirs) == _device(ours)) else theirs


def _registry_line(host: Host, path: str) -> str | None:
    text = text_of(host, path, limit=_MOUNTINFO_LIMIT_BYTES)
    found = None if text is None else visible_mount(parse_mountinfo(text), MOUNT_POINT)
    if found is None or found.mount_point != MOUNT_POINT or found.filesystem != "binfmt_misc":
        return None
    return found.text


def _device(line: str) -> str:
    return line.split(" ", 3)[2]


def entries_seen_by(host: Host, number: int) -> tuple[Entry, ...] | None:
    """Return the entries that a process sees, in the order in which they are tried; None if they cannot be read."""
    folder = f"/proc/{number}/root{MOUNT_POINT}"
    try:
        if not host.read(f"{folder}/status", limit=64).startswith(b"enabled"):
            return ()
        names = [x for x in host.listdir(folder) if x not in ("register", "status")][:ENTRIES_MAX]
        texts = [(name, host.read(f"{folder}/{name}", limit=1 << 16)) for name in names]
        return tuple(Entry.from_procfs(name, text.decode("utf-8", "surrogateescape")) for name, text in texts)
    except (NotThere, CouldNotLook, EntryFormatError):
        return None
