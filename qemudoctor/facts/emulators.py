"""The interpreters that entries name: what kind of file, how linked, for which machine, which version."""

import enum
from typing import NamedTuple

from qemudoctor.host.door import CouldNotLook, Host, NotThere
from qemudoctor.kernel.elf import (
    ET_DYN,
    PT_INTERP,
    PT_LOAD,
    ElfHeader,
    Segment,
    header_size,
    parse_header,
    parse_segments,
    segment_size,
)
from qemudoctor.kernel.errnos import Errno
from qemudoctor.kernel.path import LookupFailed, walk
from qemudoctor.kernel.tree import NodeKind

_SEGMENTS_MAX = 128
_PF_R = 4
_VERSION_WINDOW_BYTES = 100


class Linkage(enum.Enum):
    """How an ELF program is linked, as reports spell it."""

    STATIC = "static"
    STATIC_PIE = "static-pie"
    DYNAMIC = "dynamic"


class Emulator(NamedTuple):
    """An interpreter as it lies on this host now. What F pinned may be an older file."""

    path: str
    """As the entry names it."""
    exists: bool
    resolved: str | None = None
    """Where symbolic links lead; None if it does not exist."""
    kind: NodeKind | None = None
    executable: bool = False
    noexec: bool = False
    size: int = 0
    head: bytes = b""
    linkage: Linkage | None = None
    """None if it is not an ELF program."""
    elf_loader: str | None = None
    """The PT_INTERP of a dynamic program."""
    e_machine: int | None = None
    bits: int | None = None
    order: str | None = None
    version: str | None = None
    """QEMU's version number; None if it is not QEMU or does not tell."""
    build: str | None = None
    """What follows the version, such as "Debian 1:7.2+dfsg-7+deb12u18"."""
    problem: str | None = None
    """Why a path that is not there leads nowhere: a dangling link, a loop."""


def is_qemu(interpreter: str) -> bool:
    """Return whether an interpreter's name is that of a QEMU user-mode emulator."""
    return target_named_by(interpreter) is not None


def target_named_by(interpreter: str) -> str | None:
    """Return the QEMU target in an emulator's file name ("qemu-aarch64-static" gives "aarch64"), None for others."""
    name = interpreter.rpartition("/")[2]
    if name.startswith("qemu-"):
        target = name.removeprefix("qemu-").removesuffix("-static")
    elif name.endswith("-binfmt-P"):  # Debian's links, whose name tells QEMU that the entry has the flag P
        target = name.removesuffix("-binfmt-P")
    else:
        return None
    return target if target.isascii() and target.replace("_", "a").isalnum() and target.islower() else None


def read_emulator(host: Host, path: str) -> Emulator:
    """Return what lies at an interpreter's path on the host. Raises: CouldNotLook if nobody can tell."""
    try:
        located = walk(host.tree(), path)
    except LookupFailed as error:
        return Emulator(path, exists=False, problem=_problem(error, path))
    node = located.node
    emulator = Emulator(
        path,
        exists=True,
        resolved=located.path,
        kind=node.kind,
        executable=bool(node.mode & 0o111),
        noexec=node.noexec,
        size=node.size,
    )
    if node.kind is not NodeKind.FILE:
        return emulator
    head = host.read_at(located.path, 0, 64)
    return _with_elf(host, emulator, located.path, head)


def _problem(error: LookupFailed, path: str) -> str | None:
    if error.errno is Errno.ENOENT:
        return None if error.path == path else f"{error.path} does not exist"
    return f"{error.path}: {error.errno.name}"


def _with_elf(host: Host, emulator: Emulator, path: str, head: bytes) -> Emulator:
    if len(head) < header_size(32) or head[4] not in (1, 2) or head[5] not in (1, 2) or head[:4] != b"\x7fELF":
        return emulator._replace(head=head)
    bits, order = head[4] * 32, "little" if head[5] == 1 else "big"
    header = parse_header(head, bits=bits, order=order)
    segments = _segments(host, path, header, bits=bits, order=order)
    loader = _elf_loader(host, path, segments)
    linkage = Linkage.STATIC_PIE if header.e_type == ET_DYN else Linkage.STATIC
    version, build = _version(host, path, _constants(segments))
    return emulator._replace(
        head=head,
        bits=bits,
        order=order,
        e_machine=header.e_machine,
        linkage=linkage if loader is None else Linkage.DYNAMIC,
        elf_loader=loader,
        version=version,
        build=build,
    )


def _segments(host: Host, path: str, header: ElfHeader, *, bits: int, order: str) -> tuple[Segment, ...]:
    count = min(header.e_phnum, _SEGMENTS_MAX)
    if header.e_phentsize != segment_size(bits) or header.e_phoff >= 1 << 62:
        return ()
    table = host.read_at(path, header.e_phoff, count * segment_size(bits))
    table = table[: len(table) // segment_size(bits) * segment_size(bits)]
    return parse_segments(table, bits=bits, order=order)


def _constants(segments: tuple[Segment, ...]) -> int:
    """Return where in the file the constants of a program lie, texts among them; 0 if that cannot be told."""
    read_only = [x.p_offset for x in segments if x.p_type == PT_LOAD and x.p_flags == _PF_R and x.p_offset < 1 << 62]
    return max(read_only, default=0)


def _elf_loader(host: Host, path: str, segments: tuple[Segment, ...]) -> str | None:
    for segment in segments:
        if segment.p_type == PT_INTERP and 1 < segment.p_filesz <= 4096 and segment.p_offset < 1 << 62:
            raw = host.read_at(path, segment.p_offset, segment.p_filesz)
            return raw.split(b"\0", 1)[0].decode("utf-8", "surrogateescape")
    return None


def _version(host: Host, path: str, start: int) -> tuple[str | None, str | None]:
    """Return version and build as the program's own text for --version has them."""
    target = target_named_by(path)
    if target is None:
        return None, None
    needle = f"qemu-{target} version ".encode()
    try:
        found = host.find_in_file(path, needle, _VERSION_WINDOW_BYTES, start=start)
    except (CouldNotLook, NotThere):
        return None, None
    if found is None:
        return None, None
    line = found[len(needle) :].split(b"\n", 1)[0].split(b"\0", 1)[0].decode("ascii", "replace")
    number, _, build = line.partition(" ")
    return number or None, build.strip("()") or None
