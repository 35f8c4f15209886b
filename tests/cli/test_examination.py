"""The examination from the command line: options, formats, exit status. The hosts are recorded ones."""

import json
import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

import qemudoctor.checks
from qemudoctor.check import Check, Facts, Finding, Severity
from qemudoctor.cli import main
from tests.support.repository import ROOT
from tests.support.schemas import errors

HOSTS = ROOT / "fixtures" / "hosts"
BROKEN = f"--capture={HOSTS / 'centos7-entry-without-f.capture'}"
WORKING = f"--capture={HOSTS / 'ubuntu1604-entry-with-f.capture'}"
LINE = rb":qemu-aarch64:M::\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\x02\0\xb7\0::/usr/bin/qemu-aarch64-static:F"

Output = pytest.CaptureFixture[str]


@pytest.fixture
def unknown(tmp_path: Path) -> str:
    """Return the option for a host of which nothing is known."""
    (tmp_path / "root").mkdir()
    return f"--root={tmp_path / 'root'}"


def _use(monkeypatch: pytest.MonkeyPatch, severity: Severity, *, raises: BaseException | None = None) -> None:
    def run(_facts: Facts) -> Iterator[Finding]:
        if raises is not None:
            raise raises
        yield Finding("subject", "a message")

    check = Check("QD901", "the-slug", "Title", severity, run, "Explanation")
    monkeypatch.setattr(qemudoctor.checks, "CHECKS", (check,))


def test_findings_give_status_1(capsys: Output) -> None:
    assert main([BROKEN, "--require", "linux/arm64"]) == 1
    out, err = capsys.readouterr()
    assert "linux/arm64 works on the host but not in containers" in " ".join(out.split())
    assert err == ""


def test_working_host_gives_status_0(capsys: Output) -> None:
    assert main([WORKING, "--require", "arm64"]) == 0
    assert capsys.readouterr().err == ""


def test_required_platform_that_is_not_known_gives_status_3(unknown: str, capsys: Output) -> None:
    assert main([unknown, "--require", "arm64"]) == 3
    assert "whether linux/arm64 works could not be determined" in capsys.readouterr().out


def test_not_knowing_goes_before_findings(unknown: str, monkeypatch: pytest.MonkeyPatch) -> None:
    _use(monkeypatch, Severity.ERROR)
    assert main([unknown, "--require", "arm64", "--json"]) == 3


def test_crashed_check_gives_status_3(monkeypatch: pytest.MonkeyPatch, capsys: Output) -> None:
    _use(monkeypatch, Severity.ERROR, raises=ZeroDivisionError("by zero"))
    assert main([WORKING]) == 3
    assert "crashed: QD901: ZeroDivisionError: by zero" in capsys.readouterr().out


def test_interrupt_gives_status_130(monkeypatch: pytest.MonkeyPatch, capsys: Output) -> None:
    _use(monkeypatch, Severity.ERROR, raises=KeyboardInterrupt())
    assert main([WORKING]) == 130
    assert capsys.readouterr().out == ""


def test_bug_of_ours_is_no_finding(monkeypatch: pytest.MonkeyPatch, capsys: Output) -> None:
    monkeypatch.setattr(qemudoctor.checks, "CHECKS", (None,))
    assert main([WORKING]) == 3
    assert "Traceback" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("severity", "fail_on", "status"),
    [
        (Severity.ERROR, "error", 1),
        (Severity.ERROR, "warning", 1),
        (Severity.ERROR, "never", 0),
        (Severity.WARNING, "error", 0),
        (Severity.WARNING, "warning", 1),
        (Severity.WARNING, "never", 0),
        (Severity.INFO, "error", 0),
        (Severity.INFO, "warning", 0),
    ],
)
def test_fail_on(severity: Severity, fail_on: str, status: int, monkeypatch: pytest.MonkeyPatch) -> None:
    _use(monkeypatch, severity)
    assert main([WORKING, "--fail-on", fail_on]) == status


@pytest.mark.parametrize("option", ["--json", "--format=json"])
@pytest.mark.parametrize("host", [BROKEN, WORKING])
def test_json_follows_its_schema(option: str, host: str, capsys: Output) -> None:
    main([host, option, "--require", "arm64,s390x"])
    out, err = capsys.readouterr()
    assert errors("report", json.loads(out)) == []
    assert err == ""


def test_json_of_an_unknown_host_follows_its_schema(unknown: str, capsys: Output) -> None:
    main([unknown, "--json"])
    document = json.loads(capsys.readouterr().out)
    assert errors("report", document) == []
    assert document["host"]["source"] == "root"


