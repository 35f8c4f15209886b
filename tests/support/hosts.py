"""Hosts written as literals: what a machine holds is a dict of paths, and nothing of the real one is touched."""

import struct
from collections.abc import Mapping, Sequence

from qemudoctor.facts import MOUNT_POINT, Facts, Observation, Observed, Prober, Question
from qemudoctor.facts.persistent import SYSTEMD
from qemudoctor.host.door import (
    READ_LIMIT_BYTES,
    CommandResult,
    FileStat,
    Forbidden,
    HostError,
    HttpAnswer,
    NotThere,
    Source,
    Uname,
)
from qemudoctor.host.resolving import link_target, locate
from qemudoctor.host.trees import Content, MemoryFile, MemoryTree, normalised
from qemudoctor.kernel.elf import build_executable
from qemudoctor.kernel.release import KernelRelease
from qemudoctor.kernel.tree import Node, NodeKind
from qemudoctor.platforms import BY_TARGET, Architecture, parse_platform

DEBIAN_12 = "6.1.0-25-amd64"
CENTOS_7 = "3.10.0-327.el7.x86_64"
UBUNTU_1604 = "4.15.0-74-generic"

MOUNTED = "36 22 0:34 / /proc/sys/fs/binfmt_misc rw,relatime shared:15 - binfmt_misc binfmt_misc rw\n"
AUTOMOUNT = "29 22 0:26 / /proc/sys/fs/binfmt_misc rw,relatime shared:8 - autofs systemd-1 rw,fd=29,pgrp=1,direct\n"
OTHER_MOUNTS = "22 28 0:21 / /proc rw,nosuid,nodev,noexec,relatime shared:12 - proc proc rw\n"

_OS_RELEASES = {
    "debian": 'ID=debian\nVERSION_ID="{version}"\nPRETTY_NAME="Debian GNU/Linux {version}"\n',
    "ubuntu": 'ID=ubuntu\nID_LIKE=debian\nVERSION_ID="{version}"\nPRETTY_NAME="Ubuntu {version}"\n',
    "centos": 'ID="centos"\nID_LIKE="rhel fedora"\nVERSION_ID="{version}"\nPRETTY_NAME="CentOS Linux {version}"\n',
    "fedora": 'ID=fedora\nVERSION_ID={version}\nPRETTY_NAME="Fedora Linux {version}"\n',
    "arch": 'ID=arch\nPRETTY_NAME="Arch Linux"\n',
    "alpine": 'ID=alpine\nVERSION_ID={version}\nPRETTY_NAME="Alpine Linux v{version}"\n',
    "opensuse-leap": 'ID="opensuse-leap"\nID_LIKE="suse opensuse"\nVERSION_ID="{version}"\nPRETTY_NAME="openSUSE"\n',
}


