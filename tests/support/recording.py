"""Recording a host while it is examined: every answer that the door gives goes into a capture."""

import gzip
import json
from collections.abc import Sequence
from errno import errorcode

from qemudoctor.facts.docker import ASKED, HEADERS
from qemudoctor.host.capture import Answer, Capture, Extent, Found, Record, Refusal, Unanswered
from qemudoctor.host.capture_writer import serialize_capture
from qemudoctor.host.door import (
    CommandResult,
    FileStat,
    Forbidden,
    Host,
    HostError,
    HttpAnswer,
    NotThere,
    Source,
    Uname,
)
from qemudoctor.kernel import LookupFailed, Node, NodeKind, Tree, walk

SELF = "/proc/self"


def _refusal(error: HostError) -> Refusal:
    if isinstance(error, NotThere):
        return Refusal(Answer.ABSENT)
    if isinstance(error, Forbidden):
        return Refusal(Answer.FORBIDDEN)
    return Refusal(Answer.UNREADABLE, error.reason)


class RecordingHost:
    """A host that answers as the one behind it does, and remembers."""

    source = Source.LIVE
    root = "/"

    def __init__(self, host: Host) -> None:
        self._host = host
        self._tree = host.tree()
        self._paths: dict[str, Record | Refusal] = {}
        self._environment: dict[str, str | None] = {}
        self._programs: dict[str, str | None] = {}
        self._commands: dict[tuple[str, ...], CommandResult | Refusal] = {}
        self._answers: dict[tuple[str, str], HttpAnswer | Unanswered] = {}
        self._uname: Uname | None = None
        self._euid: int | None = None

    def capture(self, *comments: str) -> bytes:
        """Return all that was asked so far, as the text of a capture."""
        found = Capture(
            comments,
            self._uname,
            self._euid,
            self._environment,
            self._paths,
            self._programs,
            self._commands,
            self._answers,
        )
        return serialize_capture(found)

    # What a tree is asked.

    def node(self, path: str, /) -> Node | None:
        node = self._tree.node(path)
        if node is None:
            self._paths.setdefault(path, Refusal(Answer.ABSENT))
        elif not isinstance(self._paths.get(path), Record):
            self._paths[path] = Record(node, noexec=node.noexec)
        return node

    def _keep(self, path: str, offset: int, data: bytes) -> None:
        record = self._paths[path]
        assert isinstance(record, Record)
        whole = offset == 0 and len(data) >= record.node.size
        extents = (*(x for x in record.extents if x.offset != offset), Extent(offset, data))
        if record.complete:
            return
        kept = (Extent(0, data),) if whole else tuple(sorted(extents, key=lambda x: x.offset))
        self._paths[path] = record._replace(extents=kept, complete=whole)

    def tree(self) -> Tree:
        return _RecordingTree(self)

    # What the door is asked.

    def _locate(self, path: str) -> str:
        if path.startswith(SELF):
            return path  # a link to a number that is another one at every run
        try:
            return walk(self.tree(), path).path
        except LookupFailed as error:
            raise NotThere(error.path, "does not exist") from error  # node() has noted it

    def _note(self, path: str, error: HostError) -> None:
        if not isinstance(self._paths.get(path), Record) or not isinstance(error, NotThere):
            self._paths[path] = _refusal(error)

    def read(self, path: str, *, limit: int = 1 << 20) -> bytes:
        located = self._locate(path)
        try:
            data = _cut(path, self._host.read(path, limit=limit))
        except HostError as error:
            self._note(located, error)
            raise
        mode = self._host.stat(path).mode
        self._paths[located] = Record(Node(NodeKind.FILE, mode=mode), complete=True, extents=(Extent(0, data),))
        return data

    def read_at(self, path: str, offset: int, size: int, /) -> bytes:
        data = self._host.read_at(path, offset, size)
        self._keep(self._locate(path), offset, data)
        return data

    def find_in_file(self, path: str, needle: bytes, window: int, *, start: int = 0) -> bytes | None:
        found = self._host.find_in_file(path, needle, window, start=start)
        located = self._locate(path)
        record = self._paths[located]
        assert isinstance(record, Record)
        self._paths[located] = record._replace(found=(Found(needle, found),))
        return found

    def stat(self, path: str, *, follow: bool = True) -> FileStat:
        self._locate(path)
        return self._host.stat(path, follow=follow)

    def readlink(self, path: str) -> str:
        return self._host.readlink(path)

    def listdir(self, path: str) -> tuple[str, ...]:
        located = self._locate(path)
        try:
            names = self._host.listdir(path)
        except HostError as error:
            self._note(located, error)
            raise
        self._paths[located] = Record(Node(NodeKind.DIRECTORY), complete=True, names=names)
        return names

    def exists(self, path: str) -> bool:
        try:
            self.stat(path)
        except NotThere:
            return False
        return True

    def mount_is_noexec(self, path: str) -> bool:
        return self._host.mount_is_noexec(path)

    def uname(self) -> Uname:
        self._uname = self._host.uname()
        return self._uname

    def hostname(self) -> str:
        return self._host.hostname()

    def euid(self) -> int:
        self._euid = self._host.euid()
        return self._euid

    def environment(self, name: str) -> str | None:
        self._environment[name] = self._host.environment(name)
        return self._environment[name]

    def which(self, program: str) -> str | None:
        self._programs[program] = self._host.which(program)
        return self._programs[program]

    def run(self, argv: Sequence[str], *, timeout_s: float) -> CommandResult:
        try:
            self._commands[tuple(argv)] = result = self._host.run(argv, timeout_s=timeout_s)
        except HostError as error:
            self._commands[tuple(argv)] = _refusal(error)
            raise
        return result

    def http_get(self, socket: str, target: str, *, timeout_s: float) -> HttpAnswer:
        try:
            answer = self._host.http_get(socket, target, timeout_s=timeout_s)
        except HostError as error:
            named = _refusal(error)._replace(errno=errorcode.get(error.errno or 0, ""))
            self._answers[socket, target] = Unanswered(named, getattr(error, "peer", None))
            raise
        told = {name: answer.headers[name] for name in HEADERS if name in answer.headers}
        self._answers[socket, target] = answer._replace(headers=told, body=_cut_answer(answer.body))
        return answer


