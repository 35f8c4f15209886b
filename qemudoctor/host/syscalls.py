"""The few system calls that hosts and trees share, with paths as str and failures as HostError."""

import errno
import os
import stat

from qemudoctor.host.door import LISTING_LIMIT, CouldNotLook, FileStat, Forbidden, HostError, NotThere
from qemudoctor.kernel.tree import NodeKind

SEARCH_LIMIT_BYTES = 1 << 28
"""find_in_file() gives up behind this; the largest emulators have some 30 MB."""
_SEARCH_STEP_BYTES = 1 << 18
_READ_STEP_BYTES = 1 << 20
_FILE_LIMIT_BYTES = (1 << 63) - 1
# O_NONBLOCK: a fifo or a lease never blocks the open. O_NOCTTY: a terminal never becomes ours.
OPEN_FLAGS = os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOCTTY

_KINDS = {
    stat.S_IFREG: NodeKind.FILE,
    stat.S_IFDIR: NodeKind.DIRECTORY,
    stat.S_IFLNK: NodeKind.LINK,
    stat.S_IFIFO: NodeKind.FIFO,
    stat.S_IFSOCK: NodeKind.SOCKET,
    stat.S_IFCHR: NodeKind.CHARACTER,
    stat.S_IFBLK: NodeKind.BLOCK,
}


def encode(path: str) -> bytes:
    """Return the bytes of a path, without trailing slashes: `stat("dir/")` would trigger an automount.

    The file system encoding of Python depends on the locale, that of the host's paths does not.
    Raises: CouldNotLook if the path is relative, or holds what no path can.
    """
    try:
        raw = path.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        raise CouldNotLook(path, "is not a path: it holds half a character") from None
    if b"\0" in raw:
        raise CouldNotLook(path, "is not a path: it holds a NUL byte")
    if not raw.startswith(b"/"):
        raise CouldNotLook(path, "is not an absolute path")
    return raw.rstrip(b"/") or b"/"


def decode(raw: bytes) -> str:
    """Return a path or name as str, undecodable bytes as surrogate escapes."""
    return raw.decode("utf-8", "surrogateescape")


def failure(path: str, error: OSError) -> HostError:
    """Return the HostError that says the same as an OSError."""
    reason = os.strerror(error.errno) if error.errno else str(error)
    kind: type[NotThere | CouldNotLook]
    match error.errno:
        case errno.ENOENT | errno.ENOTDIR:
            kind = NotThere
        case errno.EACCES | errno.EPERM:
            kind = Forbidden
        case _:
            kind = CouldNotLook
    return kind(path, reason, errno=error.errno)


def signal_name(number: int) -> str:
    """Return the name of a signal, "SIG34" of one without a name."""
    import signal

    try:
        return signal.Signals(number).name
    except ValueError:
        return f"SIG{number}"


def kind_of(mode: int) -> NodeKind:
    """Return the type of a file from st_mode."""
    return _KINDS[stat.S_IFMT(mode)]


def file_stat(status: os.stat_result) -> FileStat:
    """Return what os.stat() told as our own type."""
    return FileStat(
        kind=kind_of(status.st_mode),
        mode=stat.S_IMODE(status.st_mode),
        uid=status.st_uid,
        gid=status.st_gid,
        size=status.st_size,
        device=status.st_dev,
        inode=status.st_ino,
    )


def require_regular(path: str, mode: int) -> None:
    """Refuse what is no regular file: opening a device can have effects (a watchdog), reading a fifo waits.

    Raises: CouldNotLook.
    """
    require_file(path, kind_of(mode))


def require_file(path: str, kind: NodeKind) -> None:
    """Refuse what is no regular file. Raises: CouldNotLook."""
    if kind is not NodeKind.FILE:
        raise CouldNotLook(path, f"is a {_WORDS[kind]}, not a regular file", errno=_ERRNOS.get(kind))


_WORDS = {
    NodeKind.DIRECTORY: "directory",
    NodeKind.LINK: "symbolic link",
    NodeKind.FIFO: "fifo",
    NodeKind.SOCKET: "socket",
    NodeKind.CHARACTER: "character device",
    NodeKind.BLOCK: "block device",
}
_ERRNOS = {NodeKind.DIRECTORY: errno.EISDIR, NodeKind.LINK: errno.ELOOP}


def read_all(fd: int, limit: int) -> bytes:
    """Return what an open file holds, at most limit bytes. Those of /proc have no size: read until the end."""
    parts: list[bytes] = []
    left = limit
    while left > 0 and (part := os.read(fd, min(left, _READ_STEP_BYTES))):
        parts.append(part)
        left -= len(part)
    return b"".join(parts)


def read_range(fd: int, offset: int, size: int) -> bytes:
    """Return at most size bytes from offset of an open file, fewer only at its end.

    Both may come from an ELF header that anybody wrote: no file reaches beyond 2^63, and a size is no reason to
    reserve memory.
    """
    parts: list[bytes] = []
    end = min(offset + size, _FILE_LIMIT_BYTES)
    while offset < end and (part := os.pread(fd, min(end - offset, _READ_STEP_BYTES), offset)):
        parts.append(part)
        offset += len(part)
    return b"".join(parts)


def search(fd: int, path: str, needle: bytes, window: int, start: int = 0) -> bytes | None:
    """Return window bytes from the first occurrence of needle in an open file, None without one.

    Where start is not 0, what lies behind it is looked at first.

    Reads into one small buffer: five times faster than a search in a mapped file, and a file that shrinks
    meanwhile cannot kill us with SIGBUS.
    Raises: CouldNotLook if needle is not in the first 256 MiB of a larger file.
    """
    if start > 0 and (found := _search_from(fd, path, needle, window, start)) is not None:
        return found
    return _search_from(fd, path, needle, window, 0)


def _search_from(fd: int, path: str, needle: bytes, window: int, offset: int) -> bytes | None:
    step = max(_SEARCH_STEP_BYTES, 4 * len(needle))
    chunk = bytearray(step)
    views = [memoryview(chunk)]
    while offset < SEARCH_LIMIT_BYTES:
        count = os.preadv(fd, views, offset)
        found = chunk.find(needle, 0, count)
        if found >= 0:
            return read_range(fd, offset + found, window)
        if count < len(needle):
            return None
        # An occurrence may lie across two chunks.
        offset += count - len(needle) + 1
    raise CouldNotLook(path, f"not found in the first {SEARCH_LIMIT_BYTES >> 20} MiB of a larger file")


def names(target: int | bytes, path: str) -> tuple[str, ...]:
    """Return the names in a directory (its path, or an open descriptor) in the kernel's order.

    Raises: OSError; CouldNotLook if there are more than LISTING_LIMIT.
    """
    found: list[str] = []
    with os.scandir(target) as entries:
        for entry in entries:
            if len(found) == LISTING_LIMIT:
                raise CouldNotLook(path, f"holds more than {LISTING_LIMIT} names")
            # Of a descriptor, scandir gives names decoded for the locale.
            found.append(decode(os.fsencode(entry.name)))
    return tuple(found)
