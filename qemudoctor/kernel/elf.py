"""ELF files as the kernel reads them: only the fields it looks at, in its own byte order and word size."""

import struct
from typing import NamedTuple

ELF_MAGIC = b"\x7fELF"
ET_EXEC, ET_DYN = 2, 3
PT_LOAD, PT_INTERP = 1, 3
PF_X, PF_W = 1, 2
ELFCLASS = {32: 1, 64: 2}

_HEADER = {64: (64, "HHIQQQIHHH"), 32: (52, "HHIIIIIHHH")}
_SEGMENT = {64: ("IIQQQQQQ", 56), 32: ("IIIIIIII", 32)}


class ElfHeader(NamedTuple):
    """An ELF header read with one word size and byte order, whatever EI_CLASS and EI_DATA claim."""

    is_elf: bool
    ei_class: int
    e_type: int
    e_machine: int
    e_entry: int
    e_phoff: int
    e_flags: int
    e_phentsize: int
    e_phnum: int


class Segment(NamedTuple):
    """One program header."""

    p_type: int
    p_flags: int
    p_offset: int
    p_vaddr: int
    p_filesz: int
    p_memsz: int
    p_align: int


def header_size(bits: int) -> int:
    """Return the size of an ELF header in bytes for a word size of 32 or 64 bits."""
    return _HEADER[bits][0]


def segment_size(bits: int) -> int:
    """Return the size of a program header in bytes for a word size of 32 or 64 bits."""
    return _SEGMENT[bits][1]


def parse_header(head: bytes, *, bits: int, order: str) -> ElfHeader:
    """Return the ELF header at the start of head, zero-filled where head ends.

    Units: bits is 32 or 64, order is "little" or "big".
    Source: Linux include/uapi/linux/elf.h, struct elf32_hdr and elf64_hdr.
    """
    size, layout = _HEADER[bits]
    head = head.ljust(size, b"\0")
    fields = struct.unpack_from(("<" if order == "little" else ">") + layout, head, 16)
    e_type, e_machine, _version, e_entry, e_phoff, _shoff, e_flags, _ehsize, e_phentsize, e_phnum = fields
    return ElfHeader(head[:4] == ELF_MAGIC, head[4], e_type, e_machine, e_entry, e_phoff, e_flags, e_phentsize, e_phnum)


def parse_segments(table: bytes, *, bits: int, order: str) -> tuple[Segment, ...]:
    """Return the program headers in table, whose length is a multiple of segment_size(bits)."""
    layout = ("<" if order == "little" else ">") + _SEGMENT[bits][0]
    segments = []
    for row in struct.iter_unpack(layout, table):
        if bits == 64:
            p_type, p_flags, p_offset, p_vaddr, _paddr, p_filesz, p_memsz, p_align = row
        else:
            p_type, p_offset, p_vaddr, _paddr, p_filesz, p_memsz, p_flags, p_align = row
        segments.append(Segment(p_type, p_flags, p_offset, p_vaddr, p_filesz, p_memsz, p_align))
    return tuple(segments)


def build_executable(*, bits: int, order: str, machine: int, flags: int = 0, kind: int = ET_EXEC) -> bytes:
    """Return the smallest static program that a loader of that word size, byte order and e_machine takes.

    It holds no instructions: it stands for a program in questions to the model and is never run.
    """
    mark = "<" if order == "little" else ">"
    head, table = header_size(bits), segment_size(bits)
    ident = ELF_MAGIC + bytes((ELFCLASS[bits], 1 if order == "little" else 2, 1)) + bytes(9)
    base = 0x10000
    fields = (kind, machine, 1, base + head + table, head, 0, flags, head, table, 1, 0, 0, 0)
    layout = "HHIQQQIHHHHHH" if bits == 64 else "HHIIIIIHHHHHH"
    size = head + table
    if bits == 64:
        segment = struct.pack(mark + "IIQQQQQQ", PT_LOAD, 5, 0, base, base, size, size, 0x10000)
    else:
        segment = struct.pack(mark + "IIIIIIII", PT_LOAD, 0, base, base, size, size, 5, 0x10000)
    return ident + struct.pack(mark + layout, *fields) + segment
