"""A real Docker daemon, looked at: running, stopped, gone, elsewhere; what its builds use, and the printed commands."""

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.engines.lab.dockerd import Docker, running_docker
from tests.engines.lab.entries import aarch64_line
from tests.engines.lab.processes import need_programs, run
from tests.engines.lab.registry import MachineRegistry
from tests.support.repository import ROOT

COST_S = 0.15


def examined(environment: Mapping[str, str], *options: str) -> Any:
    """Return the report of an examination in an environment; of several, the first in which Docker had time to answer.

    On a busy machine, a daemon may need longer to describe itself than an examination waits.
    """
    words = [sys.executable, "-m", "qemudoctor", "--json", *options]
    report: Any = None
    for _ in range(10):
        told = run(words, env=environment)
        assert told.returncode in (0, 1, 3), told.stderr
        report = json.loads(told.stdout)
        if not any("did not answer" in (x["reason"] or "") for x in report["engines"]):
            break
    return report


def engine_of(environment: Mapping[str, str], *options: str) -> Any:
    return next(x for x in examined(environment, *options)["engines"] if x["name"] == "docker")


def found_by(report: Any, check: str) -> list[Any]:
    return [x for x in report["findings"] if x["check"] == check]


@contextlib.contextmanager
def stopped(process: int) -> Iterator[None]:
    os.kill(process, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(process, signal.SIGCONT)


def process_of(docker: Docker) -> int:
    """Return the daemon's process as this machine numbers it."""
    folder = Path(docker.environment["DOCKER_CONFIG"]).parent
    return int((folder / "pid").read_text(encoding="ascii"))


def test_a_running_daemon(docker: Docker) -> None:
    found = engine_of(docker.environment, "--no-probe")
    assert (found["state"], found["where"], found["registry"]) == ("running", "here", "host")
    assert (found["kernel"], found["storage"]) == (os.uname().release, "vfs")
    assert found["version"] in docker.versions()
    assert found["chosen_by"] == "DOCKER_HOST"


def test_a_running_daemon_gives_no_finding(docker: Docker) -> None:
    report = examined(docker.environment, "--no-probe", "--select", "QD4")
    assert [x["check"] for x in report["findings"] if x["check"] not in ("QD401", "QD402")] == []


def test_a_context_leads_to_the_same_daemon(docker: Docker, tmp_path: Path) -> None:
    client = {**docker.environment, "DOCKER_CONFIG": str(tmp_path)}
    address = client.pop("DOCKER_HOST")
    for command in (f"context create lab --docker host={address}", "context use lab"):
        ran = run(["docker", *command.split()], env=client)
        assert ran.returncode == 0, ran.stderr
    found = engine_of(client, "--no-probe")
    assert (found["context"], found["endpoint"], found["state"]) == ("lab", address, "running")


def test_a_stopped_daemon_is_named_and_the_printed_command_wakes_it(docker: Docker) -> None:
    process = process_of(docker)
    with stopped(process):
        report = examined(docker.environment, "--no-probe")
        (finding,) = found_by(report, "QD404")
        assert (finding["severity"], finding["remedies"][0]["id"]) == ("warning", "continue-engine")
        (command,) = finding["remedies"][0]["commands"]
        assert docker.shell(command).returncode == 0
        assert engine_of(docker.environment, "--no-probe")["state"] == "running"


def test_a_stopped_daemon_costs_at_most_its_limit(docker: Docker) -> None:
    program = (
        "import time\nfrom qemudoctor.facts import Facts\nfrom qemudoctor.host import LiveHost\n"
        "facts = Facts(LiveHost())\nfacts.sandbox, facts.kernel\n"
        "start = time.process_time(), time.monotonic()\nfacts.containers.engines\n"
        "print(time.monotonic() - start[1] - (time.process_time() - start[0]))"
    )
    with stopped(process_of(docker)):
        waited = float(run([sys.executable, "-c", program], env=docker.environment).stdout)
    # What other programs take from this one on a busy machine is not the daemon's doing.
    assert waited < COST_S + 0.3


def test_a_socket_that_was_left_behind(tmp_path: Path) -> None:
    with running_docker() as gone:
        environment = dict(gone.environment)
        left = Path(environment["DOCKER_HOST"].removeprefix("unix://"))
        os.kill(process_of(gone), signal.SIGKILL)
        until = time.monotonic() + 10
        while engine_of(environment, "--no-probe")["state"] != "down" and time.monotonic() < until:
            time.sleep(0.2)
        assert left.exists()
        report = examined(environment, "--no-probe")
        assert found_by(report, "QD404")[0]["remedies"][0]["commands"] == ["unset DOCKER_HOST"]
    report = examined(environment, "--no-probe")
    assert [x["severity"] for x in found_by(report, "QD404")] == ["warning"]
    assert engine_of(environment, "--no-probe")["state"] == "absent"


def test_the_command_that_tries_an_engine_elsewhere(
    docker: Docker, arm64_image: str, machine_registry: MachineRegistry
) -> None:
    """Printed for a remote engine, and executed with this one in its place."""
    remote = {**docker.environment, "DOCKER_HOST": "ssh://nobody@build.invalid"}
    (finding,) = found_by(examined(remote, "--no-probe", "--require", "linux/arm64"), "QD403")
    (command,) = next(x["commands"] for x in finding["remedies"] if x["id"] == "try-there")
    tagged = run(["docker", "tag", arm64_image, "alpine"], env=docker.environment)
    assert tagged.returncode == 0, tagged.stderr
    command = command.replace("docker run", "docker run --network none")
    assert docker.shell(command).returncode != 0
    machine_registry.register(aarch64_line(flags="F"))
    assert docker.shell(command).stdout.strip() == "aarch64"


@pytest.fixture
def with_bundled(tmp_path: Path, emulator: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Docker, Path]]:
    """A daemon of its own whose PATH holds an emulator under the name that BuildKit looks for."""
    folder = tmp_path / "bundled"
    folder.mkdir()
    bundled = folder / "buildkit-qemu-aarch64"
    shutil.copy(os.path.realpath(emulator), bundled)
    folder.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")
    with running_docker() as docker:
        yield docker, bundled


