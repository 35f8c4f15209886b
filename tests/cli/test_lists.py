"""`explain`, `checks` and `schema`."""

import json

import pytest

import qemudoctor.checks
from qemudoctor import runner
from qemudoctor.check import Check, Severity
from qemudoctor.cli import main
from qemudoctor.cli.schema import NAMES
from qemudoctor.verdict import CheckResult, CheckStatus
from tests.support.schemas import FOLDER, errors

Output = pytest.CaptureFixture[str]
STRANGER = Check("ST100", "strange", "A stranger's check", Severity.INFO, lambda _facts: iter(()), "Because.")


def _plug_in(monkeypatch: pytest.MonkeyPatch, *failed: CheckResult) -> None:
    monkeypatch.setattr(runner, "load_plugins", lambda: (((STRANGER, "stranger[probes]"),), failed))


@pytest.mark.parametrize("check", qemudoctor.checks.CHECKS, ids=lambda check: check.id)
def test_every_check_has_a_page(check: Check, capsys: Output) -> None:
    assert main(["explain", check.id]) == 0
    by_id = capsys.readouterr().out
    assert by_id.startswith(f"{check.id} {check.slug}: ")
    assert main(["explain", check.slug]) == 0
    assert capsys.readouterr().out == by_id
    long = [line for line in by_id.splitlines() if len(line) > 80 and not line.startswith(" ")]
    assert not long
    assert all(line.isprintable() for line in by_id.splitlines())


def test_id_in_small_letters(capsys: Output) -> None:
    assert main(["explain", "qd201"]) == 0
    assert capsys.readouterr().out.startswith("QD201 ")


def test_cause_leads_to_its_check(capsys: Output) -> None:
    assert main(["explain", "f-flag-missing"]) == 0
    assert "QD201 binfmt-fix-binary-missing" in capsys.readouterr().out


def test_page_of_a_plug_in(monkeypatch: pytest.MonkeyPatch, capsys: Output) -> None:
    _plug_in(monkeypatch)
    assert main(["explain", "st100"]) == 0
    assert "A stranger's check" in capsys.readouterr().out


@pytest.mark.parametrize("name", ["QD999", "", "\x1b[2J", "QD2"])
def test_unknown_check(name: str, capsys: Output) -> None:
    assert main(["explain", name]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert "no check is called" in err
    assert "\x1b" not in err


def test_list_of_checks(monkeypatch: pytest.MonkeyPatch, capsys: Output) -> None:
    _plug_in(monkeypatch)
    assert main(["checks"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines[2:]] == [*(x.id for x in qemudoctor.checks.CHECKS), "ST100"]
    assert lines[-1].split()[1:] == ["strange", "plugin", "info", "stranger[probes]"]
    assert all(len(line) <= 80 for line in lines)


def test_list_as_json(monkeypatch: pytest.MonkeyPatch, capsys: Output) -> None:
    _plug_in(monkeypatch)
    assert main(["checks", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert errors("checks", document) == []
    assert document["checks"][-1]["origin"] == "stranger[probes]"


def test_plug_in_that_failed_is_named(monkeypatch: pytest.MonkeyPatch, capsys: Output) -> None:
    _plug_in(monkeypatch, CheckResult("bad[x]", "bad[x]", CheckStatus.CRASHED, "ImportError: no"))
    assert main(["checks"]) == 3
    out, err = capsys.readouterr()
    assert "QD201" in out
    assert err == "qemu-doctor: the checks of bad[x] could not be loaded: ImportError: no\n"


@pytest.mark.parametrize("name", NAMES)
def test_schema_is_printed(name: str, capsys: Output) -> None:
    assert main(["schema", name]) == 0
    assert capsys.readouterr().out == (FOLDER / f"{name}.json").read_text(encoding="utf-8")


@pytest.mark.parametrize("arguments", [["schema"], ["schema", "nothing"], ["schema", "../x"], ["checks", "x"]])
def test_wrong_usage(arguments: list[str], capsys: Output) -> None:
    assert main(arguments) == 2
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("command", ["explain", "checks", "schema", "trace"])
def test_help(command: str, capsys: Output) -> None:
    assert main([command, "--help"]) == 0
    out, err = capsys.readouterr()
    assert out.startswith(f"usage: qemu-doctor {command}")
    assert err == ""
