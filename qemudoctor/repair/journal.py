"""What was there before a repair, so that it can be put back: by the same run, or by the next one after a kill."""

import base64
import json
from typing import Any, NamedTuple

from qemudoctor.exceptions import DoctorError
from qemudoctor.facts import Facts, MountState, Unavailable
from qemudoctor.host.door import HostError
from qemudoctor.host.hands import JOURNAL, KINDS, Hands, SavedFile
from qemudoctor.repair.plan import Plan

_FORMAT = "qemu-doctor/journal/1"
_BOOT_ID = "/proc/sys/kernel/random/boot_id"
_NO_ENTRIES = (".", "..", "register", "status")


class SavedEntry(NamedTuple):
    """An entry as it was: its register string, and whether it was switched on."""

    name: str
    line: bytes
    enabled: bool


class Journal(NamedTuple):
    """The state before a repair, and how far the repair has come."""

    boot: str
    """The id of the boot: the registry of another boot is gone anyway."""
    mounted: bool
    enabled: bool
    entries: tuple[SavedEntry, ...] | None
    """Oldest first; None where the registry could not be seen, and nothing in it is changed."""
    files: tuple[SavedFile, ...]
    steps: tuple[str, ...]
    done: int = 0
    read_only: bool = False
    """The registry was mounted read-only."""


def begin(plan: Plan, facts: Facts, hands: Hands, *, earlier: Journal | None = None) -> Journal:
    """Return the journal of a plan that is about to be carried out.

    earlier: that of the plan before, whose steps stay part of the same repair.
    Raises: HostError where something that the plan changes cannot be saved.
    """
    effects = [x.remedy.effect for x in plan.steps if x.remedy.effect is not None]
    kept = () if earlier is None else earlier.files
    paths = dict.fromkeys(path for x in effects for path in (*x.touches, *(path for path, _ in x.files)))
    new = {x.path: x for path in paths for x in hands.save(path)}
    files = (*kept, *(x for path, x in new.items() if all(path != y.path for y in kept)))
    titles = tuple(x.remedy.title for x in plan.steps)
    if earlier is not None and earlier.entries is not None:
        return earlier._replace(files=files, steps=(*earlier.steps, *titles))
    entries: tuple[SavedEntry, ...] | None
    try:
        registry = facts.registry.registry
        entries, enabled = saved_entries(facts), registry.enabled
    except Unavailable:
        entries, enabled = None, True
    if earlier is not None:
        return earlier._replace(enabled=enabled, entries=entries, files=files, steps=(*earlier.steps, *titles))
    mounted = facts.mount.state is MountState.MOUNTED
    return Journal(boot(facts), mounted, enabled, entries, files, titles, read_only=mounted and facts.mount.read_only)


def saved_entries(facts: Facts) -> tuple[SavedEntry, ...]:
    """Return the entries as they are now, oldest first. Raises: Unavailable."""
    return tuple(SavedEntry(x.name, x.to_register(), x.enabled) for x in reversed(facts.registry.entries))


def boot(facts: Facts) -> str:
    """Return the id of this boot, nothing where it is not to be had."""
    try:
        return facts.host.read(_BOOT_ID, limit=64).decode("ascii", "replace").strip()
    except HostError:
        return ""


def to_json(journal: Journal) -> bytes:
    """Return a journal as it is written to the disk."""
    document = {
        "format": _FORMAT,
        **journal._asdict(),
        "entries": None if journal.entries is None else [[x.name, x.line.hex(), x.enabled] for x in journal.entries],
        "files": [list(x) for x in journal.files],
    }
    return json.dumps(document, indent=1).encode("ascii") + b"\n"


def _entry(row: list[Any]) -> SavedEntry:
    name, line, enabled = row
    if not isinstance(name, str) or not name or "/" in name or name in _NO_ENTRIES:
        raise ValueError(f"{name!r} is no name of an entry")
    return SavedEntry(name, bytes.fromhex(line), bool(enabled))


def _file(row: list[Any]) -> SavedFile:
    if [type(x) for x in row] != [str, str, str, int, int, int] or min(row[3:]) < 0:
        raise ValueError(f"{row!r:.100} is no file")
    saved = SavedFile(*row)
    if saved.kind not in KINDS or not saved.path.startswith("/") or "\0" in saved.path + saved.content:
        raise ValueError(f"{row!r:.100} is no file")
    if saved.kind == "file":
        base64.b64decode(saved.content, validate=True)
    return saved


def parse_journal(content: bytes) -> Journal:
    """Return a journal from the disk. Raises: DoctorError if it is damaged."""
    try:
        document: dict[str, Any] = json.loads(content)
        if document["format"] != _FORMAT:
            raise ValueError(document["format"])
        return Journal(
            boot=str(document["boot"]),
            mounted=bool(document["mounted"]),
            enabled=bool(document["enabled"]),
            entries=None if document["entries"] is None else tuple(map(_entry, document["entries"])),
            files=tuple(map(_file, document["files"])),
            steps=tuple(str(x) for x in document["steps"]),
            done=int(document["done"]),
            read_only=bool(document["read_only"]),
        )
    except (KeyError, TypeError, ValueError, OverflowError, RecursionError) as error:
        hint = "It says what an unfinished repair has to put back. Read it, put that back by hand, and remove it."
        raise DoctorError(f"{JOURNAL} is damaged: {error}", hint=hint) from error
