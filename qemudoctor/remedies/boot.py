"""What a boot of this host brings back, and what that means for a remedy."""

from typing import TYPE_CHECKING

from qemudoctor.facts import Facts, Unavailable
from qemudoctor.kernel.entry import Entry
from qemudoctor.platforms import Architecture

if TYPE_CHECKING:
    from qemudoctor.facts.persistent import PersistentLine

FOLDER = "/etc/binfmt.d"
_OWN = "qemu-doctor-"
_PREFIXES = ("zz-", "zzz-", "zzzz-")
_LATER = tuple(f"{x}{_OWN}" for x in _PREFIXES)
NOBODY_READS = (
    "systemd does not run here, so nothing reads binfmt.d at boot: whatever starts this host has to do it again"
)


def is_alpine(facts: Facts) -> bool:
    """Return whether OpenRC's service binfmt is what reads binfmt.d here."""
    try:
        return facts.distribution.family == "alpine"
    except Unavailable:
        return False


def reads_binfmt_d(facts: Facts) -> bool:
    """Return whether something here can read binfmt.d at boot; only where systemd is known not to run, it cannot."""
    try:
        return is_alpine(facts) or (facts.has_systemd and facts.boot.unit_obstacle is None)
    except Unavailable:
        return True


def nobody_reads(facts: Facts) -> str:
    """Return why nothing reads binfmt.d at boot, where nothing does."""
    try:
        obstacle = facts.boot.unit_obstacle if facts.has_systemd else None
    except Unavailable:
        obstacle = None
    if obstacle is None:
        return NOBODY_READS
    return f"{obstacle}, and nothing reads binfmt.d at boot: whatever starts this host has to do it again"


def lines_named(facts: Facts, name: str) -> "tuple[PersistentLine, ...]":
    """Return the lines of binfmt.d that register an entry of that name. Raises: Unavailable."""
    return tuple(x for x in facts.persistent if x.name == name)


def after_reboot(facts: Facts, name: str) -> str:
    """Return what becomes of an entry at the next boot."""
    try:
        found = lines_named(facts, name)
    except Unavailable as error:
        return f"Whether a boot registers it is not known here ({error.reason})"
    if not found:
        return (
            "No file of binfmt.d names it: a boot does not bring it back, unless a service or a container registers it"
        )
    if not reads_binfmt_d(facts):
        return f"{found[-1].path} names it, but {nobody_reads(facts)}"
    return f"A boot registers it anew and switched on, from {found[-1].path}"


def line_for(facts: Facts, architecture: Architecture) -> "PersistentLine | None":
    """Return the line that a boot registers last for an architecture's programs, None without one that is known."""
    try:
        lines = facts.at_boot.lines if reads_binfmt_d(facts) else ()
    except Unavailable:
        return None
    sample = architecture.sample()
    return next((x for x in reversed(lines) if Entry.from_register(x.line, facts.kernel).matches(sample, "")), None)


def returns(facts: Facts, name: str) -> bool:
    """Return whether a boot surely registers an entry of that name."""
    try:
        return bool(lines_named(facts, name)) and reads_binfmt_d(facts)
    except Unavailable:
        return False


def after_reboot_of_all(facts: Facts) -> str:
    """Return what becomes of the entries at the next boot, and of the switch of all."""
    start = "After a boot binfmt_misc is on again"
    try:
        names = {x.name for x in facts.persistent}
        here = [x.name for x in facts.registry.entries]
    except Unavailable as error:
        return f"{start}; which entries come back is not known here ({error.reason})"
    back = [x for x in here if x in names] if reads_binfmt_d(facts) else []
    if not back:
        return f"{start}, and empty as far as binfmt.d goes: it names none of the entries that are here now"
    if len(back) == len(here):
        return f"{start}, and binfmt.d registers all entries anew that are here now"
    return f"{start}, and binfmt.d registers {len(back)} of the {len(here)} entries anew that are here now"


def own_file(facts: Facts, entry: Entry) -> tuple[str, str]:
    """Return a file of binfmt.d for an entry and what to know about it.

    Its name hides no other file, and comes behind those whose entries take the same programs: the last one wins.
    """
    name = f"{_OWN}{_safe(entry.name)}.conf"
    try:
        lines = [x for x in facts.persistent if not x.path.rpartition("/")[2].startswith((_OWN, *_LATER))]
    except Unavailable:
        return f"{FOLDER}/{name}", f"the file {FOLDER}/{name}"
    others = [x for x in lines if x.name == entry.name or _takes(facts, x, entry)]
    if any(x.path.rpartition("/")[2] > name for x in others):
        last = max(x.path.rpartition("/")[2] for x in others)
        name = next((f"{x}{name}" for x in _PREFIXES if f"{x}{name}" > last), f"{_PREFIXES[-1]}{name}")
    file = f"{FOLDER}/{name}"
    if not others:
        return file, f"the file {file}"
    return file, f"the file {file}, whose line comes at boot after the one of {others[-1].path} and counts in its place"


def _takes(facts: Facts, line: "PersistentLine", entry: Entry) -> bool:
    """Return whether a line's entry matches what an entry is for."""
    from qemudoctor.kernel.register import RegisterError

    try:
        other = Entry.from_register(line.line, facts.kernel)
    except RegisterError:
        return False
    return entry.offset == 0 and other.extension is None and other.matches(entry.magic, "")


def _safe(name: str) -> str:
    """Return the name of an entry as part of a file name; what a shell or a terminal could mistake is left out."""
    return "".join(x if x.isalnum() or x in "-_." else "_" for x in name)
