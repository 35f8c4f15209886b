"""Whether this kernel has binfmt_misc: built in, as a module, or not at all."""

import enum
from typing import NamedTuple

from qemudoctor.facts.fact import Unavailable
from qemudoctor.host.door import CouldNotLook, Host, NotThere

_CONFIG_LIMIT_BYTES = 4 << 20
_UNPACKED_LIMIT_BYTES = 16 << 20
_CONFIG_PATHS = (
    "/proc/config.gz",
    "/boot/config-{release}",
    "/lib/modules/{release}/build/.config",
    "/usr/lib/modules/{release}/config",
    "/usr/lib/ostree-boot/config-{release}",
    "/usr/lib/kernel/config-{release}",
    "/usr/src/linux-headers-{release}/.config",
)
"""Source: replicatedhq/troubleshoot host_kernel_configs.go and moby check-config.sh."""
_MODULE_DIRECTORIES = ("/lib/modules/{release}/kernel/fs", "/usr/lib/modules/{release}/kernel/fs")
_MODULE_NAMES = frozenset(f"binfmt_misc.ko{suffix}" for suffix in ("", ".xz", ".zst", ".gz"))


class BinfmtSupport(enum.Enum):
    """Where binfmt_misc is in this kernel."""

    BUILT_IN = "built-in"
    MODULE = "module"
    MISSING = "missing"


class KernelConfig(NamedTuple):
    """A kernel configuration and the file it was read from."""

    path: str
    text: str

    def value(self, option: str) -> str | None:
        """Return what an option is set to ("y", "m", a text), None if it is not set."""
        _, found, rest = f"\n{self.text}".partition(f"\n{option}=")
        return rest.partition("\n")[0] if found else None

    def is_off(self, option: str) -> bool:
        """Return whether the configuration says that an option is not set: `# OPTION is not set`."""
        return f"\n# {option} is not set\n" in f"\n{self.text}\n"


def read_config(host: Host, release: str) -> KernelConfig:
    """Return the configuration of the running kernel. Raises: Unavailable if none of the usual places has it."""
    reasons = []
    for pattern in _CONFIG_PATHS:
        path = pattern.format(release=release)
        try:
            raw = host.read(path, limit=_CONFIG_LIMIT_BYTES)
        except NotThere:
            continue
        except CouldNotLook as error:
            reasons.append(f"{path}: {error.reason}")
            continue
        text = _unpacked(raw) if path.endswith(".gz") else raw
        if text is not None:
            return KernelConfig(path, text.decode("utf-8", "replace"))
    raise Unavailable("the kernel configuration is not to be found" + (f" ({reasons[0]})" if reasons else ""))


def _unpacked(raw: bytes) -> bytes | None:
    import zlib

    unpacking = zlib.decompressobj(wbits=31)
    try:
        text = unpacking.decompress(raw, _UNPACKED_LIMIT_BYTES)
    except zlib.error:
        return None
    return text if unpacking.eof else None  # of a file that was cut off, what is missing is not "not set"


class Binfmt(NamedTuple):
    """Where binfmt_misc is in this kernel, whether it is there now, and what told so."""

    support: BinfmtSupport
    available: bool
    """/proc/filesystems lists it: it can be mounted at once."""
    source: str
    evidence: str
    module_file: str | None = None
    module_is_gone: bool = False
    """It is certain that there is no file of the module for this release."""


def read_binfmt(host: Host, release: str) -> Binfmt:
    """Return whether the kernel has binfmt_misc. Raises: Unavailable if nothing on this host tells."""
    available = _is_listed(host)
    module = _module_file(host, release)
    try:
        config = read_config(host, release)
    except Unavailable:
        if available:
            return Binfmt(BinfmtSupport.BUILT_IN, True, "/proc/filesystems", "nodev\tbinfmt_misc", module)
        if module is not None:
            return Binfmt(BinfmtSupport.MODULE, False, module, "the module's file", module)
        raise
    value = config.value("CONFIG_BINFMT_MISC")
    if value is None and not config.is_off("CONFIG_BINFMT_MISC"):
        raise Unavailable(f"{config.path} does not mention CONFIG_BINFMT_MISC: damaged, or no kernel configuration")
    evidence = f"CONFIG_BINFMT_MISC={value}" if value else "CONFIG_BINFMT_MISC is not set"
    support = {"y": BinfmtSupport.BUILT_IN, "m": BinfmtSupport.MODULE}.get(value or "", BinfmtSupport.MISSING)
    gone = support is BinfmtSupport.MODULE and module is None and _is_surely_gone(host, release)
    return Binfmt(support, available or support is BinfmtSupport.BUILT_IN, config.path, evidence, module, gone)


def _is_listed(host: Host) -> bool:
    try:
        text = host.read("/proc/filesystems", limit=65536).decode("ascii", "replace")
    except (NotThere, CouldNotLook):
        return False
    return any(line.split()[-1:] == ["binfmt_misc"] for line in text.splitlines())


def _module_file(host: Host, release: str) -> str | None:
    for pattern in _MODULE_DIRECTORIES:
        directory = pattern.format(release=release)
        try:
            names = host.listdir(directory)
        except (NotThere, CouldNotLook):
            continue
        for name in sorted(_MODULE_NAMES.intersection(names)):
            return f"{directory}/{name}"
    return None


def _is_surely_gone(host: Host, release: str) -> bool:
    """Return whether every place for the module's file could be looked at; none of them had it."""
    for pattern in _MODULE_DIRECTORIES:
        try:
            host.listdir(pattern.format(release=release))
        except NotThere:
            continue
        except CouldNotLook:
            return False
    return True
