"""Container images that register emulators: which form, what each leaves behind, what it risks."""

from collections.abc import Iterator

from qemudoctor.facts import Facts, Unavailable
from qemudoctor.kernel.entry import Entry
from qemudoctor.kernel.features import Feature, Support
from qemudoctor.platforms import Architecture, Platform
from qemudoctor.remedies.emulators import (
    MULTIARCH,
    MULTIARCH_EMULATORS,
    MULTIARCH_HOST,
    emulator_name,
    is_sibling,
    runner,
)
from qemudoctor.remedies.mount import mount_commands
from qemudoctor.remedies.register import fresh_line
from qemudoctor.remedies.remedy import Effect, Remedy
from qemudoctor.remedies.shell import as_root

_TONISTIIGI = "tonistiigi/binfmt"
_TONISTIIGI_PLATFORMS = {
    "linux/amd64": "amd64",
    "linux/arm64": "arm64",
    "linux/arm/v5": "arm",
    "linux/arm/v6": "arm",
    "linux/arm/v7": "arm",
    "linux/386": "386",
    "linux/loong64": "loong64",
    "linux/mips64": "mips64",
    "linux/mips64le": "mips64le",
    "linux/ppc64le": "ppc64le",
    "linux/riscv64": "riscv64",
    "linux/s390x": "s390x",
}
"""Source: tonistiigi/binfmt cmd/binfmt/config.go, in the version with QEMU 9."""
_REBOOT = "the entries, until the next reboot, and the image. The emulators stay inside it, held open by the kernel"


def installers(facts: Facts, platform: Platform) -> Iterator[Remedy]:
    """Yield the images that register an emulator with F, by the engine of this host."""
    engine = runner(facts)
    if engine is None or not facts.kernel.supports(Feature.FIX_BINARY):
        return
    run = f"{engine} run --privileged --rm"
    run = run if engine == "docker" else as_root(facts, run)
    # An installer would mount it inside its container, and on newer kernels the entries vanish with the last mount.
    mounting = mount_commands(facts)
    if platform.name in _TONISTIIGI_PLATFORMS:
        yield _tonistiigi(facts, platform, run, mounting)
    known = emulator_name(platform.architecture) in MULTIARCH_EMULATORS
    if facts.machine.name == MULTIARCH_HOST and known and not is_sibling(facts, platform.architecture):
        yield _multiarch(facts, platform.architecture, run, mounting)


def drops_entries(facts: Facts) -> bool:
    """Return whether the entries of this kernel vanish with the last mount, or may do so."""
    return facts.kernel.support(Feature.UMOUNT_DROPS_ENTRIES) is not Support.NO


def _tonistiigi(facts: Facts, platform: Platform, run: str, mounting: tuple[str, ...]) -> Remedy:
    architecture = platform.architecture
    name, path = f"qemu-{architecture.qemu_target}", f"/usr/bin/qemu-{emulator_name(architecture)}"
    taken = _is_taken(facts, name)
    uninstall = (f"{run} {_TONISTIIGI} --uninstall {name}",) if taken else ()
    line = fresh_line(facts, architecture, path, flags="CF")
    return Remedy(
        id="tonistiigi-binfmt",
        title=f"Register with the image {_TONISTIIGI}",
        commands=(*mounting, *uninstall, f"{run} {_TONISTIIGI} --install {_TONISTIIGI_PLATFORMS[platform.name]}"),
        root=True,
        persistent=False,
        risk="its entries carry the flag C: a set-uid program of any image runs the emulator with that program's"
        " rights. And a privileged container of a third party can do anything on this host",
        leaves=_REBOOT,
        note=_note(facts, mounting),
        effect=Effect(mounts=bool(mounting), installs=(path,), remove=(name,) if taken else (), register=(line,)),
    )


def _multiarch(facts: Facts, architecture: Architecture, run: str, mounting: tuple[str, ...]) -> Remedy:
    name = f"qemu-{architecture.qemu_target}"
    path = f"/usr/bin/qemu-{emulator_name(architecture)}-static"
    removed = tuple(x.name for x in _entries(facts) if x.name.startswith("qemu-"))
    forms = (
        f"{MULTIARCH}:7.2.0-1 pins a version; {MULTIARCH}:x86_64-{emulator_name(architecture)} holds one emulator and"
        f" no register script; {MULTIARCH}:register holds no emulator, so it never goes with -p yes"
    )
    return Remedy(
        id="multiarch-qemu-user-static",
        title=f"Register all architectures with the image {MULTIARCH}",
        commands=(*mounting, f"{run} {MULTIARCH} --reset -p yes"),
        root=True,
        persistent=False,
        risk="--reset first removes every entry whose name begins with qemu-, whoever made it; the newest QEMU in it"
        " is 7.2.0. And a privileged container of a third party can do anything on this host",
        leaves=_REBOOT,
        note=". ".join(x for x in (_note(facts, mounting), forms) if x),
        effect=Effect(
            mounts=bool(mounting),
            installs=(path,),
            remove=tuple(dict.fromkeys((*removed, name))),
            register=(fresh_line(facts, architecture, path, flags="F"),),
        ),
    )


def _note(facts: Facts, mounting: tuple[str, ...]) -> str | None:
    if mounting and drops_entries(facts):
        return "On this kernel entries vanish with the last mount, so the host has to have a mount of its own first"
    return None


def _entries(facts: Facts) -> tuple[Entry, ...]:
    try:
        return facts.registry.entries
    except Unavailable:
        return ()


def _is_taken(facts: Facts, name: str) -> bool:
    return any(entry.name == name for entry in _entries(facts))
