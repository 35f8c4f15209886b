"""The laboratory against the real world: the faults that people report, with the messages that they report.

Nothing here runs qemu-doctor. If one of these tests fails, the others of this folder prove nothing.
"""

import errno
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.engines.lab.bundles import chroot_run, crun_run, runc_run
from tests.engines.lab.dockerd import Docker
from tests.engines.lab.entries import MAGIC, MASK, SavedEntry, aarch64_line
from tests.engines.lab.podman import Podman
from tests.engines.lab.private import LineRefused, NotExecuted, run_private
from tests.engines.lab.processes import Completed, need_root
from tests.engines.lab.registry import FOLDER, MachineRegistry, borrowed_registry
from tests.support.repository import ROOT

BUILDERS = [pytest.param(False, id="legacy-builder"), pytest.param(True, id="buildkit")]
RUNTIMES = [
    pytest.param(chroot_run, id="chroot"),
    pytest.param(runc_run, id="runc"),
    pytest.param(crun_run, id="crun"),
]
FORMAT = "exec format error"
MISSING = "no such file or directory"


def _printed(result: Completed) -> str:
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout + result.stderr


def _complaint(result: Completed) -> str:
    """Return what a failed program said, in lower case: Go, Rust and the C library begin differently."""
    assert result.returncode != 0, result.stdout + result.stderr
    assert "aarch64" not in result.stdout
    return (result.stdout + result.stderr).lower()


@pytest.fixture
def no_entry(machine_registry: MachineRegistry) -> MachineRegistry:
    assert machine_registry.names() == ()
    return machine_registry


@pytest.fixture
def entry_without_f(machine_registry: MachineRegistry, emulator: str) -> MachineRegistry:
    machine_registry.register(aarch64_line(interpreter=emulator))
    assert "\nflags: \n" in machine_registry.text("qemu-aarch64")
    return machine_registry


@pytest.fixture
def entry_with_f(machine_registry: MachineRegistry, emulator: str) -> MachineRegistry:
    machine_registry.register(aarch64_line("F", interpreter=emulator))
    assert "\nflags: F\n" in machine_registry.text("qemu-aarch64")
    return machine_registry


@pytest.mark.usefixtures("no_entry")
class TestNoEntry:
    def test_docker_run(self, docker: Docker, arm64_image: str) -> None:
        assert FORMAT in _complaint(docker.run(arm64_image, "uname", "-m"))

    @pytest.mark.usefixtures("arm64_image")
    @pytest.mark.parametrize("buildkit", BUILDERS)
    def test_docker_build(self, docker: Docker, arm64_context: Path, buildkit: bool) -> None:
        assert FORMAT in _complaint(docker.build(arm64_context, buildkit=buildkit, tag="no-entry"))

    def test_podman_run(self, podman: Podman, podman_arm64_image: str) -> None:
        assert FORMAT in _complaint(podman.run(podman_arm64_image, "uname", "-m"))

    @pytest.mark.usefixtures("podman_arm64_image")
    def test_podman_build(self, podman: Podman, arm64_context: Path) -> None:
        assert FORMAT in _complaint(podman.build(arm64_context, tag="no-entry"))

    @pytest.mark.parametrize("run", RUNTIMES)
    def test_runtime(self, run: Callable[..., Completed], arm64_rootfs: Path) -> None:
        assert FORMAT in _complaint(run(arm64_rootfs, "uname", "-m"))


