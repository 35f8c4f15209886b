"""The register string of binfmt_misc, parsed as the kernel parses it."""

import re

from qemudoctor.kernel.errnos import Errno
from qemudoctor.kernel.features import Feature
from qemudoctor.kernel.release import KernelRelease

MIN_BYTES = 11
_PADDING = 8
_HEX = b"0123456789abcdefABCDEF"
_INT_MAX = (1 << 31) - 1
_STRICT_DECIMAL = rb"[+-]?\d+\n?"


class RegisterError(Exception):
    """The kernel refuses a register string.

    errno: what write() returns, as an Errno. field: the part that is wrong. reason: what is wrong with it.
    """

    def __init__(self, reason: str, *, errno: Errno = Errno.EINVAL, field: str = "line") -> None:
        super().__init__(f"{errno.name}: {reason}")
        self.errno = errno
        self.field = field
        self.reason = reason


class Fields:
    """The fields of a register string, undecoded errors already raised. Read once, by Entry.from_register()."""

    __slots__ = ("extension", "flags", "interpreter", "magic", "mask", "name", "offset")

    name: bytes
    interpreter: bytes
    flags: str

    def __init__(self, line: bytes, kernel: KernelRelease) -> None:
        self.magic = b""
        self.mask: bytes | None = None
        self.offset = 0
        self.extension: bytes | None = None
        _Parser(line, kernel, self).parse()


class _Parser:
    """create_entry() of Linux fs/binfmt_misc.c: one pass over a buffer padded with eight delimiters."""

    def __init__(self, line: bytes, kernel: KernelRelease, fields: Fields) -> None:
        self.kernel = kernel
        self.fields = fields
        limit = 1920 if kernel.supports(Feature.REGISTER_1920) else 256
        if not MIN_BYTES <= len(line) <= limit:
            raise RegisterError(f"{len(line)} bytes, but {MIN_BYTES} to {limit} are allowed", field="length")
        self.delimiter = line[:1]
        self.letters = _letters(kernel)
        if self.delimiter in self.letters and kernel.supports(Feature.FLAG_DELIMITER_REFUSED):
            raise RegisterError("a flag letter cannot be the delimiter", field="delimiter")
        self.buffer = line + self.delimiter * _PADDING
        self.length = len(line)
        self.at = 1

    def parse(self) -> None:
        self.fields.name = self._name()
        kind = self.buffer[self.at : self.at + 1]
        if kind not in (b"E", b"M"):
            raise RegisterError(f"the type is {_shown(kind)}, not E or M", field="type")
        self.at += 1
        if self.buffer[self.at : self.at + 1] != self.delimiter:
            raise RegisterError("the type is longer than one letter", field="type")
        self.at += 1
        if kind == b"M":
            self._magic_fields()
        else:
            self._extension_fields()
        self.fields.interpreter = self._until("interpreter")
        if not self.fields.interpreter:
            raise RegisterError("no interpreter", field="interpreter")
        self.fields.flags = self._flags()
        self._require_agreement()

    def _require_agreement(self) -> None:
        """Refuse flags that exclude each other, and a relative interpreter with a program's credentials (7.3)."""
        flags = self.fields.flags
        if ("T" in flags and "P" in flags) or ("L" in flags and set(flags) & set("POCT")):
            raise RegisterError("L goes with none of P, O, C and T, and T not with P", field="flags")
        if "F" in flags or not set(flags) & set("CL") or self.fields.interpreter.startswith(b"/"):
            return
        if self.kernel.supports(Feature.C_NEEDS_ABSOLUTE):
            raise RegisterError("C and L without F need an absolute interpreter", field="interpreter")

    def _until(self, field: str) -> bytes:
        """Return the bytes up to the next delimiter; a NUL before it ends the string and so the search."""
        # There is one: the buffer ends in more delimiters than a line has fields.
        end = self.buffer.index(self.delimiter, self.at)
        text = self.buffer[self.at : end]
        if b"\0" in text:
            raise RegisterError(f"the {field} field does not end with the delimiter", field=field)
        self.at = end + 1
        return text

    def _name(self) -> bytes:
        name = self._until("name")
        if not name or name in (b".", b"..") or b"/" in name:
            raise RegisterError("the name is empty, '.', '..' or contains a slash", field="name")
        return name

    def _magic_fields(self) -> None:
        self.fields.offset = self._offset(self._until("offset"))
        magic = self._escaped("magic")
        if not magic:
            raise RegisterError("no magic", field="magic")
        mask = self._escaped("mask")
        self.fields.magic = _unescape(magic)
        size = len(self.fields.magic)
        if mask:
            self.fields.mask = _unescape(mask)
            if len(self.fields.mask) != size:
                raise RegisterError(f"the mask has {len(self.fields.mask)} bytes, the magic {size}", field="mask")
        window = 256 if self.kernel.supports(Feature.BUFFER_256) else 128
        end = self.fields.offset + size
        # Where the offset wraps around, this sum does as well.
        if end > window and (end <= _INT_MAX or self.kernel.supports(Feature.STRICT_OFFSET)):
            raise RegisterError(
                f"offset {self.fields.offset} and {size} bytes of magic reach beyond the first {window} bytes",
                field="magic",
            )

    def _escaped(self, field: str) -> bytes:
        r"""Return a magic or mask up to the delimiter as a C string; after `\x` two hexadecimal digits must follow."""
        start = at = self.at
        while self.buffer[at : at + 1] != self.delimiter:
            if self.buffer[at : at + 2] == b"\\x":
                # The delimiters behind the line are there, if nothing else: this takes two of the eight at most.
                if self.buffer[at + 2] not in _HEX or self.buffer[at + 3] not in _HEX:
                    raise RegisterError(r"\x is not followed by two hexadecimal digits", field=field)
                at += 3
            at += 1
        self.at = at + 1
        return self.buffer[start:at].partition(b"\0")[0]

    def _offset(self, text: bytes) -> int:
        if not text:
            return 0
        if not self.kernel.supports(Feature.STRICT_OFFSET):
            return self._loose_offset(text)
        if not re.fullmatch(_STRICT_DECIMAL, text) or not 0 <= (value := int(text)) <= _INT_MAX:
            raise RegisterError(f"the offset is {_shown(text)}, not a number from 0 to {_INT_MAX}", field="offset")
        return value

    def _loose_offset(self, text: bytes) -> int:
        """Return the offset as simple_strtoul() and an int make it: too large a number wraps around."""
        if not text.isdigit():
            raise RegisterError(f"the offset is {_shown(text)}, not a number", field="offset")
        value = int(text) & 0xFFFFFFFF
        return value - (1 << 32) if value > _INT_MAX else value

    def _extension_fields(self) -> None:
        self._until("offset")
        extension = self._until("magic")
        if not extension or b"/" in extension:
            raise RegisterError("the extension is empty or contains a slash", field="magic")
        self.fields.extension = extension
        self._until("mask")

    def _flags(self) -> str:
        start = self.at
        if start > self.length:
            raise RegisterError("the interpreter field does not end with the delimiter", field="interpreter")
        text = self.buffer[start:]
        rest = text.lstrip(self.letters)
        if len(self.buffer) - len(rest.removeprefix(b"\n")) != self.length:
            raise RegisterError(_flag_reason(self.buffer[start : self.length], self.kernel), field="flags")
        return text[: len(text) - len(rest)].decode()


