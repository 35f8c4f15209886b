"""Cutting a capture into sections, and reading the values in one section."""

import binascii
import re
from collections.abc import Collection, Iterator
from typing import NamedTuple

from qemudoctor.host.capture import END, FORMAT, SIZE_LIMIT_BYTES, VERSION, Answer, Refusal, unescape
from qemudoctor.host.syscalls import decode
from qemudoctor.host.trees import normalised

LINE_LIMIT = 1_000_000
SECTION_LIMIT = 50_000
HEAD_LIMIT_BYTES = 1 << 16
PATH_LIMIT_BYTES = 4096
DEPTH_LIMIT = 64
NAME_LIMIT_BYTES = 255

_HEAD = re.compile(rb"\[([a-z]+)((?: [a-z]+=[^ \]]*)*)\](?: (.*))?", re.DOTALL)
_DECIMAL = re.compile(r"[0-9]{1,19}")
_OCTAL = re.compile(r"[0-7]{1,5}")
_ERRNO = re.compile(r"E[A-Z0-9]{1,15}")
_ENCODINGS = ("text", "escape", "hex", "base64")
_AGAIN = "Make the capture again, and transfer it as a file, not through a terminal or an e-mail."


class Fault(Exception):
    """What is wrong with a capture, and in which line (0: as a whole)."""

    def __init__(self, message: str, *, line: int = 0, hint: str = _AGAIN) -> None:
        super().__init__(message)
        self.message = message
        self.line = line
        self.hint = hint


class Section(NamedTuple):
    """One section as it is written; the methods read its values. Raises: Fault, from all of them."""

    line: int
    kind: str
    attributes: dict[str, bytes]
    argument: bytes
    body: list[bytes]

    def fault(self, message: str) -> Fault:
        """Return a fault of this section, to be raised."""
        return Fault(f"[{self.kind}] {message}", line=self.line)

    def require_attributes(self, allowed: Collection[str]) -> None:
        """Refuse an attribute that this kind of section does not have."""
        for name in self.attributes:
            if name not in allowed:
                raise self.fault(f"has no attribute {name}=")

    def unescaped(self, raw: bytes) -> bytes:
        """Return raw with its escapes resolved."""
        try:
            return unescape(raw)
        except ValueError as error:
            raise self.fault(str(error)) from None

    def path(self) -> str:
        """Return the argument as a normalised absolute path."""
        raw = self.unescaped(self.argument)
        path = decode(raw)
        if not raw.startswith(b"/") or b"\0" in raw or normalised(path) != path:
            raise self.fault("expected an absolute path without `.`, `..` and needless slashes")
        if len(raw) > PATH_LIMIT_BYTES or path.count("/") > DEPTH_LIMIT:
            raise self.fault("the path is too long")
        return path

    def words(self) -> tuple[str, ...]:
        """Return the argument as the words of a command line."""
        if not self.argument:
            raise self.fault("expected an argument behind the bracket")
        return tuple("" if word == b'""' else decode(self.unescaped(word)) for word in self.argument.split(b" "))

    def choice(self, name: str, values: Collection[str]) -> str:
        """Return an attribute that is one of some values, the first if it is not given."""
        value = self.attributes.get(name)
        if value is None:
            return next(iter(values))
        if (text := decode(value)) not in values:
            raise self.fault(f"expected {name}={'|'.join(values)}")
        return text

    def matched(self, name: str, pattern: re.Pattern[str], default: str) -> str:
        """Return an attribute that looks like pattern."""
        if name not in self.attributes:
            return default
        value = decode(self.attributes[name])
        if not pattern.fullmatch(value):
            raise self.fault(f"{name}={value[:40]!a} is no possible value")
        return value

    def number(self, name: str, default: int = 0) -> int:
        """Return an attribute as a decimal number."""
        return int(self.matched(name, _DECIMAL, str(default)))

    def mode(self, default: int) -> int:
        """Return the permission bits."""
        return int(self.matched("mode", _OCTAL, f"{default:o}"), 8) & 0o7777

    def lines(self) -> tuple[str, ...]:
        """Return the lines of the body, escapes resolved."""
        return tuple(decode(self.unescaped(line)) for line in self.body)

    def single(self) -> str:
        """Return the only line of the body."""
        if len(self.body) != 1:
            raise self.fault(f"expected one line that starts with `|`, found {len(self.body)}")
        return self.lines()[0]

    def content(self, *, closed: bool = True) -> bytes:
        """Return the bytes that the body stands for. closed: whether its last line ends with a newline as text."""
        whole = b"\n".join(self.body)
        encoding = self.choice("encoding", _ENCODINGS)
        closed = self.choice("newline", ("yes", "no")) == "yes" and closed and bool(self.body)
        try:
            match encoding:
                case "hex":
                    return bytes.fromhex(whole.decode("ascii"))
                case "base64":
                    return binascii.a2b_base64(whole.replace(b"\n", b""), strict_mode=True)
                case "escape":
                    whole = unescape(whole)
                case _:
                    pass
        except ValueError as error:
            raise self.fault(f"the body is no {encoding}: {error}") from None
        return whole + b"\n" if closed else whole

    def refusal(self, answer: Answer) -> Refusal:
        """Return why the host did not answer."""
        return Refusal(answer, " ".join(self.lines()), self.matched("errno", _ERRNO, ""))

    def names(self) -> tuple[str, ...]:
        """Return the body as the names in a directory."""
        names = self.lines()
        for name in names:
            if name in ("", ".", "..") or "/" in name or "\0" in name or len(name) > NAME_LIMIT_BYTES:
                raise self.fault(f"{name[:40]!a} is no name of a file")
        if len(set(names)) != len(names):
            raise self.fault("a name stands twice in the list")
        return names


