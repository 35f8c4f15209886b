"""Lines that a container runtime wrote in parts."""

import re

# CRI's log format: the time, the stream, P for a part that goes on and F for one that is full, and the text.
_PART = rb"(?m)^(\S{20,40} std(?:out|err)) P (?=.)"
_RECORD = rb"(\S{20,40}) (std(?:out|err)) ([FP]) "
_MOST_PARTS = 64
_MOST_BYTES = 1 << 20


def join_partial_lines(data: bytes) -> bytes:
    """Return a log in which the parts of a line stand where the first of them stood; empty lines take their places.

    A line of the other stream may stand between two parts.

    Format: "2026-01-02T03:04:05.123456789Z stderr P exec /bin/sh: exec for", "2026-… stderr F mat error".
    Source: Kubernetes design-proposals node/kubelet-cri-logging.md.
    """
    if b" P " not in data or re.search(_PART, data) is None:
        return data
    lines = data.split(b"\n")
    record = re.compile(_RECORD)
    open_parts: dict[bytes, list[int]] = {}
    for number, line in enumerate(lines):
        if not open_parts and b" P " not in line[:64]:
            continue
        found = record.match(line)
        if found is None:
            continue
        stream, is_part = found[2], found[3] == b"P"
        parts = open_parts.setdefault(stream, [])
        parts.append(number)
        if not is_part or len(parts) >= _MOST_PARTS:
            _join(lines, parts, record)
            del open_parts[stream]
    for parts in open_parts.values():
        _join(lines, parts, record)
    return b"\n".join(lines)


def _join(lines: list[bytes], numbers: list[int], record: re.Pattern[bytes]) -> None:
    first, *others = numbers
    texts = [lines[first]]
    size = len(lines[first])
    for number in others:
        size += len(lines[number])
        if size > _MOST_BYTES:
            break
        texts.append(record.sub(b"", lines[number], count=1))
        lines[number] = b""
    lines[first] = b"".join(texts)
