"""The probe programs, read by another reader of ELF, and held against the rules QEMU registers."""

import io

import pytest
from elftools.elf.elffile import ELFFile

from qemudoctor.probe.programs import EXIT_STATUS, PROGRAMS, TARGETS, ProbeProgram, UnknownTarget, assemble

# Magic and mask of scripts/qemu-binfmt-conf.sh, QEMU 10.2. Upstream's microblaze has the bytes of e_type in
# the wrong order and matches no real file; that row is Debian's.
RULES = {
    "i386": ("7f454c4601010100000000000000000002000300", "fffffffffffefe00fffffffffffffffffeffffff"),
    "i486": ("7f454c4601010100000000000000000002000600", "fffffffffffefe00fffffffffffffffffeffffff"),
    "alpha": ("7f454c4602010100000000000000000002002690", "fffffffffffefe00fffffffffffffffffeffffff"),
    "arm": ("7f454c4601010100000000000000000002002800", "ffffffffffffff00fffffffffffffffffeffffff"),
    "armeb": ("7f454c4601020100000000000000000000020028", "ffffffffffffff00fffffffffffffffffffeffff"),
    "sparc": ("7f454c4601020100000000000000000000020002", "ffffffffffffff00fffffffffffffffffffeffff"),
    "sparc32plus": ("7f454c4601020100000000000000000000020012", "ffffffffffffff00fffffffffffffffffffeffff"),
    "sparc64": ("7f454c460202010000000000000000000002002b", "ffffffffffffff00fffffffffffffffffffeffff"),
    "ppc": ("7f454c4601020100000000000000000000020014", "ffffffffffffff00fffffffffffffffffffeffff"),
    "ppc64": ("7f454c4602020100000000000000000000020015", "ffffffffffffff00fffffffffffffffffffeffff"),
    "ppc64le": ("7f454c4602010100000000000000000002001500", "ffffffffffffff00fffffffffffffffffeffff00"),
    "m68k": ("7f454c4601020100000000000000000000020004", "fffffffffffffe00fffffffffffffffffffeffff"),
    "mips": (
        "7f454c46010201000000000000000000000200080000000100000000000000000000000000000000",
        "ffffffffffffff0000fffffffffffffffffeffffffffffff00000000000000000000000000000020",
    ),
    "mipsel": (
        "7f454c46010101000000000000000000020008000100000000000000000000000000000000000000",
        "ffffffffffffff0000fffffffffffffffeffffffffffffff00000000000000000000000020000000",
    ),
    "mipsn32": (
        "7f454c46010201000000000000000000000200080000000100000000000000000000000000000020",
        "ffffffffffffff0000fffffffffffffffffeffffffffffff00000000000000000000000000000020",
    ),
    "mipsn32el": (
        "7f454c46010101000000000000000000020008000100000000000000000000000000000020000000",
        "ffffffffffffff0000fffffffffffffffeffffffffffffff00000000000000000000000020000000",
    ),
    "mips64": ("7f454c4602020100000000000000000000020008", "ffffffffffffff0000fffffffffffffffffeffff"),
    "mips64el": ("7f454c4602010100000000000000000002000800", "ffffffffffffff0000fffffffffffffffeffffff"),
    "sh4": ("7f454c4601010100000000000000000002002a00", "ffffffffffffff00fffffffffffffffffeffffff"),
    "sh4eb": ("7f454c460102010000000000000000000002002a", "ffffffffffffff00fffffffffffffffffffeffff"),
    "s390x": ("7f454c4602020100000000000000000000020016", "ffffffffffffff00fffffffffffffffffffeffff"),
    "aarch64": ("7f454c460201010000000000000000000200b700", "ffffffffffffff00fffffffffffffffffeffffff"),
    "aarch64_be": ("7f454c46020201000000000000000000000200b7", "ffffffffffffff00fffffffffffffffffffeffff"),
    "hppa": ("7f454c460102010000000000000000000002000f", "ffffffffffffff00fffffffffffffffffffeffff"),
    "riscv32": ("7f454c460101010000000000000000000200f300", "ffffffffffffff00fffffffffffffffffeffffff"),
    "riscv64": ("7f454c460201010000000000000000000200f300", "ffffffffffffff00fffffffffffffffffeffffff"),
    "xtensa": ("7f454c4601010100000000000000000002005e00", "ffffffffffffff00fffffffffffffffffeffffff"),
    "xtensaeb": ("7f454c460102010000000000000000000002005e", "ffffffffffffff00fffffffffffffffffffeffff"),
    "microblaze": ("7f454c460102010000000000000000000002baab", "ffffffffffffff00fffffffffffffffffffeffff"),
    "microblazeel": ("7f454c460101010000000000000000000200abba", "ffffffffffffff00fffffffffffffffffeffffff"),
    "or1k": ("7f454c460102010000000000000000000002005c", "ffffffffffffff00fffffffffffffffffffeffff"),
    "x86_64": ("7f454c4602010100000000000000000002003e00", "fffffffffffefe00fffffffffffffffffeffffff"),
    "hexagon": ("7f454c460101010000000000000000000200a400", "ffffffffffffff00fffffffffffffffffeffffff"),
    "loongarch64": ("7f454c4602010100000000000000000002000201", "fffffffffffffffc00fffffffffffffffeffffff"),
}

