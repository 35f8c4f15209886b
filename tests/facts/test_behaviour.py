"""What a program tells of its emulator, read from made-up and from arbitrary bytes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qemudoctor.facts.behaviour import ARGV0, DUMP_BYTES, Arguments, Call, Level, parse_behaviour
from qemudoctor.platforms import BY_TARGET
from tests.support.answering import dump

TARGETS = ("aarch64", "arm", "mips", "mips64el", "ppc64", "s390x", "sparc64", "i386", "loongarch64")
# Registers of cpuid as QEMU's own processors have them: qemu64 of 5.2, max of 7.2.22 and 10.0.13.
QEMU64 = (0x80002001, 0x0, 0x5)
MAX_7_2 = (0xFED8320B, 0x1D843A9, 0x75)
MAX_10 = (0xFFFA320B, 0x219C47A9, 0x377)


@pytest.mark.parametrize("target", TARGETS)
def test_everything_is_read_in_the_words_of_the_architecture(target: str) -> None:
    behaviour = parse_behaviour(dump(target, euid=1000, secure=1), BY_TARGET[target])
    assert behaviour is not None
    assert behaviour.openat2 is Call.THERE
    assert behaviour.arguments is Arguments.KEPT
    assert (behaviour.euid, behaviour.secure, behaviour.level) == (1000, True, None)


@pytest.mark.parametrize(
    ("target", "returned", "expected"),
    [
        ("aarch64", -38, Call.MISSING),
        ("arm", -38, Call.MISSING),
        ("ppc64le", 38, Call.MISSING),
        ("mipsel", 89, Call.MISSING),
        ("sparc", 90, Call.MISSING),
        ("mipsel", 38, Call.THERE),
        ("aarch64", -22, Call.REFUSED),
        ("ppc", 22, Call.REFUSED),
        ("s390x", 5, Call.THERE),
        ("riscv64", -1, Call.THERE),
    ],
)
def test_error_numbers_are_those_of_the_architecture(target: str, returned: int, expected: Call) -> None:
    behaviour = parse_behaviour(dump(target, openat2=returned), BY_TARGET[target])
    assert behaviour is not None
    assert behaviour.openat2 is expected


@pytest.mark.parametrize(
    ("argv", "expected"),
    [
        ([ARGV0], Arguments.KEPT),
        (["/probe"], Arguments.PATH),
        (["/probe", ARGV0], Arguments.SHIFTED),
        (["/probe", "-x", ARGV0], Arguments.OTHER),
        (["probe"], Arguments.OTHER),
    ],
)
def test_arguments(argv: list[str], expected: Arguments) -> None:
    behaviour = parse_behaviour(dump("arm", argv=argv), BY_TARGET["arm"])
    assert behaviour is not None
    assert behaviour.arguments is expected


@pytest.mark.parametrize(
    ("cpuid", "level"), [(QEMU64, Level.V1), (MAX_7_2, Level.V3), (MAX_10, Level.V3), ((0xB8201, 0, 1), Level.V1)]
)
def test_level(cpuid: tuple[int, int, int], level: Level) -> None:
    behaviour = parse_behaviour(dump("x86_64", cpuid=cpuid), BY_TARGET["x86_64"])
    assert behaviour is not None
    assert behaviour.level is level


def test_level_between() -> None:
    without_avx2 = (MAX_10[0], MAX_10[1] & ~(1 << 5), MAX_10[2])
    behaviour = parse_behaviour(dump("x86_64", cpuid=without_avx2), BY_TARGET["x86_64"])
    assert behaviour is not None
    assert behaviour.level is Level.V2


def test_texts_out_of_sight_are_not_known() -> None:
    written = bytearray(dump("aarch64"))
    written[72:80] = (1 << 40).to_bytes(8, "little")
    behaviour = parse_behaviour(bytes(written), BY_TARGET["aarch64"])
    assert behaviour is not None
    assert behaviour.arguments is Arguments.UNKNOWN


@pytest.mark.parametrize("written", [b"", b"qemu: no such thing\n", bytes(DUMP_BYTES), b"\xff" * DUMP_BYTES])
def test_something_else_is_no_answer(written: bytes) -> None:
    assert parse_behaviour(written, BY_TARGET["aarch64"]) is None


@given(st.binary(min_size=DUMP_BYTES, max_size=DUMP_BYTES), st.sampled_from(TARGETS))
def test_any_bytes_are_read_or_refused(written: bytes, target: str) -> None:
    parse_behaviour(written, BY_TARGET[target])