class FakeHost:
    """A host that consists of files in memory; directories list their names in the order in which they are written.

    forbidden: paths that exist and may not be read.
    """

    def __init__(
        self,
        files: Mapping[str, Content],
        *,
        uname: Uname | None = None,
        programs: Mapping[str, str] | None = None,
        environment: Mapping[str, str] | None = None,
        forbidden: Sequence[str] = (),
        euid: int = 0,
        source: Source = Source.LIVE,
        answers: Mapping[tuple[str, str], HttpAnswer | HostError] | None = None,
    ) -> None:
        self._tree = MemoryTree(files)
        self._paths = tuple(normalised(path) for path in files)
        self._uname = uname
        self._programs = dict(programs or {})
        self._environment = dict(environment or {})
        self._forbidden = frozenset(forbidden)
        self._euid = euid
        self._answers = dict(answers or {})
        self.source = source
        self.root = "/"

    def read(self, path: str, *, limit: int = READ_LIMIT_BYTES) -> bytes:
        return self.read_at(path, 0, limit)

    def read_at(self, path: str, offset: int, size: int) -> bytes:
        self._require_allowed(path)
        return self._tree.read(locate(self._tree, path).path, offset, size)

    def find_in_file(self, path: str, needle: bytes, window: int, *, start: int = 0) -> bytes | None:
        content = self.read(path, limit=1 << 30)
        at = content.find(needle)
        return content[at : at + window] if at >= 0 else None

    def stat(self, path: str, *, follow: bool = True) -> FileStat:
        node = locate(self._tree, path, follow=follow).node
        return FileStat(node.kind, node.mode, node.uid, node.gid, node.size, 1, abs(hash(path)) % 100000)

    def readlink(self, path: str) -> str:
        return link_target(path, locate(self._tree, path, follow=False).node)

    def listdir(self, path: str) -> tuple[str, ...]:
        self._require_allowed(path)
        located = locate(self._tree, path)
        if located.node.kind is not NodeKind.DIRECTORY:
            raise NotThere(path, "Not a directory")
        start = located.path.rstrip("/") + "/"
        names = (x[len(start) :].split("/", 1)[0] for x in self._paths if x.startswith(start))
        return tuple(dict.fromkeys(name for name in names if name))

    def exists(self, path: str) -> bool:
        try:
            locate(self._tree, path)
        except NotThere:
            return False
        return True

    def mount_is_noexec(self, path: str) -> bool:
        return locate(self._tree, path).node.noexec

    def uname(self) -> Uname:
        if self._uname is None:
            raise NotThere("uname", "no kernel runs here")
        return self._uname

    def hostname(self) -> str:
        return self.uname().node

    def euid(self) -> int:
        return self._euid

    def environment(self, name: str) -> str | None:
        return self._environment.get(name)

    def which(self, program: str) -> str | None:
        return self._programs.get(program)

    def run(self, argv: Sequence[str], *, timeout_s: float) -> CommandResult:
        raise NotThere(argv[0], "no programs run here")

    def http_get(self, socket: str, target: str, *, timeout_s: float) -> HttpAnswer:
        answer = self._answers.get((socket, target), NotThere(socket, "No such file or directory", errno=2))
        if isinstance(answer, HostError):
            raise answer
        return answer

    def tree(self) -> MemoryTree:
        return self._tree

    def _require_allowed(self, path: str) -> None:
        if normalised(path) in self._forbidden:
            raise Forbidden(path, "Permission denied", errno=13)


def link(target: str) -> Node:
    """Return a symbolic link."""
    return Node(NodeKind.LINK, target=target)


def native(machine: str = "x86_64") -> Architecture:
    """Return the architecture of a machine."""
    return parse_platform(machine).architecture


def static_emulator(target: str, *, machine: str = "x86_64", version: str = "7.2.22", mode: int = 0o755) -> MemoryFile:
    """Return a static program of the machine that has the version text of a QEMU emulator."""
    text = f"qemu-{target} version {version} (Debian 1:{version}+dfsg-7)\nCopyright".encode()
    return MemoryFile(native(machine).sample() + b"\0" + text + b"\0", mode)


def dynamic_emulator(target: str, *, loader: str = "/lib64/ld-linux-x86-64.so.2") -> MemoryFile:
    """Return a dynamic x86-64 program that names a loader and has the version text of a QEMU emulator."""
    static = bytearray(build_executable(bits=64, order="little", machine=62))
    name = loader.encode() + b"\0"
    at = len(static) + 56
    static[56:58] = struct.pack("<H", 2)
    static += struct.pack("<IIQQQQQQ", 3, 4, at, 0, 0, len(name), len(name), 1)
    return MemoryFile(bytes(static) + name + f"qemu-{target} version 7.2.22\n\0".encode())


def native_loader() -> MemoryFile:
    """Return a dynamic loader for x86-64 programs: a shared object with writable memory that needs no other."""
    program = bytearray(native().sample())
    program[16:18] = struct.pack("<H", 3)
    program[68:72] = struct.pack("<I", 7)
    return MemoryFile(bytes(program))


def entry_text(
    target: str = "aarch64",
    *,
    interpreter: str | None = None,
    flags: str = "",
    enabled: bool = True,
    magic: str | None = None,
    mask: str | None = None,
) -> str:
    """Return the text of an entry for a QEMU target, by default as the multiarch installer registers it."""
    row = BY_TARGET[target]
    lines = (
        "enabled" if enabled else "disabled",
        f"interpreter {interpreter or f'/usr/bin/qemu-{target}-static'}",
        f"flags: {flags}",
        "offset 0",
        f"magic {row.magic.hex() if magic is None else magic}",
        f"mask {row.mask.hex() if mask is None else mask}",
    )
    return "\n".join(lines) + "\n"