def _cut(path: str, data: bytes) -> bytes:
    """Return what a fixture keeps of a file: no kernel options that nobody asks for, nothing private."""
    if path == "/proc/1/environ":
        return b"".join(x + b"\0" for x in data.split(b"\0") if x.startswith((b"container=", b"TERM=")))
    if path == "/proc/config.gz":
        lines = gzip.decompress(data).splitlines(keepends=True)
        return gzip.compress(b"".join(x for x in lines if any(word in x for word in _OPTIONS)), mtime=0)
    return data


def _cut_answer(body: bytes) -> bytes:
    """Return what a fixture keeps of an engine's answer: no proxies, labels and names."""
    try:
        members = json.loads(body)
    except ValueError:
        return body
    return json.dumps({name: members[name] for name in ASKED if name in members}).encode()


_OPTIONS = (b"BINFMT", b"COMPAT=", b"IA32_EMULATION", b"X86_X32", b"AUTOFS", b"USER_NS")


class _RecordingTree:
    def __init__(self, host: RecordingHost) -> None:
        self._host = host

    def node(self, path: str, /) -> Node | None:
        return self._host.node(path)

    def read(self, path: str, offset: int, size: int, /) -> bytes:
        return self._host.read_at(path, offset, size)


def record(*comments: str) -> bytes:
    """Return a capture of this machine: what an examination of it asks for."""
    from qemudoctor.facts import Facts, Question
    from qemudoctor.host import LiveHost
    from qemudoctor.platforms import parse_platform
    from qemudoctor.report.jsonreport import render_json
    from qemudoctor.runner import builtin_checks, examine

    host = RecordingHost(LiveHost())
    for question in (Question(), Question((parse_platform("linux/arm64"), parse_platform("linux/386")))):
        render_json(examine(Facts(host, question), builtin_checks()))
    return host.capture(*comments)


if __name__ == "__main__":
    import sys

    sys.stdout.buffer.write(record(*sys.argv[1:]))
