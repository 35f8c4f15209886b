"""Registering an emulator: now, and so that it comes back after a reboot."""

from collections.abc import Iterator

from qemudoctor.facts import (
    Argv0,
    Facts,
    Unavailable,
    argv0_of,
    entry_path,
    is_for_another,
    is_of_another_emulator,
    matches_pie,
    target_named_by,
)
from qemudoctor.facts.persistent import PersistentLine
from qemudoctor.kernel.entry import Entry
from qemudoctor.kernel.features import Feature
from qemudoctor.platforms import Architecture, Platform
from qemudoctor.remedies.beside import exists, stays, unused
from qemudoctor.remedies.boot import (
    FOLDER,
    after_reboot,
    is_alpine,
    nobody_reads,
    own_file,
    reads_binfmt_d,
)
from qemudoctor.remedies.emulators import find
from qemudoctor.remedies.remedy import Effect, Remedy
from qemudoctor.remedies.shell import as_root, register, remove_entry, write

_RESTART = (
    "A later restart of systemd-binfmt removes all entries and registers those of binfmt.d again, this one included"
)
_OPENRC = "OpenRC's service binfmt registers what is in binfmt.d at boot"
_AT_BOOT = (FOLDER, "/etc/runlevels/boot/binfmt")
_AGAIN = "Register the emulator again, with F"
_RIGHT = "Register it again, with the emulator of these programs"
_MAGIC = "Register it again, with the magic of its architecture"
_BESIDE = "Register QEMU beside it; the entry that was registered last is asked first"


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
    """Yield the entry with F, a mask for all its programs and an emulator that works in any root: now, and for good.

    An entry of another emulator (Rosetta, FEX, box64) is left alone, and QEMU gets a newer one beside it.
    """
    if not facts.kernel.supports(Feature.FIX_BINARY):
        return
    architecture = platform.architecture
    if is_of_another_emulator(entry):
        yield from _beside(facts, platform, entry)
        return
    emulator = find(facts, architecture, entry)
    if emulator is None:
        return
    # The name of the link tells Debian's emulators that P is set, so an interpreter that works stays as it is named.
    better = Entry(entry.name, emulator.path, entry.flags, entry.offset, entry.magic, entry.mask, entry.extension)
    named_for = target_named_by(entry.name)
    wrong = is_for_another(entry, architecture)
    if wrong and named_for is not None and named_for != architecture.qemu_target:
        better = fresh_entry(facts, architecture, emulator.path)
    elif not matches_pie(entry, architecture):
        better = better._replace(offset=0, magic=architecture.magic, mask=architecture.mask, extension=None)
    fitting = fitting_flags(facts, better._replace(flags=better.flags + "F"))
    yield from both(facts, better.with_flags(fitting), title=_RIGHT if wrong else _AGAIN)


def fitting_flags(facts: Facts, entry: Entry) -> str:
    """Return an entry's flags, with P where its emulator goes by it and without P where it does not expect it."""
    try:
        emulator = facts.emulator(entry.interpreter)
    except Unavailable:
        return entry.flags
    match argv0_of(entry, kernel=facts.kernel, emulator=emulator):
        case Argv0.SWALLOWED:
            return f"{entry.flags}P"
        case Argv0.SHIFTED_BY_KERNEL | Argv0.SHIFTED_BY_EMULATOR:
            return entry.flags.replace("P", "")
        case _:
            return entry.flags


def _beside(facts: Facts, platform: Platform, entry: Entry) -> Iterator[Remedy]:
    emulator = find(facts, platform.architecture)
    if emulator is None:
        return
    fresh = fresh_entry(facts, platform.architecture, emulator.path)
    for remedy in both(facts, fresh._replace(name=unused(facts, fresh.name)), title=_BESIDE):
        yield remedy._replace(note=". ".join(x for x in (stays(facts, entry), remedy.note) if x))


def correct(facts: Facts, platform: Platform, entry: Entry) -> Iterator[Remedy]:
    """Yield the entry with the magic and mask of its architecture, everything else as it is."""
    yield from both(facts, _corrected(facts, platform.architecture, entry), title=_MAGIC)


def _corrected(facts: Facts, architecture: Architecture, entry: Entry) -> Entry:
    better = Entry(entry.name, entry.interpreter, entry.flags, magic=architecture.magic, mask=architecture.mask)
    return better.with_flags(entry.flags + "F") if facts.kernel.supports(Feature.FIX_BINARY) else better


def correct_all(facts: Facts, entries: tuple[tuple[Architecture, Entry], ...]) -> Remedy:
    """Return several entries with the magic and mask of their architectures, everything else as it is."""
    lines = [_corrected(facts, architecture, entry).to_register() for architecture, entry in entries]
    names = tuple(entry.name for _, entry in entries)
    commands = [
        command
        for name, line in zip(names, lines, strict=True)
        for command in (remove_entry(facts, name), register(facts, line))
    ]
    return Remedy(
        id="register-now",
        title="Register them again, with the magic of their architectures, until the next reboot",
        commands=tuple(commands),
        root=True,
        persistent=False,
        leaves="the entries, until the next reboot",
        effect=Effect(remove=names, register=tuple(lines)),
    )


def register_new(
    facts: Facts, platform: Platform, *, title: str = "Register the emulator that is already on this host"
) -> Iterator[Remedy]:
    """Yield an entry for a platform that has none, with the static emulator that lies on this host."""
    emulator = find(facts, platform.architecture)
    if emulator is not None:
        yield from both(facts, fresh_entry(facts, platform.architecture, emulator.path), title=title)


