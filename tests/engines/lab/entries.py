"""Entries of binfmt_misc as text, and the lines that register them again.

Written apart from the program that is tested, so that a mistake there cannot hide in the laboratory.
"""

import os
from dataclasses import dataclass

EMULATOR = "/usr/bin/qemu-aarch64-static"
# As QEMU registers aarch64: an ELF header, little-endian, 64 bits, an executable or shared object, machine 183.
MAGIC = bytes.fromhex("7f454c460201010000000000000000000200b700")
MASK = bytes.fromhex("ffffffffffffff00fffffffffffffffffeffffff")

# The first that occurs nowhere else in the line. None of them is the letter of a flag.
_DELIMITERS = b":,;|!@#%=+^~"


def aarch64_line(flags: str = "", *, interpreter: str = EMULATOR, name: str = "qemu-aarch64") -> bytes:
    """Return what registers `interpreter` for programs of arm64."""
    return f":{name}:M::{_escaped(MAGIC)}:{_escaped(MASK)}:{interpreter}:{flags}".encode()


@dataclass(frozen=True, slots=True)
class SavedEntry:
    """One entry: its name, and what the kernel prints for it. Both as os.fsdecode gives them."""

    name: str
    text: str

    @property
    def is_enabled(self) -> bool:
        return self.text.startswith("enabled\n")

    @property
    def interpreter(self) -> str:
        return self._split()[0]

    @property
    def flags(self) -> str:
        return self._split()[1]["flags:"]

    def line(self) -> bytes:
        """Return the line that registers the same entry (enabled, as every new one is).

        Source: Linux fs/binfmt_misc.c, entry_status() and create_entry().
        """
        interpreter, field = self._split()
        if "extension" in field:
            kind, magic, mask = ("E", field["extension"].removeprefix("."), "")
        else:
            kind = "M"
            magic = _escaped(bytes.fromhex(field["magic"]))
            mask = _escaped(bytes.fromhex(field.get("mask", "")))
        words = [self.name, kind, field.get("offset", ""), magic, mask, interpreter, field["flags:"]]
        encoded = [os.fsencode(word) for word in words]
        taken = b"".join(encoded)
        delimiter = next(bytes([byte]) for byte in _DELIMITERS if byte not in taken)
        return delimiter + delimiter.join(encoded)

    def _split(self) -> tuple[str, dict[str, str]]:
        # From the end: an interpreter's path may hold newlines, what follows "flags:" may not.
        head, mark, tail = self.text.rpartition("\nflags: ")
        interpreter = head.partition("\n")[2].removeprefix("interpreter ")
        rows = (mark.lstrip("\n") + tail).rstrip("\n").split("\n")
        return interpreter, {row.partition(" ")[0]: row.partition(" ")[2] for row in rows}


def _escaped(content: bytes) -> str:
    return "".join(f"\\x{byte:02x}" for byte in content)
