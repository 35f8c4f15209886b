"""The shared libraries that a dynamic emulator needs besides its loader: in a container none of them is there."""

import io
from typing import IO, TYPE_CHECKING, Any, cast

from qemudoctor._override import override
from qemudoctor.facts.fact import Unavailable
from qemudoctor.host.door import Host, HostError

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

_LIBRARIES_MAX = 100
# What pyelftools lets out of its parts on damaged files, besides its own errors.
_LET_OUT = (ArithmeticError, AssertionError, AttributeError, LookupError, TypeError, ValueError)


_MUSL = b"No error information\0"
"""A text of musl's strerror(3), for number 0; no other C library has it. Source: musl src/errno/__strerror.h."""


def is_musl(host: Host, path: str) -> bool | None:
    """Return whether a static program holds musl's C library; None if it cannot be looked at."""
    try:
        return host.find_in_file(path, _MUSL, len(_MUSL)) is not None
    except HostError:
        return None


def read_libraries(host: Host, path: str, size: int) -> tuple[str, ...]:
    """Return what DT_NEEDED of a dynamic program names, in its order.

    Units: size is that of the file, in bytes. Raises: Unavailable if the file is damaged or cannot be read.
    """
    from elftools.common.exceptions import ELFError
    from elftools.construct.core import ConstructError
    from elftools.elf.dynamic import DynamicSegment
    from elftools.elf.elffile import ELFFile

    try:
        stream = cast("IO[bytes]", _HostFile(host, path, size))  # what pyelftools uses of one
        file = ELFFile(stream)
        segments = [x for x in file.iter_segments() if isinstance(x, DynamicSegment)]
        tags: list[Any] = [tag for segment in segments for tag in segment.iter_tags(type="DT_NEEDED")]
        return tuple(str(tag.needed) for tag in tags[:_LIBRARIES_MAX])
    except HostError as error:
        raise Unavailable(f"{error.path}: {error.reason}") from error
    except (ELFError, ConstructError, *_LET_OUT) as error:
        raise Unavailable(f"{path}: a damaged ELF file ({type(error).__name__})") from error


class _HostFile(io.RawIOBase):
    """A file of a host as pyelftools wants one."""

    def __init__(self, host: Host, path: str, size: int) -> None:
        self._host = host
        self._path = path
        self._size = size
        self._at = 0

    @override
    def readable(self) -> bool:
        return True

    @override
    def seekable(self) -> bool:
        return True

    @override
    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        self._at = max(0, base + offset)
        return self._at

    @override
    def tell(self) -> int:
        return self._at

    @override
    def readinto(self, buffer: "WriteableBuffer", /) -> int:
        view = memoryview(buffer).cast("B")
        data = self._host.read_at(self._path, self._at, len(view)) if self._at < 1 << 62 else b""
        view[: len(data)] = data
        self._at += len(data)
        return len(data)