def test_same_input_gives_same_bytes(capsys: Output) -> None:
    main([BROKEN, "--json"])
    first = capsys.readouterr().out
    main([BROKEN, "--json"])
    assert capsys.readouterr().out == first


def test_this_host_follows_the_schema(capsys: Output) -> None:
    status = main(["--json", "--no-probe", "--require", "linux/arm64", "--platform", "s390x,riscv64"])
    document = json.loads(capsys.readouterr().out)
    assert errors("report", document) == []
    assert status in (0, 1, 3)
    assert [x["platform"] for x in document["platforms"]] == ["linux/arm64", "linux/s390x", "linux/riscv64"]
    assert all(x["required"] and x["host"]["observed"] is None for x in document["platforms"])


def test_quiet_is_the_verdict_only(capsys: Output) -> None:
    main([WORKING, "-q"])
    assert capsys.readouterr().out == "linux/arm64 works on the host and in containers (predicted, not observed)\n"


def test_verbose_lists_entries_and_checks(capsys: Output) -> None:
    main([WORKING, "-v"])
    out = capsys.readouterr().out
    assert "qemu-aarch64: /usr/bin/qemu-aarch64-static, flags F" in out
    assert "passed: QD201 binfmt-fix-binary-missing" in out


def test_select_and_ignore(capsys: Output) -> None:
    main([BROKEN, "--json", "--select", "QD2,QD301", "--ignore", "binfmt-not-registered"])
    checks = [x["check"] for x in json.loads(capsys.readouterr().out)["checks"]]
    assert "QD301" in checks
    assert "QD201" in checks
    assert not {"QD206", "QD101"} & set(checks)


def test_supposed_kernel(capsys: Output) -> None:
    assert main([WORKING, "--kernel", "3.10.0-327.el7.x86_64", "--require", "arm64"]) == 1
    assert "supposed: Linux 3.10.0-327.el7.x86_64; the host runs 4.15" in capsys.readouterr().out


def test_supposed_registry(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Output) -> None:
    (tmp_path / "qemu.conf").write_bytes(b"# comment\n\n; another\n" + LINE + b"\n:broken:M\n")
    monkeypatch.chdir(tmp_path)
    main([BROKEN, "--kernel", "6.12", "--registry", "qemu.conf", "--json"])
    document = json.loads(capsys.readouterr().out)
    assert errors("report", document) == []
    assert [x["name"] for x in document["registry"]["refused"]] == ["broken"]
    assert document["registry"]["state"] == "mounted"
    sources = document["supposed"]["registry"]
    assert [Path(x).name for x in sources] == ["qemu.conf:4", "qemu.conf:5"]


def test_registry_of_binary_junk_is_no_crash(tmp_path: Path, capsys: Output) -> None:
    junk = tmp_path / "junk"
    junk.write_bytes(bytes(range(256)) * 9)
    assert main([WORKING, "--registry", str(junk)]) in (0, 1)
    assert all(line.isprintable() for line in capsys.readouterr().out.split("\n"))


