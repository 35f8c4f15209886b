"""The #! line, before and after the parser was rewritten."""

import pytest

from qemudoctor.kernel import KernelRelease
from qemudoctor.kernel.script import Shebang, parse_shebang

CUT, STRICT, NOW = (KernelRelease.parse(x) for x in ("4.4.155", "5.4.286", "6.18.44"))


def read(line: bytes, kernel: KernelRelease) -> tuple[bytes, bytes | None] | None:
    found = parse_shebang(line, kernel=kernel)
    return None if found is None else (found.interpreter, found.argument)


@pytest.mark.parametrize("kernel", [CUT, STRICT, NOW], ids=lambda kernel: kernel.text)
@pytest.mark.parametrize(
    ("line", "found"),
    [
        (b"#!/i\n", (b"/i", None)),
        (b"#!/i", (b"/i", None)),
        (b"#! \t/i\t\n", (b"/i", None)),
        (b"#!/i x\n", (b"/i", b"x")),
        (b"#!/i x y  z \t\n", (b"/i", b"x y  z")),
        (b"#!/i\tx\n", (b"/i", b"x")),
        (b"#!/i\r\n", (b"/i\r", None)),
        (b"#!/i -e\r\n", (b"/i", b"-e\r")),
        (b"#!i\nmore", (b"i", None)),
        (b"#!/i x\nmore y\n\n", (b"/i", b"x")),
        (b"#!\n/i\n", None),
        (b"#!/i\n\0", (b"/i", None)),
        (b"#!/i\0\n", (b"/i", None)),
        (b"#!/i x\n" + b"y" * 300, (b"/i", b"x")),
        (b"#!/i\tx y\n", (b"/i", b"x y")),
        (b"#!/i\0x\n", (b"/i", None)),
        (b"#!/i a\0b\n", (b"/i", b"a")),
        (b"#!\n", None),
        (b"#! \t \n", None),
        (b"", None),
        (b"#", None),
        (b"!#/i\n", None),
        (b" #!/i\n", None),
    ],
)
def test_every_parser(line: bytes, found: tuple[bytes, bytes | None] | None, kernel: KernelRelease) -> None:
    assert read(line, kernel) == found


@pytest.mark.parametrize(
    ("line", "cut", "strict", "now"),
    [
        (b"#!\0\n", None, None, (b"", None)),
        (b"#! \0 \n", None, None, (b"", None)),
        (b"#!/" + b"X" * 300, (b"/" + b"X" * 124, None), None, None),
        (b"#!/i \0x\n", (b"/i", None), (b"/i", None), (b"/i", b"")),
        (b"#!/i \t\0\n", (b"/i", None), (b"/i", None), (b"/i", b"")),
        (b"#!", None, None, (b"", None)),
        (b"#!/" + b"n" * 124 + b"\n", (b"/" + b"n" * 124, None), (b"/" + b"n" * 124, None), (b"/" + b"n" * 124, None)),
        (b"#!/" + b"n" * 200 + b"\n", (b"/" + b"n" * 124, None), (b"/" + b"n" * 200, None), (b"/" + b"n" * 200, None)),
        (b"#!/" + b"n" * 252 + b"\n", (b"/" + b"n" * 124, None), (b"/" + b"n" * 252, None), (b"/" + b"n" * 252, None)),
        (b"#!/" + b"n" * 253 + b"\n", (b"/" + b"n" * 124, None), None, None),
        (b"#!/i " + b"a" * 300, (b"/i", b"a" * 122), (b"/i", b"a" * 250), (b"/i", b"a" * 250)),
        (b"#!" + b" " * 300, None, None, None),
        (b"#!" + b" " * 253 + b"x", None, None, None),
        (b"#!" + b" " * 252 + b"x\n", None, (b"x", None), (b"x", None)),
    ],
)
def test_the_end_of_the_buffer(
    line: bytes,
    cut: tuple[bytes, bytes | None] | None,
    strict: tuple[bytes, bytes | None] | None,
    now: tuple[bytes, bytes | None] | None,
) -> None:
    assert [read(line, kernel) for kernel in (CUT, STRICT, NOW)] == [cut, strict, now]


def test_a_shebang_is_a_value() -> None:
    assert parse_shebang(b"#!/i x\n", kernel=NOW) == Shebang(b"/i", b"x")


@pytest.mark.parametrize("release", ["4.9.0", "5.4.286", "6.12.117"])
@pytest.mark.parametrize(
    ("head", "interpreter", "argument"),
    [
        (b"#!/iX aX\n", b"/iX", b"aX"),
        (b"#!/i a b\n", b"/i", b"a b"),
        (b"#!/ii a b\n", b"/ii", b"a b"),
        (b"#!X\n", b"X", None),
        (b"#!\t /i\t a\t \n", b"/i", b"a"),
        (b"#!/i a \0 b\n", b"/i", b"a "),
        (b"#!/" + b" " * 300, b"/", None),
    ],
)
def test_letters_and_blanks(head: bytes, interpreter: bytes, argument: bytes | None, release: str) -> None:
    found = parse_shebang(head, kernel=KernelRelease.parse(release))
    assert found is not None
    assert (found.interpreter, found.argument) == (interpreter, argument)


def test_a_name_that_ends_just_in_time() -> None:
    now = KernelRelease.parse("6.12.117")
    just = parse_shebang(b"#!/" + b"n" * 252 + b" ", kernel=now)
    assert just is not None
    assert just.interpreter == b"/" + b"n" * 252
    assert parse_shebang(b"#!/" + b"n" * 253 + b" ", kernel=now) is None
    assert parse_shebang(b"#! /" + b"n" * 300, kernel=now) is None
