"""A case: the files of a root, what is written to the registry, and the program that is called."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import Any

from qemudoctor.kernel.tree import Node, NodeKind

NOEXEC = "/noexec"
"""A directory that every root has: the mount point of a filesystem with the option noexec."""


def to_bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


def to_text(raw: bytes) -> str:
    return raw.decode("utf-8", "surrogateescape")


@dataclass(frozen=True, slots=True)
class File:
    """One file of a root."""

    kind: NodeKind = NodeKind.FILE
    content: bytes = b""
    mode: int = 0o755
    uid: int = 0
    gid: int = 0
    target: str = ""
    busy: bool = False
    tag: int | None = None
    """What the program prints when it is started; None if nobody can say what its code does."""
    bits: int = 64
    """The word size in which it prints."""
    label: str = ""

    def node(self, path: str) -> Node:
        noexec = path.startswith(NOEXEC + "/")
        return Node(self.kind, self.mode, self.uid, self.gid, len(self.content), self.target, noexec, self.busy)


@dataclass(frozen=True, slots=True)
class Write:
    """One write to the registry: to `register`, `status` or an entry."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Case:
    """A host that registers entries in its own root, and one call of a program in another root or the same."""

    host: tuple[tuple[str, File], ...]
    program: str
    root: tuple[tuple[str, File], ...] | None = None
    """None: the host's own root."""
    writes: tuple[Write, ...] = ()
    removed: tuple[str, ...] = ()
    """Files of the host that are deleted after the registration."""
    argv: tuple[str, ...] = ()
    cwd: str = "/"
    uid: int = 0
    gid: int = 0
    by_descriptor: bool = False
    """The program is called by an open descriptor with O_CLOEXEC."""

    def as_text(self, *, full: bool) -> str:
        """Return the case for people; full: for Case.from_data(ast.literal_eval(text)), contents and all."""
        data = self.as_data()
        for rows in (data["host"], data["root"] or []):
            for _, spec in rows:
                if not full and spec.get("label", "").startswith("elf"):
                    del spec["content"]
        lines = [f"{key!r}: {value!r}," for key, value in data.items()]
        return "{\n  " + "\n  ".join(lines) + "\n}"

    def as_data(self) -> dict[str, Any]:
        """Return the case as plain literals."""
        return {
            "host": [[path, _file_data(file)] for path, file in self.host],
            "root": None if self.root is None else [[path, _file_data(file)] for path, file in self.root],
            "writes": [[write.name, write.content] for write in self.writes],
            **{key: getattr(self, key) for key in ("removed", "program", "argv", "cwd", "uid", "gid", "by_descriptor")},
        }

    @classmethod
    def from_data(cls, data: dict[str, Any]) -> "Case":
        """Return the case that as_data() gave."""
        return cls(
            host=_files(data["host"]),
            root=None if data["root"] is None else _files(data["root"]),
            writes=tuple(Write(name, content) for name, content in data["writes"]),
            removed=tuple(data["removed"]),
            program=data["program"],
            argv=tuple(data["argv"]),
            cwd=data["cwd"],
            uid=data["uid"],
            gid=data["gid"],
            by_descriptor=data.get("by_descriptor", False),
        )


_DEFAULT = asdict(File())


def _file_data(file: File) -> dict[str, Any]:
    changed = {key: value for key, value in asdict(file).items() if value != _DEFAULT[key]}
    return changed | ({"kind": file.kind.value} if "kind" in changed else {})


def _files(rows: Iterable[Any]) -> tuple[tuple[str, File], ...]:
    return tuple((path, File(**(spec | {"kind": NodeKind(spec.get("kind", "file"))}))) for path, spec in rows)


def parents(path: str) -> list[str]:
    """Return the directories above a path, outermost first, without the root."""
    parts = path.split("/")[1:-1]
    return ["/" + "/".join(parts[: n + 1]) for n in range(len(parts))]


@dataclass(frozen=True, slots=True)
class CaseTree:
    """A root of a case, as the model reads it."""

    files: dict[str, File]
    nodes: dict[str, Node] = field(default_factory=dict)

    @classmethod
    def of(cls, rows: Iterable[tuple[str, File]], removed: Iterable[str] = ()) -> "CaseTree":
        files = {"/": File(NodeKind.DIRECTORY), NOEXEC: File(NodeKind.DIRECTORY)}
        for path, file in rows:
            for above in parents(path):
                files.setdefault(above, File(NodeKind.DIRECTORY))
            files[path] = file
        for path in removed:
            files.pop(path, None)
        return cls(files, {path: file.node(path) for path, file in files.items()})

    def node(self, path: str, /) -> Node | None:
        return self.nodes.get(path)

    def read(self, path: str, offset: int, size: int, /) -> bytes:
        return self.files[path].content[offset : offset + size]
