"""Whether we ourselves run in a container or a user namespace: then /proc tells of that, not of the host."""

from typing import NamedTuple

from qemudoctor.facts.mounts import MOUNTINFO, parse_mountinfo
from qemudoctor.host.door import CouldNotLook, Host, NotThere

_WHOLE_UID_MAP = ["0", "0", "4294967295"]
_MARKS = (
    ("/run/.containerenv", "podman"),
    ("/.dockerenv", "docker"),
    ("/var/run/secrets/kubernetes.io/serviceaccount", "kubernetes"),
)


class Sandbox(NamedTuple):
    """What we run in, and what tells so."""

    kind: str
    """docker, podman, kubernetes, lxc, systemd-nspawn, … or user-namespace."""
    source: str
    evidence: str


def read_sandbox(host: Host) -> Sandbox | None:
    """Return the container or user namespace that whoever looks is in, None if nothing says so."""
    if host.source.value == "root":
        return None
    for path, kind in _MARKS:
        if _exists(host, path) and _root_is_containers(host):
            return Sandbox(kind, path, "exists")
    container = _environment(host)
    if container:
        return Sandbox(container[:40], "environment of process 1", f"container={container[:40]}")
    uid_map = _text(host, "/proc/self/uid_map")
    if uid_map.strip() and uid_map.split() != _WHOLE_UID_MAP:
        return Sandbox("user-namespace", "/proc/self/uid_map", uid_map.strip()[:200])
    return None


def _root_is_containers(host: Host) -> bool:
    """Return whether / can be a container's: machines whose disk was made from an image keep the marks of one."""
    lines = [x for x in parse_mountinfo(_text(host, MOUNTINFO)) if x.mount_point == "/"]
    return not lines or lines[-1].root != "/" or "overlay" in lines[-1].filesystem


def _environment(host: Host) -> str:
    for variable in _text(host, "/proc/1/environ").split("\0"):
        name, _, value = variable.partition("=")
        if name == "container":
            return value
    return _text(host, "/run/systemd/container").strip()


def _text(host: Host, path: str) -> str:
    try:
        return host.read(path, limit=65536).decode("utf-8", "replace")
    except (NotThere, CouldNotLook):
        return ""


def _exists(host: Host, path: str) -> bool:
    try:
        return host.exists(path)
    except CouldNotLook:
        return False
