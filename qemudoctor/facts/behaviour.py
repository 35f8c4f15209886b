"""What an emulator really does, as a program that it executes sees it."""

import enum
import struct
from typing import NamedTuple

from qemudoctor.platforms import Architecture

DUMP_BYTES = 1920
"""What a program writes: 64 bytes of answers, then its stack from argc on."""
ANSWERS_BYTES = 64
ARGV0 = "qemu-doctor-argv0"
"""What is given to it as argv[0], and is no path."""
_ARGUMENTS_MAX = 64
_AUXILIARY_MAX = 64
# Source: Linux include/uapi/linux/auxvec.h.
_AT_EUID, _AT_SECURE = 12, 23
_EINVAL = 22
_ENOSYS = 38
# Source: Linux arch/{alpha,mips,sparc,parisc}/include/uapi/asm/errno.h.
_ENOSYS_OF = {"mips": 89, "sparc": 90}
_ERRNO_MAX = 4095


class Call(enum.Enum):
    """How an emulator answers a system call."""

    THERE = "there"
    MISSING = "missing"
    """ENOSYS: it does not know it."""
    REFUSED = "refused"
    """EINVAL, where a kernel would not give it."""


class Arguments(enum.Enum):
    """What a program finds as its arguments if it was given one, argv[0], that is not its path."""

    KEPT = "as given"
    PATH = "argv[0] is the path"
    """As without the flag P."""
    SHIFTED = "the path is in front of all arguments"
    """As with the flag P and an emulator that does not expect it: what was argv[0] is now the first argument."""
    OTHER = "something else"
    UNKNOWN = "out of sight"
    """A kernel puts the texts of a native program further away than what is written reaches."""


class Level(enum.IntEnum):
    """What an x86-64 processor offers. Source: x86-64 psABI, Micro-Architecture Levels."""

    V1 = 1
    V2 = 2
    V3 = 3


class Behaviour(NamedTuple):
    """What a program saw of its emulator."""

    openat2: Call
    clone3: Call
    arguments: Arguments
    secure: bool
    """AT_SECURE: the C library ignores LD_LIBRARY_PATH and the like, as in a set-uid program."""
    euid: int
    level: Level | None = None
    """None of another architecture than x86-64."""


def parse_behaviour(written: bytes, architecture: Architecture) -> Behaviour | None:
    """Return what the program for an architecture wrote; None if it is not that.

    Format: words of the architecture: what clone3 and openat2 returned, the stack pointer; of x86_64, from byte 24 on,
    three times 32 bits of cpuid; from byte 64 on, to which the stack pointer plus 64 points, argc, argv, NULL, the
    environment, NULL, pairs of the auxiliary vector, 0.
    Source: Linux fs/binfmt_elf.c, create_elf_tables(); QEMU linux-user/elfload.c.
    """
    if len(written) != DUMP_BYTES:
        return None
    size = architecture.bits // 8
    mark = ("<" if architecture.order == "little" else ">") + ("Q" if size == 8 else "I")
    words = [x for (x,) in struct.iter_unpack(mark, written)]
    at = ANSWERS_BYTES // size
    argv = words[at + 1 : at + 1 + min(words[at], _ARGUMENTS_MAX)]
    after = _behind_zero(words, at + 1 + len(argv) + 1)
    if not 0 < words[at] <= _ARGUMENTS_MAX or after is None:
        return None
    auxiliary = _auxiliary(words[after:])
    return Behaviour(
        openat2=_call(words[1], architecture),
        clone3=_call(words[0], architecture),
        arguments=_arguments([_text(written, pointer - words[2]) for pointer in argv]),
        secure=bool(auxiliary.get(_AT_SECURE)),
        euid=auxiliary.get(_AT_EUID, 0),
        level=_level(*struct.unpack_from("<3I", written, 24)) if architecture.qemu_target == "x86_64" else None,
    )


def _behind_zero(words: list[int], start: int) -> int | None:
    """Return the index behind the first zero from start on."""
    try:
        return words.index(0, start) + 1
    except ValueError:
        return None


def _auxiliary(words: list[int]) -> dict[int, int]:
    found: dict[int, int] = {}
    for key, value in zip(words[::2], words[1 : 2 * _AUXILIARY_MAX : 2], strict=False):
        if key == 0:
            break
        found[key] = value
    return found


def _text(written: bytes, offset: int) -> str | None:
    if not 0 <= offset < len(written):
        return None
    return written[offset:].split(b"\0", 1)[0].decode("utf-8", "replace")


def _arguments(argv: list[str | None]) -> Arguments:
    if any(x is None for x in argv):
        return Arguments.UNKNOWN
    if argv == [ARGV0]:
        return Arguments.KEPT
    has_path = (argv[0] or "").startswith("/")
    if has_path and argv[1:] in ([], [ARGV0]):
        return Arguments.SHIFTED if argv[1:] else Arguments.PATH
    return Arguments.OTHER


def _call(word: int, architecture: Architecture) -> Call:
    """Return what a system call came to.

    Where the error is told in another register (MIPS, PowerPC, SPARC) the word is the number itself, and no number
    below 16 can be told from a descriptor.
    """
    top = 1 << architecture.bits
    number = top - word if word >= top - _ERRNO_MAX else word
    if number == _ENOSYS_OF.get(architecture.family, _ENOSYS):
        return Call.MISSING
    return Call.REFUSED if number == _EINVAL else Call.THERE


def _level(one_ecx: int, seven_ebx: int, extended_ecx: int) -> Level:
    """Return the level by three registers of cpuid.

    Format: leaf 1: SSE3 0, SSSE3 9, FMA 12, CMPXCHG16B 13, SSE4.1 19, SSE4.2 20, MOVBE 22, POPCNT 23, OSXSAVE 27,
    AVX 28, F16C 29; leaf 7: BMI1 3, AVX2 5, BMI2 8; leaf 0x80000001: LAHF 0, LZCNT 5.
    """
    second = (_bits(0, 9, 13, 19, 20, 23), 0, _bits(0))
    third = (_bits(12, 22, 27, 28, 29), _bits(3, 5, 8), _bits(5))
    registers = (one_ecx, seven_ebx, extended_ecx)
    if any(register & wanted != wanted for register, wanted in zip(registers, second, strict=True)):
        return Level.V1
    if any(register & wanted != wanted for register, wanted in zip(registers, third, strict=True)):
        return Level.V2
    return Level.V3


def _bits(*numbers: int) -> int:
    return sum(1 << number for number in numbers)
