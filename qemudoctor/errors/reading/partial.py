"""Lines that a container runtime wrote in parts."""

import re
from typing import NamedTuple

# CRI's log format: the time, the stream, P for a part that goes on and F for one that is full, and the text.
_PART = rb"(?m)^\S{20,40} std(?:out|err) P ."
_RECORD = rb"(?m)^(?P<time>\S{20,40}) (?P<stream>std(?:out|err)) (?P<flag>[FP]) (?P<text>.*)$"
_TIME = rb"(\d{4}-\d\d-\d\d)T(\d\d):(\d\d):(\d\d)"
_MOST_BYTES = 1 << 20
"""Bytes of one line that was put together."""
_FAR = 1 << 16
"""Bytes between two parts from which on they do not belong together."""
_LATE = 2
"""Seconds between two parts up to which they do: a runtime writes them one after the other."""


class _Open(NamedTuple):
    """A line of which more parts may follow. parts: where the text of each stands."""

    start: int
    parts: list[tuple[int, int]]
    time: bytes


def join_partial_lines(data: bytes) -> bytes:
    """Return a log in which the parts of a line stand where the first of them stood; empty lines take their places.

    Lines of the other stream may stand between two parts.

    Format: "2026-01-02T03:04:05.123456789Z stderr P exec /bin/sh: exec for", "2026-… stderr F mat error".
    Source: Kubernetes design-proposals node/kubelet-cri-logging.md.
    """
    first = re.search(_PART, data)
    if first is None:
        return data
    edits: list[tuple[int, int, bytes]] = []
    unfinished: dict[bytes, _Open] = {}
    for found in re.compile(_RECORD).finditer(data, first.start()):
        stream, is_part, text = found["stream"], found["flag"] == b"P", found.span("text")
        known = unfinished.get(stream)
        if known is not None and not _follows(known, found):
            edits += _joined(data, unfinished.pop(stream))
            known = None
        if known is not None:
            known.parts.append(text)
            unfinished[stream] = known._replace(time=found["time"])
        elif is_part:
            unfinished[stream] = _Open(found.start(), [text], found["time"])
        if not is_part and known is not None:
            edits += _joined(data, unfinished.pop(stream))
    for known in unfinished.values():
        edits += _joined(data, known)
    pieces, end = [], 0
    for start, stop, new in sorted(edits):
        pieces += [data[end:start], new]
        end = stop
    return b"".join((*pieces, data[end:]))


def _follows(known: _Open, found: re.Match[bytes]) -> bool:
    """Return whether a record can be the next part of a line."""
    if found.start() - known.parts[-1][1] > _FAR or found.end() - known.start > _MOST_BYTES:
        return False
    before, after = re.match(_TIME, known.time), re.match(_TIME, found["time"])
    if before is None or after is None or before[1] != after[1]:
        return before is None and after is None
    seconds = [3600 * int(x[2]) + 60 * int(x[3]) + int(x[4]) for x in (before, after)]
    return 0 <= seconds[1] - seconds[0] <= _LATE


def _joined(data: bytes, known: _Open) -> list[tuple[int, int, bytes]]:
    """Return what is put into which place: all texts into the first, and nothing into the lines of the others."""
    (_, end), *others = known.parts
    if not others:
        return []
    more = b"".join(data[start:stop] for start, stop in others)
    return [(end, end, more), *((data.rfind(b"\n", 0, start) + 1, stop, b"") for start, stop in others)]
