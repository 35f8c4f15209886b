"""The one place that changes a host: carrying out commands, writing into the registry, keeping what was there before.

Only `fix --apply` holds these hands; everything else reads through the door.
"""

import base64
import contextlib
import errno
import fcntl
import os
import stat
from collections.abc import Iterator
from typing import NamedTuple

from qemudoctor.exceptions import DoctorError
from qemudoctor.host.commands import run_command
from qemudoctor.host.door import CommandResult, CouldNotLook, HostError
from qemudoctor.host.live import search_folders
from qemudoctor.host.syscalls import decode, encode, failure

STATE_FOLDER = "/var/lib/qemu-doctor"
JOURNAL = f"{STATE_FOLDER}/fix.json"
_LOCK = f"{STATE_FOLDER}/lock"
_SAVED_LIMIT_BYTES = 1 << 20
_JOURNAL_LIMIT_BYTES = _SAVED_LIMIT_BYTES << 4
_OTHERS_WRITE = 0o022
_STATE_HINT = "What was there before is written down there before anything is changed."
_SHELL = "/bin/sh"
_MOUNTING_S = 30.0
_COMMAND_S = 1800.0
"""A package manager may have to fetch a hundred megabytes."""
KINDS = ("absent", "directory", "link", "file")
"""What can lie at a path that is put back."""


class SavedFile(NamedTuple):
    """What lay at a path: nothing, a directory, a link to a target, or a file with its content (base64)."""

    path: str
    kind: str
    content: str = ""
    mode: int = 0
    uid: int = 0
    gid: int = 0


