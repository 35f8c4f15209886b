"""What is known of each loader of each architecture, a line each: what it takes, how large its address space is."""

import pytest

from qemudoctor.kernel.machine import MACHINES, Loader

TABLE = """
x86_64      64 little 62         -     any         0x7ffffffff000   0x400000000000  None
x86_64      32 little 3+6        -     any         0xffffe000       0x40000000      CONFIG_IA32_EMULATION
i386        32 little 3+6        -     any         0xc0000000       0x400000000000  None
i486        32 little 3+6        -     any         0xc0000000       0x400000000000  None
i586        32 little 3+6        -     any         0xc0000000       0x400000000000  None
i686        32 little 3+6        -     any         0xc0000000       0x400000000000  None
aarch64     64 little 183        -     any         0x1000000000000  0x400000000000  None
aarch64     32 little 40         -     ff000000!0  0x100000000      0x400000000000  AArch32
aarch64_be  64 big    183        -     any         0x1000000000000  0x400000000000  None
aarch64_be  32 big    40         -     ff000000!0  0x100000000      0x400000000000  AArch32
armv5tel    32 little 40         -     any         0xc0000000       0x400000000000  None
armv5tejl   32 little 40         -     any         0xc0000000       0x400000000000  None
armv6l      32 little 40         -     any         0xc0000000       0x400000000000  None
armv7l      32 little 40         -     any         0xc0000000       0x400000000000  None
armv8l      32 little 40         -     any         0xc0000000       0x400000000000  None
armv5teb    32 big    40         -     any         0xc0000000       0x400000000000  None
armv6b      32 big    40         -     any         0xc0000000       0x400000000000  None
armv7b      32 big    40         -     any         0xc0000000       0x400000000000  None
ppc64le     64 little 21         -     any         0x800000000000   0x400000000000  None
ppc64       64 big    21         -     any         0x800000000000   0x400000000000  None
ppc64       32 big    20         -     any         0x800000000000   0x400000000000  CONFIG_COMPAT
ppc         32 big    20         -     any         0x800000000000   0x400000000000  None
s390x       64 big    22         class any         0x800000000000   0x400000000000  None
s390x       32 big    22         class any         0x800000000000   0x400000000000  CONFIG_COMPAT
riscv64     64 little 243        class any         0x800000000000   0x400000000000  None
riscv64     32 little 243        class any         0x800000000000   0x400000000000  CONFIG_COMPAT
riscv32     32 little 243        class any         0x800000000000   0x400000000000  None
mips64      64 big    8          class any         0x800000000000   0x400000000000  None
mips64      32 big    8          class 20=0        0x800000000000   0x400000000000  CONFIG_MIPS32_O32
mips64      32 big    8          class 20=20       0x800000000000   0x400000000000  CONFIG_MIPS32_N32
mips64el    64 little 8          class any         0x800000000000   0x400000000000  None
mips64el    32 little 8          class 20=0        0x800000000000   0x400000000000  CONFIG_MIPS32_O32
mips64el    32 little 8          class 20=20       0x800000000000   0x400000000000  CONFIG_MIPS32_N32
mips        32 big    8          class any         0x800000000000   0x400000000000  None
mipsel      32 little 8          class any         0x800000000000   0x400000000000  None
loongarch64 64 little 258        -     any         0x800000000000   0x400000000000  None
sparc64     64 big    43         -     any         0x800000000000   0x400000000000  None
sparc64     32 big    2+18       -     any         0x800000000000   0x400000000000  CONFIG_COMPAT
sparc       32 big    2          -     any         0x800000000000   0x400000000000  None
alpha       64 little 36902      -     any         0x800000000000   0x400000000000  None
m68k        32 big    4          -     any         0x800000000000   0x400000000000  None
sh4         32 little 42         -     any         0x800000000000   0x400000000000  None
sh4a        32 little 42         -     any         0x800000000000   0x400000000000  None
parisc      32 big    15         class any         0x800000000000   0x400000000000  None
parisc64    64 big    15         class any         0x800000000000   0x400000000000  None
parisc64    32 big    15         class any         0x800000000000   0x400000000000  CONFIG_COMPAT
openrisc    32 big    92         -     any         0x800000000000   0x400000000000  None
xtensa      32 little 94         -     any         0x800000000000   0x400000000000  None
microblaze  32 big    189+47787  -     any         0x800000000000   0x400000000000  None
hexagon     32 little 164        -     any         0x800000000000   0x400000000000  None
"""
LINES = TABLE.strip().splitlines()


def flags(loader: Loader) -> str:
    """Return which e_flags a loader takes: a mask and what it must give."""
    if not loader.flags_mask:
        return "any" if (loader.flags_value, loader.flags_nonzero) == (0, False) else "broken"
    return f"{loader.flags_mask:x}!0" if loader.flags_nonzero else f"{loader.flags_mask:x}={loader.flags_value:x}"


def line(name: str, loader: Loader) -> str:
    numbers = "+".join(str(x) for x in sorted(loader.machines))
    words = (name, loader.bits, loader.order, numbers, "class" if loader.checks_class else "-", flags(loader))
    return " ".join(str(x) for x in (*words, hex(loader.task_size), hex(loader.align_max), loader.option))


ALL = [line(machine.name, loader) for machine in MACHINES for loader in machine.loaders]


@pytest.mark.parametrize("number", range(len(LINES)), ids=[" ".join(x.split()[:2]) for x in LINES])
def test_loader(number: int) -> None:
    assert ALL[number] == " ".join(LINES[number].split())


def test_there_are_no_others() -> None:
    assert len(ALL) == len(LINES)
    assert {(machine.page_size_bytes, machine.lowest_address) for machine in MACHINES} == {(4096, 65536)}
