"""The programs that answer questions, run by the installed emulators, and by entries of a registry of their own."""

import json
import os
import platform
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from qemudoctor.facts.behaviour import ARGV0, Arguments, Behaviour, Call, Level, parse_behaviour
from qemudoctor.known_bad_qemu import parse_version
from qemudoctor.platforms import BY_TARGET
from qemudoctor.probe.programs import EXIT_STATUS
from qemudoctor.probe.questions import ASKED, assemble_questions
from tests.live.test_programs_run import EMULATORS, require_emulator
from tests.support.repository import ROOT

pytestmark = pytest.mark.live

ROOM = {"PATH": "/usr/bin:/bin", "QEMU_DOCTOR_ROOM": "." * 2048}
MOUNT = "mount -t binfmt_misc none /proc/sys/fs/binfmt_misc"
REGISTER = "/proc/sys/fs/binfmt_misc/register"


def ask(target: str, folder: Path, **environment: str) -> Behaviour:
    """Return what the program of a target tells under the installed emulator."""
    program = folder / target
    program.write_bytes(assemble_questions(target))
    program.chmod(0o755)
    command = [require_emulator(target), "-0", ARGV0, str(program)]
    ran = subprocess.run(
        command, stdin=subprocess.DEVNULL, capture_output=True, timeout=60, env=ROOM | environment, check=False
    )
    assert (ran.returncode, ran.stderr) == (EXIT_STATUS, b"")
    behaviour = parse_behaviour(ran.stdout, BY_TARGET[target])
    assert behaviour is not None
    return behaviour


@pytest.mark.parametrize("target", sorted(ASKED))
def test_emulator_answers(target: str, tmp_path: Path) -> None:
    name = EMULATORS.get(target, target)
    said = subprocess.run([require_emulator(target), "--version"], capture_output=True, text=True, check=True).stdout
    version = parse_version(said.removeprefix(f"qemu-{name} version ").split()[0])
    behaviour = ask(target, tmp_path)
    # Source: QEMU 9651cead2f1b, in 9.2.
    assert behaviour.openat2 is (Call.THERE if version is not None and version >= (9, 2, 0) else Call.MISSING)
    assert behaviour.clone3 is Call.MISSING
    assert behaviour.arguments is Arguments.KEPT
    assert (behaviour.euid, behaviour.secure) == (os.geteuid(), False)


def test_processor_of_x86_64(tmp_path: Path) -> None:
    assert ask("x86_64", tmp_path, QEMU_CPU="qemu64").level is Level.V1
    assert ask("x86_64", tmp_path, QEMU_CPU="Nehalem").level is Level.V2
    assert ask("x86_64", tmp_path).level is Level.V3


@pytest.mark.skipif(platform.machine() not in ASKED, reason="there is no program for this machine")
def test_kernel_answers(tmp_path: Path) -> None:
    program = tmp_path / "native"
    program.write_bytes(assemble_questions(platform.machine()))
    program.chmod(0o755)
    ran = subprocess.run([ARGV0], executable=program, stdin=subprocess.DEVNULL, capture_output=True, env=ROOM)
    behaviour = parse_behaviour(ran.stdout, BY_TARGET[platform.machine()])
    assert behaviour is not None
    assert ran.returncode == EXIT_STATUS
    # Linux 5.3 and 5.6 brought them; EINVAL for a clone3 without arguments is the right answer.
    assert (behaviour.openat2, behaviour.clone3) == (Call.THERE, Call.REFUSED)


def line(target: str, interpreter: Path, flags: str) -> str:
    """Return a register line for a target, with QEMU's own magic and mask."""
    architecture = BY_TARGET[target]
    magic, mask = ("".join(f"\\x{x:02x}" for x in text) for text in (architecture.magic, architecture.mask))
    return f":qemu-{target}:M::{magic}:{mask}:{interpreter}:{flags}"


