"""Emulators of other versions than the installed one: Debian's static builds of several releases.

They are fetched by apt with a state of its own, as lab/images.py fetches foreign programs, and kept in the same cache.
Without package sources the test skips.
"""

import io
import subprocess
import tarfile
import tempfile
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.engines.lab.images import cache
from tests.engines.lab.processes import need_programs, run

# The machine's own key ring; the suites are of the same archive.
_SOURCE = "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] http://deb.debian.org/debian {suite} main\n"
_APT = """
APT::Architecture "amd64";
APT::Architectures {{ "amd64"; }};
APT::Sandbox::User "root";
Dir::State "{state}";
Dir::State::status "{state}/status";
Dir::Cache "{state}/cache";
Dir::Etc::sourcelist "{state}/sources.list";
Dir::Etc::sourceparts "-";
Acquire::Languages "none";
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
"""


class Release(NamedTuple):
    """A release of Debian and the emulators in it."""

    suite: str
    package: str
    name: str
    """Of an emulator's file, with {target}."""
    version: tuple[int, int]
    """The version of QEMU, as far as it stays."""


RELEASES = (
    Release("bullseye", "qemu-user-static", "qemu-{target}-static", (5, 2)),
    Release("bookworm", "qemu-user-static", "qemu-{target}-static", (7, 2)),
    Release("trixie", "qemu-user", "qemu-{target}", (10, 0)),
)


def emulator(release: Release, target: str) -> Path:
    """Return the emulator for a target in a release, downloaded at most once per cache."""
    folder = cache() / "emulators" / release.suite
    program = folder / release.name.format(target=target)
    if not program.exists():
        need_programs("apt-get", "dpkg-deb")
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder) as state:
            _unpack(_download(release, Path(state)), folder)
    if not program.exists():
        pytest.skip(f"{release.package} of {release.suite} has no emulator for {target}")
    return program


def _download(release: Release, state: Path) -> Path:
    (state / "lists" / "partial").mkdir(parents=True)
    (state / "cache" / "archives" / "partial").mkdir(parents=True)
    (state / "status").touch()
    (state / "sources.list").write_text(_SOURCE.format(suite=release.suite), encoding="utf-8")
    settings = state / "apt.conf"
    settings.write_text(_APT.format(state=state), encoding="utf-8")
    updated = run(["apt-get", "-c", settings, "-q", "update"], cwd=state)
    fetched = run(["apt-get", "-c", settings, "-q", "download", release.package], cwd=state)
    found = list(state.glob(f"{release.package}_*.deb"))
    if not found:
        pytest.skip(f"{release.package} of {release.suite} cannot be had: {updated.stderr}{fetched.stderr}".strip())
    return found[0]


def _unpack(package: Path, folder: Path) -> None:
    command = ["dpkg-deb", "--fsys-tarfile", str(package)]
    unpacked = subprocess.run(command, check=True, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL)
    with tarfile.open(fileobj=io.BytesIO(unpacked.stdout)) as archive:
        for member in archive:
            content = archive.extractfile(member) if member.isfile() and "/usr/bin/qemu-" in member.name else None
            if content is None:
                continue
            target = folder / Path(member.name).name
            fresh = target.with_name(f".{target.name}")
            fresh.write_bytes(content.read())
            fresh.chmod(0o755)
            fresh.replace(target)
