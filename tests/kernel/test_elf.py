"""The smallest programs, byte for byte, and headers read with one word size and byte order."""

import struct

import pytest

from qemudoctor.kernel.elf import ET_DYN, build_executable, parse_header, parse_segments


@pytest.mark.parametrize(("order", "data"), [("little", 1), ("big", 2)])
def test_64_bits(order: str, data: int) -> None:
    mark = "<" if order == "little" else ">"
    built = build_executable(bits=64, order=order, machine=183, flags=7, kind=ET_DYN)
    assert built == (
        b"\x7fELF"
        + bytes((2, data, 1, *[0] * 9))
        + struct.pack(f"{mark}HHIQQQIHHHHHH", 3, 183, 1, 0x10000 + 120, 64, 0, 7, 64, 56, 1, 0, 0, 0)
        + struct.pack(f"{mark}IIQQQQQQ", 1, 5, 0, 0x10000, 0x10000, 120, 120, 0x10000)
    )


@pytest.mark.parametrize(("order", "data"), [("little", 1), ("big", 2)])
def test_32_bits(order: str, data: int) -> None:
    mark = "<" if order == "little" else ">"
    assert build_executable(bits=32, order=order, machine=40) == (
        b"\x7fELF"
        + bytes((1, data, 1, *[0] * 9))
        + struct.pack(f"{mark}HHIIIIIHHHHHH", 2, 40, 1, 0x10000 + 84, 52, 0, 0, 52, 32, 1, 0, 0, 0)
        + struct.pack(f"{mark}IIIIIIII", 1, 0, 0x10000, 0x10000, 84, 84, 5, 0x10000)
    )


@pytest.mark.parametrize("bits", [32, 64])
@pytest.mark.parametrize("order", ["little", "big"])
def test_what_is_built_is_read(bits: int, order: str) -> None:
    built = build_executable(bits=bits, order=order, machine=20, flags=9)
    header = parse_header(built, bits=bits, order=order)
    head, table = (64, 56) if bits == 64 else (52, 32)
    assert tuple(header) == (True, bits // 32, 2, 20, 0x10000 + head + table, head, 9, table, 1)
    (segment,) = parse_segments(built[head:], bits=bits, order=order)
    assert tuple(segment) == (1, 5, 0, 0x10000, head + table, head + table, 0x10000)
    assert not parse_header(b"", bits=bits, order=order).is_elf
