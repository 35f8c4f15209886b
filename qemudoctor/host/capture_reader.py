"""Reading a capture. It may come from anybody: whatever it holds, it is read or refused with CaptureError."""

import re
from collections.abc import Callable, Mapping

from qemudoctor.host.capture import (
    SIZE_LIMIT_BYTES,
    Answer,
    Capture,
    CaptureError,
    Extent,
    Found,
    Record,
    Refusal,
    Unanswered,
)
from qemudoctor.host.capture_sections import Fault, Section, comments, sections
from qemudoctor.host.door import CommandResult, HttpAnswer, Uname
from qemudoctor.host.syscalls import decode
from qemudoctor.host.trees import parents
from qemudoctor.kernel.tree import Node, NodeKind

_STATUS = re.compile(r"[0-9]{1,3}")
_SIGNAL = re.compile(r"SIG[A-Z0-9+]{1,12}")
_UNAME = ("system", "node", "release", "version", "machine")

_KINDS = {kind.value: kind for kind in NodeKind}
_ANSWERS = {answer.value: answer for answer in Answer}
_DEFAULT_MODES = {NodeKind.FILE: 0o644, NodeKind.DIRECTORY: 0o755, NodeKind.LINK: 0o777}

_STAT = frozenset({"mode", "uid", "gid", "size", "device", "inode", "noexec"})
_BODY = frozenset({"encoding", "newline"})
_ATTRIBUTES: Mapping[str, frozenset[str]] = {
    **dict.fromkeys(_KINDS, _STAT),
    "file": _STAT | _BODY | {"content", "errno"},
    "directory": _STAT | {"content", "errno"},
    **dict.fromkeys(_ANSWERS, frozenset({"errno"})),
    "data": _BODY | {"offset"},
    "find": frozenset({"encoding", "needle", "found"}),
    "uname": frozenset(),
    "euid": frozenset(),
    "environment": frozenset(),
    "which": frozenset(),
    "run": _BODY | {"status", "signal", "error", "errno"},
    "stderr": _BODY,
    "get": _BODY | {"status", "headers", "peer", "error", "errno"},
}


def parse_capture(data: bytes, *, name: str = "capture") -> Capture:
    """Return what a capture records. name: how messages call it.

    Raises: CaptureError if it is no capture, is damaged, contradicts itself, was cut off, or is too large.
    """
    try:
        reader = _Reader()
        for section in sections(data):
            reader.add(section)
        return reader.finish(comments(data))
    except Fault as fault:
        place = f", line {fault.line}" if fault.line else ""
        raise CaptureError(f"{name}{place}: {fault.message}", hint=fault.hint) from None