def comments(data: bytes) -> tuple[str, ...]:
    """Return the comments before the first section, without their `#`."""
    head = data.partition(b"\n[")[0].split(b"\n")
    return tuple(decode(line[1:].strip()) for line in head if line.startswith(b"#"))


def sections(data: bytes) -> Iterator[Section]:
    """Yield the sections of a capture, without the closing one.

    Raises: Fault, at the latest after the last section if the closing line is missing.
    """
    _require_limits(data)
    lines = data.split(b"\n")
    _require_format(lines[0])
    current: Section | None = None
    count = 0
    for number, line in enumerate(lines[1:], 2):
        if current is not None and current.kind == END and line:
            raise Fault(f"expected nothing behind [{END}]", line=number)
        if line.startswith(b"|"):
            if current is None:
                raise Fault("expected a section, found a line of a body", line=number)
            current.body.append(line[1:])
        elif line.startswith(b"["):
            if current is not None:
                yield current
            current = _head(line, number)
            count += 1
            if count > SECTION_LIMIT:
                raise Fault(f"more than {SECTION_LIMIT} sections", line=number, hint="")
        elif line and not line.startswith(b"#"):
            raise Fault("expected a line that starts with `|`, `[` or `#`", line=number)
    if current is None or current.kind != END:
        raise Fault(f"cut off: the closing line [{END}] is missing")


def _require_limits(data: bytes) -> None:
    if len(data) > SIZE_LIMIT_BYTES:
        raise Fault(f"larger than {SIZE_LIMIT_BYTES >> 20} MiB", hint="")
    if data.count(b"\n") > LINE_LIMIT:
        raise Fault(f"more than {LINE_LIMIT} lines", hint="")


def _require_format(line: bytes) -> None:
    name, _, version = line.partition(b" ")
    if name != FORMAT.encode():
        raise Fault(f"expected `{FORMAT} {VERSION}`", line=1, hint="Is this a capture of qemu-doctor?")
    if version.endswith(b"\r"):
        raise Fault("the line ends were changed to CR LF", line=1)
    if version != VERSION.encode():
        hint = "It was made by another release of qemu-doctor."
        raise Fault(f"expected version {VERSION}, found {decode(version)[:40]!a}", line=1, hint=hint)


def _head(line: bytes, number: int) -> Section:
    match = _HEAD.fullmatch(line) if len(line) <= HEAD_LIMIT_BYTES else None
    if match is None:
        raise Fault("expected [KIND NAME=VALUE ...] ARGUMENT", line=number)
    pairs = [pair.partition(b"=") for pair in match[2].split(b" ") if pair]
    attributes = {name.decode(): value for name, _, value in pairs}
    if len(attributes) != len(pairs):
        raise Fault("an attribute stands twice", line=number)
    return Section(number, match[1].decode(), attributes, match[3] or b"", [])
