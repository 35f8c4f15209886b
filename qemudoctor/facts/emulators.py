"""The interpreters that entries name: what kind of file, how linked, for which machine, which version."""

import enum
from collections.abc import Mapping
from typing import NamedTuple

from qemudoctor.facts.elffiles import ElfFile, read_elf
from qemudoctor.host.door import CouldNotLook, Host, NotThere
from qemudoctor.kernel.elf import ET_DYN
from qemudoctor.kernel.errnos import Errno
from qemudoctor.kernel.path import Located, LookupFailed, walk
from qemudoctor.kernel.tree import NodeKind, Tree

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


def read_emulator(host: Host, path: str, known: Mapping[str, Emulator], *, tree: Tree) -> Emulator:
    """Return what lies at an interpreter's path on the host. Raises: CouldNotLook if nobody can tell.

    known: by resolved path what was read before; many names may lead to one large file. tree: the root of the host.
    """
    try:
        located = walk(tree, path)
    except LookupFailed as error:
        return Emulator(path, exists=False, problem=_problem(error, path))
    if located.path in known:
        return known[located.path]._replace(path=path)
    return _read_located(host, path, located)


def _read_located(host: Host, path: str, located: Located) -> Emulator:
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
    elf = read_elf(lambda offset, size: host.read_at(path, offset, size))
    if elf is None:
        return emulator._replace(head=head)
    version, build = _version(host, path, elf.constants_offset)
    return emulator._replace(
        head=head,
        bits=elf.bits,
        order=elf.order,
        e_machine=elf.header.e_machine,
        linkage=linkage_of(elf),
        elf_loader=elf.loader,
        version=version,
        build=build,
    )


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
    return parse_version_line(found.split(b"\0", 1)[0].decode("ascii", "replace"))


def parse_version_line(text: str) -> tuple[str | None, str | None]:
    """Return version and build as the first line of what QEMU prints for --version has them; None where it has not.

    Format: `qemu-aarch64 version 7.2.22 (Debian 1:7.2+dfsg-7+deb12u18)`.
    """
    name, _, rest = text.split("\n", 1)[0].partition(" version ")
    if not name.startswith("qemu-"):
        return None, None
    number, _, build = rest.partition(" ")
    return number or None, build.strip("()") or None


def linkage_of(elf: ElfFile) -> Linkage:
    """Return how a program is linked."""
    if elf.loader is not None:
        return Linkage.DYNAMIC
    return Linkage.STATIC_PIE if elf.header.e_type == ET_DYN else Linkage.STATIC
