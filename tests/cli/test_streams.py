"""Standard streams that are closed, full, cut off or in another encoding: a message at most, never a traceback."""

import os
import subprocess
import sys
from collections.abc import Mapping

import pytest

from tests.support.repository import ROOT

COMMANDS = (["--version"], ["--help"], ["checks"], ["schema", "report"], ["--json", "--no-probe"], ["trace", "/bin/sh"])


def _run(
    arguments: list[str] | list[bytes], *, shell: str = "", environment: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[bytes]:
    """Run the command as users do. shell: the text of redirections, "$@" is the command."""
    command: list[str | bytes] = [sys.executable, "-m", "qemudoctor", *arguments]
    if shell:
        command = ["/bin/sh", "-c", f'"$@" {shell}', "sh", *command]
    return subprocess.run(
        command,
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        env={**os.environ, **(environment or {})},
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize("arguments", COMMANDS, ids=" ".join)
def test_closed_output(arguments: list[str]) -> None:
    done = _run(arguments, shell=">&-")
    assert done.returncode == 2
    assert done.stderr == b"qemu-doctor: the output cannot be written: standard output is closed\n"


@pytest.mark.parametrize("arguments", COMMANDS, ids=" ".join)
def test_full_disk(arguments: list[str]) -> None:
    done = _run(arguments, shell=">/dev/full")
    assert done.returncode == 2
    assert done.stderr == b"qemu-doctor: the output cannot be written: No space left on device\n"


@pytest.mark.parametrize("arguments", COMMANDS, ids=" ".join)
def test_reader_that_left(arguments: list[str]) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    try:
        done = subprocess.run(
            [sys.executable, "-m", "qemudoctor", *arguments],
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=writer,
            stderr=subprocess.PIPE,
            timeout=60,
            check=False,
        )
    finally:
        os.close(writer)
    assert (done.returncode, done.stderr) == (130, b"")


def test_closed_errors_do_not_hurt() -> None:
    done = _run(["--bogus"], shell="2>&-")
    assert (done.returncode, done.stdout, done.stderr) == (2, b"", b"")


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "utf-8"])
def test_encoding_that_lacks_a_character(encoding: str) -> None:
    done = _run(["trace", "/漢\N{SNOWMAN}", "--registry", "/etc/hostname"], environment={"PYTHONIOENCODING": encoding})
    assert done.returncode in (1, 2, 3)
    assert b"Traceback" not in done.stderr
    assert ("/漢" if encoding == "utf-8" else "/\\u6f22").encode() in done.stdout


@pytest.mark.parametrize("locale", ["C", "C.UTF-8", "POSIX"])
def test_argument_that_is_not_utf8(locale: str) -> None:
    done = _run([b"trace", b"/\xff\xfe"], environment={"LC_ALL": locale})
    assert done.returncode in (1, 3)
    assert b"\\xff\\xfe" in done.stdout
    assert done.stderr == b""


@pytest.mark.parametrize("option", [b"--registry", b"--capture", b"--root", b"--require", b"--select", b"--kernel"])
def test_value_that_is_not_utf8(option: bytes) -> None:
    done = _run([option, b"/nowhere/\xff"])
    assert done.returncode == 2
    assert done.stdout == b""
    assert done.stderr.startswith(b"qemu-doctor: ")
    assert b"Traceback" not in done.stderr


def test_standard_output_carries_only_the_output() -> None:
    done = _run(["--json", "--no-probe", "--require", "arm64"])
    assert done.stderr == b""
    assert done.stdout.startswith(b"{\n")
    assert done.stdout.endswith(b"}\n")
