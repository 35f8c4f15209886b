"""Given registrations: refused or accepted, and what is wrong with those that a kernel takes."""

import pytest

from qemudoctor.registration.given import BINFMT_D, LINE, UPDATE_BINFMTS, Given, is_line, parse_given
from qemudoctor.registration.judging import Judged, judge_all, name_of
from tests.support.hosts import ask, dynamic_emulator, linux, static_emulator

ELF = rb"\x7fELF\x02\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x02\x00\xb7\x00"
MASK = rb"\xff\xff\xff\xff\xff\xff\xff\x00\xff\xff\xff\xff\xff\xff\xff\xff\xfe\xff\xff\xff"
PATH = b"/usr/bin/qemu-aarch64-static"
DEBIAN = b"/usr/libexec/qemu-binfmt/aarch64-binfmt-P"
GOOD = b":qemu-aarch64:M::" + ELF + b":" + MASK + b":" + PATH + b":F"


def judge(*lines: bytes, kernel: str = "6.12", form: str = BINFMT_D, dynamic: bool = False) -> tuple[Judged, ...]:
    emulator = dynamic_emulator("aarch64") if dynamic else static_emulator("aarch64")
    files = dict.fromkeys((PATH.decode(), DEBIAN.decode()), emulator)
    facts = ask(linux(kernel=kernel, files=files))
    given = tuple(Given(f"f:{number}", line) for number, line in enumerate(lines, 1))
    return judge_all(given, form=form, facts=facts, looks=True)


def problems(*lines: bytes, **options: object) -> set[str]:
    return {x.id for one in judge(*lines, **options) for x in one.problems}  # type: ignore[arg-type]  # passed on


def test_nothing_is_wrong() -> None:
    one = judge(GOOD)[0]
    assert (one.is_wrong, one.problems, one.platforms) == (False, (), ("linux/arm64",))


@pytest.mark.parametrize(
    ("line", "kernel", "errno", "field", "taken_by"),
    [
        (GOOD, "3.10", "EINVAL", "flags", "4.8"),
        (GOOD.replace(PATH, b"/nowhere"), "6.12", "ENOENT", "interpreter", None),
        (GOOD.replace(b"qemu-aarch64:", b"a/b:", 1), "6.12", "EINVAL", "name", None),
        (GOOD.replace(b"::", b":250:", 1), "6.12", "EINVAL", "magic", None),
        (GOOD.replace(b"::", b":120:", 1).replace(b":F", b":"), "4.15", "EINVAL", "magic", "5.1"),
        (GOOD[:-1] + b"X", "6.12", "EINVAL", "flags", None),
        (GOOD.replace(b"qemu-aarch64:", b"n" * 100 + b":", 1)[:-1], "3.10", "EINVAL", "length", "3.18"),
        (b"x", "6.12", "EINVAL", "length", None),
        (b"", "6.12", "EINVAL", "length", None),
    ],
)
def test_refused(line: bytes, kernel: str, errno: str, field: str, taken_by: str | None) -> None:
    refusal = judge(line, kernel=kernel)[0].refusal
    assert refusal is not None
    assert refusal.errno is not None
    assert (refusal.errno.name, refusal.field) == (errno, field)
    assert next(iter(refusal.taken_by), None) == taken_by


@pytest.mark.parametrize(
    ("line", "found"),
    [
        (GOOD[:-1], {"no-fix-binary"}),
        (GOOD.replace(MASK, b""), {"misses-pie"}),
        (GOOD.replace(rb"\xb7", rb"\xb8"), {"matches-nothing"}),
        (GOOD.replace(rb"\xb7", rb"\x28"), {"matches-nothing"}),  # that of 32-bit ARM, whose programs its kernels run
        (GOOD.replace(rb"\x7fELF\x02\x01", rb"\x7fELF\x02\x02"), {"matches-nothing"}),
        (GOOD.replace(b"ELF", rb"\x45\x4c\x46").replace(b"\\", b""), {"matches-nothing"}),
        (b":qemu-aarch64:M::" + rb"\x7fELF::" + PATH + b":F", {"hijacks-native", "matches-others"}),
        (b":any:M::" + rb"\x00:\x00:" + PATH + b":F", {"hijacks-native", "hijacks-scripts"}),
        (GOOD + b"C", {"credentials"}),
        (GOOD.replace(PATH, b"qemu")[:-1], {"interpreter-relative", "interpreter-missing"}),
        (GOOD.replace(b"qemu-aarch64:", b"qemu-arm:", 1), {"wrong-emulator"}),
        (b":jar:E::jar::" + PATH + b":F", {"by-extension"}),
    ],
)
def test_accepted_and_wrong(line: bytes, found: set[str]) -> None:
    assert found <= problems(line)