def _letters(kernel: KernelRelease) -> bytes:
    """Return the flags that a kernel knows."""
    if not kernel.supports(Feature.FIX_BINARY):
        return b"POC"
    return b"POCFTLD" if kernel.supports(Feature.LOADER_FLAGS) else b"POCF"


def _flag_reason(rest: bytes, kernel: KernelRelease) -> str:
    letters = rest.rstrip(b"\n")
    if letters and not letters.strip(b"POCF") and not kernel.supports(Feature.FIX_BINARY):
        return "the flag F is not known before Linux 4.8"
    return f"the flags are {_shown(rest)}, not letters of {_letters(kernel).decode()}"


def _unescape(text: bytes) -> bytes:
    r"""Return text with `\xHH` decoded, everything else literal (string_unescape_inplace, UNESCAPE_HEX).

    Behind each `\x` that it meets are two digits: _Parser._escaped() looked.
    """
    out, slash, rest = text.partition(b"\\")
    while slash:
        if rest.startswith(b"x"):
            out += bytes((int(rest[1:3], 16),))
            rest = rest[3:]
        else:
            # What follows stands for itself, another backslash as well.
            out += slash + rest[:1]
            rest = rest[1:]
        plain, slash, rest = rest.partition(b"\\")
        out += plain
    return out


def _shown(text: bytes) -> str:
    # As it was given: a backslash of a line is one, not an escape of Python's.
    return repr(text[:40].decode("latin-1")).replace("\\\\", "\\")
