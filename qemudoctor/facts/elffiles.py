"""ELF files read as whoever wrote them meant them: by the word size and byte order that they claim."""

from collections.abc import Callable
from typing import NamedTuple

from qemudoctor.kernel.elf import (
    PT_INTERP,
    PT_LOAD,
    ElfHeader,
    Segment,
    header_size,
    parse_header,
    parse_segments,
    segment_size,
)
from qemudoctor.kernel.path import LookupFailed, walk
from qemudoctor.kernel.tree import Tree

_SEGMENTS_MAX = 128
_PF_R = 4
_OFFSET_MAX = 1 << 62
_INTERPRETER_MAX_BYTES = 4096

Read = Callable[[int, int], bytes]
"""Returns at most size bytes from an offset of the file: read(offset, size)."""


class ElfFile(NamedTuple):
    """The header and program headers of an ELF file, and the loader that it names."""

    bits: int
    order: str
    header: ElfHeader
    segments: tuple[Segment, ...]
    loader: str | None
    """What PT_INTERP names; None of a static program."""

    @property
    def constants_offset(self) -> int:
        """Return where in the file the constants lie, texts among them; 0 if that cannot be told."""
        read_only = [x.p_offset for x in self.segments if x.p_type == PT_LOAD and x.p_flags == _PF_R]
        return max((x for x in read_only if x < _OFFSET_MAX), default=0)


def read_elf(read: Read) -> ElfFile | None:
    """Return an ELF file, None if it is none. What its reader raises passes through."""
    head = read(0, header_size(64))
    if len(head) < header_size(32) or head[:4] != b"\x7fELF" or head[4] not in (1, 2) or head[5] not in (1, 2):
        return None
    bits, order = head[4] * 32, "little" if head[5] == 1 else "big"
    header = parse_header(head, bits=bits, order=order)
    segments = _segments(read, header, bits=bits, order=order)
    return ElfFile(bits, order, header, segments, _loader(read, segments))


def _segments(read: Read, header: ElfHeader, *, bits: int, order: str) -> tuple[Segment, ...]:
    size = segment_size(bits)
    if header.e_phentsize != size or header.e_phoff >= _OFFSET_MAX:
        return ()
    table = read(header.e_phoff, min(header.e_phnum, _SEGMENTS_MAX) * size)
    return parse_segments(table[: len(table) // size * size], bits=bits, order=order)


def _loader(read: Read, segments: tuple[Segment, ...]) -> str | None:
    for segment in segments:
        if segment.p_type == PT_INTERP and 1 < segment.p_filesz <= _INTERPRETER_MAX_BYTES:
            if segment.p_offset >= _OFFSET_MAX:
                return None
            return read(segment.p_offset, segment.p_filesz).split(b"\0", 1)[0].decode("utf-8", "surrogateescape")
    return None


class GuestLoader(NamedTuple):
    """The loader that a foreign program names: its emulator looks for it, in the root of whoever executes it."""

    program: str
    path: str
    exists: bool


def read_guest_loader(tree: Tree, program: str, *, cwd: str = "/") -> GuestLoader | None:
    """Return the loader that a program names, and whether it is in tree; None of a static program, or no ELF file.

    Source: QEMU linux-user/elfload.c, load_elf_image(): the same path, opened anew.
    """
    try:
        located = walk(tree, program, cwd=cwd)
    except LookupFailed:
        return None
    elf = read_elf(lambda offset, size: tree.read(located.path, offset, size))
    if elf is None or elf.loader is None:
        return None
    try:
        walk(tree, elf.loader, cwd=cwd)
    except LookupFailed:
        return GuestLoader(program, elf.loader, False)
    return GuestLoader(program, elf.loader, True)