def read_capture(file: str) -> Capture:
    """Return what a capture file of this machine records.

    Raises: CaptureError, also if the file cannot be read.
    """
    try:
        with open(file, "rb") as stream:
            # One byte more than is allowed, so that a larger file is known as one.
            data = stream.read(SIZE_LIMIT_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        hint = "Give a capture: a text file whose first line is qemu-doctor-capture 1."
        raise CaptureError(f"{file}: {reason}", hint=hint) from error
    return parse_capture(data, name=file)


class _Reader:
    """Collects the sections of one capture."""

    def __init__(self) -> None:
        self._uname: Uname | None = None
        self._euid: int | None = None
        self._environment: dict[str, str | None] | None = None
        self._paths: dict[str, Record | Refusal] = {}
        self._sections: dict[str, Section] = {}
        self._extents: dict[str, list[Extent]] = {}
        self._found: dict[str, dict[bytes, Found]] = {}
        self._programs: dict[str, str | None] = {}
        self._commands: dict[tuple[str, ...], CommandResult | Refusal] = {}
        self._stderr: dict[tuple[str, ...], Section] = {}
        self._answers: dict[tuple[str, str], HttpAnswer | Unanswered] = {}
        self._readers: dict[str, Callable[[Section], None]] = {
            **dict.fromkeys(_KINDS, self._add_file),
            **dict.fromkeys(_ANSWERS, self._add_refusal),
            "data": self._add_data,
            "find": self._add_find,
            "uname": self._add_uname,
            "euid": self._add_euid,
            "environment": self._add_environment,
            "which": self._add_program,
            "run": self._add_command,
            "stderr": self._add_stderr,
            "get": self._add_answer,
        }

    def add(self, section: Section) -> None:
        """Take one section in."""
        if section.kind not in _ATTRIBUTES:
            raise section.fault("is no known kind of section")
        section.require_attributes(_ATTRIBUTES[section.kind])
        self._readers[section.kind](section)

    def finish(self, remarks: tuple[str, ...]) -> Capture:
        """Return the capture, after a look at what sections say of each other."""
        for path, section in self._sections.items():
            self._require_directories(path, section)
        for argv, section in self._stderr.items():
            result = self._commands.get(argv)
            if not isinstance(result, CommandResult):
                raise section.fault("expected a [run] of the same command that ended")
            self._commands[argv] = result._replace(stderr=_output(section))
        return Capture(
            comments=remarks,
            uname=self._uname,
            euid=self._euid,
            environment=self._environment or {},
            paths={path: self._completed(path, record) for path, record in self._paths.items()},
            programs=self._programs,
            commands=self._commands,
            answers=self._answers,
        )

    def _completed(self, path: str, record: Record | Refusal) -> Record | Refusal:
        if isinstance(record, Refusal):
            return record
        extents = sorted(self._extents.get(path, ()), key=lambda extent: extent.offset)
        return record._replace(extents=tuple(extents), found=tuple(self._found.get(path, {}).values()))

    def _require_directories(self, path: str, section: Section) -> None:
        """Refuse a path below something that is no directory: what lies behind a link has another name."""
        for folder in parents(path):
            above = self._paths.get(folder)
            if isinstance(above, Refusal):
                raise section.fault(f"lies below {folder}, which is recorded as {above.answer.value}")
            if above is not None and above.node.kind is not NodeKind.DIRECTORY:
                raise section.fault(f"lies below {folder}, which is recorded as a {above.node.kind.value}")

    def _new_path(self, section: Section) -> str:
        path = section.path()
        if path in self._paths:
            raise section.fault(f"{path!a} was recorded before")
        self._sections[path] = section
        return path

    def _add_refusal(self, section: Section) -> None:
        self._paths[self._new_path(section)] = section.refusal(_ANSWERS[section.kind])

    def _add_file(self, section: Section) -> None:
        path = self._new_path(section)
        record = _record(section)
        match record.node.kind:
            case NodeKind.FILE:
                record = self._with_content(path, section, record)
            case NodeKind.DIRECTORY:
                record = _with_names(section, record)
            case NodeKind.LINK:
                target = section.single()
                if not target or "\0" in target:
                    raise section.fault("expected the target of the link")
                size = section.number("size", len(target.encode("utf-8", "surrogateescape")))
                record = record._replace(node=record.node._replace(target=target, size=size))
            case _:
                pass
        self._paths[path] = record

    def _with_content(self, path: str, section: Section, record: Record) -> Record:
        content = section.choice("content", ("full", "part", "none", "forbidden", "unreadable"))
        if content in _ANSWERS:
            return record._replace(refusal=section.refusal(_ANSWERS[content]))
        data = section.content()
        if content == "part" and "size" not in section.attributes:
            raise section.fault("content=part needs size=")
        if content == "none" and data:
            raise section.fault("content=none has no body")
        if content == "full":
            size = section.number("size", len(data))
            record = record._replace(node=record.node._replace(size=size), complete=True)
        if data:
            self._extents[path] = [Extent(0, data)]
        return record

    def _add_data(self, section: Section) -> None:
        path = section.path()
        record = self._paths.get(path)
        if not isinstance(record, Record) or not record.is_partial:
            raise section.fault("expected a [file] with content=part before")
        extent = Extent(section.number("offset"), section.content())
        known = self._extents.setdefault(path, [])
        # In ascending order, so that one look at the last is enough.
        if not extent.data or extent.end > record.node.size or (known and extent.offset < known[-1].end):
            raise section.fault("expected bytes inside the file, behind those recorded before")
        known.append(extent)

    def _add_find(self, section: Section) -> None:
        path = section.path()
        record = self._paths.get(path)
        if not isinstance(record, Record) or record.node.kind is not NodeKind.FILE:
            raise section.fault("expected a [file] before")
        needle = section.unescaped(section.attributes.get("needle", b""))
        found = self._found.setdefault(path, {})
        if not needle or needle in found:
            raise section.fault("expected needle=, each once")
        window = section.content(closed=False)
        if section.choice("found", ("yes", "no")) == "no":
            found[needle] = Found(needle, None)
        elif window.startswith(needle):
            found[needle] = Found(needle, window)
        else:
            raise section.fault("expected a body that starts with the needle")

    def _add_uname(self, section: Section) -> None:
        values = dict(_pairs(section))
        if self._uname is not None or tuple(sorted(values)) != tuple(sorted(_UNAME)):
            raise section.fault(f"expected once, with {', '.join(_UNAME)}")
        self._uname = Uname(**{name: value or "" for name, value in values.items()})

    def _add_euid(self, section: Section) -> None:
        if self._euid is not None or not re.fullmatch(rb"[0-9]{1,10}", section.argument):
            raise section.fault("expected once, with a number")
        self._euid = int(section.argument)

    def _add_environment(self, section: Section) -> None:
        if self._environment is not None:
            raise section.fault("expected once")
        self._environment = dict(_pairs(section))

    def _add_program(self, section: Section) -> None:
        name = decode(section.unescaped(section.argument))
        if not name or name in self._programs:
            raise section.fault("expected the name of a program, each once")
        self._programs[name] = section.single() if section.body else None

    def _add_command(self, section: Section) -> None:
        argv = section.words()
        if argv in self._commands:
            raise section.fault("was recorded before")
        if len(section.attributes.keys() & {"status", "signal", "error"}) != 1:
            raise section.fault("expected one of status=, signal=, error=")
        if "error" in section.attributes:
            self._commands[argv] = section.refusal(_ANSWERS[section.choice("error", _ANSWERS)])
            return
        status = section.matched("status", _STATUS, "")
        signal = section.matched("signal", _SIGNAL, "")
        self._commands[argv] = CommandResult(
            argv=argv,
            status=int(status) if status else None,
            signal=signal or None,
            stdout=_output(section),
            stderr="",
        )

    def _add_answer(self, section: Section) -> None:
        socket, target = [*section.words(), "", ""][:2]
        if len(section.words()) != 2 or (socket, target) in self._answers:
            raise section.fault("expected a socket and a target, each pair once")
        if ("status" in section.attributes) is ("error" in section.attributes):
            raise section.fault("expected one of status=, error=")
        peer = section.number("peer") or None
        if "error" in section.attributes:
            refused = section.refusal(_ANSWERS[section.choice("error", _ANSWERS)])
            self._answers[socket, target] = Unanswered(refused, peer)
            return
        lines = decode(section.unescaped(section.attributes.get("headers", b""))).split("\n")
        headers = {name: value for name, colon, value in (line.partition(": ") for line in lines) if colon}
        status = int(section.matched("status", _STATUS, ""))
        self._answers[socket, target] = HttpAnswer(status, headers, section.content(), peer)

    def _add_stderr(self, section: Section) -> None:
        if self._stderr.setdefault(section.words(), section) is not section:
            raise section.fault("was recorded before")


def _record(section: Section) -> Record:
    """Return what the attributes of a file tell."""
    kind = _KINDS[section.kind]
    noexec = {"unknown": None, "yes": True, "no": False}[section.choice("noexec", ("unknown", "yes", "no"))]
    node = Node(
        kind=kind,
        mode=section.mode(_DEFAULT_MODES.get(kind, 0o644)),
        uid=section.number("uid"),
        gid=section.number("gid"),
        size=section.number("size"),
        noexec=bool(noexec),
    )
    return Record(node, device=section.number("device"), inode=section.number("inode"), noexec=noexec)


def _with_names(section: Section, record: Record) -> Record:
    content = section.choice("content", ("full", "none", "forbidden", "unreadable"))
    if content in _ANSWERS:
        return record._replace(refusal=section.refusal(_ANSWERS[content]))
    names = section.names()
    if content == "none" and names:
        raise section.fault("content=none has no body")
    return record._replace(names=names, complete=content == "full")


def _pairs(section: Section) -> list[tuple[str, str | None]]:
    """Return the body as (name, value); None for a name without `=`."""
    cut = [line.partition("=") for line in section.lines()]
    return [(name, value if equals else None) for name, equals, value in cut]


def _output(section: Section) -> str:
    return section.content().decode("utf-8", "replace")
