"""Writing a capture, so that reading it gives the same again. The same capture gives the same bytes."""

import binascii
import re
from collections.abc import Iterator, Mapping

from qemudoctor.host.capture import END, FORMAT, VERSION, Capture, Found, Record, Refusal, Unanswered
from qemudoctor.host.door import CommandResult, HttpAnswer
from qemudoctor.kernel.tree import NodeKind

_HEX_LINE_BYTES = 32
_BASE64_LINE_BYTES = 57
_HEX_LIMIT_BYTES = 4096
_LETTERS = {"\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r"}
_CLOSING_SPACES = re.compile(r" +\Z")

_Attributes = Mapping[str, object]


def serialize_capture(capture: Capture) -> bytes:
    """Return the text of a capture, in the format that qemudoctor.host.capture describes."""
    lines = [f"{FORMAT} {VERSION}", *(f"# {comment}".rstrip() for comment in capture.comments)]
    lines.extend(_facts(capture))
    for path, entry in sorted(capture.paths.items()):
        lines.extend(_refused(path, entry) if isinstance(entry, Refusal) else _file(path, entry))
    for program, found in sorted(capture.programs.items()):
        lines.extend(_section("which", escape(program), [] if found is None else [escape(found)]))
    for argv, result in sorted(capture.commands.items()):
        lines.extend(_command(argv, result))
    for asked, answer in sorted(capture.answers.items(), key=lambda item: item[0]):
        lines.extend(_answer(asked, answer))
    lines.append(f"[{END}]\n")
    return "\n".join(lines).encode("utf-8", "surrogateescape")


def escape(text: str, *, also: str = "") -> str:
    """Return text on one line, with everything escaped that would not print, or that an editor might strip."""
    text = "".join(_escaped(sign) if sign in also or sign == "\\" or not sign.isprintable() else sign for sign in text)
    return _CLOSING_SPACES.sub(lambda spaces: r"\x20" * len(spaces[0]), text)


def _escaped(sign: str) -> str:
    if sign in _LETTERS:
        return _LETTERS[sign]
    return "".join(f"\\x{byte:02x}" for byte in sign.encode("utf-8", "surrogateescape"))


def _section(kind: str, argument: str, body: list[str], attributes: _Attributes | None = None) -> Iterator[str]:
    words = [kind, *(f"{name}={value}" for name, value in (attributes or {}).items())]
    yield f"[{' '.join(words)}] {argument}".rstrip()
    yield from (f"|{line}" for line in body)


def _facts(capture: Capture) -> Iterator[str]:
    if capture.uname is not None:
        names = ("system", "node", "release", "version", "machine")
        yield from _section("uname", "", [f"{name}={escape(getattr(capture.uname, name))}" for name in names])
    if capture.euid is not None:
        yield from _section("euid", str(capture.euid), [])
    if capture.environment:
        pairs = sorted(capture.environment.items())
        body = [escape(name if value is None else f"{name}={value}") for name, value in pairs]
        yield from _section("environment", "", body)


def _refused(path: str, refusal: Refusal) -> Iterator[str]:
    return _section(refusal.answer.value, escape(path), _reason(refusal), _errno(refusal))


def _reason(refusal: Refusal) -> list[str]:
    return [escape(refusal.reason)] if refusal.reason else []


def _errno(refusal: Refusal) -> dict[str, str]:
    return {"errno": refusal.errno} if refusal.errno else {}


