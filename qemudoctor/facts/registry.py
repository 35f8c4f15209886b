"""The registry as this host shows it, in match order."""

from typing import NamedTuple

from qemudoctor.facts.fact import Unavailable
from qemudoctor.facts.mounts import MOUNT_POINT
from qemudoctor.host.door import CouldNotLook, Host, HostError, NotThere
from qemudoctor.kernel.entry import Entry, EntryFormatError
from qemudoctor.kernel.errnos import Errno
from qemudoctor.kernel.path import LookupFailed
from qemudoctor.kernel.program import OpenBlocks, open_program
from qemudoctor.kernel.register import RegisterError
from qemudoctor.kernel.registry import RESERVED, Registry
from qemudoctor.kernel.release import KernelRelease
from qemudoctor.kernel.tree import Tree
from qemudoctor.platforms import ARCHITECTURES, Architecture, platform_names

ENTRY_LIMIT_BYTES = 16384
"""More than any entry text can have: 1920 bytes of register string become at most about 5000."""


ENTRIES_MAX = 4096
"""More entries than any host has: QEMU registers about 30. Each is compared with every other."""


class DamagedEntry(NamedTuple):
    """An entry whose text could not be read or understood."""

    name: str
    path: str
    reason: str


class RefusedLine(NamedTuple):
    """A register string that the kernel in question refuses."""

    line: str
    name: str
    errno: Errno
    reason: str
    source: str
    needs_fix_binary: bool
    """It asks for F, and this kernel has none."""


class RegistryFacts(NamedTuple):
    """What the registry holds, newest first; `texts` maps an entry's name to the text that was read."""

    registry: Registry
    texts: dict[str, str]
    damaged: tuple[DamagedEntry, ...] = ()
    refused: tuple[RefusedLine, ...] = ()

    @property
    def entries(self) -> tuple[Entry, ...]:
        """Return all entries, newest first: the order in which the kernel tries them."""
        return self.registry.entries


def entry_path(name: str) -> str:
    """Return the file of an entry."""
    return f"{MOUNT_POINT}/{name}"


def read_registry(host: Host, tree: Tree) -> RegistryFacts:
    """Return the entries of a mounted registry. tree: the host's root. Raises: Unavailable if it cannot be listed."""
    try:
        names = host.listdir(MOUNT_POINT)
    except HostError as error:
        raise Unavailable(f"{error.path}: {error.reason}") from error
    if len(names) > ENTRIES_MAX:
        raise Unavailable(f"{MOUNT_POINT} holds {len(names)} names, which is no real registry")
    if host.source.value == "root":
        names = tuple(sorted(names))  # a copied tree has lost the kernel's order
    entries, texts, damaged = [], {}, []
    for name in names:
        if name in RESERVED:
            continue
        try:
            text = host.read(entry_path(name), limit=ENTRY_LIMIT_BYTES).decode("utf-8", "surrogateescape")
            entries.append(Entry.from_procfs(name, text))
            texts[name] = text
        except NotThere:
            continue  # removed meanwhile
        except CouldNotLook as error:
            damaged.append(DamagedEntry(name, entry_path(name), error.reason))
        except EntryFormatError as error:
            damaged.append(DamagedEntry(name, entry_path(name), str(error)))
    pinned = tuple(_pinned(tree, entry) for entry in entries)
    return RegistryFacts(Registry(pinned, _read_enabled(host)), texts, tuple(damaged))


def _read_enabled(host: Host) -> bool:
    try:
        text = host.read(entry_path("status"), limit=64).strip()
    except HostError as error:
        raise Unavailable(f"{error.path}: {error.reason}") from error
    if text not in (b"enabled", b"disabled"):
        raise Unavailable(f"{entry_path('status')} says neither enabled nor disabled")
    return text == b"enabled"


def _pinned(tree: Tree, entry: Entry) -> Entry:
    """Return an entry with F as if it had pinned the file that lies at its path now, where one does."""
    if "F" not in entry.flags:
        return entry
    try:
        program = open_program(tree, entry.interpreter, kernel=_ANY_KERNEL)
    except (LookupFailed, OpenBlocks, HostError):
        return entry
    return entry._replace(pinned=program)


_ANY_KERNEL = KernelRelease.parse("6.18")


def replay(
    lines: tuple[tuple[str, bytes], ...], *, kernel: KernelRelease, tree: Tree, held: frozenset[str] = frozenset()
) -> RegistryFacts:
    """Return what a registry of that kernel holds after these register strings, oldest first.

    lines: pairs of where a string comes from and the string. What the kernel refuses is in `refused`. held: names of
        entries whose interpreter is opened elsewhere, as in the image of an installer, and not looked for in tree.
    """
    registry, refused, texts = Registry(), [], {}
    for source, line in lines:
        try:
            entry = Entry.from_register(line, kernel)
            if entry.name in held:
                registry = Registry((entry, *registry.entries))
            else:
                registry = registry.register(line, kernel=kernel, root=tree)
            texts[registry.entries[0].name] = registry.entries[0].to_procfs()
        except RegisterError as error:
            refused.append(_refused(source, line, error, kernel))
        except OpenBlocks as error:
            raise Unavailable(f"{source}: opening {error} would wait for ever") from error
        except HostError as error:
            # Neither accepted nor refused: whether F can open its interpreter is not known.
            raise Unavailable(f"{source}: {error.path}: {error.reason}") from error
    return RegistryFacts(registry, texts, (), tuple(refused))


def _refused(source: str, line: bytes, error: RegisterError, kernel: KernelRelease) -> RefusedLine:
    try:
        newest = Entry.from_register(line, _ANY_KERNEL)
        name, flags = newest.name, newest.flags
    except RegisterError:
        name, flags = line[1:].split(line[:1], 1)[0].decode("utf-8", "replace"), ""
    needs = "F" in flags and error.field == "flags"
    shown = line.decode("utf-8", "backslashreplace")
    return RefusedLine(shown, name, error.errno, error.reason, source, needs)


def covered_architectures(entry: Entry) -> tuple[Architecture, ...]:
    """Return the architectures whose programs an entry matches by its magic."""
    if entry.extension is not None:
        return ()
    # Asked several times for each entry; what decides is the rule alone.
    rule = (entry.offset, entry.magic, entry.mask)
    if rule not in _COVERED:
        _COVERED[rule] = tuple(x for x in ARCHITECTURES if entry.matches(x.sample(), ""))
    return _COVERED[rule]


_COVERED: dict[tuple[int, bytes, bytes | None], tuple[Architecture, ...]] = {}


def covered_platforms(entry: Entry) -> tuple[str, ...]:
    """Return the platforms whose programs an entry matches by its magic, in OCI spelling."""
    names = [name for architecture in covered_architectures(entry) for name in platform_names(architecture)]
    return tuple(dict.fromkeys(names))
