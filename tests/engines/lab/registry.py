"""The registry of this machine, lent to a test and given back as it was.

A test that really starts a container needs the machine's own registry: a container engine runs outside of any
user namespace. `MachineRegistry` lends it. Tests that can do with the kernel alone take
`tests.engines.lab.private.run_private` instead, which touches nothing.
"""

import fcntl
import json
import os
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path

import pytest

from tests.engines.lab.entries import SavedEntry
from tests.engines.lab.processes import checked, need_root

FOLDER = Path("/proc/sys/fs/binfmt_misc")
_NOT_ENTRIES = frozenset({"register", "status"})
# One file for both: who holds the lock on it has the registry, and as long as it is not empty, its content says
# what the registry was before.
_CLAIM = "qemu-doctor-tests-registry"
_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


@dataclass(frozen=True, slots=True)
class Before:
    """What has to be there again in the end."""

    boot_id: str
    namespace: str
    """The mount namespace in which the mounts were counted."""
    mounts: int
    is_enabled: bool
    entries: tuple[SavedEntry, ...]  # in match order: newest first
    kept: tuple[str, ...]  # names of entries that are only switched off


class MachineRegistry:
    """The machine's registry, empty and mounted. Get it from `borrowed_registry`."""

    def __init__(self, before: Before) -> None:
        self._before = before

    def register(self, line: bytes) -> None:
        """Raises: OSError with the kernel's errno if it refuses the line."""
        _write("register", line)

    def remove(self, name: str) -> None:
        _write(name, b"-1")

    def clear(self) -> None:
        for name in self.names():
            self.remove(name)

    def write(self, name: str, text: bytes) -> None:
        """Write to an entry or to `status`: 1 switches on, 0 off, -1 removes."""
        _write(name, text)

    def text(self, name: str) -> str:
        return _read(name)

    def names(self) -> tuple[str, ...]:
        """Return the entries of the test in match order, the newest first."""
        return tuple(name for name in _names() if name not in self._before.kept)

    def unmount(self) -> None:
        """Leave the machine with a registry that is not mounted. From Linux 6.7 on, all entries are gone then."""
        if self._before.kept:
            pytest.skip(f"entries that could not be registered again would be lost: {self._before.kept}")
        _mount_times(0)

    def mount(self) -> None:
        _mount_times(1)


@contextmanager
def borrowed_registry() -> Iterator[MachineRegistry]:
    """Lend the machine's registry, mounted, switched on and without entries.

    Waits while another process has it. To borrow twice in one test would wait for ever.
    An entry whose F flag pinned a file that is not at its path any more (an emulator from a container) could
    not be registered again. It is switched off and back on, and its name stays taken.
    Raises: RuntimeError at the end if the registry could not be made what it was.
    """
    need_root()
    with _claim() as claim:
        # A process that was killed could not give back what it borrowed. The next one does.
        _give_back(claim)
        mounts = _mount_count()
        if mounts == 0:
            _mount_times(1)
        before = _look(mounts)
        _record(claim, before)
        try:
            _empty(before)
            yield MachineRegistry(before)
        finally:
            _give_back(claim)


def give_back_what_is_left() -> None:
    """Give back what a run that was killed had borrowed. Returns at once while another run has it."""
    if not os.path.exists(_claim_path()):
        return
    with suppress(BlockingIOError), _claim(fcntl.LOCK_EX | fcntl.LOCK_NB) as claim:
        _give_back(claim)


def _claim_path() -> str:
    return os.path.join(tempfile.gettempdir(), _CLAIM)


@contextmanager
def _claim(lock: int = fcntl.LOCK_EX) -> Iterator[int]:
    path = _claim_path()
    claim = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        if os.fstat(claim).st_uid != os.geteuid():
            raise RuntimeError(f"{path} belongs to somebody else; remove it")
        fcntl.flock(claim, lock)
        yield claim
    finally:
        os.close(claim)


