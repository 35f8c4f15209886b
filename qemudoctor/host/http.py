"""The little of HTTP/1 that one question to an engine needs: the text of a GET, and reading what comes back."""

from collections.abc import Mapping

from qemudoctor.host.door import HttpAnswer

HEAD_LIMIT_BYTES = 1 << 16
_LINE_LIMIT_BYTES = 1024
_HEADERS_MAX = 100
_LAST_CHUNK = b"0\r\n\r\n"


class HttpError(Exception):
    """What came is no answer of HTTP/1; the message says why."""


def request(target: str) -> bytes:
    """Return the text of a GET that asks for one answer and no more.

    Raises: HttpError if target could be taken for more than a target.
    Source: RFC 9112, section 3. With 1.0, no server may send chunks or keep the connection; some do all the same.
    """
    if not target.startswith("/") or not target.isascii() or not target.isprintable() or " " in target:
        raise HttpError(f"{target[:40]!a} is no target of a request")
    return f"GET {target} HTTP/1.0\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode("ascii")


def is_whole(data: bytes | bytearray) -> bool:
    """Return whether an answer says of itself that nothing can follow; else the end of the connection ends it.

    Raises: HttpError.
    """
    head, separator, _ = bytes(data[:HEAD_LIMIT_BYTES]).partition(b"\r\n\r\n")
    if not separator:
        if len(data) >= HEAD_LIMIT_BYTES:
            raise HttpError("its headers do not end")
        return False
    _, headers = _head(head)
    if "chunked" in headers.get("transfer-encoding", "").lower():
        return data.endswith(_LAST_CHUNK)
    length = _length(headers)
    return length is not None and len(data) - len(head) - len(separator) >= length


def parse_answer(data: bytes, *, peer: int | None = None) -> HttpAnswer:
    """Return a whole answer, chunks joined. peer: the process that gave it.

    Raises: HttpError if it is no answer of HTTP/1, or cut off.
    """
    head, separator, body = data.partition(b"\r\n\r\n")
    if not separator or len(head) > HEAD_LIMIT_BYTES:
        raise HttpError("it is no answer of HTTP" if not data.startswith(b"HTTP/") else "its headers do not end")
    status, headers = _head(head)
    if "chunked" in headers.get("transfer-encoding", "").lower():
        return HttpAnswer(status, headers, _joined(body), peer)
    length = _length(headers)
    if length is not None and len(body) < length:
        raise HttpError("it was cut off")
    return HttpAnswer(status, headers, body if length is None else body[:length], peer)


def _head(head: bytes) -> tuple[int, Mapping[str, str]]:
    first, *lines = head.split(b"\r\n")
    words = first.split(b" ", 2)
    if len(words) < 2 or not words[0].startswith(b"HTTP/1.") or len(words[1]) != 3 or not words[1].isdigit():
        raise HttpError("it is no answer of HTTP/1")
    if len(lines) > _HEADERS_MAX:
        raise HttpError("it has too many headers")
    headers: dict[str, str] = {}
    for line in lines:
        name, colon, value = line.partition(b":")
        if not colon or len(line) > _LINE_LIMIT_BYTES:
            raise HttpError("a header of it cannot be read")
        headers.setdefault(name.strip().lower().decode("latin-1"), value.strip().decode("latin-1"))
    return int(words[1]), headers


def _length(headers: Mapping[str, str]) -> int | None:
    text = headers.get("content-length")
    if text is None:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise HttpError("its Content-Length is no number")
    return int(text)


def _joined(body: bytes) -> bytes:
    """Return the content of chunks. Format: "1a;ext\\r\\n", 0x1a bytes, "\\r\\n", …, "0\\r\\n" (RFC 9112, 7.1)."""
    parts: list[bytes] = []
    at = 0
    while True:
        end = body.find(b"\r\n", at, at + _LINE_LIMIT_BYTES)
        size = body[at:end].split(b";")[0].strip() if end >= 0 else b""
        if not 1 <= len(size) <= 7 or size.strip(b"0123456789abcdefABCDEF"):
            raise HttpError("its chunks cannot be read")
        count = int(size, 16)
        if count == 0:
            if not body.endswith(b"\r\n", end + 2):
                raise HttpError("it was cut off")
            return b"".join(parts)
        at = end + 2
        if body[at + count : at + count + 2] != b"\r\n":
            raise HttpError("it was cut off")
        parts.append(body[at : at + count])
        at += count + 2
