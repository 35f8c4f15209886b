"""The distribution's own package of static emulators, and whether it registers them itself."""

from collections.abc import Iterator
from typing import NamedTuple

from qemudoctor.facts import Distribution, Facts, Linkage, Unavailable
from qemudoctor.host.door import HostError
from qemudoctor.kernel.features import Feature
from qemudoctor.platforms import Architecture, Platform
from qemudoctor.remedies.boot import is_alpine
from qemudoctor.remedies.emulators import emulator_name, find, is_sibling
from qemudoctor.remedies.register import fresh_line, register_when_installed
from qemudoctor.remedies.remedy import Effect, Remedy
from qemudoctor.remedies.shell import as_root

_UNPACKAGED = frozenset({"rhel", "centos", "rocky", "almalinux", "ol", "amzn", "scientific"})
"""Enterprise Linux has no static emulators, in EPEL neither: it lacks the static libraries to build them."""


class _Package(NamedTuple):
    """How one distribution, from one version on, brings static emulators.

    path: where the emulator lies, the architecture's name in {name}. registers: the interpreter of the entry that the
    package makes, with F; None if it makes none, or if its flags are not known.
    """

    distribution: str
    since: tuple[int, ...]
    commands: tuple[str, ...]
    path: str
    registers: str | None
    source: str


_APT = "apt-get install -y "
_DEBIAN_LINK = "/usr/libexec/qemu-binfmt/{name}-binfmt-P"
_STATIC = "/usr/bin/qemu-{name}-static"
_PACKAGES = (
    _Package("debian", (13,), (_APT + "qemu-user qemu-user-binfmt",), "/usr/bin/qemu-{name}", _DEBIAN_LINK,
             "Debian changelog of qemu 9.1.0+ds-1: no dynamic emulators any more"),
    _Package("debian", (12,), (_APT + "qemu-user-static",), _STATIC, _DEBIAN_LINK,
             "/usr/lib/binfmt.d of qemu-user-static 7.2"),
    _Package("debian", (11,), (_APT + "qemu-user-static binfmt-support",), _STATIC, _DEBIAN_LINK,
             "update-binfmts with fix_binary yes"),
    _Package("debian", (0,), (_APT + "qemu-user-static",), _STATIC, None, "flags differ between releases"),
    _Package("ubuntu", (25, 4), (_APT + "qemu-user qemu-user-binfmt",), "/usr/bin/qemu-{name}", _DEBIAN_LINK,
             "follows Debian since qemu 9.1"),
    _Package("ubuntu", (22, 4), (_APT + "qemu-user-static",), _STATIC, _DEBIAN_LINK, "qemu-user-static 6.2, 8.2"),
    _Package("ubuntu", (0,), (_APT + "qemu-user-static",), _STATIC, None, "flags differ between releases"),
    _Package("fedora", (37,), ("dnf install -y qemu-user-static-{rpm}",), _STATIC, _STATIC,
             "qemu.spec: one sub-package an architecture, binfmt.d with F"),
    _Package("fedora", (0,), ("dnf install -y qemu-user-static",), _STATIC, _STATIC, "qemu.spec: binfmt.d with F"),
    _Package("suse", (0,), ("zypper install -y qemu-linux-user",), "/usr/bin/qemu-{name}", None,
             "static since 2018; flags differ between releases"),
    _Package("arch", (0,), ("pacman -S --needed qemu-user-static qemu-user-static-binfmt",
                            "systemctl restart systemd-binfmt"), _STATIC, _STATIC, "binfmt.d with F"),
    _Package("alpine", (0,), ("apk add qemu-{name}",), "/usr/bin/qemu-{name}", None,
             "qemu-openrc registers with the flags of /etc/conf.d/qemu-binfmt"),
)  # fmt: skip

_REINSTALL = (
    ("apt-get install -y ", "apt-get install -y --reinstall "),
    ("dnf install -y ", "dnf reinstall -y "),
    ("zypper install -y ", "zypper install -y --force "),
    ("pacman -S --needed ", "pacman -S "),
    ("apk add ", "apk fix "),
)

