"""What each kernel architecture accepts as its own program: word size, byte order, e_machine, conditions."""

from functools import lru_cache
from typing import NamedTuple

from qemudoctor.kernel.elf import ELFCLASS, ElfHeader, build_executable
from qemudoctor.kernel.features import Feature
from qemudoctor.kernel.release import KernelRelease

EM_X86_64 = 62
EF_ARM_EABI_MASK = 0xFF000000
EF_MIPS_ABI2 = 0x20


class UnknownMachine(ValueError):
    """No rules are known for this `uname -m`."""


class Loader(NamedTuple):
    """One ELF loader of a kernel: the native one, or one for the 32-bit family member."""

    bits: int
    order: str
    machines: frozenset[int]
    """The e_machine numbers that it accepts."""
    checks_class: bool = False
    """EI_CLASS must be right; elsewhere the kernel never looks at it."""
    flags_mask: int = 0
    flags_value: int = 0
    flags_nonzero: bool = False
    """With a mask: e_flags & mask must be flags_value, or with flags_nonzero anything but zero."""
    option: str | None = None
    """The kernel option or processor property that a 32-bit loader needs."""
    task_size: int = 1 << 47
    """The end of a program's address space in bytes."""
    align_max: int = 1 << 46
    """The largest p_align at which a position-independent program with a loader is not moved down to address 0."""

    def accepts(self, header: ElfHeader) -> bool:
        """Return whether elf_check_arch() of this loader accepts a header.

        Source: Linux arch/*/include/asm/elf.h.
        """
        if header.e_machine not in self.machines:
            return False
        if self.checks_class and header.ei_class != ELFCLASS[self.bits]:
            return False
        masked = header.e_flags & self.flags_mask
        return masked != 0 if self.flags_nonzero else masked == self.flags_value

    def under(self, kernel: KernelRelease) -> "Loader":
        """Return this loader as it is under one kernel release: old ones took x32 programs for i386 ones."""
        if self.option != "CONFIG_IA32_EMULATION" or kernel.supports(Feature.X32_NEEDS_OPTION):
            return self
        return self._replace(machines=self.machines | {EM_X86_64})


class Machine(NamedTuple):
    """The architecture of a running kernel, by the name that `uname -m` gives."""

    name: str
    loaders: tuple[Loader, ...]
    """In the order the kernel tries them: native first."""
    page_size_bytes: int = 4096
    lowest_address: int = 65536
    """vm.mmap_min_addr: distributions set 65536, the kernel's own default is 4096. It binds all but CAP_SYS_RAWIO."""

    @classmethod
    def named(cls, name: str) -> "Machine":
        """Return the rules for `uname -m` NAME. Raises: UnknownMachine."""
        machine = _BY_NAME.get(name)
        if machine is None:
            raise UnknownMachine(f"no rules are known for the architecture {name[:40]!r}")
        return machine

    def without(self, *options: str) -> "Machine":
        """Return this machine without the loaders that need one of these options or processor properties."""
        return self._replace(loaders=tuple(x for x in self.loaders if x.option not in options))

    def loaders_of(self, kernel: KernelRelease) -> tuple[Loader, ...]:
        """Return the loaders of this machine under one kernel release."""
        return tuple(x.under(kernel) for x in self.loaders)


def _machine(name: str, *loaders: Loader) -> Machine:
    return Machine(name, loaders)


def _only(bits: int, order: str, *numbers: int, option: str | None = None, checks_class: bool = False) -> Loader:
    return Loader(bits, order, frozenset(numbers), checks_class=checks_class, option=option)


_I386_TASK = 0xFFFFE000
_ARM32 = Loader(
    32, "little", frozenset({40}), flags_mask=EF_ARM_EABI_MASK, flags_nonzero=True, option="AArch32", task_size=1 << 32
)


def _mips64(name: str, order: str) -> Machine:
    eight = frozenset({8})
    return _machine(
        name,
        _only(64, order, 8, checks_class=True),
        Loader(32, order, eight, checks_class=True, flags_mask=EF_MIPS_ABI2, option="CONFIG_MIPS32_O32"),
        Loader(
            32,
            order,
            eight,
            checks_class=True,
            flags_mask=EF_MIPS_ABI2,
            flags_value=EF_MIPS_ABI2,
            option="CONFIG_MIPS32_N32",
        ),
    )


MACHINES: tuple[Machine, ...] = (
    _machine(
        "x86_64",
        Loader(64, "little", frozenset({62}), task_size=(1 << 47) - 4096),
        Loader(
            32, "little", frozenset({3, 6}), option="CONFIG_IA32_EMULATION", task_size=_I386_TASK, align_max=1 << 30
        ),
    ),
    *(
        _machine(name, Loader(32, "little", frozenset({3, 6}), task_size=3 << 30))
        for name in ("i386", "i486", "i586", "i686")
    ),
    _machine("aarch64", Loader(64, "little", frozenset({183}), task_size=1 << 48), _ARM32),
    _machine("aarch64_be", Loader(64, "big", frozenset({183}), task_size=1 << 48), _ARM32._replace(order="big")),
    *(
        _machine(name, Loader(32, "little", frozenset({40}), task_size=3 << 30))
        for name in ("armv5tel", "armv5tejl", "armv6l", "armv7l", "armv8l")
    ),
    *(
        _machine(name, Loader(32, "big", frozenset({40}), task_size=3 << 30))
        for name in ("armv5teb", "armv6b", "armv7b")
    ),
    _machine("ppc64le", _only(64, "little", 21)),
    _machine("ppc64", _only(64, "big", 21), _only(32, "big", 20, option="CONFIG_COMPAT")),
    _machine("ppc", _only(32, "big", 20)),
    _machine(
        "s390x",
        _only(64, "big", 22, checks_class=True),
        _only(32, "big", 22, option="CONFIG_COMPAT", checks_class=True),
    ),
    _machine(
        "riscv64",
        _only(64, "little", 243, checks_class=True),
        _only(32, "little", 243, option="CONFIG_COMPAT", checks_class=True),
    ),
    _machine("riscv32", _only(32, "little", 243, checks_class=True)),
    _mips64("mips64", "big"),
    _mips64("mips64el", "little"),
    _machine("mips", _only(32, "big", 8, checks_class=True)),
    _machine("mipsel", _only(32, "little", 8, checks_class=True)),
    _machine("loongarch64", _only(64, "little", 258)),
    _machine("sparc64", _only(64, "big", 43), _only(32, "big", 2, 18, option="CONFIG_COMPAT")),
    _machine("sparc", _only(32, "big", 2)),
    _machine("alpha", _only(64, "little", 36902)),
    _machine("m68k", _only(32, "big", 4)),
    _machine("sh4", _only(32, "little", 42)),
    _machine("sh4a", _only(32, "little", 42)),
    _machine("parisc", _only(32, "big", 15, checks_class=True)),
    _machine(
        "parisc64",
        _only(64, "big", 15, checks_class=True),
        _only(32, "big", 15, option="CONFIG_COMPAT", checks_class=True),
    ),
    _machine("openrisc", _only(32, "big", 92)),
    _machine("xtensa", _only(32, "little", 94)),
    _machine("microblaze", _only(32, "big", 189, 0xBAAB)),
    _machine("hexagon", _only(32, "little", 164)),
)


@lru_cache(maxsize=16)
def native_executable(machine: Machine) -> bytes:
    """Return a minimal static program that this machine runs itself."""
    loader = machine.loaders[0]
    return build_executable(bits=loader.bits, order=loader.order, machine=min(loader.machines))


_BY_NAME = {machine.name: machine for machine in MACHINES}