def test_which_emulator_a_build_uses(
    with_bundled: tuple[Docker, Path], arm64_layer: Path, machine_registry: MachineRegistry, tmp_path: Path
) -> None:
    docker, bundled = with_bundled
    docker.import_image(arm64_layer, tag="arm64-busybox", platform="linux/arm64")
    context = tmp_path / "context"
    context.mkdir()
    (context / "Dockerfile").write_text('FROM arm64-busybox\nRUN ["/bin/busybox", "uname", "-m"]\n', encoding="utf-8")
    report = examined(docker.environment, "--require", "linux/arm64")
    (finding,) = found_by(report, "QD408")
    # The daemon of the tests has a mount namespace of its own, so its files are seen through its process.
    assert finding["evidence"][0]["source"] == f"/proc/{process_of(docker)}/root{bundled}"
    (choice,) = next(x for x in report["engines"] if x["name"] == "docker")["builds"]
    assert (choice["platform"], choice["uses"]) == ("linux/arm64", "bundled")
    built = docker.build(context, buildkit=True, tag="built")
    assert built.returncode == 0, built.stderr
    ran = docker.run("arm64-busybox", "/bin/busybox", "uname", "-m")
    assert "exec format error" in ran.stderr

    machine_registry.register(aarch64_line(flags="F"))
    report = examined(docker.environment, "--require", "linux/arm64")
    assert found_by(report, "QD408") == []
    (choice,) = next(x for x in report["engines"] if x["name"] == "docker")["builds"]
    assert choice["uses"] == "kernel"


OWN = "mount -t binfmt_misc binfmt_misc /proc/sys/fs/binfmt_misc && exec sleep 60"


def test_an_engine_whose_user_namespace_has_a_registry_of_its_own(
    tmp_path: Path, machine_registry: MachineRegistry
) -> None:
    """The process stands for rootless podman's: in a user namespace in which somebody mounted binfmt_misc."""
    machine_registry.register(aarch64_line(flags="F"))
    name = tmp_path / "catatonit"
    shutil.copy(os.path.realpath(shutil.which("sleep") or "/bin/sleep"), name)
    inside = OWN.replace("exec sleep", f"exec {name}")
    unshare = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", inside]
    with subprocess.Popen(unshare) as holder:
        try:
            until = time.monotonic() + 10
            while Path(f"/proc/{holder.pid}/comm").read_text() != "catatonit\n" and time.monotonic() < until:
                time.sleep(0.05)
            program = (
                "import sys\nfrom qemudoctor.facts.engines import *\nfrom qemudoctor.host import LiveHost\n"
                "one = Engine('podman', Role.ENGINE, EngineState.INSTALLED, Where.HERE, RegistryUsed.UNKNOWN,"
                " options=('rootless',), process=int(sys.argv[1]))\n"
                "found = settle(LiveHost(), one, has_instances=True)\n"
                "print(found.registry.value, found.own_entries)"
            )
            told = run([sys.executable, "-c", program, str(holder.pid)])
            assert told.stdout == "own ()\n", told.stderr
            assert run([sys.executable, "-c", program, str(os.getpid())]).stdout == "host None\n"
        finally:
            holder.kill()


