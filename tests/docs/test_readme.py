"""The README tells the truth: its sessions are what the program prints, its example is a check that works."""

import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.repository import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")
SESSIONS = re.findall(r"```console\n\$ (.+)\n((?:.*\n)*?)```", README)


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)


EXAMPLES = [
    line.split("#")[0].strip() for text in blocks("sh") for line in text.splitlines() if line.startswith("qemu-doctor")
]


def doctor(*arguments: str, cwd: Path = ROOT, path: str = "") -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "NO_COLOR": "1", "PYTHONPATH": path}
    return subprocess.run(
        [sys.executable, "-m", "qemudoctor", *arguments],
        capture_output=True,
        text=True,
        cwd=cwd,
        env=environment,
        timeout=60,
    )


@pytest.mark.parametrize(("command", "printed"), SESSIONS, ids=[command for command, _ in SESSIONS])
def test_a_session_is_what_the_program_prints(command: str, printed: str) -> None:
    program, *arguments = shlex.split(command)
    assert program == "qemu-doctor"
    ran = doctor(*arguments)
    assert ran.stdout == printed
    assert ran.stderr == ""


def test_there_are_sessions_and_examples() -> None:
    assert len(SESSIONS) >= 3
    assert len(EXAMPLES) >= 6


@pytest.mark.parametrize("line", EXAMPLES)
def test_an_example_is_a_command_that_is_understood(line: str, tmp_path: Path) -> None:
    (tmp_path / "my.conf").write_text(":a:E::a::/bin/true:\n")
    (tmp_path / "hello-arm64").write_bytes(b"")
    (tmp_path / "hello-arm64").chmod(0o755)
    ran = doctor(*shlex.split(line)[1:], cwd=tmp_path, path=str(ROOT))
    assert ran.returncode in (0, 1, 3), ran.stderr
    assert ran.stdout


def test_the_table_of_checks_is_complete() -> None:
    listed = re.findall(r"^\| (QD\d{3}) \| `([a-z0-9-]+)` \| (.+) \|$", README, re.MULTILINE)
    checks = json.loads(doctor("checks", "--json").stdout)["checks"]
    built_in = [(x["check"], x["slug"], x["title"]) for x in checks if x["check"].startswith("QD")]
    assert listed == built_in


def test_the_exit_statuses_are_those_of_the_help() -> None:
    told = set(re.findall(r"^\| (\d+) \|", README, re.MULTILINE))
    helped = doctor("--help").stdout.partition("exit status:")[2]
    assert told == set(re.findall(r"^  (\d+) ", helped, re.MULTILINE))


@pytest.fixture
def plugin(tmp_path: Path) -> Path:
    """A folder as pip would make it of the README's example."""
    [source] = [x for x in blocks("python") if "CHECKS" in x]
    [configuration] = [x for x in blocks("toml") if "entry-points" in x]
    name, module = re.findall(r'^(\w+) = "(\w+)"$', configuration, re.MULTILINE)[0]
    (tmp_path / f"{module}.py").write_text(source, encoding="utf-8")
    metadata = tmp_path / "acme_checks-1.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: acme-checks\nVersion: 1\n")
    (metadata / "entry_points.txt").write_text(f"[qemudoctor.checks]\n{name} = {module}\n")
    return tmp_path


CAPTURE = str(ROOT / "fixtures/hosts/centos7-entry-without-f.capture")


def test_the_example_is_a_check_that_works(plugin: Path) -> None:
    listed = json.loads(doctor("checks", "--json", path=f"{plugin}:{ROOT}").stdout)["checks"]
    assert [x["origin"] for x in listed if x["check"] == "ACME001"] == ["acme-checks[acme]"]
    report = json.loads(doctor("--capture", CAPTURE, "--json", path=f"{plugin}:{ROOT}").stdout)
    [found] = [x for x in report["findings"] if x["check"] == "ACME001"]
    assert found["message"] == "qemu-aarch64: the emulator is QEMU 4.0.0, older than 7.2"


def test_a_plugin_that_crashes_or_cannot_be_loaded_is_named_and_the_rest_goes_on(plugin: Path) -> None:
    module = plugin / "acme_checks.py"
    module.write_text(
        module.read_text().replace(
            "for entry in facts.registry.entries:", "raise KeyError('acme')\n    for entry in ():"
        )
    )
    ran = doctor("--capture", CAPTURE, "--json", path=f"{plugin}:{ROOT}")
    crashed = [x for x in json.loads(ran.stdout)["checks"] if x["status"] == "crashed"]
    assert [(x["check"], x["reason"]) for x in crashed] == [("ACME001", "KeyError: 'acme'")]
    assert ran.returncode == 3
    module.write_text("import nothing_of_that_name\n")
    ran = doctor("--capture", CAPTURE, "--json", path=f"{plugin}:{ROOT}")
    crashed = [x for x in json.loads(ran.stdout)["checks"] if x["status"] == "crashed"]
    assert [x["check"] for x in crashed] == ["acme-checks[acme]"]
    assert "QD201" in {x["check"] for x in json.loads(ran.stdout)["findings"]}
    assert ran.returncode == 3
