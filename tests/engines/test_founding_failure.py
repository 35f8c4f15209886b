"""The founding failure on a real host: predicted, observed, seen in real engines, and cured by what is printed."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.engines.lab.bundles import chroot_run, crun_run, runc_run
from tests.engines.lab.dockerd import Docker
from tests.engines.lab.entries import aarch64_line
from tests.engines.lab.processes import Completed
from tests.engines.lab.registry import MachineRegistry

RUNTIMES = [
    pytest.param(chroot_run, id="chroot"),
    pytest.param(runc_run, id="runc"),
    pytest.param(crun_run, id="crun"),
]
BUILDERS = [pytest.param(False, id="legacy-builder"), pytest.param(True, id="buildkit")]


def examine(status: int) -> dict[str, Any]:
    """Return the report of the command on this machine, which has to end with that status."""
    command = [sys.executable, "-m", "qemudoctor", "--require", "linux/arm64", "--json"]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=60, env=dict(os.environ))
    assert ran.returncode == status, ran.stdout + ran.stderr
    report = json.loads(ran.stdout)
    assert isinstance(report, dict)
    return report


def outcomes(report: dict[str, Any]) -> tuple[str, str, str, str]:
    [platform] = report["platforms"]
    host, container = platform["host"], platform["container"]
    return host["predicted"], host["observed"], container["predicted"], container["observed"]


def finding(report: dict[str, Any], check: str) -> dict[str, Any]:
    [found] = [x for x in report["findings"] if x["check"] == check]
    assert isinstance(found, dict)
    return found


def remedy(found: dict[str, Any], name: str) -> dict[str, Any]:
    [chosen] = [x for x in found["remedies"] if x["id"] == name]
    assert isinstance(chosen, dict)
    return chosen


def shell(command: str) -> None:
    ran = subprocess.run(["sh", "-c", command], capture_output=True, text=True, timeout=60)
    assert ran.returncode == 0, ran.stdout + ran.stderr


def fails_with(result: Completed, text: str) -> bool:
    return result.returncode != 0 and text in (result.stdout + result.stderr).lower()


class TestNoEntry:
    def test_it_is_predicted_observed_and_real(
        self, machine_registry: MachineRegistry, docker: Docker, arm64_image: str
    ) -> None:
        report = examine(1)
        assert outcomes(report) == ("ENOEXEC",) * 4
        assert report["platforms"][0]["verdict"] == "missing"
        assert finding(report, "QD206")["cause"] == "binfmt-not-registered"
        assert fails_with(docker.run(arm64_image, "uname", "-m"), "exec format error")

    @pytest.mark.parametrize("run", RUNTIMES)
    def test_runtimes_say_the_same(
        self, machine_registry: MachineRegistry, run: Callable[..., Completed], arm64_rootfs: Path
    ) -> None:
        assert fails_with(run(arm64_rootfs, "uname", "-m"), "exec format error")

    def test_the_printed_registration_cures_it(
        self, machine_registry: MachineRegistry, docker: Docker, arm64_image: str
    ) -> None:
        for command in remedy(finding(examine(1), "QD206"), "register-now")["commands"]:
            shell(command)
        assert outcomes(examine(0)) == ("ok",) * 4
        assert docker.run(arm64_image, "uname", "-m").stdout == "aarch64\n"


class TestEntryWithoutF:
    @pytest.fixture(autouse=True)
    def entry(self, machine_registry: MachineRegistry, emulator: str) -> None:
        machine_registry.register(aarch64_line(interpreter=emulator))

    def test_the_host_works_and_the_container_does_not(self, docker: Docker, arm64_image: str) -> None:
        report = examine(1)
        assert outcomes(report) == ("ok", "ok", "ENOENT", "ENOENT")
        assert finding(report, "QD201")["cause"] == "f-flag-missing"
        assert fails_with(docker.run(arm64_image, "uname", "-m"), "no such file or directory")

    @pytest.mark.parametrize("run", RUNTIMES)
    def test_runtimes_say_the_same(self, run: Callable[..., Completed], arm64_rootfs: Path) -> None:
        assert fails_with(run(arm64_rootfs, "uname", "-m"), "no such file or directory")

    def test_the_printed_bind_mount_runs_the_container(self, docker: Docker, arm64_image: str) -> None:
        [command] = remedy(finding(examine(1), "QD201"), "bind-mount-docker-run")["commands"]
        assert docker.shell(command.replace("IMAGE", arm64_image)).stdout == "aarch64\n"

    def test_the_printed_registration_makes_everything_work(
        self, docker: Docker, arm64_image: str, arm64_context: Path, arm64_rootfs: Path
    ) -> None:
        """Where a package's line is in binfmt.d, that line is registered and no file is written."""
        for command in remedy(finding(examine(1), "QD201"), "register-now")["commands"]:
            shell(command)
        report = examine(0)
        assert outcomes(report) == ("ok",) * 4
        assert report["summary"]["verdict"] == "pass"
        assert docker.run(arm64_image, "uname", "-m").stdout == "aarch64\n"
        for buildkit in (False, True):
            built = docker.build(arm64_context, buildkit=buildkit, tag=f"cured-{buildkit}".lower())
            assert built.returncode == 0, built.stdout + built.stderr
        for run in (chroot_run, runc_run, crun_run):
            assert run(arm64_rootfs, "uname", "-m").stdout == "aarch64\n"


def test_the_report_says_so_in_plain_words(machine_registry: MachineRegistry, emulator: str) -> None:
    machine_registry.register(aarch64_line(interpreter=emulator))
    ran = subprocess.run(
        [sys.executable, "-m", "qemudoctor", "--require", "arm64"], capture_output=True, text=True, timeout=60
    )
    assert ran.returncode == 1
    for words in ("without F", "ENOENT", "docker run --rm -v"):
        assert words in ran.stdout
