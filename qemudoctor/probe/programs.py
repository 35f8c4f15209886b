"""The smallest static Linux program of every QEMU user-mode target: it calls exit(42) and nothing else.

A program is one ELF header, one PT_LOAD header and a few instructions, in one segment that maps the whole
file. It has no PT_INTERP, e_type is ET_EXEC, and address and alignment are multiples of 64 KiB, so that a
kernel of any page size accepts it: it runs under the emulator, and natively on a machine of its architecture.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from functools import cache

__all__ = [
    "EXIT_STATUS",
    "PROGRAMS",
    "TARGETS",
    "ProbeProgram",
    "UnknownTarget",
    "assemble",
    "assemble_code",
    "program_of",
]

EXIT_STATUS = 42

_ET_EXEC = 2
_PT_LOAD = 1
_PF_READ_EXECUTE = 5
_ALIGNMENT_BYTES = 0x10000
# e_ehsize and e_phentsize of a class.
_SIZES = {32: (52, 32), 64: (64, 56)}


class UnknownTarget(ValueError):
    """No program is known for this QEMU target."""


@dataclass(frozen=True, slots=True)
class ProbeProgram:
    """One program: what its ELF header says, and its instructions.

    Units: elf_class in bits; machine, flags and load_address as in e_machine, e_flags and p_vaddr.
    """

    target: str
    elf_class: int
    byte_order: str
    machine: int
    flags: int
    load_address: int
    code: bytes
    syscall: int
    source: str
    # 64-bit PowerPC, ABI 1: e_entry is the address of a function descriptor, not of an instruction.
    descriptor: bool = False


# Where Linux defines the number of exit, as a path in its source. Newer architectures share one header.
_GENERIC = "include/uapi/asm-generic/unistd.h"
_ALPHA = "arch/alpha/kernel/syscalls/syscall.tbl"
_ARM = "arch/arm/tools/syscall.tbl"
_I386 = "arch/x86/entry/syscalls/syscall_32.tbl"
_M68K = "arch/m68k/kernel/syscalls/syscall.tbl"
_MICROBLAZE = "arch/microblaze/kernel/syscalls/syscall.tbl"
_MIPS_N32 = "arch/mips/kernel/syscalls/syscall_n32.tbl"
_MIPS_N64 = "arch/mips/kernel/syscalls/syscall_n64.tbl"
_MIPS_O32 = "arch/mips/kernel/syscalls/syscall_o32.tbl"
_PARISC = "arch/parisc/kernel/syscalls/syscall.tbl"
_POWERPC = "arch/powerpc/kernel/syscalls/syscall.tbl"
_S390 = "arch/s390/kernel/syscalls/syscall.tbl"
_SH = "arch/sh/kernel/syscalls/syscall.tbl"
_SPARC = "arch/sparc/kernel/syscalls/syscall.tbl"
_X86_64 = "arch/x86/entry/syscalls/syscall_64.tbl"
_XTENSA = "arch/xtensa/kernel/syscalls/syscall.tbl"


def _row(
    target: str,
    elf_class: int,
    byte_order: str,
    machine: int,
    flags: int,
    address: int,
    code: str,
    syscall: int,
    source: str,
    *,
    descriptor: bool = False,
) -> ProbeProgram:
    """Return one row; code is the bytes in the order of the file, a space after each instruction."""
    return ProbeProgram(
        target=target,
        elf_class=elf_class,
        byte_order=byte_order,
        machine=machine,
        flags=flags,
        load_address=address,
        code=bytes.fromhex(code),
        syscall=syscall,
        source=source,
        descriptor=descriptor,
    )


# Each was run by QEMU 7.2.22, 10.0.13 and 11.1.3; i486 by qemu-i386. The comment over a row is its assembly.
# target, class, byte order, e_machine, e_flags, p_vaddr, instructions, number of exit, its source
# fmt: off
PROGRAMS = (
    # mov $42,%ebx; mov $1,%eax; int $0x80
    _row("i386", 32, "little", 3, 0, 0x8040000, "bb2a000000 b801000000 cd80", 1, _I386),
    _row("i486", 32, "little", 6, 0, 0x8040000, "bb2a000000 b801000000 cd80", 1, _I386),
    # lda $16,42($31); lda $0,1($31); callsys
    _row("alpha", 64, "little", 0x9026, 0, 0x120000000, "2a001f22 01001f20 83000000", 1, _ALPHA),
    # mov r0,#42; mov r7,#1; svc 0. EABI 5: an arm64 kernel refuses e_flags without an EABI version.
    _row("arm", 32, "little", 40, 0x5000000, 0x10000, "2a00a0e3 0170a0e3 000000ef", 1, _ARM),
    # Big-endian ARM fetches little-endian instructions from ARMv6 on (BE8), big-endian ones before (BE32);
    # the kernel does not look at EF_ARM_BE8. So the three are here for BE8, then for BE32, and in front of
    # them is a branch over the first three, which BE8 reads as andeq r0,r0,#234.
    _row("armeb", 32, "big", 40, 0x5000000, 0x10000,
         "ea000002 2a00a0e3 0170a0e3 000000ef e3a0002a e3a07001 ef000000", 1, _ARM),
    # mov 42,%o0; mov 1,%g1; ta 0x10 (64-bit: ta 0x6d). 0x100 is EF_SPARC_32PLUS.
    _row("sparc", 32, "big", 2, 0, 0x10000, "9010202a 82102001 91d02010", 1, _SPARC),
    _row("sparc32plus", 32, "big", 18, 0x100, 0x10000, "9010202a 82102001 91d02010", 1, _SPARC),
    _row("sparc64", 64, "big", 43, 0, 0x100000, "9010202a 82102001 91d0206d", 1, _SPARC),
    # li r3,42; li r0,1; sc. The low two bits of e_flags are the ABI of 64-bit PowerPC: 1 or 2.
    _row("ppc", 32, "big", 20, 0, 0x10000000, "3860002a 38000001 44000002", 1, _POWERPC),
    _row("ppc64", 64, "big", 21, 1, 0x10000000, "3860002a 38000001 44000002", 1, _POWERPC, descriptor=True),
    _row("ppc64le", 64, "little", 21, 2, 0x10000000, "2a006038 01000038 02000044", 1, _POWERPC),
    # moveq #42,%d1; moveq #1,%d0; trap #0
    _row("m68k", 32, "big", 4, 0, 0x80000000, "722a 7001 4e40", 1, _M68K),
    # li $a0,42; li $v0,4001 (n32: 6058, n64: 5058); syscall.
    # e_flags: 0x1000 is EF_MIPS_ABI_O32 with MIPS I; 0x20 is EF_MIPS_ABI2 (n32); 0x20000000 is MIPS III.
    _row("mips", 32, "big", 8, 0x1000, 0x400000, "2404002a 24020fa1 0000000c", 4001, _MIPS_O32),
    _row("mipsel", 32, "little", 8, 0x1000, 0x400000, "2a000424 a10f0224 0c000000", 4001, _MIPS_O32),
    _row("mipsn32", 32, "big", 8, 0x20000020, 0x10000000, "2404002a 240217aa 0000000c", 6058, _MIPS_N32),
    _row("mipsn32el", 32, "little", 8, 0x20000020, 0x10000000, "2a000424 aa170224 0c000000", 6058, _MIPS_N32),
    _row("mips64", 64, "big", 8, 0x20000000, 0x120000000, "2404002a 240213c2 0000000c", 5058, _MIPS_N64),
    _row("mips64el", 64, "little", 8, 0x20000000, 0x120000000, "2a000424 c2130224 0c000000", 5058, _MIPS_N64),
    # mov #42,r4; mov #1,r3; trapa #0x11 (0x10 and the number of arguments). 9 is EF_SH4.
    _row("sh4", 32, "little", 42, 9, 0x400000, "2ae4 01e3 11c3", 1, _SH),
    _row("sh4eb", 32, "big", 42, 9, 0x400000, "e42a e301 c311", 1, _SH),
    # lghi %r2,42; svc 1
    _row("s390x", 64, "big", 22, 0, 0x1000000, "a729002a 0a01", 1, _S390),
    # mov x0,#42; mov x8,#93; svc #0. Instructions are little-endian in both.
    _row("aarch64", 64, "little", 183, 0, 0x400000, "400580d2 a80b80d2 010000d4", 93, _GENERIC),
    _row("aarch64_be", 64, "big", 183, 0, 0x400000, "400580d2 a80b80d2 010000d4", 93, _GENERIC),
    # ldi 42,%r26; ble 0x100(%sr2,%r0), the gateway page; ldi 1,%r20 in its delay slot. 0x210 is PA-RISC 1.1.
    _row("hppa", 32, "big", 15, 0x210, 0x10000, "341a0054 e4008200 34140002", 1, _PARISC),
    # li a0,42; li a7,93; ecall
    _row("riscv32", 32, "little", 243, 0, 0x10000, "1305a002 9308d005 73000000", 93, _GENERIC),
    _row("riscv64", 64, "little", 243, 0, 0x10000, "1305a002 9308d005 73000000", 93, _GENERIC),
    # movi a6,42; movi a2,118; syscall. 0x300 as the assembler sets it.
    _row("xtensa", 32, "little", 94, 0x300, 0x400000, "62a02a 22a076 005000", 118, _XTENSA),
    _row("xtensaeb", 32, "big", 94, 0x300, 0x400000, "260a2a 220a76 000500", 118, _XTENSA),
    # addik r5,r0,42; addik r12,r0,1; brki r14,8
    _row("microblaze", 32, "big", 0xBAAB, 0, 0x10000000, "30a0002a 31800001 b9cc0008", 1, _MICROBLAZE),
    _row("microblazeel", 32, "little", 0xBAAB, 0, 0x10000000, "2a00a030 01008031 0800ccb9", 1, _MICROBLAZE),
    # l.addi r3,r0,42; l.addi r11,r0,93; l.sys 1
    _row("or1k", 32, "big", 92, 0, 0x10000, "9c60002a 9d60005d 20000001", 93, _GENERIC),
    # mov $42,%edi; mov $60,%eax; syscall
    _row("x86_64", 64, "little", 62, 0, 0x400000, "bf2a000000 b83c000000 0f05", 60, _X86_64),
    # { r0 = #42 } { r6 = #93 } { trap0(#1) }. 0x60 is version 60: QEMU chooses the CPU by e_flags.
    _row("hexagon", 32, "little", 164, 0x60, 0x10000, "40c50078 a6cb0078 04c00054", 93, _GENERIC),
    # ori $a0,$zero,42; ori $a7,$zero,93; syscall 0. 0x43 is double float, object ABI 1.
    _row("loongarch64", 64, "little", 258, 0x43, 0x120000000, "04a88003 0b748103 00002b00", 93, _GENERIC),
)
# fmt: on

TARGETS: tuple[str, ...] = tuple(program.target for program in PROGRAMS)

_BY_TARGET = {program.target: program for program in PROGRAMS}


@cache
def assemble(target: str) -> bytes:
    """Return the ELF file of the program for a QEMU target, as in "aarch64" or "mipsn32el".

    Raises: UnknownTarget if there is no program for it.
    Source: System V ABI, ELF header and program header; Linux fs/binfmt_elf.c, load_elf_binary().
    """
    program = program_of(target)
    return assemble_code(program, program.code)


def program_of(target: str) -> ProbeProgram:
    """Return the row of a QEMU target. Raises: UnknownTarget if there is none."""
    program = _BY_TARGET.get(target)
    if program is None:
        raise UnknownTarget(f"no probe program for the QEMU target {target!r}")
    return program


def assemble_code(program: ProbeProgram, code: bytes, *, data: bytes = b"") -> bytes:
    """Return an ELF file with the headers of a program and other instructions, and data in front of them."""
    entry = program.load_address + _headers_size(program) + len(data)
    if program.descriptor:
        # Address of the first instruction, TOC pointer, environment pointer.
        code = _pack(program, "QQQ", entry + 24, 0, 0) + code
    content = data + code
    return _elf_header(program, entry) + _program_header(program, len(content)) + content


def _pack(program: ProbeProgram, fields: str, *values: int) -> bytes:
    order = "<" if program.byte_order == "little" else ">"
    return struct.pack(order + fields, *values)


def _headers_size(program: ProbeProgram) -> int:
    ehdr_size, phdr_size = _SIZES[program.elf_class]
    return ehdr_size + phdr_size


def _elf_header(program: ProbeProgram, entry: int) -> bytes:
    """Return the ELF header; there is no section header table, and the program headers follow at once."""
    ei_class = 2 if program.elf_class == 64 else 1
    ei_data = 1 if program.byte_order == "little" else 2
    # EI_VERSION 1, then EI_OSABI, EI_ABIVERSION and padding: all zero.
    ident = b"\x7fELF" + bytes((ei_class, ei_data, 1)) + bytes(9)
    ehdr_size, phdr_size = _SIZES[program.elf_class]
    return (
        ident
        + _pack(program, "HHI", _ET_EXEC, program.machine, 1)
        # e_entry, e_phoff, e_shoff
        + _pack(program, "QQQ" if program.elf_class == 64 else "III", entry, ehdr_size, 0)
        # e_flags, e_ehsize, e_phentsize, e_phnum, e_shentsize, e_shnum, e_shstrndx
        + _pack(program, "IHHHHHH", program.flags, ehdr_size, phdr_size, 1, 0, 0, 0)
    )


def _program_header(program: ProbeProgram, code_size: int) -> bytes:
    """Return the one program header, which maps the file from its first byte to its last."""
    file_size = _headers_size(program) + code_size
    # p_offset, p_vaddr, p_paddr, p_filesz, p_memsz: alike in both classes; p_flags stands elsewhere.
    extent = (0, program.load_address, program.load_address, file_size, file_size)
    if program.elf_class == 64:
        return _pack(program, "IIQQQQQQ", _PT_LOAD, _PF_READ_EXECUTE, *extent, _ALIGNMENT_BYTES)
    return _pack(program, "IIIIIIII", _PT_LOAD, *extent, _PF_READ_EXECUTE, _ALIGNMENT_BYTES)
