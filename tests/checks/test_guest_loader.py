"""QD219: root file systems whose shells name a loader that is not there."""

import struct
from pathlib import Path

import pytest

from qemudoctor.facts import Facts
from qemudoctor.host import open_host
from qemudoctor.kernel.elf import build_executable
from tests.support.checking import only, shapes
from tests.support.hosts import ask, linux

LOADER = "/lib/ld-linux-aarch64.so.1"


def dynamic(loader: str = LOADER) -> bytes:
    """Return an arm64 program that names a loader."""
    program = bytearray(build_executable(bits=64, order="little", machine=183))
    name, at = loader.encode() + b"\0", len(program) + 56
    program[56:58] = struct.pack("<H", 2)
    program += struct.pack("<IIQQQQQQ", 3, 4, at, 0, 0, len(name), len(name), 1)
    return bytes(program) + name


def root(folder: Path, files: dict[str, bytes], links: dict[str, str] | None = None) -> Facts:
    for path, content in files.items():
        place = folder / path.lstrip("/")
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content)
        place.chmod(0o755)
    for path, target in (links or {}).items():
        (folder / path.lstrip("/")).symlink_to(target)
    return ask(open_host(root=str(folder)), "linux/arm64")  # type: ignore[arg-type]


MISSING = [("error", None, None, "elf-loader-missing")]
STATIC = build_executable(bits=64, order="little", machine=183)


@pytest.mark.parametrize(
    ("files", "links", "expected"),
    [
        pytest.param({"/bin/sh": dynamic(), LOADER: b"x"}, {}, [], id="there"),
        pytest.param({"/bin/sh": STATIC}, {}, [], id="static"),
        pytest.param({"/bin/sh": b"#!/bin/busybox\n"}, {}, [], id="a script"),
        pytest.param({"/etc/hostname": b"x"}, {}, [], id="no shell"),
        pytest.param({"/bin/sh": dynamic()}, {}, MISSING, id="missing"),
        pytest.param({"/bin/sh": dynamic(), "/bin/bash": dynamic()}, {}, MISSING, id="told once for one loader"),
        pytest.param(
            {"/usr/bin/sh": dynamic(), f"/usr{LOADER}": b"x"}, {"/bin": "usr/bin"}, MISSING, id="a link got lost"
        ),
        pytest.param(
            {"/usr/bin/sh": dynamic(), f"/usr{LOADER}": b"x"},
            {"/bin": "usr/bin", "/lib": "/usr/lib"},
            [],
            id="links stay inside the root",
        ),
    ],
)
def test_loaders(tmp_path: Path, files: dict[str, bytes], links: dict[str, str], expected: list[object]) -> None:
    assert shapes("QD219", root(tmp_path, files, links)) == expected


def test_the_lost_link_is_made_again(tmp_path: Path) -> None:
    facts = root(tmp_path, {"/usr/bin/sh": dynamic(), f"/usr{LOADER}": b"x"}, {"/bin": "usr/bin"})
    (remedy,) = only("QD219", facts).finding.remedies
    assert remedy.commands[0].endswith(f"ln -s usr/lib {tmp_path}/lib")
    (tmp_path / "lib").symlink_to("usr/lib")
    assert shapes("QD219", ask(open_host(root=str(tmp_path)), "linux/arm64")) == []  # type: ignore[arg-type]


def test_the_running_machine_is_not_looked_at() -> None:
    assert shapes("QD219", ask(linux(files={"/bin/sh": dynamic()}), "linux/arm64")) == []
