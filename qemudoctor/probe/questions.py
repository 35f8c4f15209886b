"""Programs that answer questions about what executes them, for the QEMU targets of the common platforms.

Each makes clone3(NULL, 0) and openat2(AT_FDCWD, "/", {O_NOFOLLOW}, 24), writes what came of it and the top of its stack
in one write, waits for the end of its standard input, and ends as the program that asks nothing does. The stack holds
argv, the environment and the auxiliary vector, which tells the credentials.

In front of the instructions lie `struct open_how` and the path, at an address that the instructions hold.
Format of what is written: see qemudoctor.facts.behaviour.
"""

import struct
from dataclasses import replace
from functools import cache

from qemudoctor.probe.programs import ProbeProgram, assemble_code, program_of

__all__ = ["ASKED", "assemble_questions"]

# O_NOFOLLOW of the architectures that differ from x86. Source: Linux arch/*/include/uapi/asm/fcntl.h.
_O_NOFOLLOW = 0o400000
_O_NOFOLLOW_OF = dict.fromkeys(("aarch64", "aarch64_be", "arm", "ppc", "ppc64", "ppc64le"), 0o100000)
# Addresses that fit into two instructions.
_ADDRESSES = {"mips64": 0x10000000, "mips64el": 0x10000000, "loongarch64": 0x400000}
# Targets with the instructions of another.
_SAME = {"i486": "i386", "aarch64_be": "aarch64", "sparc32plus": "sparc"}

