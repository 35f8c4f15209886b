"""The machine this runs on."""

import errno
import os
import stat
from collections.abc import Callable, Sequence
from typing import TypeVar

from qemudoctor.host.door import (
    READ_LIMIT_BYTES,
    CommandResult,
    CouldNotLook,
    FileStat,
    HttpAnswer,
    NotThere,
    Source,
    Uname,
)
from qemudoctor.host.syscalls import (
    OPEN_FLAGS,
    decode,
    encode,
    failure,
    file_stat,
    names,
    read_all,
    read_range,
    require_regular,
    search,
)
from qemudoctor.host.trees import LiveTree

# Of an ordinary user, PATH has no sbin on Debian, where update-binfmts lies.
STANDARD_FOLDERS = ("/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin")
_MOUNTS = "/proc/self/mountinfo"
_MOUNTS_LIMIT_BYTES = 1 << 24

_T = TypeVar("_T")


class LiveHost:
    """The running machine, seen by this process: with its rights, in its mount namespace.

    Only listdir(), and any access *below* it, triggers an automount: opening the directory, a trailing slash and
    statfs() do, stat() and lstat() do not.
    """

    source = Source.LIVE
    root = "/"

    def read(self, path: str, *, limit: int = READ_LIMIT_BYTES) -> bytes:
        return _with_file(path, lambda fd: read_all(fd, limit))

    def read_at(self, path: str, offset: int, size: int) -> bytes:
        return _with_file(path, lambda fd: read_range(fd, offset, size))

    def find_in_file(self, path: str, needle: bytes, window: int, *, start: int = 0) -> bytes | None:
        return _with_file(path, lambda fd: search(fd, path, needle, window, start))

    def stat(self, path: str, *, follow: bool = True) -> FileStat:
        return file_stat(_ask(path, lambda raw: os.stat(raw, follow_symlinks=follow)))

    def readlink(self, path: str) -> str:
        return decode(_ask(path, os.readlink))

    def listdir(self, path: str) -> tuple[str, ...]:
        return _ask(path, lambda raw: names(raw, path))

    def exists(self, path: str) -> bool:
        try:
            self.stat(path)
        except NotThere:
            return False
        return True

    def mount_is_noexec(self, path: str) -> bool:
        # Of an automount that was not triggered, statfs would trigger it.
        if self.stat(path).device in _automounts():
            raise CouldNotLook(path, "is an automount that was not triggered yet")
        return bool(_ask(path, os.statvfs).f_flag & os.ST_NOEXEC)

    def uname(self) -> Uname:
        own = os.uname()
        return Uname(own.sysname, own.nodename, own.release, own.version, own.machine)

    def hostname(self) -> str:
        return os.uname().nodename

    def euid(self) -> int:
        return os.geteuid()

    def environment(self, name: str) -> str | None:
        return os.environ.get(name)

    def which(self, program: str) -> str | None:
        for folder in search_folders():
            path = f"{folder.rstrip('/')}/{program}"
            try:
                status = os.stat(encode(path))
            except OSError:
                # As a shell does: a folder that may not be searched holds nothing that could be started.
                continue
            if stat.S_ISREG(status.st_mode) and os.access(encode(path), os.X_OK):
                return path
        return None

    def run(self, argv: Sequence[str], *, timeout_s: float) -> CommandResult:
        # Looked for here: execvp() says EACCES, not ENOENT, if one of the folders may not be searched.
        program = argv[0] if "/" in argv[0] else self.which(argv[0])
        if program is None:
            raise NotThere(argv[0], "is not installed", errno=errno.ENOENT)
        # Loaded here: subprocess costs as much as a bare interpreter needs to start.
        from qemudoctor.host.commands import run_command

        return run_command(argv, program=program, timeout_s=timeout_s, folders=search_folders())

    def http_get(self, socket: str, target: str, *, timeout_s: float) -> HttpAnswer:
        from qemudoctor.host.sockets import http_get

        return http_get(socket, target, timeout_s=timeout_s)

    def tree(self) -> LiveTree:
        return LiveTree()


def search_folders() -> tuple[str, ...]:
    """Return where programs are looked for: PATH and the standard folders, without relative ones."""
    own = os.environ.get("PATH", "").split(":")
    return tuple(dict.fromkeys(folder for folder in (*own, *STANDARD_FOLDERS) if folder.startswith("/")))


def _ask(path: str, call: Callable[[bytes], _T]) -> _T:
    try:
        return call(encode(path))
    except OSError as error:
        raise failure(path, error) from error


def _with_file(path: str, use: Callable[[int], _T]) -> _T:
    """Return what `use` makes of a regular file opened for reading."""
    try:
        raw = encode(path)
        # Before, since opening a device can have effects; and after, since it may be another file by then.
        require_regular(path, os.stat(raw).st_mode)
        fd = os.open(raw, OPEN_FLAGS)
        try:
            require_regular(path, os.fstat(fd).st_mode)
            return use(fd)
        finally:
            os.close(fd)
    except OSError as error:
        raise failure(path, error) from error


def _automounts() -> frozenset[int]:
    """Return the devices of autofs mounts; a path that stat finds on one is not mounted yet.

    Format: `36 23 0:32 / /proc/sys/fs/binfmt_misc rw,relatime shared:16 - autofs systemd-1 rw,fd=29`
    Source: proc_pid_mountinfo(5).
    """
    lines = _with_file(_MOUNTS, lambda fd: read_all(fd, _MOUNTS_LIMIT_BYTES)).splitlines()
    rows = [line.split() for line in lines if b" - autofs " in line]
    return frozenset(os.makedev(*map(int, row[2].split(b":"))) for row in rows)
