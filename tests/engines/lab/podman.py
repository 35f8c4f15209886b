"""Podman with crun, its storage in a folder of the test.

Tried with podman 4.3.1, buildah 1.28.2 and crun 1.8.1 of Debian 12. Each command runs in a mount namespace of its
own with one cgroup hierarchy, no cgroups and no rlimits, so it works where neither can be set. `build` runs its
steps with the isolation "chroot": the one with a runtime sets RLIMIT_MEMLOCK whatever containers.conf says, and
"chroot" takes no other network than the host's.
"""

import os
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.engines.lab.namespace import ONE_CGROUP_HIERARCHY, entering, existing, own_folders
from tests.engines.lab.processes import Completed, checked, need_programs, need_root, run

_FIXED_PLACES = ("/run/containers", "/run/crun", "/run/libpod", "/var/lib/cni", "/var/lib/containers")
_CONTAINERS = """
[containers]
cgroups = "disabled"
default_ulimits = []
netns = "none"

[engine]
cgroup_manager = "cgroupfs"
events_logger = "none"
runtime = "crun"
"""
_STORAGE = """
[storage]
driver = "vfs"
graphroot = "{folder}/storage"
runroot = "{folder}/run"
"""


class Podman:
    """Get it from `installed_podman`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._inside = entering(setup=ONE_CGROUP_HIERARCHY, covered=own_folders(folder, _FIXED_PLACES))
        (folder / "containers.conf").write_text(_CONTAINERS, encoding="utf-8")
        (folder / "storage.conf").write_text(_STORAGE.format(folder=folder), encoding="utf-8")

    @property
    def environment(self) -> Mapping[str, str]:
        return {
            **os.environ,
            "BUILDAH_ISOLATION": "chroot",
            "CONTAINERS_CONF": f"{self._folder}/containers.conf",
            "CONTAINERS_STORAGE_CONF": f"{self._folder}/storage.conf",
            "STORAGE_DRIVER": "vfs",
        }

    def run(self, image: str, *command: str, options: Sequence[str] = ()) -> Completed:
        return self._podman("run", "--rm", "--network", "none", *options, image, *command)

    def build(
        self, context: Path, *, tag: str, platform: str = "linux/arm64", options: Sequence[str] = ()
    ) -> Completed:
        fixed = ("--network", "host", "--no-cache", "--pull=never", "--platform", platform, "--tag", tag)
        return self._podman("build", *fixed, *options, str(context))

    def words(self, program: str = "podman") -> tuple[str, ...]:
        """Return the words that start podman, or buildah, in its namespace: for a command line of one's own."""
        return (*self._inside, program)

    def shell(self, command: str, *, cwd: Path | None = None) -> Completed:
        """Return the finished command line, given to a shell exactly as it was printed."""
        return run([*self._inside, "sh", "-c", command], env=self.environment, cwd=cwd)

    def import_image(self, layer_tar: Path, *, tag: str, platform: str) -> str:
        """Return the tag of an image made of one layer that says of itself that it is for `platform`."""
        system, architecture, variant = (*platform.split("/"), "")[:3]
        described = ("--os", system, "--arch", architecture, *(("--variant", variant) if variant else ()))
        checked([*self._inside, "podman", "import", *described, str(layer_tar), tag], env=self.environment)
        return tag

    def _podman(self, *words: str) -> Completed:
        return run([*self._inside, "podman", *words], env=self.environment)


@contextmanager
def installed_podman() -> Iterator[Podman]:
    """Lend podman with a storage that is removed in the end."""
    need_root()
    need_programs("crun", "podman", "unshare")
    # What podman mounts, it mounts in a namespace that is gone by then.
    with tempfile.TemporaryDirectory(prefix="qemu-doctor-podman-") as name, existing(_FIXED_PLACES):
        yield Podman(Path(name))
