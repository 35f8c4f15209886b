"""Error numbers as Linux defines them for most architectures (include/uapi/asm-generic/errno*.h)."""

import enum


class Errno(enum.IntEnum):
    """The errors that execve() and writes to binfmt_misc can return, and success."""

    OK = 0
    EPERM = 1
    ENOENT = 2
    EIO = 5
    ENXIO = 6
    E2BIG = 7
    ENOEXEC = 8
    EACCES = 13
    EBUSY = 16
    EEXIST = 17
    ENOTDIR = 20
    EINVAL = 22
    ETXTBSY = 26
    EROFS = 30
    ENAMETOOLONG = 36
    ENOSYS = 38
    ELOOP = 40
    ELIBBAD = 80


MEANINGS = {
    Errno.EPERM: "Operation not permitted",
    Errno.ENOENT: "No such file or directory",
    Errno.EIO: "Input/output error",
    Errno.ENXIO: "No such device or address",
    Errno.E2BIG: "Argument list too long",
    Errno.ENOEXEC: "Exec format error",
    Errno.EACCES: "Permission denied",
    Errno.EBUSY: "Device or resource busy",
    Errno.EEXIST: "File exists",
    Errno.ENOTDIR: "Not a directory",
    Errno.EINVAL: "Invalid argument",
    Errno.ETXTBSY: "Text file busy",
    Errno.EROFS: "Read-only file system",
    Errno.ENAMETOOLONG: "File name too long",
    Errno.ENOSYS: "Function not implemented",
    Errno.ELOOP: "Too many levels of symbolic links",
    Errno.ELIBBAD: "Accessing a corrupted shared library",
}
"""What strerror() of the GNU C library says."""
