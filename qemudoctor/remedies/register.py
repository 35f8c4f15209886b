"""Registering an emulator: now, and so that it comes back after a reboot."""

from collections.abc import Iterator

from qemudoctor.facts import Facts, Unavailable, entry_path
from qemudoctor.kernel.entry import Entry
from qemudoctor.kernel.features import Feature
from qemudoctor.platforms import Architecture, Platform
from qemudoctor.remedies.emulators import find
from qemudoctor.remedies.remedy import Effect, Remedy
from qemudoctor.remedies.shell import as_root, register, remove_entry, write

_FOLDER = "/etc/binfmt.d"
_RESTART = (
    "A later restart of systemd-binfmt removes all entries and registers those of binfmt.d again, this one included"
)
_OPENRC = "OpenRC's service binfmt registers what is in binfmt.d at boot"
_AGAIN = "Register the emulator again, with F"


def fresh_line(facts: Facts, architecture: Architecture, interpreter: str, *, flags: str | None = None) -> bytes:
    """Return the register string for an architecture, as QEMU's script writes it; with F where the kernel has it."""
    return fresh_entry(facts, architecture, interpreter, flags=flags).to_register()


def fresh_entry(facts: Facts, architecture: Architecture, interpreter: str, *, flags: str | None = None) -> Entry:
    """Return the entry for an architecture with the name, magic and mask of QEMU's script."""
    if flags is None:
        flags = "F" if facts.kernel.supports(Feature.FIX_BINARY) else ""
    return Entry(
        name=f"qemu-{architecture.qemu_target}",
        interpreter=interpreter,
        flags=flags,
        magic=architecture.magic,
        mask=architecture.mask,
    )


def register_again(facts: Facts, platform: Platform, entry: Entry) -> Iterator[Remedy]:
    """Yield the entry with F and an emulator that works in any root: until the next reboot, and for good."""
    emulator = find(facts, platform.architecture, entry)
    if emulator is None or not facts.kernel.supports(Feature.FIX_BINARY):
        return
    # The name of the link tells Debian's emulators that P is set, so an interpreter that works stays as it is named.
    path = emulator.path
    better = Entry(entry.name, path, entry.flags, entry.offset, entry.magic, entry.mask, entry.extension)
    yield from _both(facts, better.with_flags(entry.flags + "F"), title=_AGAIN, keeps_name=True)


def correct(facts: Facts, platform: Platform, entry: Entry) -> Iterator[Remedy]:
    """Yield the entry with the magic and mask of its architecture, everything else as it is."""
    architecture = platform.architecture
    better = Entry(entry.name, entry.interpreter, entry.flags, magic=architecture.magic, mask=architecture.mask)
    if facts.kernel.supports(Feature.FIX_BINARY):
        better = better.with_flags(entry.flags + "F")
    yield from _both(facts, better, title="Register it again, with the magic of its architecture", keeps_name=True)


def register_new(facts: Facts, platform: Platform) -> Iterator[Remedy]:
    """Yield an entry for a platform that has none, with the static emulator that lies on this host."""
    emulator = find(facts, platform.architecture)
    if emulator is None:
        return
    entry = fresh_entry(facts, platform.architecture, emulator.path)
    yield from _both(facts, entry, title="Register the emulator that is already on this host", keeps_name=False)


def remove(facts: Facts, entry: Entry) -> Remedy:
    """Return the removal of an entry."""
    return Remedy(
        id="remove-entry",
        title=f"Remove the entry {entry.name}",
        commands=(remove_entry(facts, entry.name),),
        root=True,
        persistent=False,
        risk="programs that only this entry runs do not run any more",
        note="Whatever registered it does so again at the next boot: look for its name below /etc/binfmt.d,"
        " /usr/lib/binfmt.d and /usr/share/binfmts",
        effect=Effect(remove=(entry.name,)),
    )


def _both(facts: Facts, entry: Entry, *, title: str, keeps_name: bool) -> Iterator[Remedy]:
    line = entry.to_register()
    exists = keeps_name or _exists(facts, entry.name)
    commands = ((remove_entry(facts, entry.name),) if exists else ()) + (register(facts, line),)
    effect = Effect(remove=(entry.name,) if exists else (), register=(line,))
    yield Remedy(
        id="register-now",
        title=f"{title}, until the next reboot",
        commands=commands,
        root=True,
        persistent=False,
        leaves=f"the entry {entry_path(entry.name)}, until the next reboot",
        effect=effect,
    )
    file = f"{_FOLDER}/{_file_name(entry.name)}.conf"
    at_boot, note = _at_boot(facts)
    yield Remedy(
        id="register-persistently",
        title=f"{title}, now and at every boot",
        commands=(*at_boot, write(facts, line.decode("utf-8", "surrogateescape"), file), *commands),
        root=True,
        persistent=True,
        leaves=f"the file {file}",
        note=note,
        effect=effect,
    )


def _at_boot(facts: Facts) -> tuple[tuple[str, ...], str]:
    """Return what makes this host read binfmt.d at boot, and what to know about it."""
    try:
        family = facts.distribution.family
    except Unavailable:
        family = None
    if family == "alpine":
        return (as_root(facts, f"mkdir -p {_FOLDER}"), as_root(facts, "rc-update add binfmt boot")), _OPENRC
    return (), _RESTART


def _file_name(name: str) -> str:
    """Return the name of an entry as part of a file name; what a shell or a terminal could mistake is left out."""
    return "".join(x if x.isalnum() or x in "-_." else "_" for x in name)


def _exists(facts: Facts, name: str) -> bool:
    try:
        known = facts.registry
    except Unavailable:
        return False
    return known.registry.named(name) is not None or any(x.name == name for x in known.damaged)


def register_when_installed(facts: Facts, architecture: Architecture, path: str, commands: tuple[str, ...]) -> Remedy:
    """Return the registration of an emulator that the commands before it bring to this host."""
    line = fresh_line(facts, architecture, path)
    name = f"qemu-{architecture.qemu_target}"
    file = f"{_FOLDER}/{name}.conf"
    removal = (remove_entry(facts, name),) if _exists(facts, name) else ()
    shown = line.decode("utf-8", "surrogateescape")
    at_boot, note = _at_boot(facts)
    return Remedy(
        id="install-and-register",
        title="Install the distribution's static emulators and register this one",
        commands=(*commands, *at_boot, write(facts, shown, file), *removal, register(facts, line)),
        root=True,
        persistent=True,
        leaves=f"the package and the file {file}",
        note=note,
        effect=Effect(installs=(path,), remove=(name,), register=(line,)),
    )
