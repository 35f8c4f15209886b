"""Emulators with a fault: made of the genuine one, or of a few native instructions, for the cases to install."""

import re
import struct
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path

from tests.lab.guests import Guest

GENUINE = "/usr/bin/qemu-aarch64-static"
LOADER = "/usr/local/bin/ld-lab.so.1"
"""The loader that the dynamic emulator asks for. The host has it, an image does not."""

_PT_INTERP, _PT_NOTE = 3, 4
_X86_64 = 62
# rdi = argc, rsi = envp; behind its end the auxiliary vector; AT_ENTRY (9) of it, with rdx 0 for exit functions: jmp
_JUMP_TO_ENTRY = (
    "488b3c24 488d74fc10 488b06 4883c608 4885c0 75f4 488b06 488b5608 4883c610 4883f809 75ef 4889d0 31d2 ffe0"
)
_UNDEFINED = "0f0b"  # ud2
# main.c of linux-user: mov edi,AT_FLAGS; call getauxval; ...; test al,AT_FLAGS_PRESERVE_ARGV0; jnz
_ASKS_FOR_P = re.compile(rb"\xbf\x08\x00\x00\x00.{0,16}?\xe8.{4}.{0,24}?(?=\xa8\x01\x0f\x85)", re.DOTALL)


class EmulatorsDiffer(RuntimeError):
    """The emulator of this machine is built otherwise than this module expects."""


def _dynamic(genuine: bytes) -> bytes:
    """Return the emulator as a dynamic build: its first note that is long enough becomes PT_INTERP."""
    changed, path = bytearray(genuine), LOADER.encode() + b"\0"
    (first,), (number,) = struct.unpack_from("<Q", changed, 32), struct.unpack_from("<H", changed, 56)
    for header in range(first, first + 56 * number, 56):
        (kind,) = struct.unpack_from("<I", changed, header)
        offset, address, _, size = struct.unpack_from("<QQQQ", changed, header + 8)
        if kind == _PT_NOTE and size >= len(path):
            changed[offset : offset + len(path)] = path
            row = (_PT_INTERP, 4, offset, address, address, len(path), len(path), 1)
            struct.pack_into("<IIQQQQQQ", changed, header, *row)
            return bytes(changed)
    raise EmulatorsDiffer("no note that could name a loader")


def _ignoring_p(genuine: bytes) -> bytes:
    """Return the emulator as before QEMU 5.2 and 6.0: it does not look whether the kernel kept argv[0]."""
    return _patched(genuine, b"\xa8\x00")  # test al,0: never


def _expecting_p(genuine: bytes) -> bytes:
    """Return the emulator as one that always takes its second argument for argv[0]."""
    return _patched(genuine, b"\x0c\x01")  # or al,1: always


def _patched(genuine: bytes, instruction: bytes) -> bytes:
    found = _ASKS_FOR_P.search(genuine)
    if found is None:
        raise EmulatorsDiffer("the place where it asks for AT_FLAGS_PRESERVE_ARGV0 is not found")
    return genuine[: found.end()] + instruction + genuine[found.end() + len(instruction) :]


def _newer(genuine: bytes) -> bytes:
    """Return the emulator as one that says of itself that it is of another release."""
    said = subprocess.run([GENUINE, "--version"], capture_output=True, text=True, check=True).stdout
    version = re.search(r"version (\d+)(\.[\d.]+)", said)
    if version is None:
        raise EmulatorsDiffer(f"no version in {said!r}")
    own = f"{version[1]}{version[2]} (Debian".encode()
    other = f"{int(version[1]) + 1}{version[2]} (Debian".encode()
    if len(own) != len(other) or own not in genuine:
        raise EmulatorsDiffer(f"{own!r} is not in it")
    return genuine.replace(own, other)


def _native(code: str) -> Callable[[bytes], bytes]:
    program = Guest(64, _X86_64, 0, code, type=3).program()
    return lambda _: program


MADE: Mapping[str, Callable[[bytes], bytes]] = {
    "dynamic": _dynamic,
    "ld-lab.so.1": _native(_JUMP_TO_ENTRY),
    "ignoring-p": _ignoring_p,
    "expecting-p": _expecting_p,
    "newer": _newer,
    "crashing": _native(_UNDEFINED),
    "truncated": lambda genuine: genuine[: len(genuine) // 2],
}
"""By the name of the file, in the folder that is $MADE in the shells of the cases."""


def make_emulators(folder: Path) -> Path:
    """Return the folder with all of them."""
    folder.mkdir(parents=True, exist_ok=True)
    genuine = Path(GENUINE).read_bytes()
    for name, make in MADE.items():
        path = folder / name
        path.write_bytes(make(genuine))
        path.chmod(0o755)
    return folder