class Hands:
    """What `fix --apply` does to the running machine."""

    def run(self, command: str) -> CommandResult:
        """Return how a command ended that a shell has carried out as it is printed. Raises: HostError.

        Of what it prints only the end is kept: a package manager must not be ended in the middle for its words.
        """
        argv = (_SHELL, "-c", command)
        return run_command(argv, program=_SHELL, timeout_s=_COMMAND_S, folders=search_folders(), keeps_end=True)

    def write(self, path: str, content: bytes) -> None:
        """Write into a file that is there, in one call, as binfmt_misc demands. Raises: HostError."""
        try:
            fd = os.open(encode(path), os.O_WRONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
            try:
                os.write(fd, content)
            finally:
                os.close(fd)
        except OSError as error:
            raise failure(path, error) from error

    def save(self, path: str) -> tuple[SavedFile, ...]:
        """Return what lies at a path now, so that restore() can put it back, and where it leads if it is a link.

        What is written to a link lands where that leads. Raises: HostError.
        """
        try:
            saved = _save(path)
            if saved.kind != "link":
                return (saved,)
            return saved, _save(decode(os.path.realpath(encode(path))))
        except OSError as error:
            raise failure(path, error) from error

    def restore(self, saved: SavedFile) -> None:
        """Put back what lay at a path. Raises: HostError."""
        try:
            _restore(saved)
        except OSError as error:
            raise failure(saved.path, error) from error

    def unmount(self, path: str) -> None:
        """Unmount what lies at a path. Raises: HostError."""
        _carry_out("umount", path)

    def remount_read_only(self, path: str) -> None:
        """Make the mount at a path read-only again. Raises: HostError."""
        _carry_out("mount", "-o", "remount,ro", path)

    def read_journal(self) -> bytes | None:
        """Return the journal that an earlier run has left, None without one.

        Raises: HostError, also where somebody else could have written it.
        """
        try:
            fd = os.open(JOURNAL, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise failure(JOURNAL, error) from error
        try:
            status = os.fstat(fd)
            others = status.st_uid != os.geteuid() or status.st_mode & _OTHERS_WRITE
            if others or not stat.S_ISREG(status.st_mode) or status.st_size > _JOURNAL_LIMIT_BYTES:
                raise CouldNotLook(JOURNAL, "is no file that an earlier run has written")
            return os.read(fd, _JOURNAL_LIMIT_BYTES)
        except OSError as error:
            raise failure(JOURNAL, error) from error
        finally:
            os.close(fd)

    def write_journal(self, content: bytes) -> None:
        """Write the journal so that it is on the disk, whole, whatever happens next. Raises: HostError."""
        if len(content) > _JOURNAL_LIMIT_BYTES:
            raise CouldNotLook(JOURNAL, "would be too large to be read again")
        try:
            _write_durably(JOURNAL, content, 0o600)
        except OSError as error:
            raise failure(JOURNAL, error) from error

    def drop_journal(self) -> None:
        """Remove the journal: nothing is unfinished any more. Raises: HostError."""
        try:
            with contextlib.suppress(FileNotFoundError):
                os.unlink(JOURNAL)
            _sync_folder(STATE_FOLDER)
        except OSError as error:
            raise failure(JOURNAL, error) from error


@contextlib.contextmanager
def only_one() -> Iterator[None]:
    """Let nobody else repair this host at the same time. Raises: DoctorError."""
    try:
        os.makedirs(STATE_FOLDER, mode=0o700, exist_ok=True)
        fd = os.open(_LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    except OSError as error:
        hint = "Changing a host needs root." if error.errno in (errno.EACCES, errno.EPERM) else _STATE_HINT
        raise DoctorError(f"{STATE_FOLDER}: {error.strerror}", hint=hint) from error
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError as error:
        raise DoctorError("another qemu-doctor repairs this host just now", hint="Wait until it has ended.") from error
    finally:
        os.close(fd)


def _carry_out(*argv: str) -> None:
    places = [f"{folder}/{argv[0]}" for folder in search_folders()]
    program = next((x for x in places if os.access(x, os.X_OK)), f"/bin/{argv[0]}")
    result = run_command(argv, program=program, timeout_s=_MOUNTING_S, folders=search_folders())
    if result.status != 0:
        raise HostError(argv[-1], result.stderr.strip() or f"{argv[0]} failed", errno=errno.EBUSY)


def _save(path: str) -> SavedFile:
    raw = encode(path)
    try:
        status = os.lstat(raw)
    except (FileNotFoundError, NotADirectoryError):
        return SavedFile(path, "absent")
    owner = (stat.S_IMODE(status.st_mode), status.st_uid, status.st_gid)
    if stat.S_ISDIR(status.st_mode):
        return SavedFile(path, "directory", "", *owner)
    if stat.S_ISLNK(status.st_mode):
        return SavedFile(path, "link", decode(os.readlink(raw)), *owner)
    if not stat.S_ISREG(status.st_mode) or status.st_size > _SAVED_LIMIT_BYTES:
        raise CouldNotLook(path, "is no ordinary file of at most 1 MiB, so it is not replaced", errno=errno.EFBIG)
    with open(raw, "rb") as file:
        content = base64.b64encode(file.read()).decode("ascii")
    return SavedFile(path, "file", content, *owner)


def _restore(saved: SavedFile) -> None:
    raw = encode(saved.path)
    if _save(saved.path) == saved:
        return
    match saved.kind:
        case "absent":
            with contextlib.suppress(FileNotFoundError):
                if stat.S_ISDIR(os.lstat(raw).st_mode):
                    # A folder that somebody else has filled meanwhile stays.
                    with contextlib.suppress(OSError):
                        os.rmdir(raw)
                else:
                    os.unlink(raw)
        case "link":
            with contextlib.suppress(FileNotFoundError):
                os.unlink(raw)
            os.symlink(saved.content.encode("utf-8", "surrogateescape"), raw)
        case "file":
            content = base64.b64decode(saved.content)
            _write_durably(saved.path, content, saved.mode, owner=(saved.uid, saved.gid))
        case _:
            os.makedirs(raw, saved.mode, exist_ok=True)


def _write_durably(path: str, content: bytes, mode: int, *, owner: tuple[int, int] | None = None) -> None:
    raw = encode(path)
    temporary = os.path.join(os.path.dirname(raw), b".qemu-doctor")
    with contextlib.suppress(FileNotFoundError):
        os.unlink(temporary)  # of a run that was killed
    fd = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW, mode)
    try:
        if owner is not None:
            os.fchown(fd, *owner)
        os.fchmod(fd, mode)
        view = memoryview(content)
        while view:
            view = view[os.write(fd, view) :]
        os.fsync(fd)
        os.replace(temporary, raw)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(temporary)
        raise
    finally:
        os.close(fd)
    _sync_folder(os.path.dirname(path))


def _sync_folder(folder: str) -> None:
    fd = os.open(encode(folder), os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)