def examine(*lines: str, then: str = "true", arguments: tuple[str, ...] = ()) -> dict[str, Any]:
    """Return the report in a registry of its own that holds these lines, after a command."""
    private = ("unshare", "--user", "--map-root-user", "--mount")
    if subprocess.run([*private, "sh", "-ec", MOUNT], capture_output=True).returncode:
        pytest.skip("no private registry here")
    fill = f'for line; do printf %s "$line" > {REGISTER}; done'
    script = f"{MOUNT}; {fill}; {then}; exec {sys.executable} -m qemudoctor --json {' '.join(arguments)}"
    ran = subprocess.run(
        [*private, "sh", "-ec", script, "sh", *lines],
        capture_output=True,
        text=True,
        cwd="/",
        timeout=60,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert "Traceback" not in ran.stderr, ran.stderr
    report = json.loads(ran.stdout)
    assert isinstance(report, dict)
    assert not [x for x in report["checks"] if x["status"] == "crashed"]
    return report


def emulator(report: dict[str, Any]) -> dict[str, Any]:
    (entry,) = report["registry"]["entries"]
    return dict(entry["emulator"])


def found(report: dict[str, Any], check: str) -> list[dict[str, Any]]:
    return [x for x in report["findings"] if x["check"] == check]


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """Return a copy of the installed emulator for arm64."""
    return Path(shutil.copy(require_emulator("aarch64"), tmp_path / "qemu-aarch64-static"))


def test_what_lies_at_the_path_is_what_is_pinned(copy: Path) -> None:
    report = examine(line("aarch64", copy, "F"))
    seen = emulator(report)
    assert (seen["exists"], seen["pinned"], seen["stale"]) == (True, True, False)
    assert not found(report, "QD308")


def test_without_f_nothing_is_pinned(copy: Path) -> None:
    seen = emulator(examine(line("aarch64", copy, "")))
    assert (seen["pinned"], seen["stale"]) == (False, False)


def test_version_of_an_emulator_whose_file_is_gone(copy: Path) -> None:
    there = emulator(examine(line("aarch64", copy, "F")))
    report = examine(line("aarch64", copy, "F"), then=f"rm {copy}")
    seen = emulator(report)
    assert (seen["exists"], seen["pinned"], seen["stale"]) == (False, True, False)
    assert seen["version"] == there["version"] is not None
    assert seen["linkage"] == there["linkage"] is not None
    assert [x["severity"] for x in found(report, "QD306")] == ["info"]


def test_an_older_emulator_than_the_one_on_disk(copy: Path) -> None:
    """The file that comes in its place tells another version in its text, and is the same otherwise."""
    text = copy.read_bytes()
    version = emulator(examine(line("aarch64", copy, "F")))["version"]
    newer = f"99.{version[3:]}" if len(version) > 4 else "9.9"
    replaced = copy.with_name("new")
    replaced.write_bytes(
        text.replace(
            f"qemu-aarch64 version {version}".encode(),
            b"qemu-aarch64 version " + newer.ljust(len(version), "0").encode(),
        )
    )
    replaced.chmod(0o755)
    report = examine(line("aarch64", copy, "F"), then=f"mv {replaced} {copy}")
    seen = emulator(report)
    assert (seen["version"], seen["pinned"], seen["stale"]) == (version, True, True)
    (finding,) = found(report, "QD308")
    assert f"still runs QEMU {version}" in finding["message"]
    assert [x["id"] for x in finding["remedies"]] == ["register-now"]
    assert finding["remedies"][0]["proven"]


def test_the_same_file_installed_again_is_no_finding(copy: Path) -> None:
    again = f"cp -p {copy} {copy}.new; mv {copy}.new {copy}"
    report = examine(line("aarch64", copy, "F"), then=again)
    assert emulator(report)["stale"] is True
    assert not found(report, "QD308")


def test_without_execution_it_is_not_known(copy: Path) -> None:
    seen = emulator(examine(line("aarch64", copy, "F"), then=f"rm {copy}", arguments=("--no-probe",)))
    assert (seen["version"], seen["stale"]) == (None, None)


def test_a_missing_system_call_is_told_once_for_all(copy: Path) -> None:
    said = subprocess.run([copy, "--version"], capture_output=True, text=True, check=True).stdout
    version = parse_version(said.split(" version ")[1].split()[0])
    other = Path(require_emulator("s390x"))
    told = found(examine(line("aarch64", copy, "F"), line("s390x", other, "F")), "QD503")
    assert len(told) == (1 if version is not None and version < (9, 2, 0) else 0)
    for finding in told:
        assert (
            "qemu-s390x and qemu-aarch64" in finding["message"] or "qemu-aarch64 and qemu-s390x" in finding["message"]
        )
        assert finding["severity"] == "info"


def test_a_wrapper_that_does_not_expect_p(tmp_path: Path) -> None:
    """It hands on what it is given, as emulators before 6.0 did."""
    wrapper = tmp_path / "wrapper"
    wrapper.write_text(f'#!/bin/sh\nexec {require_emulator("aarch64")} "$@"\n')
    wrapper.chmod(0o755)
    (finding,) = found(examine(line("aarch64", wrapper, "P")), "QD504")
    assert finding["severity"] == "error"
    assert not found(examine(line("aarch64", wrapper, "")), "QD504")