_RPM_NAMES = {
    "aarch64_be": "aarch64", "armeb": "arm", "i386": "x86", "x86_64": "x86", "sparc32plus": "sparc", "sparc64": "sparc",
    "ppc64": "ppc", "ppc64le": "ppc", "mipsel": "mips", "mipsn32": "mips", "mipsn32el": "mips", "mips64": "mips",
    "mips64el": "mips", "sh4eb": "sh4", "riscv32": "riscv", "riscv64": "riscv", "xtensaeb": "xtensa",
    "microblazeel": "microblaze",
}  # fmt: skip


def is_unpackaged(facts: Facts) -> bool:
    """Return whether this host's distribution is known to have none."""
    try:
        return bool(_UNPACKAGED & {facts.distribution.id, *facts.distribution.like})
    except Unavailable:
        return False


def packages(facts: Facts, platform: Platform) -> Iterator[Remedy]:
    """Yield the package of this host's distribution, unless a static emulator is on this host already."""
    row = _package(facts)
    if row is None or find(facts, platform.architecture) is not None:
        return
    name = emulator_name(platform.architecture)
    words = {"name": name, "rpm": _RPM_NAMES.get(name, name)}
    commands = tuple(as_root(facts, command.format(**words)) for command in row.commands)
    path = row.path.format(**words)
    if _is_damaged(facts, path) or _is_installed(facts, commands):
        commands = tuple(_anew(command) for command in commands)
    by_hand = is_sibling(facts, platform.architecture) or registers_nothing(facts, commands)
    if row.registers is None or by_hand or not facts.kernel.supports(Feature.FIX_BINARY):
        yield register_when_installed(facts, platform.architecture, path, commands)
    else:
        yield _registering(facts, platform.architecture, commands, path, row.registers.format(**words))


def registers_nothing(facts: Facts, commands: tuple[str, ...]) -> bool:
    """Return whether it is known that no service here registers what a package brings: neither systemd nor Debian's."""
    try:
        without_systemd = not facts.has_systemd and not is_alpine(facts)
        return without_systemd and "binfmt-support" not in " ".join(commands) and not facts.host.which("update-binfmts")
    except (Unavailable, HostError):
        return False


def _is_damaged(facts: Facts, path: str) -> bool:
    """Return whether a file lies where the package puts its static emulator, which then does not work."""
    try:
        emulator = facts.emulator(path)
    except Unavailable:
        return False
    return emulator.exists and emulator.linkage is not Linkage.DYNAMIC


def _is_installed(facts: Facts, commands: tuple[str, ...]) -> bool:
    """Return whether dpkg takes a package for installed, although its emulator is not there any more."""
    words = [word for command in commands if "apt-get install" in command for word in command.split()]
    try:
        return any(facts.host.exists(f"/var/lib/dpkg/info/{word}.list") for word in words if word.startswith("qemu-"))
    except HostError:
        return False


def _anew(command: str) -> str:
    """Return the command that installs a package even if it is installed: it replaces its files."""
    for once, again in _REINSTALL:
        command = command.replace(once, again)
    return command


def _registering(
    facts: Facts, architecture: Architecture, commands: tuple[str, ...], path: str, interpreter: str
) -> Remedy:
    name = f"qemu-{architecture.qemu_target}"
    return Remedy(
        id="install-package",
        title="Install the distribution's static emulators, which registers them with F",
        commands=commands,
        root=True,
        persistent=True,
        leaves="the package; it registers its emulators at every boot",
        effect=Effect(
            installs=tuple(dict.fromkeys((path, interpreter))),
            remove=(name,),
            register=(fresh_line(facts, architecture, interpreter, flags="F"),),
        ),
    )


def _package(facts: Facts) -> _Package | None:
    try:
        distribution = facts.distribution
    except Unavailable:
        return None
    if _UNPACKAGED & {distribution.id, *distribution.like}:
        return None
    known = distribution.id if any(x.distribution == distribution.id for x in _PACKAGES) else distribution.family
    version = _version(distribution) if known == distribution.id else (0,)
    return next((x for x in _PACKAGES if x.distribution == known and x.since <= version), None)


def _version(distribution: Distribution) -> tuple[int, ...]:
    """Return the version as numbers; a distribution without one rolls, and is newer than all."""
    if not distribution.version:
        return (1 << 16,)
    parts = distribution.version.split(".")
    return tuple(int(part[:9]) if part.isdecimal() else 0 for part in parts)
