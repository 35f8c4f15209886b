"""A place for experiments: an own user namespace with its own registry, an own mount tree, two empty roots."""

import ctypes
import os
import shutil
from contextlib import suppress
from dataclasses import dataclass

CLONE_NEWNS, CLONE_NEWUSER = 0x20000, 0x10000000
MNT_DETACH = 2
SYS_FINIT_MODULE = 313
MS_NOEXEC, MS_REC, MS_PRIVATE = 8, 0x4000, 1 << 18
libc = ctypes.CDLL(None, use_errno=True)
libc.ptrace.argtypes = (ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p)


class SandboxRefused(Exception):
    """This system does not let us have the namespaces, or has no binfmt_misc."""


def _check(result: int, what: str) -> None:
    if result != 0:
        raise SandboxRefused(f"{what}: {os.strerror(ctypes.get_errno())}")


def _mount(kind: str, target: str, *, flags: int = 0, options: str = "") -> None:
    done = libc.mount(kind.encode(), target.encode(), kind.encode(), flags, options.encode())
    _check(done, f"mount {kind} at {target}")


def load_module(path: str) -> None:
    """Load a kernel module. Raises: SandboxRefused."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        _check(libc.syscall(SYS_FINIT_MODULE, descriptor, b"", 0), f"load {path}")
    finally:
        os.close(descriptor)


def enter_namespaces() -> bool:
    """Go into a new user and mount namespace; return whether 65536 users exist in it, not root alone.

    Raises: SandboxRefused.
    """
    uid, gid = os.getuid(), os.getgid()
    to_child, to_parent = os.pipe(), os.pipe()
    mapper = os.fork()
    if mapper == 0:
        os.read(to_child[0], 1)
        os.write(to_parent[1], b"1" if _map_ids(os.getppid(), uid, gid) else b"0")
        os._exit(0)
    try:
        _check(libc.unshare(CLONE_NEWUSER | CLONE_NEWNS), "unshare")
    finally:
        os.write(to_child[1], b"1")
        many = os.read(to_parent[0], 1) == b"1"
        os.waitpid(mapper, 0)
        for descriptor in (*to_child, *to_parent):
            os.close(descriptor)
    if not many:
        _write("/proc/self/setgroups", "deny")
        _write("/proc/self/uid_map", f"0 {uid} 1")
        _write("/proc/self/gid_map", f"0 {gid} 1")
    _check(libc.mount(b"none", b"/", None, MS_REC | MS_PRIVATE, None), "make mounts private")
    return many


def _map_ids(pid: int, uid: int, gid: int) -> bool:
    """Return whether this process, outside, could give the namespace of pid all users. Only root can."""
    if uid or gid:
        return False
    try:
        _write(f"/proc/{pid}/uid_map", "0 0 65536")
        _write(f"/proc/{pid}/gid_map", "0 0 65536")
    except OSError:
        return False
    return True


def _write(path: str, text: str) -> None:
    with open(path, "w") as stream:
        stream.write(text)


@dataclass(frozen=True, slots=True)
class Sandbox:
    """Two roots and a registry, all below `base`."""

    base: str
    many_ids: bool

    @classmethod
    def make(cls, base: str, *, namespaces: bool = True) -> "Sandbox":
        """Return a sandbox below a directory; without namespaces, in the registry of this whole (guest) kernel.

        Raises: SandboxRefused.
        """
        many = enter_namespaces() if namespaces else True
        _mount("tmpfs", base, options="mode=755")
        for name in ("host", "root"):
            os.makedirs(f"{base}/{name}/noexec")
            _mount("tmpfs", f"{base}/{name}/noexec", flags=MS_NOEXEC, options="mode=755")
        os.mkdir(f"{base}/registry")
        _mount("binfmt_misc", f"{base}/registry")
        return cls(base, many)

    @property
    def registry(self) -> str:
        return f"{self.base}/registry"

    def clear(self) -> None:
        """Empty both roots and the registry, and switch that on."""
        self.write("status", b"-1")
        self.write("status", b"1")
        for name in ("host", "root"):
            for folder in (f"{self.base}/{name}", f"{self.base}/{name}/noexec"):
                _empty(folder)

    def close(self) -> None:
        """Unmount everything, so that the directory can be deleted."""
        # In the registry of a whole kernel before 6.7 entries can outlive the umount, and take the next program.
        with suppress(OSError):
            self.write("status", b"-1")
        for name in ("/host/noexec", "/root/noexec", "/registry", ""):
            libc.umount2(f"{self.base}{name}".encode(), MNT_DETACH)

    def write(self, name: str, content: bytes) -> None:
        descriptor = os.open(f"{self.registry}/{name}", os.O_WRONLY)
        try:
            os.write(descriptor, content)
        finally:
            os.close(descriptor)


def _empty(folder: str) -> None:
    for entry in os.scandir(os.fsencode(folder)):
        if entry.name == b"noexec":
            continue
        if entry.is_dir(follow_symlinks=False):
            shutil.rmtree(entry.path)
        else:
            os.unlink(entry.path)
