"""Which emulator a build by BuildKit uses: the entry of the kernel, or a program that BuildKit brings along.

BuildKit executes a program of each architecture in an empty root. Where that runs, it leaves the build to the kernel.
Where it does not, it looks for buildkit-qemu-NAME in the PATH of its daemon, puts that file into the container and
starts each step with it; such an emulator starts the children of a step by itself.
Source: moby/buildkit solver/llbsolver/ops/exec_binfmt.go, util/archutil/detect.go, as of 0.24.
"""

import enum
from typing import TYPE_CHECKING, NamedTuple

from qemudoctor.facts.engines import Engine, RegistryUsed, Role, Where
from qemudoctor.facts.fact import Unavailable
from qemudoctor.facts.processes import environment_of, shares_mount_namespace
from qemudoctor.host.door import CouldNotLook, Host, NotThere
from qemudoctor.kernel.tree import NodeKind

if TYPE_CHECKING:
    from qemudoctor.facts.facts import Facts
    from qemudoctor.platforms import Platform

SUPPOSED_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
"""What systemd gives a service, and most images their programs; systemd.exec(5)."""
_NAMES = {"arm64": "aarch64", "amd64": "x86_64", "386": "i386"}
"""Architectures whose name in a file differs from the one of OCI (qemuArchMap)."""
_ASKED = frozenset("amd64 arm64 riscv64 ppc64 ppc64le s390x 386 mips64le mips64 loong64 arm".split())  # noqa: SIM905  # words
"""Architectures that BuildKit tries out. Of others it takes the kernel for unable, whatever is registered."""
_FOLDERS_MAX = 64


class Uses(enum.Enum):
    """Who runs a step of a build, as reports spell it."""

    NATIVE = "native"
    KERNEL = "kernel"
    BUNDLED = "bundled"
    NOBODY = "nobody"
    UNKNOWN = "unknown"


class BuildChoice(NamedTuple):
    """What a build for a platform uses; emulator is a bundled one that was found, whether it is used or not."""

    uses: Uses
    emulator: str | None = None
    source: str = ""
    """Where the folders come from in which it was looked for."""


def has_buildkit(engine: Engine) -> bool:
    """Return whether an engine builds with BuildKit on this kernel, so that its choice can be told from here."""
    if engine.where is not Where.HERE:
        return False
    if engine.role is Role.BUILDER:
        return engine.process is not None and engine.name != "buildah"
    return engine.name == "docker"


def choose(facts: "Facts", engine: Engine, platform: "Platform") -> BuildChoice:
    """Return what a build of an engine for a platform uses."""
    emulator, source = bundled_emulator(facts, engine, platform)
    try:
        if facts.is_native(platform):
            return BuildChoice(Uses.NATIVE, emulator, source)
    except Unavailable:
        pass
    runs = _runs_in_empty_root(facts, engine, platform)
    if _architecture(platform) not in _ASKED and emulator is not None:
        return BuildChoice(Uses.BUNDLED, emulator, source)
    if runs:
        return BuildChoice(Uses.KERNEL, emulator, source)
    if runs is None:
        return BuildChoice(Uses.UNKNOWN, emulator, source)
    return BuildChoice(Uses.NOBODY if emulator is None else Uses.BUNDLED, emulator, source)


def _runs_in_empty_root(facts: "Facts", engine: Engine, platform: "Platform") -> bool | None:
    """Return whether a program runs where nothing but itself is, None if that is not known."""
    if engine.registry is RegistryUsed.OWN:
        sample = platform.architecture.sample()
        known = engine.own_entries
        return None if known is None else any(x.enabled and x.matches(sample, "") for x in known)
    return facts.containers.runs(platform)


def _architecture(platform: "Platform") -> str:
    """Return the architecture of a platform as OCI spells it: the second part of its name."""
    return platform.name.split("/")[1]


def bundled_emulator(facts: "Facts", engine: Engine, platform: "Platform") -> tuple[str | None, str]:
    """Return the path of the emulator that a daemon brings along, as seen from here, and where PATH comes from."""
    known = facts.containers.known
    if engine.process not in known:
        known[engine.process] = _search_path(facts.host, engine.process)
    root, folders, source = known[engine.process]
    architecture = _architecture(platform)
    name = f"buildkit-qemu-{_NAMES.get(architecture, architecture)}"
    for folder in folders.split(":")[:_FOLDERS_MAX]:
        path = f"{root}{folder.rstrip('/')}/{name}"
        if folder.startswith("/") and _is_program(facts.host, path):
            return path, source
    return None, source


def _search_path(host: Host, process: int | None) -> tuple[str, str, str]:
    """Return where a daemon's root is seen from here, its PATH, and where that is from."""
    if process is None:
        return "", SUPPOSED_PATH, "the usual PATH of a service"
    own = environment_of(host, process, "PATH")
    root = "" if shares_mount_namespace(host, process) in (True, None) else f"/proc/{process}/root"
    if own is None:
        return root, SUPPOSED_PATH, "the usual PATH of a service"
    return root, own, f"PATH in /proc/{process}/environ"


def _is_program(host: Host, path: str) -> bool:
    try:
        found = host.stat(path)
    except (NotThere, CouldNotLook):
        return False
    return found.kind is NodeKind.FILE and bool(found.mode & 0o111)
