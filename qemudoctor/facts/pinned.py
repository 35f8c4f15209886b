"""The emulator that F really keeps open: the file at its path may be a newer one, or none any more."""

from typing import TYPE_CHECKING, NamedTuple

from qemudoctor.facts.elffiles import read_elf
from qemudoctor.facts.emulators import Emulator, Linkage, linkage_of, parse_version_line
from qemudoctor.facts.fact import Unavailable
from qemudoctor.facts.registry import covered_platforms
from qemudoctor.host.door import Host, HostError, NotThere
from qemudoctor.host.observation import Executable
from qemudoctor.kernel.entry import Entry
from qemudoctor.platforms import PLATFORMS

if TYPE_CHECKING:
    from qemudoctor.facts.facts import Facts


class PinnedEmulator(NamedTuple):
    """An interpreter as an entry with F runs it, looked at while it ran a program.

    Units: device and inode as in stat(2), size in bytes.
    """

    path: str
    """Where it lies, or lay, in the root directory of whoever registered it."""
    device: int
    inode: int
    size: int
    gone: bool
    """There is no file at the path that the entry names."""
    stale: bool
    """There is one, and it is another file."""
    linkage: Linkage | None
    version: str | None
    build: str | None
    is_musl: bool | None = None
    """It was built with musl; None where that was not looked at."""


def read_pinned(facts: "Facts", entry: Entry) -> PinnedEmulator:
    """Return the emulator that an entry with F keeps open.

    Raises: Unavailable where no program was executed by this entry, or what executed it could not be looked at.
    """
    if not entry.enabled or not facts.registry.registry.enabled:
        raise Unavailable(f"{entry.name} is switched off, so nothing runs by it")
    for platform in map(PLATFORMS.__getitem__, covered_platforms(entry)):
        decides = facts.entry_for(platform)
        if decides is None or decides.name != entry.name:
            continue
        seen = facts.observed(platform)
        executable = seen.contained.executable or seen.plain.executable
        if executable is not None:
            return compare(facts.host, executable, facts.emulator(entry.interpreter))
    raise Unavailable(f"no program was seen to run by {entry.name}")


def compare(host: Host, seen: Executable, at_path: Emulator) -> PinnedEmulator:
    """Return the emulator that was seen to run, compared with what lies at the path of its entry now.

    Raises: Unavailable if the file at the path cannot be looked at.
    """
    gone, stale = not at_path.exists, False
    if at_path.exists:
        try:
            now = host.stat(at_path.resolved or at_path.path)
            stale = (now.device, now.inode) != (seen.device, seen.inode)
        except NotThere:
            gone = True
        except HostError as error:
            raise Unavailable(f"{error.path}: {error.reason}") from error
    found = PinnedEmulator(seen.path, seen.device, seen.inode, seen.size, gone, stale, None, None, None, seen.is_musl)
    if not gone and not stale:
        return found._replace(linkage=at_path.linkage, version=at_path.version, build=at_path.build)
    version, build = parse_version_line(seen.version or "")
    return found._replace(linkage=_linkage(seen.head), version=version, build=build)


def _linkage(head: bytes) -> Linkage | None:
    elf = read_elf(lambda offset, size: head[offset : offset + size])
    return None if elf is None else linkage_of(elf)
