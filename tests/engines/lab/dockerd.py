"""A Docker daemon of the test's own, and the clients that talk to it.

Tried with the daemon of Debian 12 (20.10.24, containerd 1.6.20, runc 1.1.5). What was learnt:

- The daemon needs no bridge and no firewall: every container and every build step runs with --network none.
- The client of Debian 12 (20.10) has a BuildKit session built in. Clients from 23 on need the buildx plug-in for
  DOCKER_BUILDKIT=1 and without it end with "BuildKit is enabled but the buildx component is missing or broken".
  So BuildKit is asked through the first client found that can; everything else through the first one found.
- BuildKit takes a local image for FROM only if it has the platform that is asked for, and else turns to the
  network. So builds name the platform.
- BuildKit would answer RUN from its cache although the registry has changed. So builds never use the cache.
- The daemon runs as the first process of a PID namespace: when it is killed, so are containerd, the shims and all
  containers. It has its own /proc and does not see where the machine mounts binfmt_misc; which entries apply to
  its containers depends on the user namespace alone.
"""

import os
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from tests.engines.lab.images import saved_image
from tests.engines.lab.namespace import entering, existing, own_folders
from tests.engines.lab.processes import Completed, checked, need_programs, need_root, run

READY_S = 30.0
# Without buildx, clients from this major version on cannot talk to BuildKit.
_BUILDX_SINCE = 23
_FIXED_PLACES = ("/etc/docker", "/opt/containerd", "/run/containerd", "/run/docker", "/run/runc")
# The PID that the machine knows is only to be had from its own /proc, before the namespace's covers it. A copy
# of the registry's mount would keep its entries alive after the machine unmounts it.
_SETUP = """
read -r pid rest </proc/self/stat; echo "$pid" >{folder}/pid
while umount /proc/sys/fs/binfmt_misc 2>/dev/null; do :; done
mount -t proc proc /proc
"""


class Docker:
    """A running daemon. Get it from `running_docker`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._client = _clients()[0]

    @property
    def environment(self) -> Mapping[str, str]:
        """Return the environment in which any `docker` command line talks to this daemon."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("DOCKER_", "BUILDX_"))}
        return {
            **kept,
            "DOCKER_HOST": f"unix://{self._folder}/socket",
            "DOCKER_CONFIG": str(self._folder / "client"),
        }

    @property
    def buildkit_client(self) -> str:
        """Return the docker client that can talk to BuildKit."""
        client = next((client for client in _clients() if _speaks_buildkit(client)), None)
        if client is None:
            pytest.skip("no docker client here can use BuildKit: neither buildx nor a client before 23")
        return client

    @property
    def buildkit_environment(self) -> Mapping[str, str]:
        """Return the same for a `docker build` that has to go through BuildKit."""
        folder = self._folder / "buildkit-client"
        if not folder.exists():
            client = self.buildkit_client
            folder.mkdir()
            (folder / "docker").symlink_to(client)
        path = f"{folder}:{self.environment['PATH']}"
        return {**self.environment, "PATH": path, "DOCKER_BUILDKIT": "1"}

    def run(self, image: str, *command: str, options: Sequence[str] = ()) -> Completed:
        words = ["run", "--rm", "--network", "none", *options, image, *command]
        return run([self._client, *words], env=self.environment)

    def build(
        self,
        context: Path,
        *,
        buildkit: bool,
        tag: str,
        platform: str = "linux/arm64",
        options: Sequence[str] = (),
    ) -> Completed:
        words = ["build", "--network", "none", "--no-cache", "--platform", platform, "--tag", tag, *options]
        if buildkit:
            env = self.buildkit_environment
            return run([f"{self._folder}/buildkit-client/docker", *words, context], env=env)
        return run([self._client, *words, context], env={**self.environment, "DOCKER_BUILDKIT": "0"})

    def shell(self, command: str, *, buildkit: bool = False, cwd: Path | None = None) -> Completed:
        """Return the finished command line, given to a shell exactly as it was printed."""
        return run(["sh", "-c", command], env=self.buildkit_environment if buildkit else self.environment, cwd=cwd)

    def import_image(self, layer_tar: Path, *, tag: str, platform: str, entrypoint: Sequence[str] = ()) -> str:
        """Return the tag of an image made of one layer that says of itself that it is for `platform`."""
        saved = saved_image(layer_tar, self._folder / "image.tar", tag=tag, platform=platform, entrypoint=entrypoint)
        checked([self._client, "load", "--input", saved], env=self.environment)
        saved.unlink()
        return tag

    def versions(self) -> str:
        """Return what `docker version` says of the client in use and of the daemon with its parts."""
        return checked([self._client, "version"], env=self.environment).stdout


