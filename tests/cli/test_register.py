"""`register` from the command line."""

import json
from pathlib import Path

import pytest

from qemudoctor.cli import main
from tests.support.schemas import errors

Output = pytest.CaptureFixture[str]
BAD = ":qemu-arm:M::\\x7fELF:\\xff\\xff\\xff\\xff:/\x1b[31mqemu:"


def test_line_alone_is_on_standard_output(capsys: Output) -> None:
    assert main(["register", "arm64", "--interpreter", "/bin/true", "--kernel", "3.10"]) == 0
    out = capsys.readouterr().out
    assert out.startswith(":qemu-aarch64:M::")
    assert out.endswith(":/bin/true:\n")


def test_json_of_what_is_written_and_judged(capsys: Output, tmp_path: Path) -> None:
    file = tmp_path / "qemu.conf"
    assert main(["register", "arm64,".strip(","), "mips", "--kernel", "3.10", "--json"]) == 0
    assert errors("registration", json.loads(capsys.readouterr().out)) == []
    assert main(["register", "all", "--format", "binfmt.d", "--kernel", "3.10", "-o", str(file)]) == 0
    capsys.readouterr()
    assert main(["register", "--check", str(file), "--kernel", "3.10", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert errors("registration", document) == []
    assert document["summary"]["refused"] == 0


def test_hostile_line_steers_no_terminal(capsys: Output) -> None:
    assert main(["register", "--check", BAD]) == 1
    out = capsys.readouterr().out
    assert "\x1b" not in out
    assert "hijacks-native" in out


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["nothing"],
        ["arm64", "--flags", "F", "--kernel", "3.10"],
        ["arm64", "arm", "--format", "update-binfmts"],
        ["arm64", "--check", "x"],
        ["--check", "/nowhere/at/all"],
        ["--check", "/dev/null"],
        ["arm64", "--kernel", "x"],
    ],
)
def test_wrong_usage(arguments: list[str], capsys: Output) -> None:
    assert main(["register", *arguments]) == 2
    assert capsys.readouterr().out == ""


def test_loop_of_the_help_is_one_of_the_shell(capsys: Output) -> None:
    assert main(["register", "--help"]) == 0
    assert """      printf %s "$line" > /proc/sys/fs/binfmt_misc/register\n""" in capsys.readouterr().out


@pytest.mark.parametrize("line", [":x:M:bad", "x:M:bad"])
def test_damaged_line_is_judged(line: str, capsys: Output) -> None:
    assert main(["register", "--check", line]) == 1
    assert "refused (EINVAL)" in capsys.readouterr().out


def test_file_goes_before_a_line_of_its_name(capsys: Output, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / ":x:M:bad").write_text(":named:M::abc::/q:\n")
    assert main(["register", "--check", ":x:M:bad", "--kernel", "6.1"]) == 0
    assert ":x:M:bad:1  named: accepted" in capsys.readouterr().out
