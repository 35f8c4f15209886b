"""What execve() says besides its outcome: steps, arguments, descriptors, credentials."""

import pytest

from qemudoctor.kernel import (
    Credentials,
    Entry,
    Errno,
    Execution,
    Handler,
    KernelRelease,
    NodeKind,
    Registry,
    Step,
)
from qemudoctor.kernel.call import execve
from tests.live.differential.hosts import CaseTree, File
from tests.live.differential.rows import FOREIGN, NATIVE, RWX, elf, entry, text

NOW = KernelRelease.parse("6.18.44")


def run(
    *,
    lines: tuple[str, ...] = (),
    release: str = "6.18.44",
    argv: tuple[str, ...] | None = ("a0", "x"),
    user: Credentials | None = None,
    program: str = "/p",
    **files: File,
) -> Execution:
    kernel = KernelRelease.parse(release)
    root = CaseTree.of((f"/{name.replace('DOT', '.')}", file) for name, file in files.items())
    registry = Registry.from_lines((line.encode() for line in lines), kernel=kernel, root=root)
    who = user or Credentials()
    return execve(program, root=root, registry=registry, kernel=kernel, machine="x86_64", argv=argv, credentials=who)


@pytest.mark.parametrize(
    ("flags", "argv", "descriptor", "flag"),
    [
        ("", ("/i", "/p", "x"), False, False),
        ("P", ("/i", "/p", "a0", "x"), False, True),
        ("O", ("/i", "/p", "x"), True, False),
        ("C", ("/i", "/p", "x"), True, False),
        ("POCF", ("/i", "/p", "a0", "x"), True, True),
    ],
)
def test_flags(flags: str, argv: tuple[str, ...], descriptor: bool, flag: bool) -> None:
    ran = run(p=FOREIGN, i=NATIVE, lines=(entry(flags=flags),))
    assert (ran.argv, ran.binary_fd, ran.argv0_flag) == (argv, descriptor, flag)
    assert (ran.runs, ran.outcome, ran.errno_name) == ("/i", "ok", "ok")


def test_at_flags_are_younger_than_p() -> None:
    assert not run(p=FOREIGN, i=NATIVE, lines=(entry(flags="P"),), release="5.10.46").argv0_flag
    assert run(p=FOREIGN, i=NATIVE, lines=(entry(flags="P"),), release="5.12.0").argv0_flag


def test_arguments_of_a_script() -> None:
    assert run(p=text(b"#!/i a b\n"), i=NATIVE).argv == ("/i", "a b", "/p", "x")
    assert run(p=text(b"#!/i\n"), i=NATIVE, argv=("a0",)).argv == ("/i", "/p")
    assert run(p=text(b"#!/i\n"), i=NATIVE, argv=None).argv == ("/i", "/p")


def test_an_empty_argument_list() -> None:
    assert run(p=NATIVE, argv=()).argv == ("",)
    assert run(p=NATIVE, argv=(), release="5.4.286").argv == ()
    assert run(p=text(b"#!/i\n"), i=NATIVE, argv=(), release="5.4.286").argv == ("/i", "/p")


def test_steps_of_a_program_that_runs() -> None:
    ran = run(p=text(b"#!/f\n"), f=FOREIGN, i=elf(interp=b"/ld\0"), ld=RWX, lines=(entry(),))
    assert [(step.handler, step.file, step.opens) for step in ran.steps] == [
        (Handler.OPEN, "/p", "/p"),
        (Handler.SCRIPT, "/p", "/f"),
        (Handler.MISC, "/f", "/i"),
        (Handler.ELF, "/i", "/ld"),
    ]
    assert [step.entry for step in ran.steps] == [None, None, "a64", None]


def test_the_last_step_of_a_failure_names_the_errno() -> None:
    ran = run(p=FOREIGN, lines=(entry(),))
    last = ran.steps[-1]
    assert (ran.errno, last.handler, last.entry, last.opens) == (Errno.ENOENT, Handler.MISC, "a64", "/i")
    assert last.note.endswith("(ENOENT)")


def test_an_interpreter_of_f_that_is_not_known_is_taken_to_be_native() -> None:
    kernel, root = NOW, CaseTree.of((("/p", FOREIGN), ("/i", NATIVE)))
    registry = Registry.from_lines([entry(flags="F").encode()], kernel=kernel, root=root)
    unknown = Registry(tuple(x._replace(pinned=None) for x in registry.entries))
    ran = execve("/p", root=CaseTree.of((("/p", FOREIGN),)), registry=unknown, kernel=kernel, machine="x86_64")
    assert (ran.outcome, ran.runs) == ("ok", "/i")
    assert [step.note for step in ran.steps] == [
        "the program itself",
        "the interpreter is the file that F keeps open since the registration: no lookup",
        "64-bit program of this architecture, static",
    ]


