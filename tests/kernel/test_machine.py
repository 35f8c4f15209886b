"""What each architecture runs itself."""

import pytest

from qemudoctor.kernel import Feature, KernelRelease, Machine, Registry, UnknownMachine, native_executable
from qemudoctor.kernel.call import execve
from qemudoctor.kernel.elf import build_executable, parse_header
from qemudoctor.kernel.machine import MACHINES
from tests.live.differential.hosts import CaseTree, File

NOW = KernelRelease.parse("6.18.44")


def outcome(content: bytes, machine: Machine, kernel: KernelRelease = NOW) -> str:
    root = CaseTree.of((("/p", File(content=content)),))
    return execve("/p", root=root, registry=Registry(), kernel=kernel, machine=machine).outcome


@pytest.mark.parametrize("machine", MACHINES, ids=lambda machine: machine.name)
def test_every_machine_runs_its_own_program(machine: Machine) -> None:
    assert Machine.named(machine.name) is machine
    assert outcome(native_executable(machine), machine) == "ok"


def test_the_program_that_stands_for_a_native_one_has_the_usual_number() -> None:
    """Some machines take a second number as well, of a processor that never was built, or an old one."""
    for name, number in (("i686", 3), ("microblaze", 189)):
        machine = Machine.named(name)
        loader = machine.loaders[0]
        header = parse_header(native_executable(machine), bits=loader.bits, order=loader.order)
        assert (header.e_machine, header.e_flags, loader.accepts(header)) == (number, 0, True)


def test_what_a_loader_accepts() -> None:
    s390x = Machine.named("s390x").loaders[0]
    header = parse_header(native_executable(Machine.named("s390x")), bits=64, order="big")
    assert s390x.accepts(header) is True
    assert s390x.accepts(header._replace(ei_class=1)) is False
    assert s390x.accepts(header._replace(e_machine=23)) is False


def test_a_kernel_without_loaders() -> None:
    """One could be built, without CONFIG_BINFMT_ELF."""
    machine = Machine("x86_64", ())
    root = CaseTree.of((("/p", File(content=native_executable(Machine.named("x86_64")))),))
    ended = execve("/p", root=root, registry=Registry(), kernel=NOW, machine=machine)
    assert (ended.outcome, ended.steps[-1].note) == ("ENOEXEC", "this kernel has no loader (ENOEXEC)")


@pytest.mark.parametrize("machine", MACHINES, ids=lambda machine: machine.name)
def test_every_loader_takes_its_numbers_and_no_others(machine: Machine) -> None:
    for loader in machine.loaders:
        flags = 0x05000000 if loader.flags_nonzero else loader.flags_value
        for number in loader.machines:
            content = build_executable(bits=loader.bits, order=loader.order, machine=number, flags=flags)
            assert outcome(content, machine) == "ok"
        other = build_executable(bits=loader.bits, order=loader.order, machine=0x1234, flags=flags)
        assert outcome(other, machine) == "ENOEXEC"
        swapped = "big" if loader.order == "little" else "little"
        content = build_executable(bits=loader.bits, order=swapped, machine=min(loader.machines), flags=flags)
        assert outcome(content, machine) == "ENOEXEC"


@pytest.mark.parametrize(
    ("name", "bits", "order", "number", "flags", "said"),
    [
        ("x86_64", 32, "little", 3, 0, "ok"),
        ("x86_64", 32, "little", 6, 0, "ok"),
        ("x86_64", 32, "little", 62, 0, "ENOEXEC"),
        ("i686", 64, "little", 62, 0, "ENOEXEC"),
        ("aarch64", 32, "little", 40, 0x05000000, "ok"),
        ("aarch64", 32, "little", 40, 0, "ENOEXEC"),
        ("aarch64", 32, "little", 40, 1, "ENOEXEC"),
        ("aarch64", 32, "little", 40, 0x00FFFFFF, "ENOEXEC"),
        ("aarch64", 32, "little", 40, 0x01000000, "ok"),
        ("armv7l", 32, "little", 40, 0, "ok"),
        ("armv7l", 64, "little", 183, 0, "ENOEXEC"),
        ("ppc64le", 32, "big", 20, 0, "ENOEXEC"),
        ("ppc64", 32, "big", 20, 0, "ok"),
        ("mips64", 32, "big", 8, 0, "ok"),
        ("mips64", 32, "big", 8, 0x20, "ok"),
        ("mips64", 32, "big", 8, 1, "ok"),
        ("x86_64", 64, "little", 62, 1, "ok"),
        ("loongarch64", 64, "little", 258, 0xFFFFFFFF, "ok"),
        ("sparc64", 32, "big", 18, 0, "ok"),
        ("riscv64", 32, "little", 243, 0, "ok"),
        ("s390x", 32, "big", 22, 0, "ok"),
    ],
)
def test_siblings(name: str, bits: int, order: str, number: int, flags: int, said: str) -> None:
    content = build_executable(bits=bits, order=order, machine=number, flags=flags)
    assert outcome(content, Machine.named(name)) == said


def test_the_class_counts_on_some_machines_only() -> None:
    def with_class(machine: Machine, ei_class: int) -> str:
        content = bytearray(native_executable(machine))
        content[4] = ei_class
        return outcome(bytes(content), machine)

    assert with_class(Machine.named("x86_64"), 1) == "ok"
    assert with_class(Machine.named("loongarch64"), 1) == "ok"
    assert with_class(Machine.named("s390x"), 1) == "ENOEXEC"
    assert with_class(Machine.named("riscv64"), 9) == "ENOEXEC"


def test_options_that_a_kernel_lacks() -> None:
    machine, i386 = Machine.named("x86_64"), build_executable(bits=32, order="little", machine=3)
    assert outcome(i386, machine.without("CONFIG_IA32_EMULATION")) == "ENOEXEC"
    assert outcome(i386, machine.without("CONFIG_COMPAT")) == "ok"
    assert outcome(native_executable(machine), machine.without("CONFIG_IA32_EMULATION")) == "ok"


def test_old_kernels_take_x32_for_i386() -> None:
    x32 = build_executable(bits=32, order="little", machine=62)
    assert outcome(x32, Machine.named("x86_64"), NOW.assume(Feature.X32_NEEDS_OPTION, False)) == "ok"


def test_old_kernels_take_x32_for_i386_and_for_nothing_else() -> None:
    old = KernelRelease.parse("3.10.49")
    for machine in MACHINES:
        for bits in (32, 64):
            content = build_executable(bits=bits, order="little", machine=62)
            assert (outcome(content, machine, old) == "ok") is (machine.name == "x86_64"), machine.name


def test_where_nothing_else_is_known_the_address_space_has_47_bits() -> None:
    (loader,) = Machine.named("loongarch64").loaders
    assert (loader.task_size, loader.align_max) == (1 << 47, 1 << 46)


def test_unknown_machine() -> None:
    with pytest.raises(UnknownMachine, match="no rules are known"):
        Machine.named("pdp11")
    with pytest.raises(UnknownMachine):
        execve("/p", root=CaseTree.of(()), registry=Registry(), kernel=NOW, machine="pdp11")
