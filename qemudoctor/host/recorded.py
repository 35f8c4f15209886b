"""A host as a capture recorded it."""

import errno
import posixpath
from collections.abc import Sequence
from typing import NoReturn

from qemudoctor.host.capture import SIZE_LIMIT_BYTES, Answer, Capture, Record, Refusal
from qemudoctor.host.door import (
    READ_LIMIT_BYTES,
    CommandResult,
    CouldNotLook,
    FileStat,
    Forbidden,
    HostError,
    HttpAnswer,
    NoAnswer,
    NotRecorded,
    NotThere,
    Source,
    Uname,
)
from qemudoctor.host.resolving import link_target, locate
from qemudoctor.host.syscalls import require_file
from qemudoctor.host.trees import parents
from qemudoctor.kernel.path import Located
from qemudoctor.kernel.tree import Node, NodeKind

_IMPLIED = Record(Node(NodeKind.DIRECTORY))
_AFTER_CONNECTING = ("EAGAIN", "EMSGSIZE", "EPROTO", "ETIMEDOUT")
_ANSWERS: dict[Answer, tuple[type[HostError], str]] = {
    Answer.ABSENT: (NotThere, "No such file or directory"),
    Answer.FORBIDDEN: (Forbidden, "Permission denied"),
    Answer.UNREADABLE: (CouldNotLook, "could not be read"),
}


class RecordedTree:
    """The root of a recorded host. Raises: NotRecorded for what the capture says nothing of, and what it recorded."""

    def __init__(self, capture: Capture) -> None:
        self._paths = capture.paths
        self._implied = frozenset(folder for path in capture.paths for folder in parents(path))

    def node(self, path: str, /) -> Node | None:
        try:
            return self.record(path).node
        except NotThere:
            return None

    def record(self, path: str) -> Record:
        """Return what was recorded of a path whose parent is already resolved. Raises: HostError."""
        entry = self._paths.get(path)
        if isinstance(entry, Refusal):
            _raise(path, entry)
        if entry is not None:
            return entry
        if path in self._implied:
            return _IMPLIED
        self._explain(path)

    def _explain(self, path: str) -> NoReturn:
        """Say why there is no record of a path: the nearest directory above it of which something is known decides."""
        below = path
        for folder in parents(path):
            entry = self._paths.get(folder)
            if isinstance(entry, Refusal):
                _raise(path, entry)
            if entry is not None and entry.node.kind is not NodeKind.DIRECTORY:
                raise NotThere(path, "Not a directory", errno=errno.ENOTDIR)
            if entry is not None and entry.complete and posixpath.basename(below) not in entry.names:
                raise NotThere(path, "No such file or directory", errno=errno.ENOENT)
            if entry is not None or folder in self._implied:
                break
            below = folder
        raise NotRecorded(path)

    def read(self, path: str, offset: int, size: int, /) -> bytes:
        record = self.record(path)
        require_file(path, record.node.kind)
        if record.refusal is not None:
            _raise(path, record.refusal)
        if record.complete:
            return b"".join(extent.data for extent in record.extents)[offset : offset + size]
        return _pieced(path, record, offset, min(offset + size, record.node.size))


