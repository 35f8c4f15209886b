"""The one table of architectures, and the names that people give them."""

from typing import NamedTuple

from qemudoctor.exceptions import DoctorError
from qemudoctor.kernel.elf import ET_DYN, ET_EXEC, build_executable, parse_header
from qemudoctor.kernel.machine import Loader, Machine
from qemudoctor.kernel.release import KernelRelease
from qemudoctor.platform_rows import ROWS


class PlatformError(DoctorError):
    """A text names no platform that is known here."""


class Architecture(NamedTuple):
    """One architecture as QEMU's user mode sees it."""

    qemu_target: str
    bits: int
    order: str
    e_machine: int
    e_flags: int
    magic: bytes
    mask: bytes
    """What its programs begin with, as QEMU registers it; mask says which bits count."""
    family: str
    """Architectures of one family run each other's programs on some kernels."""
    oci: tuple[str, ...]
    docker_prefixes: tuple[str, ...]
    debian: tuple[str, ...]
    rpm: tuple[str, ...]
    uname: tuple[str, ...]
    note: str

    def sample(self, *, pie: bool = False) -> bytes:
        """Return a minimal static program of this architecture, for questions to the kernel model.

        pie: position-independent, as nearly all programs are today (e_type 3 in place of 2).
        """
        found = _SAMPLES.get((self.qemu_target, pie))
        if found is None:
            found = build_executable(
                bits=self.bits,
                order=self.order,
                machine=self.e_machine,
                flags=self.e_flags,
                kind=ET_DYN if pie else ET_EXEC,
            )
            _SAMPLES[self.qemu_target, pie] = found
        return found

    def native_loader(self, machine: Machine, kernel: KernelRelease) -> Loader | None:
        """Return the loader by which a machine runs this architecture's programs itself, None if it does not."""
        sample = self.sample()
        for loader in machine.loaders_of(kernel):
            header = parse_header(sample, bits=loader.bits, order=loader.order)
            if loader.bits == self.bits and loader.accepts(header):
                return loader
        return None


_SAMPLES: dict[tuple[str, bool], bytes] = {}


class Platform(NamedTuple):
    """A platform in OCI spelling, and the architecture that its programs are of."""

    name: str
    architecture: Architecture


def _architecture(row: tuple[object, ...]) -> Architecture:
    fields = list(row)
    fields[5], fields[6] = bytes.fromhex(str(row[5])), bytes.fromhex(str(row[6]))
    return Architecture(*fields)  # type: ignore[arg-type]  # the rows are checked against their source by a test


ARCHITECTURES: tuple[Architecture, ...] = tuple(_architecture(row) for row in ROWS)
BY_TARGET = {architecture.qemu_target: architecture for architecture in ARCHITECTURES}


def platform_names(architecture: Architecture) -> tuple[str, ...]:
    """Return the platforms of an architecture; `linux/TARGET` where OCI has no name for it."""
    return architecture.oci or (f"linux/{architecture.qemu_target}",)


PLATFORMS: dict[str, Platform] = {}
for _architecture_row in ARCHITECTURES:
    for _name in platform_names(_architecture_row):
        PLATFORMS.setdefault(_name, Platform(_name, _architecture_row))

OCI_PLATFORMS: tuple[str, ...] = tuple(sorted(name for name, x in PLATFORMS.items() if x.architecture.oci))

_ARM_VARIANTS = {
    **dict.fromkeys(
        ("arm", "armhf", "armv7", "armv7l", "arm32v7", "armv7hl", "arm/v7", "arm/v8", "armv8l"), "linux/arm/v7"
    ),
    **dict.fromkeys(("armel", "armv6", "armv6l", "armv6hl", "arm32v6", "arm/v6"), "linux/arm/v6"),
    **dict.fromkeys(("armv5", "armv5tel", "arm32v5", "arm/v5"), "linux/arm/v5"),
}
_X86 = dict.fromkeys(("x86", "i386", "i486", "i586", "i686", "386"), "linux/386")
_AMD64 = dict.fromkeys(("x86_64", "x86-64", "amd64", "x64"), "linux/amd64")


def _aliases() -> dict[str, str]:
    aliases: dict[str, str] = {}
    for architecture in ARCHITECTURES:
        name = platform_names(architecture)[0]
        words = (architecture.qemu_target, *architecture.docker_prefixes, *architecture.debian, *architecture.uname)
        for word in words:
            aliases.setdefault(word.lower(), name)
    aliases.update(_ARM_VARIANTS | _X86 | _AMD64 | {"ppc64el": "linux/ppc64le", "arm64": "linux/arm64"})
    aliases.update({name.removeprefix("linux/"): name for name in PLATFORMS})
    return aliases


ALIASES = _aliases()
_VARIANTS_OF = {
    "linux/arm64": tuple(f"v{version}" for version in ("8", *(f"{x}.{y}" for x in (8, 9) for y in range(10)), "9")),
    "linux/amd64": ("v1", "v2", "v3", "v4"),
}
"""Variants that name a processor level, not another kind of program."""


def parse_platform(text: str) -> Platform:
    """Return the platform that text names.

    Format: OCI spelling ("linux/arm64", "linux/arm/v7", "arm64/v8"), or a name that Docker Hub, Debian, rpm, QEMU or
        `uname -m` use ("arm64v8", "armhf", "aarch64"), in any case.
    Raises: PlatformError, whose hint lists what is known.
    """
    word = text.strip().lower()
    system, slash, rest = word.partition("/")
    if slash and system == "linux":
        word = rest
    base, slash, variant = word.partition("/")
    if slash and variant in _VARIANTS_OF.get(ALIASES.get(base, ""), ()):
        word = base
    if word not in ALIASES:
        known = ", ".join(OCI_PLATFORMS)
        raise PlatformError(f"no platform is called {text.strip()[:60]!r}", hint=f"known platforms: {known}")
    return PLATFORMS[ALIASES[word]]
