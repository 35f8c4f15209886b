"""One registered format of binfmt_misc, as register string and as text."""

from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

from qemudoctor.kernel.program import Program
from qemudoctor.kernel.register import Fields
from qemudoctor.kernel.release import KernelRelease

_FLAG_ORDER = "POCFTL"
_DELIMITERS = b":,|;#%"
_LINE_MAX = 1920
_OFFSET_DIGITS_MAX = 11
_HEAD_MAX_BYTES = 256
_ALL_BYTES = frozenset(bytes(range(256)))


class EntryFormatError(ValueError):
    """A text is not what binfmt_misc prints for an entry."""


@lru_cache(maxsize=512)
def _fields(line: bytes, kernel: KernelRelease) -> Fields:
    """Return the parsed fields of a register string; a plan asks of the same ones again and again."""
    return Fields(line, kernel)


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", "surrogateescape")


def _raw(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


class Entry(NamedTuple):
    """A format that binfmt_misc knows: what it matches, by magic or by extension, and who interprets it."""

    name: str
    interpreter: str
    flags: str = ""
    """Letters of POCFTL in that order; C and T always come with O."""
    offset: int = 0
    magic: bytes = b""
    mask: bytes | None = None
    extension: str | None = None
    """Without the dot; None for an entry that matches by magic."""
    enabled: bool = True
    pinned: Program | None = None
    """The interpreter as F opened it; None where that is not known, or without F."""

    @classmethod
    def from_register(cls, line: bytes, kernel: KernelRelease) -> "Entry":
        r"""Return the entry that a write of line to `register` makes.

        Format: ":name:M:offset:magic:mask:interpreter:flags" or ":name:E::extension::interpreter:flags", any
            delimiter; `\xHH` in magic and mask.
        Raises: RegisterError with the errno that the kernel returns and what is wrong.
        Source: Linux fs/binfmt_misc.c, create_entry(). An F interpreter is opened by Registry.register().
        """
        fields = _fields(line, kernel)
        return cls(
            name=_text(fields.name),
            interpreter=_text(fields.interpreter),
            flags=_ordered(fields.flags),
            offset=fields.offset,
            magic=fields.magic,
            mask=fields.mask,
            extension=None if fields.extension is None else _text(fields.extension),
            enabled="D" not in fields.flags,
        )

    @classmethod
    def from_procfs(cls, name: str, text: str) -> "Entry":
        """Return the entry that /proc/sys/fs/binfmt_misc/NAME shows as text.

        Format: "enabled" or "disabled", "interpreter PATH", "flags: LETTERS" (may be empty), then either
            "offset N" (bytes), "magic HEX" and optionally "mask HEX", or only "extension .EXT". Letters and lines
            that newer kernels add are kept or passed over.
        Raises: EntryFormatError if a line is missing or damaged.
        Source: Linux fs/binfmt_misc.c, entry_status(). An interpreter may contain newlines, so the last "flags: "
            line counts.
        """
        state, _, rest = text.partition("\n")
        head, _, tail = rest.rpartition("\nflags: ")
        interpreter = head.removeprefix("interpreter ")
        flags, _, body = tail.partition("\n")
        if (
            state not in ("enabled", "disabled")
            or interpreter in ("", head)
            or not body.endswith("\n")
            or not (flags.isascii() and (flags.isalpha() or not flags))
        ):
            raise EntryFormatError(f"not the text of a binfmt_misc entry: {text[:60]!r}")
        entry = cls(name=name, interpreter=interpreter, flags=flags, enabled=state == "enabled")
        if body.startswith("extension ."):
            extension = body[len("extension .") : -1]
            if not extension or "/" in extension:
                raise EntryFormatError(f"not an extension: {extension[:60]!r}")
            return entry._replace(extension=extension)
        return entry._with_magic(dict(_field(line) for line in body.split("\n")))

    def _with_magic(self, fields: Mapping[str, str]) -> "Entry":
        offset = fields.get("offset", "")
        if not offset.removeprefix("-").isdecimal() or not offset.isascii() or len(offset) > _OFFSET_DIGITS_MAX:
            raise EntryFormatError(f"the offset is {offset[:40]!r}")
        magic = _decoded(fields.get("magic", ""))
        mask = _decoded(fields["mask"]) if "mask" in fields else None
        if not magic or (mask is not None and len(mask) != len(magic)):
            size = "none" if mask is None else len(mask)
            raise EntryFormatError(f"magic has {len(magic)} bytes, mask {size}")
        return self._replace(offset=int(offset), magic=magic, mask=mask)

    def to_procfs(self) -> str:
        """Return the text that /proc/sys/fs/binfmt_misc/NAME shows for this entry."""
        lines = [
            "enabled" if self.enabled else "disabled",
            f"interpreter {self.interpreter}",
            f"flags: {self.flags}",
        ]
        if self.extension is not None:
            lines.append(f"extension .{self.extension}")
        else:
            lines += [f"offset {self.offset}", f"magic {self.magic.hex()}"]
            lines += [f"mask {self.mask.hex()}"] if self.mask is not None else []
        return "\n".join(lines) + "\n"

    def to_register(self) -> bytes:
        r"""Return the register string that makes this entry: from_register() of it gives the same entry.

        Magic and mask are written as `\xHH`, or raw where the string would otherwise be longer than 1920 bytes. Before
        Linux 3.18 a register string may have 256 bytes only.
        """
        line = self._register_string(_ALL_BYTES)
        return line if len(line) <= _LINE_MAX else self._register_string(frozenset(b"\0\n\\"))

    def _register_string(self, escaped: frozenset[int]) -> bytes:
        literal = _raw(f"{self.name}{self.interpreter}{self.extension or ''}")
        delimiter = next((x for x in _DELIMITERS if x not in literal), 0x01)
        if self.extension is not None:
            kind, offset, magic = b"E", b"", _raw(self.extension)
        else:
            kind, magic = b"M", _escape(self.magic, escaped | {delimiter})
            # A negative one is what an old kernel made of a number too large, and only a number is taken.
            offset = str(self.offset & 0xFFFFFFFF).encode() if self.offset else b""
        mask = _escape(self.mask, escaped | {delimiter}) if self.mask is not None else b""
        parts = (_raw(self.name), kind, offset, magic, mask, _raw(self.interpreter), self.flags.encode())
        return b"".join(bytes([delimiter]) + part for part in parts)

    def matches(self, head: bytes, path: str) -> bool:
        """Return whether an execve of path, whose file starts with head, is a case for this entry, enabled or not.

        Units: head is the first 128 or 256 bytes of the file; behind its end the kernel sees zeros.
        Source: Linux fs/binfmt_misc.c, search_binfmt_handler().
        """
        if self.extension is not None:
            return self.extension == extension_of(path)
        bits, wanted = pattern(self.offset, self.magic, self.mask)
        return int.from_bytes(head, "little") & bits == wanted

    def with_flags(self, flags: str) -> "Entry":
        """Return this entry with other flags, in the kernel's order and with O where C is."""
        return self._replace(flags=_ordered(flags))


def _decoded(text: str) -> bytes:
    try:
        if " " not in text:  # which fromhex() passes over
            return bytes.fromhex(text)
    except ValueError:
        pass
    raise EntryFormatError(f"magic or mask is not hexadecimal: {text[:60]!r}")


def _field(line: str) -> tuple[str, str]:
    name, _, value = line.partition(" ")
    return name, value


class Rules(NamedTuple):
    """What decides over enabled entries that follow each other and look at the same: one look-up for all of them."""

    bits: int | None
    """The bits of the head; None for entries that match by extension."""
    entries: Mapping[int | str, Entry]
    """By the value of these bits, or by extension."""


def rules_of(entries: tuple[Entry, ...]) -> tuple[Rules, ...]:
    """Return the rules of the enabled entries, in match order."""
    groups: list[tuple[int | None, dict[int | str, Entry]]] = []
    for entry in entries:
        bits: int | None = None
        wanted: int | str | None = entry.extension
        if wanted is None:
            bits, wanted = pattern(entry.offset, entry.magic, entry.mask)
        if entry.enabled:
            if not groups or groups[-1][0] != bits:
                groups.append((bits, {}))
            groups[-1][1].setdefault(wanted, entry)
    return tuple(Rules(*group) for group in groups)


def extension_of(path: str) -> str:
    """Return what follows the last dot of a path, as binfmt_misc sees it: a directory's dot counts too.

    It is empty without a dot, and no entry has an empty extension.
    """
    return path.rpartition(".")[2] if "." in path else ""


@lru_cache(maxsize=1024)
def pattern(offset: int, magic: bytes, mask: bytes | None) -> tuple[int, int]:
    """Return the bits of a head that are looked at, and what they must be: one comparison instead of a loop.

    The head is a number for that, its first byte lowest.
    """
    if not 0 <= offset < _HEAD_MAX_BYTES:
        # Old kernels let a huge offset wrap around. What lies outside the head, nobody can say.
        return 0, 1
    size = len(magic)
    bits = (1 << 8 * size) - 1 if mask is None else int.from_bytes(mask, "little")
    return bits << 8 * offset, (int.from_bytes(magic, "little") & bits) << 8 * offset


def _ordered(flags: str) -> str:
    have = set(flags) | ({"O"} if "C" in flags or "T" in flags else set())
    return "".join(letter for letter in _FLAG_ORDER if letter in have)


def _escape(raw: bytes, escaped: frozenset[int]) -> bytes:
    return b"".join(b"\\x%02x" % byte if byte in escaped else bytes([byte]) for byte in raw)
