"""The first line of a script, read as the kernel reads it."""

from typing import NamedTuple

from qemudoctor.kernel.features import Feature
from qemudoctor.kernel.release import KernelRelease

_BLANKS = b" \t"


class Shebang(NamedTuple):
    """What a #! line asks for. An empty interpreter is the working directory (Linux 5.8 and later)."""

    interpreter: bytes
    argument: bytes | None


def parse_shebang(head: bytes, *, kernel: KernelRelease) -> Shebang | None:
    """Return the interpreter and argument of a script, or None where the kernel says ENOEXEC.

    Format: head is the start of the file, as much as the kernel's buffer holds (128 or 256 bytes).
    Source: Linux fs/binfmt_script.c, load_script(), of 3.10, 5.0 and 5.8.
    """
    size = 256 if kernel.supports(Feature.BUFFER_256) else 128
    buffer = head[:size].ljust(size, b"\0")
    if not buffer.startswith(b"#!"):
        return None
    if _newline(buffer) < 0 and _is_cut(buffer, size - 1):
        return None if kernel.supports(Feature.STRICT_SHEBANG) else _parse_before_5_8(buffer)
    return _parse_since_5_8(buffer) if kernel.supports(Feature.EMPTY_SHEBANG_OPENS) else _parse_before_5_8(buffer)


def _newline(buffer: bytes) -> int:
    """Return where the first newline is, -1 if a NUL or the end comes first."""
    end = buffer.find(b"\n")
    nul = buffer.find(b"\0")
    return -1 if 0 <= nul < end else end


def _skip_blanks(buffer: bytes, at: int, last: int) -> int | None:
    while at <= last:
        if buffer[at] not in _BLANKS:
            return at
        at += 1
    return None


def _find_terminator(buffer: bytes, at: int, last: int) -> int | None:
    while at <= last:
        if buffer[at] in b" \t\0":
            return at
        at += 1
    return None


def _is_cut(buffer: bytes, last: int) -> bool:
    """Return whether the interpreter's path may go on behind the buffer: no blank, no NUL, no newline after it."""
    start = _skip_blanks(buffer, 2, last)
    return start is None or _find_terminator(buffer, start, last) is None


def _string(buffer: bytes, start: int, end: int) -> bytes:
    return buffer[start:end].split(b"\0", 1)[0]


def _parse_since_5_8(buffer: bytes) -> Shebang | None:
    end = _newline(buffer)
    if end < 0:
        end = len(buffer) - 1
    while buffer[end - 1] in _BLANKS:
        end -= 1
    name = _skip_blanks(buffer, 2, end)
    if name is None or name == end:
        return None
    separator = _find_terminator(buffer, name, end)
    argument = None
    if separator is not None and buffer[separator]:
        argument = _skip_blanks(buffer, separator, end)
    if argument is None or separator is None:
        return Shebang(_string(buffer, name, end), None)
    return Shebang(buffer[name:separator], _string(buffer, argument, end))


def _parse_before_5_8(buffer: bytes) -> Shebang | None:
    last = len(buffer) - 1
    end = _newline(buffer[:last])
    if end < 0:
        end = last
    line = buffer[2:end].rstrip(_BLANKS).lstrip(_BLANKS)
    line = line.split(b"\0", 1)[0]
    name = line.split(b" ", 1)[0].split(b"\t", 1)[0]
    if not name:
        return None
    argument = line[len(name) :].lstrip(_BLANKS)
    return Shebang(name, argument or None)