@pytest.mark.usefixtures("entry_without_f")
class TestEntryWithoutF:
    def test_docker_run(self, docker: Docker, arm64_image: str) -> None:
        assert MISSING in _complaint(docker.run(arm64_image, "uname", "-m"))

    def test_docker_run_with_the_emulator_bound(self, docker: Docker, arm64_image: str, emulator: str) -> None:
        command = f"docker run --rm --network none -v {emulator}:{emulator} {arm64_image} uname -m"
        assert docker.shell(command).stdout == "aarch64\n"

    @pytest.mark.usefixtures("arm64_image")
    @pytest.mark.parametrize("buildkit", BUILDERS)
    def test_docker_build(self, docker: Docker, arm64_context: Path, buildkit: bool) -> None:
        assert MISSING in _complaint(docker.build(arm64_context, buildkit=buildkit, tag="without-f"))

    def test_podman_run(self, podman: Podman, podman_arm64_image: str) -> None:
        assert MISSING in _complaint(podman.run(podman_arm64_image, "uname", "-m"))

    def test_podman_run_with_the_emulator_bound(self, podman: Podman, podman_arm64_image: str, emulator: str) -> None:
        command = f"podman run --rm --network none -v {emulator}:{emulator} {podman_arm64_image} uname -m"
        assert podman.shell(command).stdout == "aarch64\n"

    @pytest.mark.usefixtures("podman_arm64_image")
    def test_podman_build(self, podman: Podman, arm64_context: Path) -> None:
        assert MISSING in _complaint(podman.build(arm64_context, tag="without-f"))

    @pytest.mark.parametrize("run", RUNTIMES)
    def test_runtime(self, run: Callable[..., Completed], arm64_rootfs: Path) -> None:
        assert MISSING in _complaint(run(arm64_rootfs, "uname", "-m"))

    @pytest.mark.parametrize("run", RUNTIMES[1:])
    def test_runtime_with_the_emulator_bound(
        self, run: Callable[..., Completed], arm64_rootfs: Path, emulator: str
    ) -> None:
        assert _printed(run(arm64_rootfs, "uname", "-m", binds=[(emulator, emulator)])) == "aarch64\n"


@pytest.mark.usefixtures("entry_with_f")
class TestEntryWithF:
    def test_docker_run(self, docker: Docker, arm64_image: str) -> None:
        assert docker.run(arm64_image, "uname", "-m").stdout == "aarch64\n"

    def test_docker_run_as_printed(self, docker: Docker, arm64_image: str) -> None:
        command = f"docker run --rm --network none --platform linux/arm64 {arm64_image} sh -c 'uname -m; true'"
        assert _printed(docker.shell(command)) == "aarch64\n"

    @pytest.mark.usefixtures("arm64_image")
    @pytest.mark.parametrize("buildkit", BUILDERS)
    def test_docker_build(self, docker: Docker, arm64_context: Path, buildkit: bool) -> None:
        tag = f"with-f-{buildkit}".lower()
        assert "aarch64" in _printed(docker.build(arm64_context, buildkit=buildkit, tag=tag))
        assert docker.run(tag, "uname", "-m").stdout == "aarch64\n"

    @pytest.mark.usefixtures("arm64_image")
    def test_docker_build_as_printed(self, docker: Docker, arm64_context: Path) -> None:
        command = "docker build --network none --platform linux/arm64 --no-cache -t as-printed ."
        assert "aarch64" in _printed(docker.shell(command, buildkit=True, cwd=arm64_context))

    def test_podman_run(self, podman: Podman, podman_arm64_image: str) -> None:
        assert podman.run(podman_arm64_image, "uname", "-m").stdout == "aarch64\n"

    @pytest.mark.usefixtures("podman_arm64_image")
    def test_podman_build(self, podman: Podman, arm64_context: Path) -> None:
        assert "aarch64" in _printed(podman.build(arm64_context, tag="with-f"))

    @pytest.mark.parametrize("run", RUNTIMES)
    def test_runtime(self, run: Callable[..., Completed], arm64_rootfs: Path) -> None:
        assert _printed(run(arm64_rootfs, "uname", "-m")) == "aarch64\n"


KILLED = """
import os, signal
from tests.engines.lab.registry import borrowed_registry
with borrowed_registry() as registry:
    registry.register(b":killed:E::qemu-doctor-test::/bin/true:")
    os.kill(os.getpid(), signal.SIGKILL)
"""


