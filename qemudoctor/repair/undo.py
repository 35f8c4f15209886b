"""Putting back what a journal says was there: files first, then the registry, then the mount."""

from collections.abc import Callable, Sequence
from functools import partial

from qemudoctor.facts import MOUNT_POINT, Facts, MountState, covered_architectures, entry_path, is_of_another_emulator
from qemudoctor.host.door import HostError
from qemudoctor.host.hands import Hands
from qemudoctor.kernel.entry import Entry
from qemudoctor.kernel.register import RegisterError
from qemudoctor.kernel.release import KernelRelease
from qemudoctor.repair.journal import Journal, SavedEntry, boot, saved_entries

_RELEASES = tuple(map(KernelRelease.parse, ("7.3", "6.18", "4.8")))
"""Each takes some register strings that another one refuses."""


class _Attempts:
    """Changes of which each is tried, whatever became of those before; the first failure is kept."""

    def __init__(self) -> None:
        self.failure: HostError | None = None

    def make(self, change: Callable[[], None]) -> None:
        try:
            change()
        except HostError as error:
            self.failure = self.failure or error


def undo(journal: Journal, facts: Facts, hands: Hands) -> None:
    """Put back what was there. facts: the host as it is now, not yet read.

    After another boot the registry is what that boot has made of the files, and only these are put back. What can be
    put back is, even where something else cannot.
    Raises: HostError, Unavailable; then the journal has to stay.
    """
    attempts = _Attempts()
    for saved in reversed(journal.files):
        attempts.make(partial(hands.restore, saved))
    if journal.boot == boot(facts) and facts.mount.state is MountState.MOUNTED:
        if journal.entries is not None:
            _restore_registry(journal, journal.entries, facts, hands, attempts)
        if not journal.mounted:
            attempts.make(partial(hands.unmount, MOUNT_POINT))
        elif journal.read_only and not facts.mount.read_only:
            attempts.make(partial(hands.remount_read_only, MOUNT_POINT))
    if attempts.failure is not None:
        raise attempts.failure


def bring_back(journal: Journal, facts: Facts, hands: Hands) -> bool:
    """Register again what is not QEMU's and was lost on the way, as by a package that restarts systemd-binfmt.

    Return whether there was anything. Raises: HostError, Unavailable.
    """
    here = {x.name for x in facts.registry.entries} | {x.name for x in facts.registry.damaged}
    lost = [x for x in journal.entries or () if x.name not in here and is_not_qemus(x)]
    for entry in lost:
        hands.write(f"{MOUNT_POINT}/register", entry.line)
        if not entry.enabled:
            hands.write(entry_path(entry.name), b"0")
    return bool(lost)


def _restore_registry(
    journal: Journal, entries: Sequence[SavedEntry], facts: Facts, hands: Hands, attempts: _Attempts
) -> None:
    now = saved_entries(facts)
    damaged = [x.name for x in facts.registry.damaged]
    # Once removed these would be gone for good: better an order that is another one.
    stuck = {x.name for x in facts.registry.entries if "F" in x.flags and x.pinned is None}
    before = {x.name for x in entries}
    new = [x.name for x in now if x.name not in before and not is_not_qemus(x)]
    again = to_register_again(entries, [x for x in now if x.name in before])
    moved = [x for x in again if x.name not in stuck or x.line not in (y.line for y in now)]
    gone = {x.name for x in moved}

    def write(path: str, content: bytes) -> None:
        attempts.make(partial(hands.write, path, content))

    for name in [*new, *(x for x in damaged if x in gone), *(x.name for x in now if x.name in gone)]:
        write(entry_path(name), b"-1")
    for entry in moved:
        write(f"{MOUNT_POINT}/register", entry.line)
    was_on = {x.name: x.enabled for x in now if x.name not in gone} | dict.fromkeys(gone, True)
    for entry in entries:
        if was_on.get(entry.name) is not entry.enabled:
            write(entry_path(entry.name), b"1" if entry.enabled else b"0")
    if facts.registry.registry.enabled is not journal.enabled:
        write(entry_path("status"), b"1" if journal.enabled else b"0")


def to_register_again(before: Sequence[SavedEntry], now: Sequence[SavedEntry]) -> list[SavedEntry]:
    """Return the entries that have to be registered again, in this order, so that `now` becomes `before`.

    Both are oldest first. The newest entry is asked first, so what was newer than a moved entry and takes the same
    programs has to be moved as well; an entry that is not QEMU's and unchanged is never touched.
    """
    lines = {x.name: x.line for x in now}
    order = [x.name for x in now]
    moved: list[SavedEntry] = []
    last = -1
    for entry in before:
        place = order.index(entry.name) if lines.get(entry.name) == entry.line else None
        if place is not None and place > last and not _is_over(entry, moved):
            last = place
        elif place is None or not is_not_qemus(entry):
            moved.append(entry)
    return moved


def _is_over(entry: SavedEntry, moved: Sequence[SavedEntry]) -> bool:
    """Return whether an entry takes programs that one of the moved ones takes too."""
    own = _takes(entry)
    return any(own & _takes(x) for x in moved)


def _takes(saved: SavedEntry) -> set[str]:
    entry = _entry(saved)
    return set() if entry is None else {x.qemu_target for x in covered_architectures(entry)}


def is_not_qemus(saved: SavedEntry) -> bool:
    """Return whether an entry is somebody else's, or such that nobody can tell."""
    entry = _entry(saved)
    return entry is None or is_of_another_emulator(entry)


def _entry(saved: SavedEntry) -> Entry | None:
    """Return an entry from its register string; None for letters that no kernel up to now knows."""
    for release in _RELEASES:
        try:
            return Entry.from_register(saved.line, release)
        except RegisterError:
            continue
    return None
