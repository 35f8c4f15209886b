"""Fixtures of the tests with real container engines. They run as root, and only when asked for:

    pytest --engines tests/engines

in one process, for the machine has one registry. They need Debian's packages crun, docker.io, podman,
qemu-user-static and runc, and package sources of apt for arm64 (see lab/images.py for the cache).

A test of them reads like this, and leaves no daemon, mount or entry behind:

    def test_entry_without_f(machine_registry, docker, arm64_image):
        machine_registry.register(aarch64_line())
        result = docker.run(arm64_image, "uname", "-m")
        assert "no such file or directory" in result.stderr
"""

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.engines.lab.dockerd import Docker, running_docker
from tests.engines.lab.entries import EMULATOR
from tests.engines.lab.images import arm64_rootfs as make_arm64_rootfs
from tests.engines.lab.images import layer
from tests.engines.lab.podman import Podman, installed_podman
from tests.engines.lab.processes import need_programs
from tests.engines.lab.registry import MachineRegistry, borrowed_registry

HERE = Path(__file__).parent
ARM64_IMAGE = "arm64-busybox"


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    # By place and not by hand, so that no test of this folder is ever started without being asked for.
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker(pytest.mark.engines)


@pytest.fixture(scope="session", autouse=True)
def end_in_good_order() -> Iterator[None]:
    """Make SIGTERM end the tests as an interrupt does: by way of every finalizer."""

    def leave(*_: object) -> None:
        pytest.exit("SIGTERM")

    before = signal.signal(signal.SIGTERM, leave)
    yield
    signal.signal(signal.SIGTERM, before)


@pytest.fixture
def machine_registry() -> Iterator[MachineRegistry]:
    """The registry of this machine, mounted and empty; afterwards it is what it was."""
    with borrowed_registry() as registry:
        yield registry


@pytest.fixture(scope="session")
def emulator() -> str:
    """The path of the machine's static emulator for arm64."""
    need_programs(EMULATOR)
    return EMULATOR


@pytest.fixture(scope="session")
def docker() -> Iterator[Docker]:
    """A Docker daemon of the tests' own."""
    with running_docker() as running:
        yield running


@pytest.fixture(scope="session")
def podman() -> Iterator[Podman]:
    """Podman with a storage of the tests' own."""
    with installed_podman() as installed:
        yield installed


@pytest.fixture
def arm64_rootfs(tmp_path: Path) -> Path:
    """A root filesystem with arm64's busybox, fresh for each test."""
    return make_arm64_rootfs(tmp_path / "arm64-rootfs")


@pytest.fixture(scope="session")
def arm64_layer(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same root filesystem as a tar archive."""
    folder = tmp_path_factory.mktemp("arm64")
    return layer(make_arm64_rootfs(folder / "root"), folder / "layer.tar")


@pytest.fixture(scope="session")
def arm64_image(docker: Docker, arm64_layer: Path) -> str:
    """The tag of an image for linux/arm64 in the tests' own Docker daemon."""
    return docker.import_image(arm64_layer, tag=ARM64_IMAGE, platform="linux/arm64")


@pytest.fixture(scope="session")
def podman_arm64_image(podman: Podman, arm64_layer: Path) -> str:
    """The tag of the same image in the tests' own podman."""
    return podman.import_image(arm64_layer, tag=ARM64_IMAGE, platform="linux/arm64")


@pytest.fixture(scope="session")
def arm64_context(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A build context whose one step executes a program for arm64."""
    folder = tmp_path_factory.mktemp("context")
    (folder / "Dockerfile").write_text(f"FROM {ARM64_IMAGE}\nRUN uname -m\n", encoding="utf-8")
    return folder