class TestMachineRegistry:
    """What is lent comes back as it was."""

    LINES = (
        rb":first:M::\x7fELF\x01:\xff\xff\xff\xff\xff:/bin/true:OC",
        b":second:E::qemu-doctor-test::/bin/true:",
        rb"|with:colon|M|3|\x41\x42||/bin/with space|P",
        aarch64_line("F", interpreter="/bin/true", name="pinned"),
    )

    @pytest.fixture
    def filled(self, machine_registry: MachineRegistry) -> MachineRegistry:
        for line in self.LINES:
            machine_registry.register(line)
        machine_registry.write("second", b"0")
        return machine_registry

    def _content(self, registry: MachineRegistry) -> list[tuple[str, str]]:
        return [(name, registry.text(name)) for name in (*registry.names(), "status")]

    def test_entries_can_be_registered_again_from_their_text(self, filled: MachineRegistry) -> None:
        before = self._content(filled)
        entries = [SavedEntry(name, filled.text(name)) for name in filled.names()]
        filled.clear()
        for entry in reversed(entries):
            filled.register(entry.line())
        filled.write("second", b"0")
        assert self._content(filled) == before
        assert [name for name, _ in before] == ["pinned", "with:colon", "second", "first", "status"]

    def test_refused_line_gives_the_errno(self, machine_registry: MachineRegistry) -> None:
        with pytest.raises(OSError, match=os.strerror(errno.ENOENT)):
            machine_registry.register(aarch64_line("F", interpreter="/nowhere/qemu"))

    def test_registry_comes_back_after_a_failure(self) -> None:
        def fail() -> None:
            with borrowed_registry() as registry:
                registry.register(aarch64_line())
                registry.write("status", b"0")
                raise ZeroDivisionError

        before = _machine_state()
        with pytest.raises(ZeroDivisionError):
            fail()
        assert _machine_state() == before

    def test_registry_comes_back_after_the_borrower_was_killed(self) -> None:
        need_root()
        before = _machine_state()
        result = subprocess.run([sys.executable, "-c", KILLED], cwd=ROOT, capture_output=True, text=True)
        assert result.returncode == -signal.SIGKILL, result.stderr
        assert _machine_state() != before
        with borrowed_registry() as registry:
            assert registry.names() == ()
        assert _machine_state() == before

    def test_registry_comes_back_after_it_was_unmounted(self) -> None:
        before = _machine_state()
        with borrowed_registry() as registry:
            registry.register(aarch64_line())
            registry.unmount()
            assert os.listdir(FOLDER) == []
        assert _machine_state() == before


def _machine_state() -> tuple[int, dict[str, str]]:
    mounts = Path("/proc/self/mountinfo").read_text(encoding="utf-8").count(f" {FOLDER} ")
    names = sorted(set(os.listdir(FOLDER)) - {"register"})
    return mounts, {name: (FOLDER / name).read_text(encoding="utf-8") for name in names}


class TestPrivateRegistry:
    def test_entries_are_listed_and_the_machine_keeps_its_own(self, no_entry: MachineRegistry) -> None:
        result = run_private([aarch64_line()], ["cat", FOLDER / "qemu-aarch64"])
        assert no_entry.names() == ()
        assert f"magic {MAGIC.hex()}\nmask {MASK.hex()}\n" in _printed(result)

    def test_program_runs(self, arm64_rootfs: Path, emulator: str) -> None:
        line = aarch64_line("F", interpreter=emulator)
        assert _printed(run_private([line], ["chroot", arm64_rootfs, "/bin/uname", "-m"])) == "aarch64\n"

    @pytest.mark.parametrize(("flags", "printed"), [("F", ""), ("PF", "aarch64\n")])
    def test_busybox_finds_its_applet_only_with_p(
        self, flags: str, printed: str, arm64_rootfs: Path, emulator: str
    ) -> None:
        line = aarch64_line(flags, interpreter=emulator)
        shell = ["chroot", str(arm64_rootfs), "/bin/sh", "-c", "uname -m | cat"]
        assert run_private([line], shell).stdout == printed

    def test_errno_of_execve(self, arm64_rootfs: Path) -> None:
        program = arm64_rootfs / "bin" / "busybox"
        with pytest.raises(NotExecuted) as no_entry:
            run_private([], [program])
        with pytest.raises(NotExecuted) as no_emulator:
            run_private([aarch64_line(interpreter="/nowhere/qemu")], [program])
        assert (no_entry.value.errno, no_emulator.value.errno) == (errno.ENOEXEC, errno.ENOENT)

    def test_refused_line(self) -> None:
        with pytest.raises(LineRefused) as refused:
            run_private([aarch64_line(), b":bad:M::::/bin/true:"], ["true"])
        assert refused.value.errno == errno.EINVAL
        assert refused.value.line.startswith(b":bad:")


def test_nothing_of_the_daemon_is_in_the_mounts_of_the_machine(docker: Docker, arm64_image: str) -> None:
    docker.run(arm64_image, "true")
    mounts = subprocess.run(["findmnt", "--noheadings", "--output", "TARGET"], capture_output=True, text=True)
    assert "qemu-doctor-dockerd" not in mounts.stdout
