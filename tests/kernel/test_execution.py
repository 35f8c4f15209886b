"""What execve() says besides its outcome: steps, arguments, descriptors, credentials."""

import pytest

from qemudoctor.kernel import Credentials, Errno, Execution, Handler, KernelRelease, NodeKind, Registry, execve
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


def test_a_call_that_waits_for_ever() -> None:
    ran = run(p=File(NodeKind.FIFO), release="4.9.0")
    assert (ran.blocks, ran.outcome) == (True, "blocks")
    assert "for ever" in ran.steps[-1].note
