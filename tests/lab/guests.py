"""The programs and root filesystems that the workloads execute: tiny programs for arm64 and 32-bit ARM.

Written apart from the probes of the program that is tested, so that a mistake there cannot hide in the laboratory.
The instructions were assembled with llvm-mc 14 from the assembly in the comments.
"""

import struct
from pathlib import Path
from typing import NamedTuple

_ALIGNMENT_BYTES = 0x10000
_EHDR_BYTES = {32: 52, 64: 64}
_PHDR_BYTES = {32: 32, 64: 56}


class Guest(NamedTuple):
    """One program of a foreign machine. Units: bits of the word; the others as in e_machine, e_flags and e_type."""

    bits: int
    machine: int
    flags: int
    code: str
    type: int = 2
    loader: str | None = None
    osabi: int = 0

    def program(self) -> bytes:
        """Return the program as a file: headers and instructions in one segment."""
        headers = _EHDR_BYTES[self.bits] + _PHDR_BYTES[self.bits] * (1 if self.loader is None else 2)
        code = bytes.fromhex(self.code)
        loader = b"" if self.loader is None else self.loader.encode() + b"\0"
        base = 0 if self.type == 3 else _ALIGNMENT_BYTES
        ident = b"\x7fELF" + bytes([2 if self.bits == 64 else 1, 1, 1, self.osabi]) + bytes(8)
        size = headers + len(code) + len(loader)
        found = ident + self._ehdr(base + headers, 1 if self.loader is None else 2)
        if loader:
            found += self._phdr(3, headers + len(code), base, len(loader), 4, 1)
        return found + self._phdr(1, 0, base, size, 5, _ALIGNMENT_BYTES) + code + loader

    def _ehdr(self, entry: int, programs: int) -> bytes:
        words = "QQQ" if self.bits == 64 else "III"
        ehsize, phsize = _EHDR_BYTES[self.bits], _PHDR_BYTES[self.bits]
        fixed = struct.pack("<HHI", self.type, self.machine, 1)
        places = struct.pack(f"<{words}", entry, ehsize, 0)
        return fixed + places + struct.pack("<IHHHHHH", self.flags, ehsize, phsize, programs, 0, 0, 0)

    def _phdr(self, kind: int, offset: int, base: int, size: int, flags: int, alignment: int) -> bytes:
        place = base + offset
        if self.bits == 64:
            return struct.pack("<IIQQQQQQ", kind, flags, offset, place, place, size, size, alignment)
        return struct.pack("<IIIIIIII", kind, offset, place, place, size, size, flags, alignment)


# sub sp,sp,#512; mov x0,sp; mov x8,#160; svc #0 (uname); the field machine, up to its end, and a newline: write, exit
_UNAME_64 = (
    "ff0308d1 e0030091 081480d2 010000d4 e1130491 020080d2 23686238 63000034 42040091 fdffff17 43018052 23682238"
    "42040091 200080d2 080880d2 010000d4 000080d2 a80b80d2 010000d4"
)
# The same for ARM: r7 is the number, 122 uname, 4 write, 1 exit.
_UNAME_32 = (
    "02dc4de2 0d00a0e1 7a70a0e3 000000ef 011c8de2 041081e2 0020a0e3 0230d1e7 000053e3 0100000a 012082e2 faffffea"
    "0a30a0e3 0230c1e7 012082e2 0100a0e3 0470a0e3 000000ef 0000a0e3 0170a0e3 000000ef"
)
# x19 = argc, x20 = argv; of each word: its length, write, a newline, write; exit(0)
_ARGUMENTS = (
    "f30340f9 f4230091 ff4300d1 530200b4 818640f8 020080d2 23686238 63000034 42040091 fdffff17 200080d2 080880d2"
    "010000d4 43018052 e3030039 e1030091 220080d2 200080d2 010000d4 730600d1 efffff17 000080d2 a80b80d2 010000d4"
)
# mov x8,#175 (geteuid); svc #0; mov x8,#93 (exit); svc #0
_EFFECTIVE_USER = "e81580d2 010000d4 a80b80d2 010000d4"
# openat2(AT_FDCWD, ".", an open_how of zeros, 24); exit with the errno
_OPENAT2 = (
    "ff0301d1 ff7f00a9 ff0b00f9 c3058052 e31300f9 600c8092 e1830091 e2030091 030380d2 a83680d2 010000d4 1f0000f1"
    "4b000054 000080d2 e00300cb a80b80d2 010000d4"
)
# mov $60,%eax; xor %edi,%edi; syscall: exit(0)
_EXIT_X86_64 = "b83c000000 31ff 0f05"
_ARM64, _ARM, _X86_64 = 183, 40, 62
_EABI5 = 0x5000000
LOADER = "/lib/ld-linux-aarch64.so.1"

UNAME = Guest(64, _ARM64, 0, _UNAME_64)
PROGRAMS = {
    "uname": UNAME,
    "sh": Guest(64, _ARM64, 0, _EFFECTIVE_USER),
    "arguments": Guest(64, _ARM64, 0, _ARGUMENTS),
    "effective-user": Guest(64, _ARM64, 0, _EFFECTIVE_USER),
    "openat2": Guest(64, _ARM64, 0, _OPENAT2),
    "pie": UNAME._replace(type=3),
    "gnu": UNAME._replace(osabi=3),
    "dynamic": UNAME._replace(loader=LOADER),
    "native": Guest(64, _X86_64, 0, _EXIT_X86_64),
    "uname32": Guest(32, _ARM, _EABI5, _UNAME_32),
}
"""By the name in /bin. `uname` prints the machine, `arguments` its argv, `effective-user` exits with geteuid();
`sh` too, so that chroot, which hands it what has no format, is seen to have done so."""
SCRIPTS = {
    "script": b"#!/bin/sh\nexit 0\n",
    "script-crlf": b"#!/bin/sh\r\nexit 0\r\n",
    "script-without-shebang": b"exit 0\n",
    "script-of-bash": b"#!/bin/bash\nexit 0\n",
    "empty": b"",
}
FOLDERS = ("bin", "dev", "etc", "proc", "sys", "tmp", "usr/bin")


def make_root(folder: Path) -> Path:
    """Return the folder as the root filesystem of an image for arm64: all programs and scripts in /bin."""
    for name in FOLDERS:
        (folder / name).mkdir(parents=True, exist_ok=True)
    for name, content in {**{x: y.program() for x, y in PROGRAMS.items()}, **SCRIPTS}.items():
        path = folder / "bin" / name
        path.write_bytes(content)
        path.chmod(0o755)
    (folder / "bin" / "effective-user").chmod(0o4755)
    (folder / "bin" / "not-executable").write_bytes(UNAME.program())
    return folder