def register_configured(facts: Facts, entry: Entry | None, line: PersistentLine, *, comes_back: bool) -> Remedy:
    """Return the registration of a line that stands in binfmt.d already: it needs no file, and a boot repeats it.

    entry: the one that decides over the same programs now.
    """
    other = entry if entry is not None and entry.name != line.name and is_of_another_emulator(entry) else None
    # Behind another emulator's entry, the one of that name stays where it is, and a boot makes do with it.
    name = line.name if other is None else unused(facts, line.name)
    is_there = exists(facts, name)
    text = line.line if name == line.name else _renamed(facts, line.line, name)
    notes = (
        None if other is None else stays(facts, other),
        None if reads_binfmt_d(facts) else nobody_reads(facts),
    )
    return Remedy(
        id="register-now",
        title=f"Register the line that {line.path} has for it" + ("" if name == line.name else f", as {name}"),
        commands=((remove_entry(facts, name),) if is_there else ()) + (register(facts, text),),
        root=True,
        persistent=comes_back,
        leaves=f"the entry {entry_path(name)}" + ("" if name == line.name else ", until the next reboot"),
        note=". ".join(x for x in notes if x) or None,
        effect=Effect(remove=(name,) if is_there else (), register=(text,)),
    )


def _renamed(facts: Facts, line: bytes, name: str) -> bytes:
    return Entry.from_register(line, facts.kernel)._replace(name=name).to_register()


def restart(facts: Facts) -> Remedy | None:
    """Return the restart of systemd-binfmt, None where systemd is not known to run."""
    try:
        if not facts.has_systemd or facts.boot.unit_obstacle is not None:
            return None
        lines, names = (
            tuple(x for x in facts.at_boot.lines if x.is_of_binfmt_d),
            tuple(x.name for x in facts.registry.entries),
        )
    except Unavailable:
        return None
    last = {x.name: x for x in lines}
    gone = [x for x in names if x not in last]
    lost = f", {', '.join(gone[:4])}{' and others' if len(gone) > 4 else ''} for good" if gone else ""
    return Remedy(
        id="restart-systemd-binfmt",
        title="Register everything that stands in binfmt.d again",
        commands=(as_root(facts, "systemctl restart systemd-binfmt"),),
        root=True,
        persistent=True,
        risk=f"it removes every entry first, whoever made it{lost}",
        effect=Effect(remove=names, register=tuple(x.line for x in lines if last[x.name] is x)),
    )


def remove(facts: Facts, entry: Entry) -> Remedy:
    """Return the removal of an entry."""
    return Remedy(
        id="remove-entry",
        title=f"Remove the entry {entry.name}",
        commands=(remove_entry(facts, entry.name),),
        root=True,
        persistent=False,
        risk="programs that only this entry runs do not run any more",
        note=after_reboot(facts, entry.name),
        effect=Effect(remove=(entry.name,)),
    )


def both(facts: Facts, entry: Entry, *, title: str) -> Iterator[Remedy]:
    """Yield the registration of an entry, in place of one of its name: until the next reboot, and for good."""
    line = entry.to_register()
    is_there = exists(facts, entry.name)
    commands = ((remove_entry(facts, entry.name),) if is_there else ()) + (register(facts, line),)
    effect = Effect(remove=(entry.name,) if is_there else (), register=(line,))
    lasting = reads_binfmt_d(facts)
    yield Remedy(
        id="register-now",
        title=f"{title}, until the next reboot",
        commands=commands,
        root=True,
        persistent=False,
        leaves=f"the entry {entry_path(entry.name)}, until the next reboot",
        note=None if lasting else nobody_reads(facts),
        effect=effect,
    )
    if not lasting:
        return
    file, leaves = own_file(facts, entry)
    at_boot, note = _at_boot(facts)
    yield Remedy(
        id="register-persistently",
        title=f"{title}, now and at every boot",
        commands=(*at_boot, write(facts, line.decode("utf-8", "surrogateescape"), file), *commands),
        root=True,
        persistent=True,
        leaves=leaves,
        note=note,
        effect=effect._replace(
            touches=_AT_BOOT if at_boot else (), files=((file, f"{line.decode('utf-8', 'surrogateescape')}\n"),)
        ),
    )


def _at_boot(facts: Facts) -> tuple[tuple[str, ...], str]:
    """Return what makes this host read binfmt.d at boot, and what to know about it."""
    if is_alpine(facts):
        return (as_root(facts, f"mkdir -p {FOLDER}"), as_root(facts, "rc-update add binfmt boot")), _OPENRC
    return (), _RESTART


def at_boot_commands(facts: Facts) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return what makes this host read binfmt.d at boot, and the paths that it makes."""
    commands = _at_boot(facts)[0]
    return commands, _AT_BOOT if commands else ()


def register_when_installed(facts: Facts, architecture: Architecture, path: str, commands: tuple[str, ...]) -> Remedy:
    """Return the registration of an emulator that the commands before it bring to this host."""
    entry = fresh_entry(facts, architecture, path)
    line = entry.to_register()
    removal = (remove_entry(facts, entry.name),) if exists(facts, entry.name) else ()
    lasting = reads_binfmt_d(facts)
    file, leaves = own_file(facts, entry)
    at_boot, note = _at_boot(facts)
    written = (*at_boot, write(facts, line.decode("utf-8", "surrogateescape"), file)) if lasting else ()
    return Remedy(
        id="install-and-register",
        title="Install the distribution's static emulators and register this one",
        commands=(*commands, *written, *removal, register(facts, line)),
        root=True,
        persistent=lasting,
        leaves=f"the package and {leaves if lasting else 'the entry, until the next reboot'}",
        note=note if lasting else nobody_reads(facts),
        effect=Effect(
            installs=(path,),
            remove=(entry.name,),
            register=(line,),
            touches=_AT_BOOT if lasting and at_boot else (),
            files=((file, f"{line.decode('utf-8', 'surrogateescape')}\n"),) if lasting else (),
        ),
    )
