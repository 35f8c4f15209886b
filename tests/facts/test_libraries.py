"""The libraries of dynamic programs, real and damaged, read through the door."""

import sys
from contextlib import suppress
from pathlib import Path

import pytest

from qemudoctor.facts import Unavailable
from qemudoctor.facts.libraries import read_libraries
from qemudoctor.host import LiveHost, MemoryFile
from tests.support.hosts import FakeHost, dynamic_emulator, static_emulator

PYTHON = Path(sys.executable).resolve()


def read(content: bytes) -> tuple[str, ...]:
    return read_libraries(FakeHost({"/q": MemoryFile(content)}), "/q", len(content))


def test_a_real_program() -> None:
    libraries = read_libraries(LiveHost(), str(PYTHON), PYTHON.stat().st_size)
    assert any(name.startswith("libc.so") for name in libraries)


def test_a_program_without_libraries() -> None:
    assert read(static_emulator("aarch64").data) == ()
    assert read(dynamic_emulator("aarch64").data) == ()


def test_every_truncation_is_read_or_unavailable() -> None:
    content = PYTHON.read_bytes()[:4096]
    for size in range(0, len(content), 7):
        with suppress(Unavailable):
            assert isinstance(read(content[:size]), tuple)


def test_what_is_not_there_is_unavailable() -> None:
    with pytest.raises(Unavailable):
        read_libraries(FakeHost({}), "/q", 100)