class RecordedHost:
    """The host that a capture recorded. What it says nothing of raises NotRecorded.

    A directory that is only implied by what lies in it counts as one of root with mode 0755.
    """

    source = Source.CAPTURE
    root = "/"

    def __init__(self, capture: Capture) -> None:
        self.capture = capture
        self._tree = RecordedTree(capture)

    def read(self, path: str, *, limit: int = READ_LIMIT_BYTES) -> bytes:
        return self.read_at(path, 0, limit)

    def read_at(self, path: str, offset: int, size: int) -> bytes:
        return self._tree.read(self._locate(path).path, offset, size)

    def find_in_file(self, path: str, needle: bytes, window: int, *, start: int = 0) -> bytes | None:
        record = self._record(path)
        for found in record.found:
            if found.needle == needle:
                return None if found.window is None else found.window[:window]
        if record.is_partial:
            raise NotRecorded(path, "not searched for in this capture")
        content = self.read_at(path, 0, SIZE_LIMIT_BYTES)
        at = content.find(needle)
        return content[at : at + window] if at >= 0 else None

    def stat(self, path: str, *, follow: bool = True) -> FileStat:
        record = self._record(path, follow=follow)
        node = record.node
        return FileStat(node.kind, node.mode, node.uid, node.gid, node.size, record.device, record.inode)

    def readlink(self, path: str) -> str:
        return link_target(path, self._locate(path, follow=False).node)

    def listdir(self, path: str) -> tuple[str, ...]:
        record = self._record(path)
        if record.node.kind is not NodeKind.DIRECTORY:
            raise NotThere(path, "Not a directory", errno=errno.ENOTDIR)
        if record.refusal is not None:
            _raise(path, record.refusal)
        if not record.complete:
            raise NotRecorded(path)
        return record.names

    def exists(self, path: str) -> bool:
        try:
            self._locate(path)
        except NotThere:
            return False
        return True

    def mount_is_noexec(self, path: str) -> bool:
        noexec = self._record(path).noexec
        if noexec is None:
            raise NotRecorded(path)
        return noexec

    def uname(self) -> Uname:
        if self.capture.uname is None:
            raise NotRecorded("uname")
        return self.capture.uname

    def hostname(self) -> str:
        if self.capture.uname is not None:
            return self.capture.uname.node
        return self.read("/etc/hostname").decode("utf-8", "replace").strip()

    def euid(self) -> int:
        if self.capture.euid is None:
            raise NotRecorded("euid")
        return self.capture.euid

    def environment(self, name: str) -> str | None:
        if name not in self.capture.environment:
            raise NotRecorded(f"${name}")
        return self.capture.environment[name]

    def which(self, program: str) -> str | None:
        if program not in self.capture.programs:
            raise NotRecorded(program)
        return self.capture.programs[program]

    def run(self, argv: Sequence[str], *, timeout_s: float) -> CommandResult:
        result = self.capture.commands.get(tuple(argv))
        if result is None:
            raise NotRecorded(" ".join(argv))
        if isinstance(result, Refusal):
            _raise(argv[0], result)
        return result

    def http_get(self, socket: str, target: str, *, timeout_s: float) -> HttpAnswer:
        answer = self.capture.answers.get((socket, target))
        if answer is None:
            raise NotRecorded(socket, f"GET {target} is not recorded in this capture")
        if isinstance(answer, HttpAnswer):
            return answer
        refusal = answer.refusal
        if answer.peer is not None or refusal.errno in _AFTER_CONNECTING:
            code = getattr(errno, refusal.errno, None)
            raise NoAnswer(socket, refusal.reason or "did not answer", errno=code, peer=answer.peer)
        _raise(socket, refusal)

    def tree(self) -> RecordedTree:
        return self._tree

    def _locate(self, path: str, *, follow: bool = True) -> Located:
        return locate(self._tree, path, follow=follow)

    def _record(self, path: str, *, follow: bool = True) -> Record:
        return self._tree.record(self._locate(path, follow=follow).path)


def _raise(path: str, refusal: Refusal) -> NoReturn:
    kind, words = _ANSWERS[refusal.answer]
    raise kind(path, refusal.reason or words, errno=getattr(errno, refusal.errno, None))


def _pieced(path: str, record: Record, offset: int, end: int) -> bytes:
    """Return the bytes from offset to end, from extents that together hold all of them."""
    parts: list[bytes] = []
    for extent in record.extents:
        if extent.offset > offset:
            break
        part = extent.data[offset - extent.offset : end - extent.offset] if extent.end > offset else b""
        parts.append(part)
        offset += len(part)
    if offset < end:
        raise NotRecorded(path, f"bytes {offset} to {end} are not recorded in this capture")
    return b"".join(parts)