def test_notes_of_a_program_with_a_dynamic_loader() -> None:
    ran = run(p=elf(interp=b"/ld\0"), ld=RWX)
    assert ran.steps[-1].note == "64-bit program of this architecture, its loader is opened in this root"
    assert run(p=FOREIGN, i=NATIVE, lines=(entry(),)).steps[1].note == "the interpreter is looked up in this root"


def suid(file: File, mode: int, uid: int = 5, gid: int = 6) -> File:
    return File(content=file.content, mode=mode, uid=uid, gid=gid)


@pytest.mark.parametrize(
    ("mode", "ids"),
    [
        (0o755, (1, 2, False)),
        (0o4755, (5, 2, True)),
        (0o2755, (1, 6, True)),
        (0o6755, (5, 6, True)),
        # Without the group's x bit, set-gid once meant mandatory locking.
        (0o2745, (1, 2, False)),
    ],
)
def test_set_uid_and_set_gid(mode: int, ids: tuple[int, int, bool]) -> None:
    ran = run(p=suid(NATIVE, mode), user=Credentials(1, 2))
    assert (ran.euid, ran.egid, ran.secure) == ids


def test_whose_set_uid_bit_counts() -> None:
    me = Credentials(1, 2)
    binary, interpreter = suid(FOREIGN, 0o4755), suid(NATIVE, 0o4755, uid=7)
    assert run(p=binary, i=interpreter, lines=(entry(),), user=me).euid == 7
    assert run(p=binary, i=interpreter, lines=(entry(flags="O"),), user=me).euid == 7
    assert run(p=binary, i=interpreter, lines=(entry(flags="C"),), user=me).euid == 5
    assert run(p=suid(text(b"#!/i\n"), 0o4755), i=NATIVE, user=me).euid == 1
    assert run(p=suid(text(b"#!/i\n"), 0o4755), i=interpreter, user=me).euid == 7


@pytest.mark.parametrize(
    ("release", "mode", "uid", "ids"),
    [
        # Since this kernel, a bit counts only for who may execute the file himself; F lets others start it.
        ("6.12.117", 0o2710, 1000, (1000, 1000, False)),
        ("6.12.117", 0o4700, 1000, (1000, 1000, False)),
        ("6.12.117", 0o6710, 1000, (1000, 1000, False)),
        ("6.12.117", 0o2711, 1000, (1000, 6, True)),
        ("6.12.117", 0o4701, 1000, (5, 1000, True)),
        ("6.12.117", 0o4700, 5, (5, 1000, False)),
        ("6.12.117", 0o0700, 1000, (1000, 1000, False)),
        ("5.10.46", 0o2710, 1000, (1000, 6, True)),
        ("5.10.46", 0o4700, 1000, (5, 1000, True)),
    ],
)
def test_a_set_uid_interpreter_of_f(release: str, mode: int, uid: int, ids: tuple[int, int, bool]) -> None:
    ran = run(p=FOREIGN, i=suid(NATIVE, mode), lines=(entry(flags="F"),), user=Credentials(uid, 1000), release=release)
    assert (ran.euid, ran.egid, ran.secure) == ids


def test_a_call_that_waits_for_ever() -> None:
    ran = run(p=File(NodeKind.FIFO), release="4.9.0")
    assert (ran.blocks, ran.outcome) == (True, "blocks")
    assert "for ever" in ran.steps[-1].note
    assert (ran.errno, ran.runs, ran.argv) == (Errno.OK, None, ())


def test_a_program_that_is_killed() -> None:
    ran = run(p=elf(entry=1 << 46))
    assert (ran.errno, ran.signal, ran.outcome) == (Errno.OK, "SIGSEGV", "signal:SIGSEGV")
    assert (ran.runs, ran.argv) == ("/p", ("a0", "x"))
    last = ran.steps[-1]
    assert (last.handler, last.file) == (Handler.ELF, "/p")
    assert last.note == "nothing is mapped at the entry point: too late for an error, the process dies"


def test_a_call_that_fails_says_nothing_of_a_program() -> None:
    ran = run(p=FOREIGN)
    assert ran == Execution(Errno.ENOEXEC, ran.steps)
    assert (ran.runs, ran.argv, ran.signal, ran.blocks, ran.binary_fd, ran.argv0_flag) == (None, (), None, *[False] * 3)
    assert (ran.euid, ran.egid, ran.secure) == (0, 0, False)


def test_the_parts_of_the_kernel_have_names() -> None:
    assert [x.value for x in Handler] == ["open", "binfmt_misc", "script", "elf"]


