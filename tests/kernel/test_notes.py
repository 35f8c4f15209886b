"""What the steps say to a reader."""

from typing import Any

import pytest

from qemudoctor.kernel import KernelRelease, Machine, NodeKind, Registry
from qemudoctor.kernel.call import execve
from qemudoctor.kernel.elf import build_executable
from tests.live.differential.elves import Ph
from tests.live.differential.hosts import CaseTree, File
from tests.live.differential.rows import FOREIGN, NATIVE, elf, entry, text

NOW = KernelRelease.parse("6.12.117")


def last_note(program: str, files: dict[str, File], *lines: str, machine: str = "x86_64", release: str = "") -> str:
    root = CaseTree.of(files.items())
    kernel = KernelRelease.parse(release) if release else NOW
    registry = Registry.from_lines((x.encode() for x in lines), kernel=kernel, root=root)
    return execve(program, root=root, registry=registry, kernel=kernel, machine=machine).steps[-1].note


@pytest.mark.parametrize(
    ("program", "files", "note"),
    [
        ("/p", {}, "/p is not in this root (ENOENT)"),
        ("/usr/bin/p", {}, "/usr/bin/p is not in this root: there is no /usr (ENOENT)"),
        ("p", {}, "p is not in this root: there is no /p (ENOENT)"),
        ("", {}, "an empty path names nothing (ENOENT)"),
        ("/p", {"/p": File(NodeKind.LINK, target="/q")}, "/p is not in this root: there is no /q (ENOENT)"),
        ("/p", {"/p": File(NodeKind.LINK, target="p")}, "/p leads through too many symbolic links (ELOOP)"),
        ("/f/p", {"/f": NATIVE}, "/f/p: /f is not a directory (ENOTDIR)"),
        ("/p", {"/p": File(mode=0o644)}, "/p may not be executed (EACCES)"),
        ("/p", {"/p": File(NodeKind.DIRECTORY)}, "/p may not be executed (EACCES)"),
        ("/p", {"/p": File(busy=True)}, "/p is open for writing (ETXTBSY)"),
        ("/" + "n" * 256, {}, "/" + "n" * 256 + " has too long a name (ENAMETOOLONG)"),
        ("/p", {"/p": text(b"#!\n")}, "the #! line names no interpreter or is too long (ENOEXEC)"),
    ],
)
def test_program_that_cannot_be_opened(program: str, files: dict[str, File], note: str) -> None:
    assert last_note(program, files) == note


def test_socket_of_an_old_kernel() -> None:
    files = {"/p": File(NodeKind.SOCKET)}
    assert last_note("/p", files, release="4.9.0") == "/p is a socket (ENXIO)"
    assert last_note("/p", files) == "/p may not be executed (EACCES)"


def test_interpreter_of_an_entry_that_is_missing() -> None:
    files = {"/p": FOREIGN}
    assert last_note("/p", files, entry(interpreter="/usr/bin/qemu")) == (
        "/usr/bin/qemu is not in this root: there is no /usr (ENOENT)"
    )


def test_interpreter_that_is_the_working_directory() -> None:
    assert last_note("/p", {"/p": text(b"#!\0\n")}) == "the working directory: / may not be executed (EACCES)"


@pytest.mark.parametrize("machine", ["x86_64", "armv7l", "s390x"])
def test_program_of_another_architecture(machine: str) -> None:
    note = "no entry matches this program, and it is for another architecture, e_machine 183 (ENOEXEC)"
    assert last_note("/p", {"/p": FOREIGN}, machine=machine) == note


def test_program_of_the_other_byte_order() -> None:
    s390x = File(content=build_executable(bits=64, order="big", machine=22))
    assert last_note("/p", {"/p": s390x}).endswith("another architecture, e_machine 22 (ENOEXEC)")
    assert last_note("/p", {"/p": text(b"\x7fELF")}).endswith("another architecture, e_machine 0 (ENOEXEC)")


def test_the_loader_that_takes_the_architecture_says_why() -> None:
    # 64-bit fields read as those of an i386 program.
    i386 = elf(bits=32, machine=3, kind=1)
    assert last_note("/p", {"/p": i386}) == "e_type is 1, not a program (ENOEXEC)"
    many = elf(bits=32, machine=3, phnum=0)
    assert last_note("/p", {"/p": many}) == "0 program headers of 32 bytes (ENOEXEC)"
    bad = elf(phnum=0)
    assert last_note("/p", {"/p": bad}) == "0 program headers of 56 bytes (ENOEXEC)"