@contextmanager
def running_docker() -> Iterator[Docker]:
    """Start a daemon in a folder of its own, and end it with everything it started and mounted."""
    need_root()
    need_programs("containerd", "docker", "dockerd", "runc", "setpriv", "unshare")
    # Not below pytest's folders: the path of a socket has at most 107 bytes.
    with tempfile.TemporaryDirectory(prefix="qemu-doctor-dockerd-") as name, existing(_FIXED_PLACES):
        folder = Path(name)
        cgroup = f"qemu-doctor-tests-{os.getpid()}"
        with (folder / "log").open("wb") as log:
            daemon = subprocess.Popen(
                _command(folder, cgroup),
                env={**os.environ, "LC_ALL": "C.UTF-8"},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        try:
            _wait_until_it_answers(folder, daemon)
            yield Docker(folder)
        finally:
            _end(folder, daemon)
            _remove_cgroup(cgroup)


def _command(folder: Path, cgroup: str) -> tuple[str, ...]:
    dockerd = (
        "dockerd",
        f"--host=unix://{folder}/socket",
        f"--data-root={folder}/data",
        f"--exec-root={folder}/exec",
        f"--pidfile={folder}/dockerd.pid",
        "--storage-driver=vfs",
        "--bridge=none",
        "--iptables=false",
        "--ip6tables=false",
        "--exec-opt=native.cgroupdriver=cgroupfs",
        f"--cgroup-parent=/{cgroup}",
    )
    # If the tests are killed, setpriv's death signal reaches unshare, and unshare's the daemon.
    options = ("--pid", "--fork", "--kill-child")
    setup = _SETUP.format(folder=folder)
    return (
        *("setpriv", "--pdeathsig", "KILL"),
        *entering(setup=setup, options=options, covered=own_folders(folder, _FIXED_PLACES)),
        *dockerd,
    )


def _wait_until_it_answers(folder: Path, daemon: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + READY_S
    while not _answers(folder / "socket"):
        if daemon.poll() is not None or time.monotonic() > until:
            log = (folder / "log").read_text(encoding="utf-8", errors="replace")
            raise RuntimeError(f"dockerd did not start:\n{log[-4000:]}")
        time.sleep(0.05)


def _answers(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as client, suppress(OSError):
        client.settimeout(READY_S)
        client.connect(str(path))
        client.sendall(b"GET /_ping HTTP/1.0\r\n\r\n")
        return b" 200 " in client.recv(64)
    return False


def _end(folder: Path, daemon: subprocess.Popen[bytes]) -> None:
    # The first process of the namespace takes all others with it, and unshare waits for that. Nothing is lost
    # by killing: the data of this daemon is thrown away.
    with suppress(OSError, ValueError):
        os.kill(int((folder / "pid").read_text(encoding="ascii")), signal.SIGKILL)
    try:
        daemon.wait(timeout=READY_S)
    except subprocess.TimeoutExpired:
        daemon.kill()
        daemon.wait()


def _remove_cgroup(name: str) -> None:
    root = Path("/sys/fs/cgroup")
    for top in (*root.glob(name), *root.glob(f"*/{name}")):
        for parent, _, _ in os.walk(top, topdown=False):
            with suppress(OSError):
                os.rmdir(parent)


def _clients() -> tuple[str, ...]:
    """Return the docker clients on PATH, the one that a shell would take first."""
    found = (shutil.which("docker", path=folder) for folder in os.get_exec_path())
    return tuple(dict.fromkeys(os.path.realpath(path) for path in found if path is not None))


def _speaks_buildkit(client: str) -> bool:
    said = run([client, "--version"]).stdout
    version = re.search(r"version (\d+)\.", said)
    if version is not None and int(version[1]) < _BUILDX_SINCE:
        return True
    return run([client, "buildx", "version"]).returncode == 0
