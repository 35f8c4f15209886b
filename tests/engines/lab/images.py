"""Foreign root filesystems: Debian's static busybox of another architecture, and nothing else.

The packages come from the sources that apt on this machine has, through a state of apt of our own, so that the
architectures of the machine's dpkg stay as they are. They are kept in $QEMU_DOCTOR_TEST_CACHE, by default
~/.cache/qemu-doctor-tests. Without package sources for the architecture the test skips.
"""

import hashlib
import io
import json
import os
import shutil
import struct
import subprocess
import tarfile
import tempfile
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.engines.lab.processes import need_programs, run

# Debian's name of an architecture -> e_machine of its programs (elf.h).
E_MACHINE = {"arm64": 183, "armhf": 40, "i386": 3, "ppc64el": 21, "s390x": 22}
APPLETS = ("cat", "echo", "env", "false", "id", "ls", "mkdir", "sh", "sleep", "touch", "true", "uname")
FOLDERS = ("bin", "dev", "etc", "proc", "root", "sys", "tmp", "usr/bin")

# Of the machine's configuration, what apt runs after an update is not for a state that is thrown away.
_APT = """
APT::Architecture "{arch}";
APT::Architectures {{ "{arch}"; }};
APT::Sandbox::User "root";
Dir::State "{state}";
Dir::State::status "{state}/status";
Dir::Cache "{state}/cache";
Acquire::Languages "none";
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
"""


def cache() -> Path:
    named = os.environ.get("QEMU_DOCTOR_TEST_CACHE")
    return Path(named) if named else Path.home() / ".cache" / "qemu-doctor-tests"


def busybox(arch: str = "arm64") -> Path:
    """Return the static busybox of a Debian architecture, downloaded at most once per cache."""
    program = cache() / f"busybox-{arch}"
    if not program.exists():
        need_programs("apt-get", "dpkg-deb")
        program.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=program.parent) as folder:
            fresh = Path(folder) / "busybox"
            fresh.write_bytes(_program_of(_download(arch, Path(folder))))
            fresh.chmod(0o755)
            _verify(fresh, arch)
            # In one step: another process sees the whole program or none.
            fresh.replace(program)
    _verify(program, arch)
    return program


def rootfs(destination: Path, *, arch: str = "arm64") -> Path:
    """Return `destination` as a root filesystem whose programs are all one busybox.

    Make one for each test that binds files into it: runtimes leave an empty file where something was bound, and
    an emulator's path with an empty file is another fault than a missing one.
    Under an entry without P, `sh -c 'a | b'` fails: busybox executes itself, and finds the applet by argv[0].
    """
    for folder in FOLDERS:
        (destination / folder).mkdir(parents=True, exist_ok=True)
    shutil.copy(busybox(arch), destination / "bin" / "busybox")
    for applet in APPLETS:
        (destination / "bin" / applet).symlink_to("busybox")
    return destination


def arm64_rootfs(destination: Path) -> Path:
    return rootfs(destination, arch="arm64")


def layer(root: Path, destination: Path) -> Path:
    """Return a root filesystem as an uncompressed tar archive, as `docker import` and `podman import` take it."""
    with tarfile.open(destination, "w") as archive:
        archive.add(root, arcname=".", filter=_anonymous)
    return destination


def saved_image(layer_tar: Path, destination: Path, *, tag: str, platform: str, entrypoint: Sequence[str] = ()) -> Path:
    """Return a one-layer image as `docker save` writes it, for `docker load`.

    `docker import --platform` is not enough: Docker 20.10 takes only the system from it and writes its own
    architecture into the image.
    """
    system, architecture, variant = (*platform.split("/"), "")[:3]
    digest = hashlib.sha256(layer_tar.read_bytes()).hexdigest()
    described = {
        "architecture": architecture,
        "os": system,
        **({"variant": variant} if variant else {}),
        "config": {
            "Env": ["PATH=/usr/sbin:/usr/bin:/sbin:/bin"],
            **({"Entrypoint": list(entrypoint)} if entrypoint else {"Cmd": ["sh"]}),
        },
        "rootfs": {"type": "layers", "diff_ids": [f"sha256:{digest}"]},
        "history": [{"created": "1970-01-01T00:00:00Z", "comment": f"busybox for {platform}"}],
    }
    config = json.dumps(described).encode()
    config_name = f"{hashlib.sha256(config).hexdigest()}.json"
    named = tag if ":" in tag else f"{tag}:latest"
    manifest = [{"Config": config_name, "RepoTags": [named], "Layers": [f"{digest}/layer.tar"]}]
    with tarfile.open(destination, "w") as archive:
        archive.add(layer_tar, arcname=f"{digest}/layer.tar", filter=_anonymous)
        for name, text in ((config_name, config), ("manifest.json", json.dumps(manifest).encode())):
            member = tarfile.TarInfo(name)
            member.size = len(text)
            archive.addfile(member, io.BytesIO(text))
    return destination


def _anonymous(member: tarfile.TarInfo) -> tarfile.TarInfo:
    member.uid = member.gid = 0
    member.uname = member.gname = ""
    member.mtime = 0
    return member


def _download(arch: str, folder: Path) -> Path:
    (folder / "lists" / "partial").mkdir(parents=True)
    (folder / "cache" / "archives" / "partial").mkdir(parents=True)
    (folder / "status").touch()
    settings = folder / "apt.conf"
    settings.write_text(_APT.format(arch=arch, state=folder), encoding="utf-8")
    # A source without this architecture makes the update fail; what counts is whether the package is found.
    updated = run(["apt-get", "-c", settings, "-q", "update"], cwd=folder)
    fetched = run(["apt-get", "-c", settings, "-q", "download", "busybox-static"], cwd=folder)
    found = list(folder.glob("busybox-static_*.deb"))
    if not found:
        said = f"{updated.stderr}{fetched.stderr}".strip()
        pytest.skip(f"busybox-static for {arch} cannot be had from apt: {said}")
    return found[0]


def _program_of(package: Path) -> bytes:
    unpacked = subprocess.run(
        ["dpkg-deb", "--fsys-tarfile", str(package)], check=True, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL
    )
    with tarfile.open(fileobj=io.BytesIO(unpacked.stdout)) as archive:
        # /bin up to Debian 12, /usr/bin since.
        (member,) = (member for member in archive if member.name.endswith("/bin/busybox"))
        content = archive.extractfile(member)
        assert content is not None, f"{member.name} is no regular file"
        return content.read()


def _verify(program: Path, arch: str) -> None:
    with program.open("rb") as stream:
        head = stream.read(20)
    order = ">" if head[5:6] == b"\x02" else "<"
    if head[:4] != b"\x7fELF" or struct.unpack_from(order + "H", head, 18) != (E_MACHINE[arch],):
        raise RuntimeError(f"{program} is no program for {arch}; remove it and run the tests again")