def test_a_machine_without_a_second_loader() -> None:
    root = CaseTree.of((("/p", FOREIGN),))
    machine = Machine.named("x86_64").without("CONFIG_IA32_EMULATION")
    ran = execve("/p", root=root, registry=Registry(), kernel=NOW, machine=machine)
    assert ran.outcome == "ENOEXEC"


def test_line_ends_of_windows() -> None:
    files = {"/p": text(b"#!/bin/sh\r\n"), "/bin/sh": NATIVE}
    assert last_note("/p", files).startswith(
        "/bin/sh\r is not in this root; the #! line ends in a carriage return, as W"
    )
    files = {"/p": text(b"#!/env python3\r\n"), "/env": NATIVE}
    ran = execve("/p", root=CaseTree.of(files.items()), registry=Registry(), kernel=NOW, machine="x86_64")
    assert "as Windows ends lines" in ran.steps[1].note
    files = {"/p": text(b"#!/env python3\n"), "/env": NATIVE}
    ran = execve("/p", root=CaseTree.of(files.items()), registry=Registry(), kernel=NOW, machine="x86_64")
    assert ran.steps[1].note == "the #! line names the interpreter"


@pytest.mark.parametrize(
    ("segment", "note"),
    [
        (Ph(filesz=2, memsz=1), "p_filesz is larger than p_memsz"),
        (Ph(filesz=0, memsz=1 << 62), "a segment lies outside the address space"),
        (Ph(vaddr=1 << 62, filesz=0, memsz=1), "a segment lies outside the address space"),
        (Ph(vaddr=0x600001, filesz=1), "p_vaddr and p_offset do not agree modulo the page size"),
        (
            Ph(vaddr=0x600000, offset=(1 << 63) - 4096, filesz=4096, memsz=4096),
            "a segment lies beyond the largest file offset",
        ),
        (
            Ph(vaddr=0x600000, flags=6, offset=8192, filesz=1, memsz=100),
            "the rest of the last page must be cleared and cannot be written",
        ),
    ],
)
def test_a_program_that_cannot_be_mapped(segment: Ph, note: str) -> None:
    broken = elf(segments=(Ph(), segment))
    assert last_note("/p", {"/p": broken}) == f"{note}: too late for an error, the process dies"


@pytest.mark.parametrize(
    ("changes", "note"),
    [
        ({"interp": b"/ld\0", "interp_offset": 4096}, "PT_INTERP beyond the end of the file (EIO)"),
        ({"interp": b"/ld\0", "interp_offset": (1 << 63) - 2}, "PT_INTERP at a negative offset (EINVAL)"),
        ({"interp": b"/ld"}, "PT_INTERP does not end with NUL (ENOEXEC)"),
        ({"interp": b"\0"}, "PT_INTERP has 1 bytes (ENOEXEC)"),
        ({"cut": 64}, "program headers beyond the end of the file (ENOEXEC)"),
        ({"phnum": 0}, "0 program headers of 56 bytes (ENOEXEC)"),
    ],
)
def test_a_program_that_cannot_be_read(changes: dict[str, Any], note: str) -> None:
    assert last_note("/p", {"/p": elf(**changes)}) == note


def test_calls_that_fail_before_the_file_is_read() -> None:
    root, registry = CaseTree.of((("/p", NATIVE), ("/s", text(b"#!/p\n")))), Registry()
    for release, program, by_descriptor, argv, note in (
        ("3.10.49", "/p", True, ("a",), "this kernel has no execveat() (ENOSYS)"),
        ("6.12.117", "/s", True, ("a",), "an interpreter could not open the file: it has no path (ENOENT)"),
        ("6.12.117", "/p", False, ("a" * 131072,), "the arguments are too large (E2BIG)"),
        ("6.1.192", "/gone", False, ("a" * 131072,), "the arguments are too large (E2BIG)"),
    ):
        ran = execve(
            program,
            root=root,
            registry=registry,
            kernel=KernelRelease.parse(release),
            machine="x86_64",
            argv=argv,
            by_descriptor=by_descriptor,
        )
        assert ran.steps[-1].note == note
        assert ran.steps[-1].file == ("/dev/fd/3" if by_descriptor else program)