def linux(
    *,
    kernel: str = DEBIAN_12,
    version: str = "#1 SMP",
    machine: str = "x86_64",
    distribution: str = "debian 12",
    entries: Mapping[str, str] | None = None,
    enabled: bool = True,
    mount: str = "mounted",
    config: str | None = "CONFIG_BINFMT_MISC=m\nCONFIG_IA32_EMULATION=y\n",
    files: Mapping[str, Content] | None = None,
    engines: Sequence[str] = ("docker",),
    forbidden: Sequence[str] = (),
    euid: int = 0,
    environment: Mapping[str, str] | None = None,
    source: Source = Source.LIVE,
    systemd: bool = True,
    answers: Mapping[tuple[str, str], HttpAnswer | HostError] | None = None,
) -> FakeHost:
    """Return a host with a kernel, a distribution, engines and a registry.

    entries: text by name, newest first. mount: mounted, automount, not-mounted or absent. config: the kernel's, None
    for a kernel that does not tell it.
    """
    name, _, number = distribution.partition(" ")
    content: dict[str, Content] = {
        "/etc/os-release": _OS_RELEASES[name].format(version=number),
        "/proc/sys/fs/file-max": "9223372036854775807\n",
        "/proc/filesystems": "nodev\tproc\n" + ("" if mount == "absent" else "nodev\tbinfmt_misc\n"),
    }
    lines = {"mounted": MOUNTED, "automount": AUTOMOUNT, "not-mounted": "", "absent": ""}
    content["/proc/self/mountinfo"] = OTHER_MOUNTS + lines[mount]
    if mount in ("automount", "not-mounted"):
        content[MOUNT_POINT] = Node(NodeKind.DIRECTORY, mode=0o555)
    if mount == "mounted":
        content |= {f"{MOUNT_POINT}/{entry}": text for entry, text in (entries or {}).items()}
        content[f"{MOUNT_POINT}/register"] = MemoryFile(b"", 0o200)
        content[f"{MOUNT_POINT}/status"] = "enabled\n" if enabled else "disabled\n"
    if systemd and name != "alpine":
        content[SYSTEMD] = Node(NodeKind.DIRECTORY)
    if config is not None:
        content[f"/boot/config-{kernel}"] = config
    content |= files or {}
    uname = Uname("Linux", "node7", kernel, version, machine)
    programs = {engine: f"/usr/bin/{engine}" for engine in engines}
    return FakeHost(
        content,
        uname=uname,
        programs=programs,
        environment=environment,
        forbidden=forbidden,
        euid=euid,
        source=source,
        answers=answers,
    )


def ask(
    host: FakeHost,
    *require: str,
    kernel: str | None = None,
    registry: Sequence[bytes] | None = None,
    prober: Prober | None = None,
) -> Facts:
    """Return the facts of a host under a question; registry: register strings, oldest first."""
    question = Question(
        require=tuple(parse_platform(name) for name in require),
        kernel=None if kernel is None else KernelRelease.parse(kernel),
        registry=None if registry is None else tuple((f"line {n}", line) for n, line in enumerate(registry, 1)),
    )
    return Facts(host, question, prober=prober)


def observing(**outcomes: tuple[str | None, str | None]) -> Prober:
    """Return a prober that saw these outcomes, on the host and in a container, by QEMU target."""

    def look(_host: object, architectures: tuple[Architecture, ...]) -> dict[str, Observed]:
        seen = {x.qemu_target: outcomes.get(x.qemu_target, (None, None)) for x in architectures}
        return {target: Observed(Observation(pair[0]), Observation(pair[1])) for target, pair in seen.items()}

    return look


def centos_7(*, registered: bool = True) -> FakeHost:
    """Return the host of the founding story: Linux 3.10, an entry without F; or none, since `-p yes` was refused."""
    return linux(
        kernel=CENTOS_7,
        distribution="centos 7",
        entries={"qemu-aarch64": entry_text()} if registered else {},
        files={"/usr/bin/qemu-aarch64-static": static_emulator("aarch64", version="4.0.0")},
    )


def ubuntu_1604() -> FakeHost:
    """Return the host on which it works: Linux 4.15, an entry with F whose emulator lies in the installer's image."""
    return linux(
        kernel=UBUNTU_1604,
        distribution="ubuntu 16.04",
        entries={"qemu-aarch64": entry_text(flags="F")},
    )