# In words, W being 4 or 8 bytes and SP the stack pointer (of sparc: where argc lies):
#   SP -= 64;  [SP] = clone3(0, 0);  [SP + W] = openat2(-100, DATA + 24, DATA, 24);  [SP + 2 W] = SP
#   of x86_64 only: [SP + 24] = ecx of cpuid 1; [SP + 28] = ebx of cpuid 7, 0; [SP + 32] = ecx of cpuid 0x80000001
#   write(1, SP, 1920);  read(0, SP, 1);  exit(42)
# Each was run by QEMU 5.2, 7.2.22, 10.0.13 and 11.1.3 where these have the target. A space after each instruction.
# fmt: off
_CODE = {
    "i386": (
        "83ec40 31db 31c9 b8b3010000 cd80 890424 bb9cffffff ba54000408 8d4a18 be18000000 b8b5010000 cd80 89442404 "
        "89642408 bb01000000 89e1 ba80070000 b804000000 cd80 31db 89e1 ba01000000 b803000000 cd80 bb2a000000 "
        "b801000000 cd80"
    ),
    "aarch64": (
        "ff0301d1 000080d2 010080d2 683680d2 010000d4 e00300f9 600c8092 0208a0d2 42e00191 41600091 030380d2 "
        "a83680d2 010000d4 e00700f9 e1030091 e10b00f9 200080d2 02f080d2 080880d2 010000d4 000080d2 e1030091 "
        "220080d2 e80780d2 010000d4 400580d2 a80b80d2 010000d4"
    ),
    "arm": (
        "40d04de2 0000a0e3 0010a0e3 1b7ea0e3 037087e2 000000ef 00008de5 6300e0e3 0128a0e3 542082e2 181082e2 "
        "1830a0e3 1b7ea0e3 057087e2 000000ef 04008de5 08d08de5 0100a0e3 0d10a0e1 1e2da0e3 0470a0e3 000000ef "
        "0000a0e3 0d10a0e1 0120a0e3 0370a0e3 000000ef 2a00a0e3 0170a0e3 000000ef"
    ),
    "sparc": (
        "a003a000 90102000 92102000 821021b3 91d02010 d0240000 90103f9c 15000040 9412a054 9202a018 96102018 "
        "821021b5 91d02010 d0242004 e0242008 90102001 92100010 94102780 82102004 91d02010 90102000 92100010 "
        "94102001 82102003 91d02010 9010202a 82102001 91d02010"
    ),
    "sparc64": (
        "a003a83f 90102000 92102000 821021b3 91d0206d d0740000 90103f9c 15000400 9412a078 9202a018 96102018 "
        "821021b5 91d0206d d0742008 e0742010 90102001 92100010 94102780 82102004 91d0206d 90102000 92100010 "
        "94102001 82102003 91d0206d 9010202a 82102001 91d0206d"
    ),
    "ppc": (
        "3821ffc0 38600000 38800000 380001b3 44000002 90610000 3860ff9c 3ca01000 60a50054 38850018 38c00018 "
        "380001b5 44000002 90610004 90210008 38600001 7c240b78 38a00780 38000004 44000002 38600000 7c240b78 "
        "38a00001 38000003 44000002 3860002a 38000001 44000002"
    ),
    "ppc64": (
        "3821ffc0 38600000 38800000 380001b3 44000002 f8610000 3860ff9c 3ca01000 60a50078 38850018 38c00018 "
        "380001b5 44000002 f8610008 f8210010 38600001 7c240b78 38a00780 38000004 44000002 38600000 7c240b78 "
        "38a00001 38000003 44000002 3860002a 38000001 44000002"
    ),
    "ppc64le": (
        "c0ff2138 00006038 00008038 b3010038 02000044 000061f8 9cff6038 0010a03c 7800a560 18008538 1800c038 "
        "b5010038 02000044 080061f8 100021f8 01006038 780b247c 8007a038 04000038 02000044 00006038 780b247c "
        "0100a038 03000038 02000044 2a006038 01000038 02000044"
    ),
    "mips": (
        "27bdffc0 24040000 24050000 24021153 0000000c afa20000 2404ff9c 3c060040 34c60054 24c50018 24070018 "
        "24021155 0000000c afa20004 afbd0008 24040001 27a50000 24060780 24020fa4 0000000c 24040000 27a50000 "
        "24060001 24020fa3 0000000c 2404002a 24020fa1 0000000c"
    ),
    "mipsel": (
        "c0ffbd27 00000424 00000524 53110224 0c000000 0000a2af 9cff0424 4000063c 5400c634 1800c524 18000724 "
        "55110224 0c000000 0400a2af 0800bdaf 01000424 0000a527 80070624 a40f0224 0c000000 00000424 0000a527 "
        "01000624 a30f0224 0c000000 2a000424 a10f0224 0c000000"
    ),
    "mipsn32": (
        "27bdffc0 24040000 24050000 24021923 0000000c afa20000 2404ff9c 3c061000 34c60054 24c50018 24070018 "
        "24021925 0000000c afa20004 afbd0008 24040001 27a50000 24060780 24021771 0000000c 24040000 27a50000 "
        "24060001 24021770 0000000c 2404002a 240217aa 0000000c"
    ),
    "mipsn32el": (
        "c0ffbd27 00000424 00000524 23190224 0c000000 0000a2af 9cff0424 0010063c 5400c634 1800c524 18000724 "
        "25190224 0c000000 0400a2af 0800bdaf 01000424 0000a527 80070624 71170224 0c000000 00000424 0000a527 "
        "01000624 70170224 0c000000 2a000424 aa170224 0c000000"
    ),
    "mips64": (
        "67bdffc0 24040000 24050000 2402153b 0000000c ffa20000 2404ff9c 3c061000 34c60078 24c50018 24070018 "
        "2402153d 0000000c ffa20008 ffbd0010 24040001 67a50000 24060780 24021389 0000000c 24040000 67a50000 "
        "24060001 24021388 0000000c 2404002a 240213c2 0000000c"
    ),
    "mips64el": (
        "c0ffbd67 00000424 00000524 3b150224 0c000000 0000a2ff 9cff0424 0010063c 7800c634 1800c524 18000724 "
        "3d150224 0c000000 0800a2ff 1000bdff 01000424 0000a567 80070624 89130224 0c000000 00000424 0000a567 "
        "01000624 88130224 0c000000 2a000424 c2130224 0c000000"
    ),
    "s390x": (
        "a7fbffc0 a7290000 a7390000 a71901b3 0a00 e320f0000024 a729ff9c c04f01000078 41304018 a7590018 a71901b5 "
        "0a00 e320f0080024 e3f0f0100024 a7290001 b904003f a7490780 0a04 a7290000 b904003f a7490001 0a03 a729002a "
        "0a01"
    ),
    "riscv32": (
        "130101fc 13050000 93050000 9308301b 73000000 2320a100 1305c0f9 37060100 13064605 93058601 93068001 "
        "9308501b 73000000 2322a100 23242100 13051000 93050100 13060078 93080004 73000000 13050000 93050100 "
        "13061000 9308f003 73000000 1305a002 9308d005 73000000"
    ),
    "riscv64": (
        "130101fc 13050000 93050000 9308301b 73000000 2330a100 1305c0f9 37060100 13068607 93058601 93068001 "
        "9308501b 73000000 2334a100 23382100 13051000 93050100 13060078 93080004 73000000 13050000 93050100 "
        "13061000 9308f003 73000000 1305a002 9308d005 73000000"
    ),
    "x86_64": (
        "4883ec40 31ff 31f6 b8b3010000 0f05 48890424 48c7c79cffffff ba78004000 488d7218 41ba18000000 b8b5010000 "
        "0f05 4889442408 4889642410 b801000000 31c9 0fa2 894c2418 b807000000 31c9 0fa2 895c241c b801000080 0fa2 "
        "894c2420 bf01000000 4889e6 ba80070000 b801000000 0f05 31ff 4889e6 ba01000000 31c0 0f05 bf2a000000 "
        "b83c000000 0f05"
    ),
    "loongarch64": (
        "6300ff02 04008003 05008003 0bcc8603 00002b00 6400c029 0470fe02 06800014 c6e08103 c560c002 07608003 "
        "0bd48603 00002b00 6420c029 6340c029 04048003 65008003 06009e03 0b008103 00002b00 04008003 65008003 "
        "06048003 0bfc8003 00002b00 04a88003 0b748103 00002b00"
    ),
}
# fmt: on

ASKED = frozenset((*_CODE, *_SAME))
"""The QEMU targets for which there is such a program."""


@cache
def assemble_questions(target: str) -> bytes:
    """Return the ELF file of the program that answers questions, for one of ASKED. Raises: KeyError for another."""
    code = bytes.fromhex(_CODE[_SAME.get(target, target)])
    program = program_of(target)
    program = replace(program, load_address=_ADDRESSES.get(target, program.load_address))
    return assemble_code(program, code, data=_data(program))


def _data(program: ProbeProgram) -> bytes:
    """Return `struct open_how` (flags, mode, resolve) and the path, padded so that instructions stay aligned.

    Source: Linux include/uapi/linux/openat2.h.
    """
    order = "<" if program.byte_order == "little" else ">"
    return struct.pack(order + "QQQ8s", _O_NOFOLLOW_OF.get(program.target, _O_NOFOLLOW), 0, 0, b"/")
