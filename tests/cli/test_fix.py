"""`fix` from the command line; what it does to a host is in tests/live/test_fix.py."""

import json

import pytest

from qemudoctor.cli import main
from tests.support.repository import ROOT
from tests.support.schemas import errors

Output = pytest.CaptureFixture[str]
CENTOS = str(ROOT / "fixtures/hosts/centos7-entry-without-f.capture")
CAPTURES = sorted((ROOT / "fixtures/hosts").glob("*.capture"))


@pytest.mark.parametrize("capture", CAPTURES, ids=lambda x: x.stem)
def test_plan_for_every_recorded_host(capture: str, capsys: Output) -> None:
    status = main(["fix", "--json", "--require", "linux/arm64", "--capture", str(capture)])
    document = json.loads(capsys.readouterr().out)
    assert errors("plan", document) == []
    assert document["applied"] is None
    if status == 0:
        assert [x for x in document["left"] if x["severity"] == "error"] == []
    else:
        assert document["steps"] or document["left"]
    if document["steps"] and not document["left"] and not document["examine_again"]:
        assert {x["verdict"] for x in document["platforms"]["after"]} == {"works"}


def test_text_says_what_is_left(capsys: Output) -> None:
    assert main(["fix", "--require", "linux/arm64", "--capture", CENTOS]) == 1
    out, err = capsys.readouterr()
    assert err == ""
    assert "left: QD" in out
    assert all(len(line) <= 80 for line in out.splitlines() if not line.startswith("     "))


@pytest.mark.parametrize(
    "arguments",
    [
        ["--apply", "--undo"],
        ["--apply", "--yes", "--capture", CENTOS],
        ["--apply", "--root", "/srv"],
        ["--undo", "--kernel", "5.10"],
        ["--apply", "--no-probe"],
        ["--yes"],
        ["--root", ""],
        ["-o", ""],
        ["word"],
        ["--require", "linux/nothing"],
    ],
    ids=" ".join,
)
def test_wrong_usage(arguments: list[str], capsys: Output) -> None:
    assert main(["fix", *arguments]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert "hint: " in err
