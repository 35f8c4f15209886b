"""Kernels from the package sources of this machine: fetched by apt with private state, never installed.

Usage: python -m tests.kernels.fetch [NAME…]. They are kept in $QEMU_DOCTOR_TEST_CACHE/kernels (by default below
~/.cache/qemu-doctor-tests), and an archive that is there is not fetched again.
"""

import lzma
import os
import re
import subprocess
import sys
import tarfile
import tempfile
from dataclasses import dataclass
from pathlib import Path

KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"
CLOUD = "linux-image-cloud-amd64"
WANTED = re.compile(r".*/(vmlinuz(-[^/]*)?|kernel/fs/binfmt_misc\.ko(\.xz)?|linux\.uml)$")
PATIENCE_S = 300


class NotServed(Exception):
    """The mirror does not have this kernel, or this machine cannot ask for it."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kernel to test: where apt finds it."""

    name: str
    suite: str
    package: str

    @property
    def is_uml(self) -> bool:
        return self.package == "user-mode-linux"


KINDS = (
    Kind("uml-5.10", "bullseye", "user-mode-linux"),
    Kind("uml-6.1", "bookworm", "user-mode-linux"),
    Kind("vm-5.10", "bullseye", CLOUD),
    Kind("vm-6.1", "bookworm", CLOUD),
    Kind("vm-6.12", "trixie", CLOUD),
    Kind("vm-newest", "trixie-backports", CLOUD),
)


def cache() -> Path:
    """Return the directory that kernels are kept in, outside the repository."""
    base = os.environ.get("QEMU_DOCTOR_TEST_CACHE") or Path.home() / ".cache/qemu-doctor-tests"
    return Path(base) / "kernels"


@dataclass(frozen=True, slots=True)
class Kernel:
    """A fetched kernel: the image and its binfmt_misc module."""

    image: Path
    module: Path


def fetch(kind: Kind) -> Kernel:
    """Return a kernel, from the cache or from the mirror. Raises: NotServed."""
    folder = cache() / kind.name
    kernel = Kernel(folder / ("linux.uml" if kind.is_uml else "vmlinuz"), folder / "binfmt_misc.ko")
    if not (kernel.image.exists() and kernel.module.exists()):
        with tempfile.TemporaryDirectory() as state:
            apt = _Apt(Path(state), kind.suite)
            apt.update()
            folder.mkdir(parents=True, exist_ok=True)
            for archive in apt.download(apt.packages(kind.package)):
                _unpack(archive, folder)
    if not (kernel.image.exists() and kernel.module.exists()):
        raise NotServed(f"{kind.package} of {kind.suite} holds no kernel with binfmt_misc")
    return kernel


@dataclass(frozen=True, slots=True)
class _Apt:
    state: Path
    suite: str

    def _run(self, command: str, *arguments: str) -> str:
        options = {
            "Dir::Etc::sourcelist": self.state / "sources.list",
            "Dir::Etc::sourceparts": "/dev/null",
            "Dir::Etc::preferencesparts": "/dev/null",
            "Dir::State": self.state,
            "Dir::State::Lists": self.state / "lists",
            "Dir::State::status": self.state / "status",
            "Dir::Cache": self.state / "cache",
            "Acquire::Languages": "none",
            "APT::Sandbox::User": "root",
        }
        flags = [part for key, value in options.items() for part in ("-o", f"{key}={value}")]
        try:
            done = subprocess.run(
                (command, "-q", *flags, *arguments), cwd=self.state, capture_output=True, text=True, timeout=PATIENCE_S
            )
        except (FileNotFoundError, subprocess.TimeoutExpired) as error:
            raise NotServed(f"{command}: {error}") from error
        if done.returncode:
            raise NotServed(f"{command} {arguments[0]} for {self.suite}: {done.stderr.strip()[-300:]}")
        return done.stdout

    def update(self) -> None:
        (self.state / "lists/partial").mkdir(parents=True)
        (self.state / "cache/archives/partial").mkdir(parents=True)
        (self.state / "status").touch()
        main, security = _mirrors()
        lines = [f"deb [signed-by={KEYRING}] {main} {self.suite} main"]
        if security and not self.suite.endswith("backports"):
            lines.append(f"deb [signed-by={KEYRING}] {security} {self.suite}-security main")
        (self.state / "sources.list").write_text("\n".join(lines) + "\n", encoding="utf-8")
        self._run("apt-get", "update")

    def packages(self, name: str) -> list[str]:
        """Return the packages that really hold the kernel: a metapackage's, and since 6.19 two of them."""
        image = next((x for x in self._depends(name) if re.match(r"linux-image-\d", x)), None)
        if image is None:
            return [name]
        parts = [x for x in self._depends(image) if x.startswith(("linux-binary-", "linux-modules-"))]
        return parts or [image]

    def _depends(self, name: str) -> list[str]:
        return re.findall(r"(?m)^ +Depends: (\S+)", self._run("apt-cache", "depends", "--no-recommends", name))

    def download(self, names: list[str]) -> list[Path]:
        self._run("apt-get", "download", *names)
        return list(self.state.glob("*.deb"))


def _mirrors() -> tuple[str, str | None]:
    """Return the addresses of the Debian mirrors that this machine is set up for: main and security."""
    command = ("apt-get", "indextargets", "--format", "$(REPO_URI)", "Created-By: Packages")
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=PATIENCE_S)
    except (FileNotFoundError, subprocess.SubprocessError) as error:
        raise NotServed(f"no package sources: {error}") from error
    addresses = sorted(set(done.stdout.split()))
    main = next((x for x in addresses if x.rstrip("/").endswith("/debian")), None)
    if main is None:
        raise NotServed("no Debian mirror in the set-up of apt")
    return main, next((x for x in addresses if x.rstrip("/").endswith("-security")), None)


def _unpack(archive: Path, folder: Path) -> None:
    """Take the few files that are needed out of a package."""
    with (
        subprocess.Popen(("dpkg-deb", "--fsys-tarfile", archive), stdout=subprocess.PIPE) as unpacker,
        tarfile.open(fileobj=unpacker.stdout, mode="r|") as members,
    ):
        for member in members:
            content = members.extractfile(member) if member.isfile() and WANTED.match(member.name) else None
            if content is not None:
                _store(member.name.rpartition("/")[2], content.read(), folder)


def _store(name: str, content: bytes, folder: Path) -> None:
    if name.endswith(".xz"):
        name, content = name.removesuffix(".xz"), lzma.decompress(content)
    place = folder / ("vmlinuz" if name.startswith("vmlinuz") else name)
    place.write_bytes(content)
    place.chmod(0o755 if name == "linux.uml" else 0o644)


def main() -> None:
    for kind in KINDS:
        if not sys.argv[1:] or kind.name in sys.argv[1:]:
            try:
                print(f"OK {kind.name}: {fetch(kind).image}")
            except NotServed as error:
                print(f"SKIP {kind.name}: {error}")


if __name__ == "__main__":
    main()
