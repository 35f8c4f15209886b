"""The programs that answer questions, read by another reader of ELF."""

import io
import struct

import pytest
from elftools.elf.elffile import ELFFile

from qemudoctor.probe.programs import TARGETS, program_of
from qemudoctor.probe.questions import ASKED, assemble_questions


def test_targets_are_known_ones() -> None:
    assert set(TARGETS) >= ASKED
    assert {"aarch64", "arm", "i386", "x86_64", "ppc64le", "s390x", "riscv64", "mips64el", "loongarch64"} <= ASKED


@pytest.mark.parametrize("target", sorted(ASKED))
def test_headers_and_data(target: str) -> None:
    content = assemble_questions(target)
    file = ELFFile(io.BytesIO(content))
    (segment,) = file.iter_segments()
    program = program_of(target)
    assert (file.elfclass, file.little_endian) == (program.elf_class, program.byte_order == "little")
    assert segment["p_filesz"] == segment["p_memsz"] == len(content)
    start = 52 + 32 if program.elf_class == 32 else 64 + 56
    flags, mode, resolve, path = struct.unpack_from(("<" if file.little_endian else ">") + "QQQ8s", content, start)
    assert (flags in (0o100000, 0o400000), mode, resolve, path.rstrip(b"\0")) == (True, 0, 0, b"/")
    assert file["e_entry"] == segment["p_vaddr"] + start + 32


@pytest.mark.parametrize("target", sorted(ASKED))
def test_instructions_stand_aligned(target: str) -> None:
    if target not in ("i386", "i486", "x86_64", "s390x"):
        assert len(assemble_questions(target)) % 4 == 0
        assert ELFFile(io.BytesIO(assemble_questions(target)))["e_entry"] % 4 == 0


def test_others_have_none() -> None:
    with pytest.raises(KeyError):
        assemble_questions("hppa")
