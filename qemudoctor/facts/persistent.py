"""What is configured to be registered at every boot: the register lines of binfmt.d(5)."""

from collections.abc import Mapping
from typing import NamedTuple

from qemudoctor.facts.fact import Unavailable
from qemudoctor.host.door import CouldNotLook, Host, HostError, NotThere
from qemudoctor.kernel.entry import Entry
from qemudoctor.kernel.program import OpenBlocks
from qemudoctor.kernel.register import RegisterError
from qemudoctor.kernel.registry import Registry
from qemudoctor.kernel.release import KernelRelease
from qemudoctor.kernel.tree import NodeKind, Tree

FOLDERS = ("/etc/binfmt.d", "/run/binfmt.d", "/usr/local/lib/binfmt.d", "/usr/lib/binfmt.d")
"""A file in one of them hides the files of the same name in those behind it."""
SYSTEMD = "/run/systemd/system"
"""There while systemd is process 1: sd_booted(3)."""
_FILE_LIMIT_BYTES = 65536
_FILES_MAX = 1000
_LINES_MAX = 1000


class PersistentLine(NamedTuple):
    """One register line and the file that it stands in."""

    path: str
    line: bytes

    @property
    def name(self) -> str:
        """Return the name of the entry, as far as the line tells one."""
        return self.line[1:].split(self.line[:1], 1)[0].decode("utf-8", "surrogateescape")

    @property
    def is_of_binfmt_d(self) -> bool:
        """Return whether systemd-binfmt reads it, and not update-binfmts."""
        return self.path.rpartition("/")[0] in FOLDERS


class AtBoot(NamedTuple):
    """What a boot registers from binfmt.d: the registry then, and the lines that the kernel accepts, oldest first."""

    registry: Registry
    lines: tuple[PersistentLine, ...]


def read_persistent(host: Host) -> tuple[PersistentLine, ...]:
    """Return the register lines of binfmt.d in the order in which they are written. Raises: Unavailable.

    Format: files NAME.conf, in the order of their names whatever their folder; one of each name, that of the first
        folder; a link to /dev/null, like an empty file, only hides the others. Lines that start with # or ; are none.
    Source: binfmt.d(5); systemd src/binfmt/binfmt.c.
    """
    files = list_files(host)
    lines: list[PersistentLine] = []
    for name in sorted(files)[:_FILES_MAX]:
        lines += (PersistentLine(files[name], line) for line in _lines(host, files[name]))
    return tuple(lines[:_LINES_MAX])


def list_files(host: Host) -> dict[str, str]:
    """Return the files of binfmt.d that count, the path of each by its name. Raises: Unavailable."""
    files: dict[str, str] = {}
    for folder in FOLDERS:
        for name in _names(host, folder):
            files.setdefault(name, f"{folder}/{name}")
    return files


def is_configured_alike(host: Host, files: Mapping[str, str], entry: Entry, kernel: KernelRelease) -> bool:
    """Return whether the file of binfmt.d that bears an entry's name registers just this entry.

    It answers fast for the common case; False is no answer.
    """
    path = files.get(f"{entry.name}.conf")
    if path is None:
        return False
    try:
        found = [Entry.from_register(x, kernel) for x in _lines(host, path)]
    except (Unavailable, RegisterError):
        return False
    return len(found) == 1 and is_same(found[0], entry)


def is_same(one: Entry, other: Entry) -> bool:
    """Return whether two entries do the same: all but whether they are switched on, and which file is open."""
    return one._replace(enabled=True, pinned=None) == other._replace(enabled=True, pinned=None)


def _names(host: Host, folder: str) -> tuple[str, ...]:
    try:
        return tuple(name for name in host.listdir(folder) if name.endswith(".conf"))
    except NotThere:
        return ()
    except CouldNotLook as error:
        raise Unavailable(f"{error.path}: {error.reason}") from error


def _lines(host: Host, path: str) -> list[bytes]:
    try:
        if host.stat(path).kind is not NodeKind.FILE:
            return []
        text = host.read(path, limit=_FILE_LIMIT_BYTES)
    except NotThere:
        return []
    except CouldNotLook as error:
        raise Unavailable(f"{error.path}: {error.reason}") from error
    stripped = (line.strip() for line in text.split(b"\n"))
    return [line for line in stripped if line and line[:1] not in b"#;"]


def register_all(lines: tuple[PersistentLine, ...], *, kernel: KernelRelease, tree: Tree) -> AtBoot:
    """Return what a boot makes of an empty registry: a line of binfmt.d replaces an entry of its name, or is refused.

    Raises: Unavailable where the interpreter of a line with F cannot be looked at.
    """
    registry, accepted = Registry(), []
    for found in lines:
        try:
            Entry.from_register(found.line, kernel)
            if registry.named(found.name) is not None:
                if not found.is_of_binfmt_d:
                    continue  # update-binfmts, which runs later, leaves an entry alone that is there
                registry = registry.write(found.name, b"-1")
            registry = registry.register(found.line, kernel=kernel, root=tree)
            accepted.append(found)
        except RegisterError:
            continue
        except OpenBlocks as error:
            raise Unavailable(f"{found.path}: opening {error} would wait for ever") from error
        except HostError as error:
            raise Unavailable(f"{error.path}: {error.reason}") from error
    return AtBoot(registry, tuple(accepted))


def is_booted_by_systemd(host: Host) -> bool:
    """Return whether systemd runs here. Raises: Unavailable where nobody can tell."""
    if host.source.value == "root":
        raise Unavailable("nothing runs in a root directory")
    try:
        return host.exists(SYSTEMD)
    except CouldNotLook as error:
        raise Unavailable(f"{error.path}: {error.reason}") from error