def test_dynamic_emulator() -> None:
    assert "interpreter-dynamic" in problems(GOOD, dynamic=True)


def test_same_name_twice() -> None:
    assert [x.is_wrong for x in judge(GOOD, GOOD + b"C")] == [False, True]
    assert "duplicate-name" in problems(GOOD, GOOD)
    refusal = judge(GOOD, GOOD, form=LINE)[1].refusal
    assert refusal is not None
    assert refusal.errno is not None
    assert refusal.errno.name == "EEXIST"


def test_later_line_is_asked_first() -> None:
    first, second = judge(GOOD, GOOD.replace(b"qemu-aarch64:", b"arm64:", 1))
    assert [x.id for x in first.problems] == ["shadowed"]
    assert second.problems == ()


def test_formats_are_told_apart() -> None:
    form, given = parse_given(b"# c\n\n; d\n  " + GOOD + b" \n", path="a")
    assert (form, given) == (BINFMT_D, (Given("a:4", GOOD),))
    text = b"package :\ninterpreter " + PATH + b"\nmagic " + ELF + b"\nmask " + MASK + b"\nfix_binary yes\n"
    assert parse_given(text, path="/x/qemu-aarch64") == (UPDATE_BINFMTS, (Given("/x/qemu-aarch64", GOOD),))


@pytest.mark.parametrize(
    "text", [GOOD.decode(), ":x:M:bad", "x:M:bad", GOOD.decode()[1:], ":", ",a,M,b", "jar:E::jar::/j:", " :x:M:a"]
)
def test_argument_that_is_meant_as_a_line(text: str) -> None:
    assert is_line(text)


@pytest.mark.parametrize("text", ["", "/etc/binfmt.d/a.conf", "./:x:M:a", "../a", "~/a", "-", "qemu.conf", "a:b"])
def test_argument_that_is_meant_as_a_file(text: str) -> None:
    assert not is_line(text)


@pytest.mark.parametrize(
    "text", [b"package :\n", b"magic x\nnonsense y\n", b"magic x\ninterpreter /q\npackage :\nfix_binary maybe\n"]
)
def test_damaged_format_file(text: bytes) -> None:
    assert parse_given(text, path="a")[1][0].fault


def test_line_without_its_first_colon_is_told_so() -> None:
    (one,) = judge(GOOD[1:])
    assert one.entry is None
    assert [(x.id, "'q'" in x.message) for x in one.problems] == [("no-delimiter", True)]
    assert name_of(one) == ""


@pytest.mark.parametrize(
    ("interpreter", "flags", "severity"), [(DEBIAN, b"F", "error"), (DEBIAN, b"POF", None), (PATH, b"F", None)]
)
def test_flag_p_of_an_emulator_that_goes_by_its_name(interpreter: bytes, flags: bytes, severity: str | None) -> None:
    (one,) = judge(GOOD.replace(PATH, interpreter)[:-1] + flags)
    assert next((x.severity for x in one.problems if x.id == "argv0-disagreement"), None) == severity
    assert one.is_wrong == (severity is not None)


def test_refusal_quotes_the_line_as_it_was_given() -> None:
    refusal = judge(rb":x:M:\x7fELF:\xff\xff:/q:F")[0].refusal
    assert refusal is not None
    assert refusal.reason.startswith(r"the offset is '\x7fELF', not a number")


@pytest.mark.parametrize(("path", "words"), [(b"/gone", "/gone does not exist"), (b"/usr", "/usr cannot be opened")])
def test_refusal_says_why_f_fails(path: bytes, words: str) -> None:
    refusal = judge(GOOD.replace(PATH, path))[0].refusal
    assert refusal is not None
    assert refusal.reason.endswith(words)
