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
    if b"\n" not in _text(buffer) and _is_cut(buffer):
        return None if kernel.supports(Feature.STRICT_SHEBANG) else _parse_before_5_8(buffer)
    return _parse_since_5_8(buffer) if kernel.supports(Feature.EMPTY_SHEBANG_OPENS) else _parse_before_5_8(buffer)


def _text(buffer: bytes) -> bytes:
    """Return the buffer as a string of C: up to the first NUL."""
    return buffer.partition(b"\0")[0]


def _is_cut(buffer: bytes) -> bool:
    """Return whether the interpreter's path may go on behind the buffer: no blank and no NUL after it."""
    return not any(x in b" \t\0" for x in buffer[2:].lstrip(_BLANKS))


def _line(buffer: bytes) -> bytes:
    """Return what stands behind #! up to the newline, which is not searched behind a NUL, without blanks around it."""
    text, newline, _ = _text(buffer).partition(b"\n")
    return (text[2:] if newline else buffer[2:-1]).strip(_BLANKS)


def _split(line: bytes) -> tuple[bytes, bytes]:
    """Return the interpreter's path, and what follows it with the byte that ends it."""
    name = _text(line).partition(b" ")[0].partition(b"\t")[0]
    return name, line[len(name) :]


def _parse_since_5_8(buffer: bytes) -> Shebang | None:
    line = _line(buffer)
    name, rest = _split(line)
    if not line:
        return None
    # A NUL ends the name and leaves no argument; behind a blank, it ends an argument that may be empty.
    return Shebang(name, _text(rest.lstrip(_BLANKS)) if rest.startswith((b" ", b"\t")) else None)


def _parse_before_5_8(buffer: bytes) -> Shebang | None:
    name, rest = _split(_text(_line(buffer)))
    return Shebang(name, rest.lstrip(_BLANKS) or None) if name else None