def test_set_gid_needs_the_x_bit_of_the_group_and_no_other() -> None:
    assert run(p=suid(NATIVE, 0o2710)).egid == 6


@pytest.mark.parametrize(("length", "said"), [(127, "ok"), (128, "ENOENT")])
def test_old_kernels_cut_an_interpreter_at_127_bytes(length: int, said: str) -> None:
    path = "/" + "n" * (length - 1)
    root = CaseTree.of((("/p", FOREIGN), (path, NATIVE)))
    kernel = KernelRelease.parse("4.9.0")
    registry = Registry.from_lines([entry(path).encode()], kernel=kernel, root=root)
    ran = execve("/p", root=root, registry=registry, kernel=kernel, machine="x86_64")
    assert (ran.outcome, ran.steps[-1].opens) == (said, None if said == "ok" else path[:127])


def test_the_cut_counts_bytes_that_need_not_be_text() -> None:
    path = "/" + "\udcff" * 130
    root = CaseTree.of((("/p", FOREIGN), (path[:127], NATIVE)))
    kernel = KernelRelease.parse("4.9.0")
    registry = Registry.from_lines([entry("/i").encode()], kernel=kernel, root=root)
    registry = Registry((registry.entries[0]._replace(interpreter=path),))
    ran = execve("/p", root=root, registry=registry, kernel=kernel, machine="x86_64")
    assert (ran.outcome, ran.runs, ran.argv) == ("ok", path[:127], (path[:127], "/p"))


def test_a_script_need_not_be_text() -> None:
    ran = run(p=text(b"#!/i \xff\xfe\n"), i=NATIVE)
    assert ran.argv == ("/i", "\udcff\udcfe", "/p", "x")
    root = CaseTree.of((("/p", text(b"#!/\xff\n")), ("/\udcff", NATIVE)))
    assert execve("/p", root=root, registry=Registry(), kernel=NOW, machine="x86_64").runs == "/\udcff"


def test_what_a_step_does_not_have_is_none() -> None:
    """As JSON it is null: nothing was opened, no entry decided."""
    for ran in (run(p=FOREIGN), run(p=text(b"#!/i\n"), i=text(b"")), run(), run(p=elf(entry=1 << 46)), run(p=NATIVE)):
        assert all(x.entry is None for x in ran.steps)
        assert ran.signal is None or ran.signal == "SIGSEGV"
    assert run(p=NATIVE).steps[-1].opens is None
    assert run(p=elf(entry=1 << 46)).steps[-1].opens is None
    assert run(p=FOREIGN).steps[-1].opens is None
    assert Step(Handler.OPEN, "/p", "note") == Step(Handler.OPEN, "/p", "note", None, None)
    assert (Step(Handler.OPEN, "/p", "").entry, Step(Handler.OPEN, "/p", "").opens) == (None, None)


def test_scripts_and_entries_in_a_row() -> None:
    ran = run(p=text(b"#!/a x\n"), a=text(b"#!/f\n"), f=FOREIGN, i=NATIVE, lines=(entry(flags="PF"),))
    assert ran.argv == ("/i", "/f", "/f", "/a", "x", "/p", "x")


@pytest.mark.parametrize(
    ("release", "offset", "said"),
    [("5.0.1", 126, "ok"), ("5.0.1", 127, "ENOEXEC"), ("5.1.0", 254, "ok"), ("5.1.0", 255, "ENOEXEC")],
)
def test_how_much_of_a_file_is_compared(release: str, offset: int, said: str) -> None:
    root = CaseTree.of((("/p", File(content=b"a" * 300)), ("/i", NATIVE)))
    registry = Registry((Entry("e", "/i", offset=offset, magic=b"aa"),))
    kernel = KernelRelease.parse(release)
    assert execve("/p", root=root, registry=registry, kernel=kernel, machine="x86_64").outcome == said


def test_an_empty_path() -> None:
    ran = run(program="", p=NATIVE)
    assert (ran.outcome, ran.steps[0].file, ran.steps[0].opens) == ("ENOENT", "", None)


def test_flags_of_every_entry_on_the_way_count() -> None:
    ran = run(program="/a.x", lines=(":x:E::x::/f:P", entry()), aDOTx=text(b"a"), f=FOREIGN, i=NATIVE)
    assert (ran.argv0_flag, ran.binary_fd, ran.argv) == (True, False, ("/i", "/f", "/a.x", "a0", "x"))
    root = CaseTree.of((("/p", FOREIGN), ("/i", NATIVE)))
    # The kernel writes O where C is; whoever makes an entry by hand need not.
    registry = Registry((Entry("e", "/i", "C", magic=FOREIGN.content[:20]),))
    assert execve("/p", root=root, registry=registry, kernel=NOW, machine="x86_64").binary_fd