@pytest.mark.parametrize(
    ("option", "environment", "coloured"),
    [
        ("--color=always", {}, True),
        ("--color=always", {"NO_COLOR": "1"}, True),
        ("--color=never", {}, False),
        ("--color=auto", {}, False),
        ("--color=auto", {"NO_COLOR": "1"}, False),
    ],
)
def test_colour(
    option: str, environment: dict[str, str], coloured: bool, monkeypatch: pytest.MonkeyPatch, capsys: Output
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    main([BROKEN, option])
    assert ("\x1b[" in capsys.readouterr().out) is coloured


@pytest.mark.parametrize(
    ("environment", "coloured"),
    [({}, True), ({"NO_COLOR": "1"}, False), ({"NO_COLOR": ""}, True), ({"TERM": "dumb"}, False)],
)
def test_colour_on_a_terminal(
    environment: dict[str, str], coloured: bool, monkeypatch: pytest.MonkeyPatch, capsys: Output
) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr("qemudoctor.cli.streams.is_terminal", lambda: True)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    main([BROKEN])
    assert ("\x1b[" in capsys.readouterr().out) is coloured


def test_output_file_holds_the_report(tmp_path: Path, capsys: Output) -> None:
    file = tmp_path / "report.json"
    file.write_text("old")
    file.chmod(0o640)
    assert main([BROKEN, "--json", "-o", str(file)]) == 1
    assert capsys.readouterr() == ("", "")
    assert errors("report", json.loads(file.read_text(encoding="utf-8"))) == []
    assert stat.S_IMODE(file.stat().st_mode) == 0o640
    assert os.listdir(tmp_path) == ["report.json"]


def test_output_to_a_dash_is_standard_output(capsys: Output) -> None:
    main([WORKING, "-q", "-o", "-"])
    assert capsys.readouterr().out.startswith("linux/arm64 works")


WRONG = {
    "unknown option": (["--bogus"], "there is no option '--bogus' here"),
    "unknown command": (["inspect", "x"], "there is no command 'inspect'"),
    "command that is not built": (["fleet", "a.capture"], "there is no command 'fleet'"),
    "command behind an option": (["-v", "checks"], "'checks' is a command, and a command comes first"),
    "empty word": ([""], "there is no command ''"),
    "format that is not built": (["--format", "sarif"], "invalid choice: 'sarif'"),
    "shortened option": (["--requir", "arm64"], "there is no option '--requir' here"),
    "option without its value": (["--require"], "expected one argument"),
    "platform nobody knows": (["--require", "arm65"], "no platform is called 'arm65'"),
    "platform that is empty": (["--require", ""], "--require names nothing"),
    "platform of commas": (["--require", " ,, "], "--require names nothing"),
    "check nobody knows": ([WORKING, "--select", "QD999"], "no check is called 'QD999'"),
    "checks that are empty": ([WORKING, "--ignore="], "--ignore names nothing"),
    "kernel that is none": (["--kernel", "linux"], "not a kernel release: 'linux'"),
    "root that is not there": (["--root", "/nowhere"], "No such file or directory"),
    "root that is a file": (["--root", "/etc/passwd"], "is no directory"),
    "root that is empty": (["--root="], "--root names no directory"),
    "capture that is not there": (["--capture", "/nowhere"], "No such file or directory"),
    "capture that is a directory": (["--capture", "/etc"], "directory"),
    "capture that is none": (["--capture", "/etc/passwd"], "/etc/passwd"),
    "capture and root": ([WORKING, "--root", "/etc"], "a host has either a root or a capture"),
    "registry that is not there": (["--registry", "/nowhere"], "/nowhere cannot be read: No such file or directory"),
    "registry that is a directory": (["--registry", "/etc"], "/etc cannot be read"),
    "registry that is empty": (["--registry="], "--registry names no file"),
    "output in no directory": ([WORKING, "-o", "/nowhere/x"], "/nowhere/x cannot be written: No such file"),
    "output that is a directory": ([WORKING, "-o", "/etc"], "/etc cannot be written: Is a directory"),
    "output that is empty": ([WORKING, "-o", ""], "-o names no file"),
    "fail on nothing known": (["--fail-on", "info"], "invalid choice: 'info'"),
    "quiet and verbose": (["-q", "-v"], "not allowed with"),
    "colour nobody knows": (["--color", "sometimes"], "invalid choice: 'sometimes'"),
    "hostile option": (["--\x1b[2J\udcff"], "\\x1b[2J"),
}


@pytest.mark.parametrize(("arguments", "message"), WRONG.values(), ids=WRONG)
def test_wrong_usage(arguments: list[str], message: str, capsys: Output) -> None:
    assert main(arguments) == 2
    out, err = capsys.readouterr()
    assert out == ""
    first, *rest = err.splitlines()
    assert first.startswith("qemu-doctor: ")
    assert message in first
    assert rest
    assert all(line.startswith("qemu-doctor: hint: ") for line in rest)
    assert all(line.isprintable() for line in err.splitlines())


def test_help_tells_what_exists(capsys: Output) -> None:
    assert main(["--help"]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    assert "examples:" in out
    assert "exit status:" in out
    assert all(len(line) <= 80 for line in out.splitlines())
    for absent in ("inspect", "fleet", "sarif", "junit", "markdown", "--config"):
        assert absent not in out


def test_help_needs_no_right_arguments(capsys: Output) -> None:
    assert main(["--json", "-h"]) == 0
    assert "usage: qemu-doctor" in capsys.readouterr().out


@pytest.mark.parametrize("arguments", [["--version"], ["--json", "--version"]])
def test_version(arguments: list[str], capsys: Output) -> None:
    assert main(arguments) == 0
    assert capsys.readouterr().out == f"qemu-doctor {qemudoctor.__version__}\n"
