"""Which distribution this host runs."""

from typing import NamedTuple

from qemudoctor.facts.fact import Unavailable
from qemudoctor.host.door import CouldNotLook, Host, NotThere

_OS_RELEASE = ("/etc/os-release", "/usr/lib/os-release")


class Distribution(NamedTuple):
    """The distribution by os-release(5): its id, the ids it is like, version and pretty name."""

    id: str
    version: str
    name: str
    like: tuple[str, ...] = ()

    @property
    def family(self) -> str | None:
        """Return which package manager's world this is: debian, fedora, suse, arch, alpine or None."""
        for word in (self.id, *self.like):
            if word in _FAMILIES:
                return _FAMILIES[word]
        return None


_FAMILIES = {
    **dict.fromkeys(("debian", "ubuntu", "raspbian", "linuxmint", "pop", "kali"), "debian"),
    **dict.fromkeys(("fedora", "rhel", "centos", "rocky", "almalinux", "ol", "amzn", "scientific"), "fedora"),
    **dict.fromkeys(("suse", "opensuse", "opensuse-leap", "opensuse-tumbleweed", "sles"), "suse"),
    **dict.fromkeys(("arch", "manjaro"), "arch"),
    "alpine": "alpine",
}


def read_distribution(host: Host) -> Distribution:
    """Return the host's distribution. Raises: Unavailable without an os-release file.

    The distro package reads os-release's shell syntax; it gets the text through the door, never a path.
    """
    for path in _OS_RELEASE:
        try:
            text = host.read(path, limit=65536).decode("utf-8", "replace")
        except NotThere:
            continue
        except CouldNotLook as error:
            raise Unavailable(f"{path}: {error.reason}") from error
        return _parse(text)
    raise Unavailable("there is no os-release file")


def _parse(text: str) -> Distribution:
    from io import StringIO

    from distro import LinuxDistribution

    try:
        values = LinuxDistribution._parse_os_release_content(StringIO(text))
    except ValueError as error:
        raise Unavailable(f"os-release is damaged: {error}") from error
    return Distribution(
        values.get("id", "linux"),
        values.get("version_id", ""),
        values.get("pretty_name") or values.get("name", ""),
        tuple(values.get("id_like", "").split()),
    )
