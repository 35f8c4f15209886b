"""Which distribution this host runs."""

from typing import NamedTuple

from qemudoctor.facts.fact import Unavailable
from qemudoctor.host.door import CouldNotLook, Host, NotThere

_ASKED = frozenset({"ID", "ID_LIKE", "VERSION_ID", "NAME", "PRETTY_NAME"})
_LINE_MAX = 1024
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

    The distro package reads what needs the shell's rules; it gets the text through the door, never a path.
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
    values = _plain_values(text)
    if values is None:
        values = _values_by_distro(text)
    return Distribution(
        values.get("id", "linux"),
        values.get("version_id", ""),
        values.get("pretty_name") or values.get("name", ""),
        tuple(values.get("id_like", "").split()),
    )


def _plain_values(text: str) -> dict[str, str] | None:
    """Return the values of a file of plain assignments, by lower-case name; None if it needs the shell's rules.

    Nearly all are plain, and loading the distro package costs as much as a whole bare start of Python.
    """
    values = {}
    for line in text.splitlines():
        line = line.strip()
        if not line or line.startswith("#"):
            continue
        name, assigned, value = line.partition("=")
        quote = value[:1] if value[:1] in ("'", '"') and value[-1:] == value[:1] and len(value) > 1 else ""
        inner = value[1:-1] if quote else value
        if not assigned or not name.isidentifier() or any(sign in inner for sign in "'\"\\$`"):
            return None
        if not quote and any(sign in inner for sign in " \t#;&|<>()*?[]~"):
            return None
        values[name.lower()] = inner
    return values


def _values_by_distro(text: str) -> dict[str, str]:
    from io import StringIO

    from distro import LinuxDistribution

    # Only what is asked for: distro searches VERSION for a code name with a pattern that a long line can stall.
    lines = (x for x in text.splitlines() if x.lstrip().partition("=")[0] in _ASKED and len(x) <= _LINE_MAX)
    try:
        return LinuxDistribution._parse_os_release_content(StringIO("\n".join(lines)))
    except ValueError as error:
        raise Unavailable(f"os-release is damaged: {error}") from error
