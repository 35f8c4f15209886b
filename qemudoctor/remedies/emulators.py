"""Where a static emulator for an architecture is to be had: on this host already, or from an image."""

from shlex import quote
from typing import NamedTuple

from qemudoctor.facts import Emulator, Facts, Linkage, Unavailable, is_for_another, is_of_another_emulator
from qemudoctor.kernel.entry import Entry
from qemudoctor.kernel.tree import NodeKind
from qemudoctor.platforms import ARCHITECTURES, Architecture
from qemudoctor.remedies.shell import as_root

_EMULATOR_NAMES = {"i486": "i386"}
_PLACES = (
    "/usr/bin/qemu-{name}-static",
    "/usr/local/bin/qemu-{name}-static",
    "/usr/bin/qemu-{name}",
    "/usr/local/bin/qemu-{name}",
)
MULTIARCH_EMULATORS = frozenset(
    [
        "aarch64",
        "aarch64_be",
        "alpha",
        "arm",
        "armeb",
        "hppa",
        "i386",
        "m68k",
        "microblaze",
        "microblazeel",
        "mips",
        "mips64",
        "mips64el",
        "mipsel",
        "mipsn32",
        "mipsn32el",
        "or1k",
        "ppc",
        "ppc64",
        "ppc64le",
        "riscv32",
        "riscv64",
        "s390x",
        "sh4",
        "sh4eb",
        "sparc",
        "sparc32plus",
        "sparc64",
        "xtensa",
        "xtensaeb",
    ]
)
"""Source: multiarch/qemu-user-static, update.sh."""
_RUNNERS = ("docker", "podman", "nerdctl")
MULTIARCH = "multiarch/qemu-user-static"
MULTIARCH_HOST = "x86_64"
"""The only machine for which there are multiarch/qemu-user-static images."""


class Supply(NamedTuple):
    """A static emulator on this host, and what has to be done to have it there."""

    path: str
    """The file itself, behind all links."""
    commands: tuple[str, ...] = ()
    installs: tuple[str, ...] = ()
    note: str | None = None


def emulator_name(architecture: Architecture) -> str:
    """Return the name of an architecture in emulators' file names: qemu-NAME."""
    return _EMULATOR_NAMES.get(architecture.qemu_target, architecture.qemu_target)


def runner(facts: Facts) -> str | None:
    """Return the first engine of this host whose `run` takes Docker's options, None without one.

    Docker is none where its containers run on another kernel, or without the right to register for this one.
    """
    try:
        return next((x for x in _RUNNERS if x in facts.engines and not _is_unfit(facts, x)), None)
    except Unavailable:
        return None


def _is_unfit(facts: Facts, name: str) -> bool:
    """Return whether what a client runs is known not to reach this host's registry; of others, root's engine does."""
    if name != "docker":
        return False
    try:
        engines = facts.containers.engines
    except Unavailable:
        return False
    used = next((x for x in engines if x.name == name), None)
    return used is not None and (used.where.value == "elsewhere" or used.is_rootless)


def is_sibling(facts: Facts, architecture: Architecture) -> bool:
    """Return whether an architecture is of this machine's own family: no installer registers those."""
    own = (x.family for x in ARCHITECTURES if facts.machine.name in x.uname)
    return architecture.family in own


def is_self_contained(facts: Facts, emulator: Emulator) -> bool:
    """Return whether a file is a static program that this machine runs itself: it works in any root."""
    if emulator.kind is not NodeKind.FILE or not emulator.executable or emulator.noexec:
        return False
    return emulator.linkage in (Linkage.STATIC, Linkage.STATIC_PIE) and is_native(facts, emulator)


def is_native(facts: Facts, emulator: Emulator) -> bool:
    """Return whether an ELF program is one of this machine."""
    return any(
        (loader.bits, loader.order) == (emulator.bits, emulator.order) and emulator.e_machine in loader.machines
        for loader in facts.machine.loaders_of(facts.kernel)
    )


def find(facts: Facts, architecture: Architecture, entry: Entry | None = None) -> Emulator | None:
    """Return a static emulator that lies on this host and starts: the entry's own interpreter if it is one."""
    from qemudoctor.remedies.proof import starts

    own = [entry.interpreter] if entry is not None and not is_for_another(entry, architecture) else []
    others = [place.format(name=emulator_name(architecture)) for place in _PLACES]
    if entry is not None and is_of_another_emulator(entry):
        others = []  # another emulator's entry never gets QEMU for its interpreter
    for path in own + others:
        try:
            emulator = facts.emulator(path)
        except Unavailable:
            continue
        if is_self_contained(facts, emulator) and starts(facts, emulator):
            return emulator
    return None


def supply(facts: Facts, architecture: Architecture, entry: Entry | None = None) -> Supply | None:
    """Return a static emulator of this host, or how to take one out of an image; None if neither is possible."""
    found = find(facts, architecture, entry)
    if found is not None:
        return Supply(found.resolved or found.path)
    if entry is not None and (is_of_another_emulator(entry) or is_for_another(entry, architecture)):
        return None
    engine = runner(facts)
    name = emulator_name(architecture)
    if engine is None or facts.machine.name != MULTIARCH_HOST or name not in MULTIARCH_EMULATORS:
        return None
    return _extracted(facts, name, engine)


def _extracted(facts: Facts, name: str, engine: str) -> Supply:
    program, path = f"qemu-{name}-static", f"/usr/local/bin/qemu-{name}-static"
    image, box = f"{MULTIARCH}:{MULTIARCH_HOST}-{name}", f"take-qemu-{name}"
    commands: tuple[str, ...] = (
        f"{engine} create --name {box} {image} /usr/bin/{program}",
        as_root(facts, f"{engine} cp {box}:/usr/bin/{program} {quote(path)}"),
        f"{engine} rm {box}",
    )
    if engine != "docker":
        # Rootless podman keeps its containers per user, so that root would not find the one just made.
        commands = tuple(as_root(facts, command.removeprefix("sudo ")) for command in commands)
    note = f"{image} holds nothing but the static emulator; it is never started, only copied from"
    return Supply(path, commands, (path,), note)
