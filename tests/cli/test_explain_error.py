"""`explain-error` from the command line."""

import io
import json
from pathlib import Path

import pytest

from qemudoctor.cli import main
from qemudoctor.errors.causes import causes
from qemudoctor.runner import builtin_checks
from tests.support.repository import ROOT
from tests.support.schemas import errors

Output = pytest.CaptureFixture[str]
NOT_FOUND = 'standard_init_linux.go:190: exec user process caused "no such file or directory"'
CAPTURE = str(ROOT / "fixtures/hosts/centos7-entry-without-f.capture")


class Piped:
    """Standard input that is a pipe."""

    def __init__(self, data: bytes) -> None:
        self.buffer = io.BytesIO(data)

    def isatty(self) -> bool:
        return not self.buffer.getbuffer()


def test_message_as_argument(capsys: Output) -> None:
    assert main(["explain-error", "--no-host", NOT_FOUND]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    assert "f-flag-missing" in out


def test_json_on_a_recorded_host(capsys: Output) -> None:
    assert main(["explain-error", "--json", "--capture", CAPTURE, NOT_FOUND]) == 0
    document = json.loads(capsys.readouterr().out)
    assert errors("explanation", document) == []
    assert document["causes"][0]["id"] == "f-flag-missing"
    assert document["causes"][0]["standing"] == "confirmed"
    assert document["causes"][0]["check"] == "QD201"


@pytest.mark.parametrize("arguments", [["-"], []], ids=["dash", "pipe"])
def test_log_on_standard_input(arguments: list[str], monkeypatch: pytest.MonkeyPatch, capsys: Output) -> None:
    monkeypatch.setattr("sys.stdin", Piped(b"noise\r\n#5 0.1 exec /bin/sh: exec format error\r\n"))
    assert main(["explain-error", "--no-host", *arguments]) == 0
    assert "line 2" in capsys.readouterr().out


def test_not_ours(capsys: Output) -> None:
    assert main(["explain-error", "make: *** [all] Error 2"]) == 1
    assert "nothing to do with" in capsys.readouterr().out


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["--no-host", "--capture", "x", "y"],
        ["--no-host", "--platform", "nonsense", "y"],
        ["--format", "sarif", "x"],
        ["--capture", "/nowhere/at/all", "exec /bin/sh: exec format error"],
        ["--kernel", "many", "exec /bin/sh: exec format error"],
        ["--platform", "linux/none", "exec /bin/sh: exec format error"],
        ["-o", "", "x"],
    ],
)
def test_wrong_usage(arguments: list[str], monkeypatch: pytest.MonkeyPatch, capsys: Output) -> None:
    monkeypatch.setattr("sys.stdin", Piped(b""))
    assert main(["explain-error", *arguments]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("qemu-doctor: ")


def test_markdown_to_a_file(tmp_path: Path, capsys: Output) -> None:
    target = tmp_path / "issue.md"
    assert main(["explain-error", "--no-host", "--format", "markdown", "-o", str(target), NOT_FOUND]) == 0
    assert capsys.readouterr().out == ""
    assert target.read_text(encoding="utf-8").startswith("```")


def test_bug_report(capsys: Output) -> None:
    assert main(["explain-error", "--no-host", "--report", "qemu-arm: /home/bob/x: new"]) == 1
    out = capsys.readouterr().out
    assert "bob" not in out
    assert "qemu-arm" in out


def test_help_is_narrow_and_names_statuses(capsys: Output) -> None:
    assert main(["explain-error", "--help"]) == 0
    out = capsys.readouterr().out
    assert "exit status:" in out
    assert all(len(line) <= 80 for line in out.splitlines())


SLUGS = frozenset(check.slug for check in builtin_checks())


@pytest.mark.parametrize("name", [cause.id for cause in causes() if cause.id not in SLUGS])
def test_every_cause_has_a_page(name: str, capsys: Output) -> None:
    assert main(["explain", name]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    assert out.startswith(f"{name}: ")
    assert "How to tell: " in out
    assert "What can be done:" in out
    assert all(line.isprintable() for line in out.splitlines())
    assert not [line for line in out.splitlines() if len(line) > 80 and not line.startswith("  ")]


def test_page_of_a_cause_names_the_checks_that_find_it(capsys: Output) -> None:
    assert main(["explain", "f-flag-missing"]) == 0
    assert "QD201 binfmt-fix-binary-missing" in capsys.readouterr().out


def test_check_and_cause_of_one_name_are_both_explained(capsys: Output) -> None:
    both = SLUGS & {x.id for x in causes()}
    assert both
    for name in both:
        assert main(["explain", name]) == 0
        out = capsys.readouterr().out
        assert out.startswith("QD")
        assert f"\n{name}: " in out
        assert "How to tell: " in out


@pytest.mark.parametrize(("platform", "installed"), [("s390x", "s390x"), ("arm/v7", "arm"), ("arm64,s390x", "all")])
def test_platform_needs_no_host(platform: str, installed: str, capsys: Output) -> None:
    assert main(["explain-error", "--no-host", "--platform", platform, "exec /bin/sh: exec format error"]) == 0
    assert f"tonistiigi/binfmt --install {installed}\n" in capsys.readouterr().out
