"""Looking at the file that a process executes, while it runs."""

import os

from qemudoctor.host.door import HostError
from qemudoctor.host.observation import Executable
from qemudoctor.host.syscalls import OPEN_FLAGS, decode, read_range, search

_HEAD_BYTES = 8192
# A text of musl's strerror(3), for number 0; no other C library has it. Source: musl src/errno/__strerror.h.
_MUSL = b"No error information\0"
# Of every user-mode QEMU. Source: QEMU linux-user/main.c, usage().
_QEMU = b"usage: qemu-"


def look_at(pid: int) -> tuple[Executable | None, int | None]:
    """Return what a running process executes, and that file opened if it is QEMU and its path does not lead to it.

    None where that must not be looked at: the process of another user, or a file that may not be read.
    """
    link = b"/proc/%d/exe" % pid
    try:
        status = os.stat(link)
        raw = os.readlink(link)
        found = Executable(status.st_dev, status.st_ino, status.st_size, decode(raw), _is_same(raw, status))
        # The link leads to the file itself, whether any directory still has a name for it or not.
        fd = None if found.is_there else os.open(link, OPEN_FLAGS)
    except OSError:
        return None, None
    if fd is None:
        return found, None
    try:
        found = found._replace(head=read_range(fd, 0, _HEAD_BYTES), is_musl=_holds(fd, found.path, _MUSL))
        if _holds(fd, found.path, _QEMU):
            return found, fd
    except OSError:
        pass
    os.close(fd)
    return found, None


def _is_same(path: bytes, status: os.stat_result) -> bool:
    try:
        at_path = os.stat(path)
    except OSError:
        return False
    return (at_path.st_dev, at_path.st_ino) == (status.st_dev, status.st_ino)


def _holds(fd: int, path: str, text: bytes) -> bool | None:
    try:
        return search(fd, path, text, len(text)) is not None
    except HostError:
        return None