def _record(claim: int, before: Before) -> None:
    os.pwrite(claim, json.dumps(asdict(before)).encode("ascii"), 0)
    os.fsync(claim)


def _recorded(claim: int) -> Before | None:
    content = os.pread(claim, os.fstat(claim).st_size, 0)
    if not content:
        return None
    fields = json.loads(content)
    return Before(
        boot_id=fields["boot_id"],
        namespace=fields.get("namespace", ""),  # of a run of an older checkout: not known
        mounts=fields["mounts"],
        is_enabled=fields["is_enabled"],
        entries=tuple(SavedEntry(**entry) for entry in fields["entries"]),
        kept=tuple(fields["kept"]),
    )


def _give_back(claim: int) -> None:
    before = _recorded(claim)
    problem = _restore(before) if before is not None and before.boot_id == _boot_id() else ""
    os.ftruncate(claim, 0)
    if problem:
        raise RuntimeError(problem)


def _look(mounts: int) -> Before:
    entries = tuple(SavedEntry(name, _read(name)) for name in _names())
    return Before(
        boot_id=_boot_id(),
        namespace=_namespace(),
        mounts=mounts,
        is_enabled=_read("status") == "enabled\n",
        entries=entries,
        kept=tuple(entry.name for entry in entries if "F" in entry.flags and not os.path.exists(entry.interpreter)),
    )


def _empty(before: Before) -> None:
    for entry in before.entries:
        _write(entry.name, b"0" if entry.name in before.kept else b"-1")
    _write("status", b"1")


def _restore(before: Before) -> str:
    """Return what is not as it was, empty if everything is."""
    # In other mounts than those that were counted, by a run that was killed, the machine's own stay as they are.
    mounts = before.mounts if before.namespace == _namespace() else _mount_count()
    _mount_times(max(mounts, 1))
    failures = []
    for name in _names():
        if name not in before.kept:
            _write(name, b"-1")
    # The newest entry is matched and listed first, so the oldest is registered first.
    for entry in reversed(before.entries):
        try:
            if entry.name not in before.kept:
                _write("register", entry.line())
            _write(entry.name, b"1" if entry.is_enabled else b"0")
        except OSError as error:
            failures.append(f"{entry}: {error}")
    _write("status", b"1" if before.is_enabled else b"0")
    there = {SavedEntry(name, _read(name)) for name in _names()}
    _mount_times(mounts)
    if failures or there != set(before.entries):
        return f"the registry of this machine was {before}, and now is {there}. {failures}"
    return ""


def _boot_id() -> str:
    return _BOOT_ID.read_text(encoding="ascii").strip()


def _namespace() -> str:
    return os.readlink("/proc/self/ns/mnt")


def _names() -> list[str]:
    return [name for name in os.listdir(FOLDER) if name not in _NOT_ENTRIES]


def _read(name: str) -> str:
    return os.fsdecode((FOLDER / name).read_bytes())


def _write(name: str, text: bytes) -> None:
    # The kernel takes each write(2) as a whole, so no buffer may cut or join them.
    file = os.open(FOLDER / name, os.O_WRONLY | os.O_CLOEXEC)
    try:
        os.write(file, text)
    finally:
        os.close(file)


def _mount_count() -> int:
    # An automount that was not used yet mounts the registry when it is listed.
    with suppress(OSError):
        os.listdir(f"{FOLDER}/")
    rows = Path("/proc/self/mountinfo").read_text(encoding="utf-8", errors="surrogateescape").splitlines()
    return sum(row.split()[4] == str(FOLDER) and " - binfmt_misc " in row for row in rows)


def _mount_times(wanted: int) -> None:
    there = _mount_count()
    try:
        for _ in range(there, wanted):
            checked(["mount", "-t", "binfmt_misc", "binfmt_misc", FOLDER])
    except RuntimeError as error:
        pytest.skip(f"binfmt_misc cannot be mounted: {error}")
    for _ in range(wanted, there):
        subprocess.run(["umount", str(FOLDER)], check=True)