ROOTLESS = """
mount -t tmpfs tmpfs /run && mount -t sysfs sysfs /sys || exit 9
while umount /proc/sys/fs/binfmt_misc 2>/dev/null; do :; done
[ "$2" = no ] || mount -t binfmt_misc binfmt_misc /proc/sys/fs/binfmt_misc || exit 9
exec dockerd --rootless --group=0 --host="unix://$1/docker.sock" --data-root="$1/data" --exec-root="$1/exec" \\
    --pidfile="$1/docker.pid" --storage-driver=vfs --bridge=none --iptables=false --ip6tables=false
"""


@contextlib.contextmanager
def rootless_daemon(*, mounts: bool) -> Iterator[dict[str, str]]:
    """Start a rootless daemon in a user namespace, in which binfmt_misc is mounted or not; yield its environment."""
    with tempfile.TemporaryDirectory(prefix="qemu-doctor-rootless-") as folder, open(f"{folder}/log", "wb") as log:
        clean = {name: value for name, value in os.environ.items() if not name.startswith(("DOCKER_", "BUILDX_"))}
        own = {**clean, "XDG_RUNTIME_DIR": folder, "HOME": folder, "ROOTLESSKIT_PARENT_EUID": "0"}
        isolated = ["unshare", "--user", "--map-root-user", "--mount", "--net", "--pid", "--fork", "--kill-child"]
        command = [*isolated, "sh", "-c", ROOTLESS, "sh", folder, "yes" if mounts else "no"]
        with subprocess.Popen(command, env=own, stdout=log, stderr=log) as daemon:
            try:
                until = time.monotonic() + 30
                environment = {**clean, "DOCKER_HOST": f"unix://{folder}/docker.sock", "DOCKER_CONFIG": folder}
                while engine_of(environment, "--no-probe")["state"] != "running" and time.monotonic() < until:
                    assert daemon.poll() is None, Path(f"{folder}/log").read_text(encoding="utf-8")
                yield environment
            finally:
                daemon.kill()


@pytest.mark.parametrize("mounts", [True, False], ids=["own registry", "the host's registry"])
def test_a_rootless_daemon(machine_registry: MachineRegistry, arm64_rootfs: Path, mounts: bool) -> None:
    machine_registry.register(aarch64_line(flags="F"))
    with rootless_daemon(mounts=mounts) as environment:
        report = examined(environment, "--require", "linux/arm64", "--no-probe")
        found = next(x for x in report["engines"] if x["name"] == "docker")
        assert (found["rootless"], found["where"]) == (True, "here")
        assert found["registry"] == ("own" if mounts else "nearest")
        assert [x["severity"] for x in found_by(report, "QD405")] == (["error"] if mounts else [])
        # What the kernel really does in the daemon's user namespace.
        daemon = next(x for x in Path("/proc").glob("[0-9]*/comm") if is_rootless(x, environment))
        program = [f"{arm64_rootfs}/bin/busybox", "uname", "-m"]
        entered = ["nsenter", "--user", "--preserve-credentials", "--target", daemon.parent.name, *program]
        # Of ENOEXEC, nsenter makes a shell that reads the program as a script.
        assert (run(entered).stdout.strip() == "aarch64") is not mounts


def is_rootless(comm: Path, environment: Mapping[str, str]) -> bool:
    """Return whether a process is the daemon of an environment."""
    try:
        words = (comm.parent / "cmdline").read_text(encoding="utf-8").split("\0")
    except OSError:
        return False
    return words[0] == "dockerd" and f"--host={environment['DOCKER_HOST']}" in words


IDLE = """
mount -t tmpfs tmpfs /run && mkdir -p /run/systemd/system /run/systemd/units || exit 9
"$0" -c 'import socket, time
server = socket.socket(socket.AF_UNIX)
server.bind("/run/docker.sock")
server.listen(5)
time.sleep(60)' &
listener=$!
while [ ! -S /run/docker.sock ]; do sleep 0.05; done
mkdir -p /run/systemd/system && echo "[Socket]" >/run/systemd/system/docker.socket
strace -f -qq -e trace=connect -o "$1" "$0" -m qemudoctor --json --no-probe
kill "$listener"
"""


def test_a_socket_that_systemd_keeps_is_not_connected_to(tmp_path: Path) -> None:
    """Connecting would start Docker. Somebody else listens here, in systemd's place."""
    need_programs("strace")
    log = tmp_path / "log"
    kept = {name: value for name, value in os.environ.items() if not name.startswith("DOCKER_")}
    isolated = ["unshare", "--mount", "sh", "-c", IDLE, sys.executable, str(log)]
    told = run(isolated, env={**kept, "PYTHONPATH": str(ROOT), "HOME": str(tmp_path)}, cwd=ROOT)
    (found, *_) = json.loads(told.stdout)["engines"]
    assert (found["state"], found["where"]) == ("idle", "here")
    assert "docker.sock" not in log.read_text(encoding="utf-8")
