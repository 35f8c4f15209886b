"""Files that are written for the user: whole or not at all."""

import os
import stat
from pathlib import Path

import pytest

from qemudoctor.exceptions import DoctorError
from qemudoctor.host.output import absolute, working_directory, write_file


def test_new_file_has_the_usual_mode(tmp_path: Path) -> None:
    write_file(str(tmp_path / "new"), b"content")
    mask = os.umask(0)
    os.umask(mask)
    assert (tmp_path / "new").read_bytes() == b"content"
    assert stat.S_IMODE((tmp_path / "new").stat().st_mode) == 0o666 & ~mask


def test_old_file_is_replaced_and_keeps_its_mode(tmp_path: Path) -> None:
    file = tmp_path / "old"
    file.write_bytes(b"a longer content")
    file.chmod(0o604)
    with file.open("rb") as reader:
        write_file(str(file), b"new")
        assert reader.read() == b"a longer content", "whoever reads goes on with the old file"
    assert file.read_bytes() == b"new"
    assert stat.S_IMODE(file.stat().st_mode) == 0o604


def test_link_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("target")
    write_file(str(tmp_path / "link"), b"content")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "target").read_bytes() == b"content"


def test_device_is_written_to_and_stays() -> None:
    write_file("/dev/null", b"content")
    assert stat.S_ISCHR(os.stat("/dev/null").st_mode)


def test_fifo_is_written_to(tmp_path: Path) -> None:
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    reader = os.open(fifo, os.O_RDONLY | os.O_NONBLOCK)
    try:
        write_file(str(fifo), b"content")
        assert os.read(reader, 100) == b"content"
    finally:
        os.close(reader)


def test_name_that_is_not_utf8(tmp_path: Path) -> None:
    write_file(f"{tmp_path}/\udcff", b"content")
    assert os.listdir(bytes(tmp_path)) == [b"\xff"]


@pytest.mark.parametrize("name", ["nowhere/file", "folder", "file/below", "nul\0", "x" * 300])
def test_failure_leaves_nothing_behind(name: str, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_bytes(b"kept")
    with pytest.raises(DoctorError, match="cannot be written"):
        write_file(f"{tmp_path}/{name}", b"content")
    assert sorted(os.listdir(tmp_path)) == ["file", "folder"]
    assert (tmp_path / "file").read_bytes() == b"kept"


def test_failure_while_writing_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_source: str, _target: str) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("qemudoctor.host.output.os.replace", refuse)
    with pytest.raises(DoctorError, match="No space left on device"):
        write_file(str(tmp_path / "file"), b"content")
    assert os.listdir(tmp_path) == []


def test_absolute(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert absolute("/etc") == "/etc"
    for name, expected in (("x", "/x"), ("./x", "/x"), (".//./x", "/x"), ("../x", "/../x"), (".", ""), ("./", "/")):
        assert absolute(name) == f"{tmp_path}{expected}"


def test_directory_that_was_removed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "gone").mkdir()
    monkeypatch.chdir(tmp_path / "gone")
    (tmp_path / "gone").rmdir()
    with pytest.raises(DoctorError, match="the current directory"):
        working_directory()
