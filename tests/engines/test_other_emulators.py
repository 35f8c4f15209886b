"""Emulators of several releases of Debian, held open by entries: what programs see of them, and what is told."""

import os
import subprocess
from pathlib import Path

import pytest

from qemudoctor.facts.behaviour import ARGV0, Arguments, Behaviour, Call, Level, parse_behaviour
from qemudoctor.platforms import BY_TARGET
from qemudoctor.probe.programs import EXIT_STATUS
from qemudoctor.probe.questions import ASKED, assemble_questions
from tests.engines.lab.emulators import RELEASES, Release, emulator
from tests.engines.lab.images import rootfs
from tests.engines.lab.private import run_private
from tests.live.test_questions_answered import ROOM, examine, found, line

_NAMES = [x.suite for x in RELEASES]
_EMULATORS = {"i486": "i386"}
_LATER = {"loongarch64": (7, 1)}
"""The first QEMU that has an emulator for a target."""
_PAIRS = [
    pytest.param(target, release, id=f"{target}-{release.suite}")
    for target in sorted(ASKED)
    for release in RELEASES
    if release.version >= _LATER.get(target, (0, 0))
]


_NO_ROOM = b"mmap stack: Cannot allocate memory\n"
"""What QEMU 5.2 says about once in a hundred starts for mipsn32el: the place it chose at random had no room."""


def _run(command: list[str]) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, env=ROOM, timeout=60)


def ask(command: list[str], target: str) -> Behaviour:
    ran = _run(command)
    for _ in range(4):
        if ran.stderr == _NO_ROOM:
            ran = _run(command)
    assert (ran.returncode, ran.stderr) == (EXIT_STATUS, b"")
    behaviour = parse_behaviour(ran.stdout, BY_TARGET[target])
    assert behaviour is not None
    return behaviour


@pytest.mark.parametrize(("target", "release"), _PAIRS)
def test_every_program_is_answered_for(target: str, release: Release, tmp_path: Path) -> None:
    program = tmp_path / "program"
    program.write_bytes(assemble_questions(target))
    program.chmod(0o755)
    path = emulator(release, _EMULATORS.get(target, target))
    behaviour = ask([str(path), "-0", ARGV0, str(program)], target)
    assert behaviour.openat2 is (Call.THERE if release.version >= (9, 2) else Call.MISSING)
    assert behaviour.clone3 is Call.MISSING
    assert behaviour.arguments is Arguments.KEPT
    if target == "x86_64":
        assert behaviour.level is (Level.V3 if release.version >= (7, 2) else Level.V1)


@pytest.mark.parametrize("release", RELEASES, ids=_NAMES)
def test_openat2_is_told_of_the_versions_that_lack_it(release: Release) -> None:
    report = examine(line("aarch64", emulator(release, "aarch64"), "F"))
    assert len(found(report, "QD503")) == (0 if release.version >= (9, 2) else 1)
    version = report["registry"]["entries"][0]["emulator"]["version"]
    assert version.startswith(".".join(map(str, release.version)))


@pytest.mark.parametrize("release", RELEASES, ids=_NAMES)
def test_p_shifts_what_an_emulator_before_6_0_hands_on(release: Release, tmp_path: Path) -> None:
    """Busybox, which goes by its name, really fails where it is said that it will, and only there."""
    path = emulator(release, "aarch64")
    root = rootfs(tmp_path / "root", arch="arm64")
    shifts = release.version < (6, 0)
    entry = line("aarch64", path, "PF").encode()
    ran = run_private([entry], ["chroot", root, "/bin/echo", "one"])
    assert ran.stdout == ("/bin/echo one\n" if shifts else "one\n")
    told = {x["check"] for x in examine(line("aarch64", path, "PF"))["findings"]}
    assert bool(told & {"QD212", "QD504"}) is shifts


def test_an_upgrade_shows_no_effect_until_it_is_registered_again(tmp_path: Path) -> None:
    """And the remedy, executed as printed, makes it show."""
    old, new = (emulator(x, "aarch64") for x in RELEASES[1:])
    path = tmp_path / "qemu-aarch64-static"
    copied = subprocess.run(["cp", old, path], check=False)
    assert copied.returncode == 0
    replaced = f"cp {new} {path}.new; mv {path}.new {path}"
    report = examine(line("aarch64", path, "F"), then=replaced)
    (finding,) = found(report, "QD308")
    assert "still runs QEMU 7.2" in finding["message"]
    assert "QEMU 10.0" in finding["message"]
    (lacking,) = found(report, "QD503")
    assert lacking["remedies"][0]["commands"] == finding["remedies"][0]["commands"]
    os.replace(_copy(old, tmp_path), path)
    cured = examine(line("aarch64", path, "F"), then=f"{replaced}; {'; '.join(finding['remedies'][0]['commands'])}")
    assert not found(cured, "QD308")
    assert not found(cured, "QD503")
    assert cured["registry"]["entries"][0]["emulator"]["version"].startswith("10.0")


def _copy(program: Path, folder: Path) -> Path:
    target = folder / "copy"
    subprocess.run(["cp", program, target], check=True)
    return target
