"""Whether systemd's service that registers what is in binfmt.d is kept from doing so, and who else does it."""

from qemudoctor.host.door import CouldNotLook, Host, HostError, NotThere

UNIT = "systemd-binfmt.service"
_OWN = "/etc/systemd/system"
MASK = f"{_OWN}/{UNIT}"
"""What `systemctl mask` makes. One below /run is gone at the next boot."""
_DROP_INS = (_OWN, "/run/systemd/system", "/usr/lib/systemd/system", "/lib/systemd/system")
_WORDS = (b"tonistiigi/binfmt", b"multiarch/qemu-user-static", b"qemu-binfmt-conf", b"binfmt_misc/register")
_UNITS_MAX = 200
_UNIT_LIMIT_BYTES = 16384


def read_obstacle(host: Host, *, release: str) -> str | None:
    """Return why systemd-binfmt does not register what is in binfmt.d, None where nothing is known to keep it from it.

    Format: a unit is masked by a link to /dev/null; a drop-in of Ubuntu's for WSL has ConditionVirtualization=!wsl.
    """
    try:
        if host.readlink(MASK) == "/dev/null":
            return f"{MASK} is a link to /dev/null and masks systemd-binfmt"
    except (NotThere, CouldNotLook):
        pass  # most often: there is no such link
    if "microsoft" in release.lower():
        for path in _drop_ins(host):
            if b"ConditionVirtualization=!wsl" in _text(host, path).replace(b" ", b""):
                return f"{path} keeps systemd-binfmt from running under WSL"
    return None


def read_agent(host: Host) -> str | None:
    """Return the first unit file of this host's own that registers emulators, by the words in it; None without one."""
    try:
        names = sorted(x for x in host.listdir(_OWN) if x.endswith(".service"))
    except HostError:
        return None
    paths = (f"{_OWN}/{name}" for name in names[:_UNITS_MAX])
    return next((x for x in paths if any(word in _text(host, x) for word in _WORDS)), None)


def _drop_ins(host: Host) -> list[str]:
    found: list[str] = []
    for folder in _DROP_INS:
        try:
            names = host.listdir(f"{folder}/{UNIT}.d")
        except HostError:
            continue
        found += [f"{folder}/{UNIT}.d/{name}" for name in sorted(names) if name.endswith(".conf")]
    return found


def _text(host: Host, path: str) -> bytes:
    try:
        return host.read(path, limit=_UNIT_LIMIT_BYTES)
    except HostError:
        return b""