def _file(path: str, record: Record) -> Iterator[str]:
    node = record.node
    attributes: dict[str, object] = {"mode": f"{node.mode:04o}", "uid": node.uid, "gid": node.gid, "size": node.size}
    if record.device or record.inode:
        attributes |= {"device": record.device, "inode": record.inode}
    if record.noexec is not None:
        attributes["noexec"] = "yes" if record.noexec else "no"
    body: list[str] = []
    extents = list(record.extents)
    if record.refusal is not None:
        body = _reason(record.refusal)
        attributes |= {"content": record.refusal.answer.value, **_errno(record.refusal)}
    elif node.kind is NodeKind.LINK:
        body = [escape(node.target)]
    elif node.kind is NodeKind.DIRECTORY:
        body = [escape(name) for name in record.names]
        attributes |= {} if record.complete else {"content": "none"}
    elif node.kind is NodeKind.FILE:
        attributes |= {} if record.complete else {"content": "part" if extents else "none"}
        if extents and extents[0].offset == 0:
            encoding, body = _encoded(extents.pop(0).data)
            attributes |= encoding
    yield from _section(node.kind.value, escape(path), body, attributes)
    for extent in extents:
        encoding, body = _encoded(extent.data)
        yield from _section("data", escape(path), body, {"offset": extent.offset, **encoding})
    for found in record.found:
        yield from _find(path, found)


def _find(path: str, found: Found) -> Iterator[str]:
    needle = escape(_text(found.needle), also=" ]")
    if found.window is None:
        return _section("find", escape(path), [], {"needle": needle, "found": "no"})
    body = [escape(_text(found.window))]
    return _section("find", escape(path), body, {"needle": needle, "encoding": "escape"})


def _command(argv: tuple[str, ...], result: CommandResult | Refusal) -> Iterator[str]:
    line = " ".join(_word(word) for word in argv)
    if isinstance(result, Refusal):
        yield from _section("run", line, _reason(result), {"error": result.answer.value, **_errno(result)})
        return
    ended = {"status": result.status} if result.signal is None else {"signal": result.signal}
    encoding, body = _encoded(result.stdout.encode("utf-8", "surrogateescape"))
    yield from _section("run", line, body, {**ended, **encoding})
    if result.stderr:
        encoding, body = _encoded(result.stderr.encode("utf-8", "surrogateescape"))
        yield from _section("stderr", line, body, encoding)


def _answer(asked: tuple[str, str], answer: HttpAnswer | Unanswered) -> Iterator[str]:
    line = " ".join(_word(word) for word in asked)
    peer = {} if answer.peer is None else {"peer": answer.peer}
    if isinstance(answer, Unanswered):
        refusal = answer.refusal
        return _section("get", line, _reason(refusal), {"error": refusal.answer.value, **_errno(refusal), **peer})
    headers = "\n".join(f"{name}: {value}" for name, value in sorted(answer.headers.items()))
    told = {"headers": escape(headers, also=" ]")} if headers else {}
    encoding, body = _encoded(answer.body)
    return _section("get", line, body, {"status": answer.status, **peer, **told, **encoding})


def _word(word: str) -> str:
    if word == '""':
        return r"\x22\x22"
    return escape(word, also=" ") or '""'


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", "surrogateescape")


def _encoded(data: bytes) -> tuple[dict[str, str], list[str]]:
    """Return attributes and body for some bytes: text as long as it stays readable."""
    text = _text(data)
    odd = sum(not sign.isprintable() for sign in text) - text.count("\n") - text.count("\t")
    if odd > len(text) // 8:
        return _binary(data)
    lines = text.split("\n")
    attributes = {"encoding": "escape"} if odd else {}
    if odd:
        lines = [escape(line) for line in lines]
    if lines[-1]:
        return {**attributes, "newline": "no"}, lines
    return attributes, lines[:-1]


def _binary(data: bytes) -> tuple[dict[str, str], list[str]]:
    if len(data) <= _HEX_LIMIT_BYTES:
        steps = range(0, len(data), _HEX_LINE_BYTES)
        return {"encoding": "hex"}, [data[at : at + _HEX_LINE_BYTES].hex() for at in steps]
    steps = range(0, len(data), _BASE64_LINE_BYTES)
    lines = [binascii.b2a_base64(data[at : at + _BASE64_LINE_BYTES], newline=False) for at in steps]
    return {"encoding": "base64"}, [line.decode("ascii") for line in lines]
