"""Whether a user who is not root can make user namespaces, which every rootless engine needs."""

from typing import NamedTuple

from qemudoctor.host.door import CouldNotLook, Host, NotThere

_PROFILES = "/etc/apparmor.d"


class Barrier(NamedTuple):
    """A setting of the kernel that keeps users from making user namespaces."""

    setting: str
    """As sysctl(8) names it."""
    value: str
    wanted: str
    for_everybody: bool = False
    """It keeps root from it as well."""
    spared: tuple[str, ...] = ()
    """Engines that AppArmor has a profile for, which allows it."""

    @property
    def path(self) -> str:
        """Return the file of the setting."""
        return f"/proc/sys/{self.setting.replace('.', '/')}"


_SETTINGS = (
    Barrier("user.max_user_namespaces", "0", "15000", for_everybody=True),
    Barrier("kernel.unprivileged_userns_clone", "0", "1"),
    Barrier("kernel.apparmor_restrict_unprivileged_userns", "1", "0"),
)
"""Source: user_namespaces(7); Debian's patch "add sysctl to disallow unprivileged CLONE_NEWUSER"; Ubuntu 23.10."""
_APPARMOR = _SETTINGS[-1].setting


def read_barriers(host: Host, engines: tuple[str, ...]) -> tuple[Barrier, ...]:
    """Return the settings in force; a setting that this kernel does not have, or that nobody may read, is none."""
    found = []
    for barrier in _SETTINGS:
        try:
            value = host.read(barrier.path, limit=64).decode("ascii", "replace").strip()
        except (NotThere, CouldNotLook):
            continue
        if value != barrier.value:
            continue
        spared = tuple(x for x in engines if _has_profile(host, x)) if barrier.setting == _APPARMOR else ()
        found.append(barrier._replace(spared=spared))
    return tuple(found)


def _has_profile(host: Host, engine: str) -> bool:
    try:
        return host.exists(f"{_PROFILES}/{engine}")
    except CouldNotLook:
        return False