# What pyelftools calls the machine, or the number where it has no name for it.
MACHINES = {
    "i386": "EM_386",
    "i486": "EM_IAMCU",  # 6 was given away again
    "alpha": 0x9026,
    "arm": "EM_ARM",
    "armeb": "EM_ARM",
    "sparc": "EM_SPARC",
    "sparc32plus": "EM_SPARC32PLUS",
    "sparc64": "EM_SPARCV9",
    "ppc": "EM_PPC",
    "ppc64": "EM_PPC64",
    "ppc64le": "EM_PPC64",
    "m68k": "EM_68K",
    "mips": "EM_MIPS",
    "mipsel": "EM_MIPS",
    "mipsn32": "EM_MIPS",
    "mipsn32el": "EM_MIPS",
    "mips64": "EM_MIPS",
    "mips64el": "EM_MIPS",
    "sh4": "EM_SH",
    "sh4eb": "EM_SH",
    "s390x": "EM_S390",
    "aarch64": "EM_AARCH64",
    "aarch64_be": "EM_AARCH64",
    "hppa": "EM_PARISC",
    "riscv32": "EM_RISCV",
    "riscv64": "EM_RISCV",
    "xtensa": "EM_XTENSA",
    "xtensaeb": "EM_XTENSA",
    "microblaze": 0xBAAB,
    "microblazeel": 0xBAAB,
    "or1k": "EM_OPENRISC",
    "x86_64": "EM_X86_64",
    "hexagon": "EM_QDSP6",
    "loongarch64": "EM_LOONGARCH",
}

each_program = pytest.mark.parametrize("program", PROGRAMS, ids=TARGETS)


def _matches(rule: tuple[str, str], head: bytes) -> bool:
    magic, mask = (bytes.fromhex(part) for part in rule)
    return len(head) >= len(magic) and all(
        (byte ^ wanted) & care == 0 for byte, wanted, care in zip(head, magic, mask, strict=False)
    )


def test_every_target_of_qemu_has_a_program() -> None:
    assert set(TARGETS) == set(RULES) == set(MACHINES)
    assert len(TARGETS) == len(set(TARGETS))


@each_program
def test_header_is_what_the_row_says(program: ProbeProgram) -> None:
    elf = ELFFile(io.BytesIO(assemble(program.target)))

    assert elf.elfclass == program.elf_class
    assert elf.little_endian == (program.byte_order == "little")
    assert elf["e_machine"] == MACHINES[program.target]
    assert elf["e_flags"] == program.flags
    assert elf["e_type"] == "ET_EXEC"
    assert elf["e_version"] == "EV_CURRENT"
    assert elf["e_ident"]["EI_VERSION"] == "EV_CURRENT"
    assert elf["e_ident"]["EI_OSABI"] == "ELFOSABI_SYSV"
    assert elf["e_shoff"] == 0
    assert elf["e_shnum"] == 0
    # The kernel compares these with its own structures.
    assert (elf["e_ehsize"], elf["e_phentsize"]) == ((64, 56) if program.elf_class == 64 else (52, 32))
    assert elf["e_phoff"] == elf["e_ehsize"]


@each_program
def test_one_segment_maps_the_whole_file(program: ProbeProgram) -> None:
    content = assemble(program.target)
    elf = ELFFile(io.BytesIO(content))

    (segment,) = elf.iter_segments()
    assert segment["p_type"] == "PT_LOAD"
    assert segment["p_flags"] == 5
    assert segment["p_offset"] == 0
    assert segment["p_vaddr"] == segment["p_paddr"] == program.load_address
    assert segment["p_filesz"] == segment["p_memsz"] == len(content)
    # Below 0x10000 lies what vm.mmap_min_addr forbids; 64 KiB is the largest usual page.
    assert segment["p_align"] == 0x10000
    assert segment["p_vaddr"] % 0x10000 == 0
    assert segment["p_vaddr"] >= 0x10000


@each_program
def test_entry_is_the_first_byte_behind_the_headers(program: ProbeProgram) -> None:
    content = assemble(program.target)
    elf = ELFFile(io.BytesIO(content))

    offset = elf["e_entry"] - program.load_address
    assert offset == elf["e_ehsize"] + elf["e_phentsize"]
    assert offset % 4 == 0
    if program.descriptor:
        start = int.from_bytes(content[offset : offset + 8], program.byte_order)  # type: ignore[arg-type]
        assert start - program.load_address == offset + 24
        offset += 24
    assert content[offset:] == program.code


def test_only_the_first_abi_of_64_bit_powerpc_has_a_descriptor() -> None:
    assert [program.target for program in PROGRAMS if program.descriptor] == ["ppc64"]


@each_program
def test_size_is_small_but_more_than_a_header(program: ProbeProgram) -> None:
    assert 64 < len(assemble(program.target)) < 512


@each_program
def test_assembling_again_gives_the_same_bytes(program: ProbeProgram) -> None:
    first = assemble(program.target)
    assemble.cache_clear()
    assert assemble(program.target) == first


@each_program
def test_program_matches_its_own_rule_only(program: ProbeProgram) -> None:
    content = assemble(program.target)
    assert [target for target, rule in RULES.items() if _matches(rule, content)] == [program.target]


@each_program
def test_row_names_where_its_number_comes_from(program: ProbeProgram) -> None:
    assert program.source.endswith((".tbl", "/unistd.h"))
    assert program.source.startswith(("arch/", "include/"))
    assert program.syscall > 0


def test_exit_status_tells_itself_from_a_shell_and_a_signal() -> None:
    assert 3 < EXIT_STATUS < 126


@pytest.mark.parametrize("target", ["", "amd64", "AARCH64", "cris", "aarch64 ", "linux/arm64"])
def test_unknown_target_is_refused_by_name(target: str) -> None:
    with pytest.raises(UnknownTarget, match="no probe program") as caught:
        assemble(target)
    assert repr(target) in str(caught.value)
    assert isinstance(caught.value, ValueError)
    assert not isinstance(caught.value, KeyError)
