"""Cases for a real kernel: their files are made, their entries registered, their program called."""

import errno as errnos
import os
import resource
import signal
import stat
import struct
from dataclasses import dataclass

from qemudoctor.kernel.arguments import STACK_BYTES
from qemudoctor.kernel.tree import NodeKind
from tests.live.differential.elves import EXIT_STATUS, TAG_BYTES
from tests.live.differential.hosts import Case, File, parents, to_bytes, to_text
from tests.live.differential.predict import Observation
from tests.live.differential.sandbox import Sandbox, libc

PTRACE_TRACEME, PTRACE_DETACH = 0, 17
AT_NULL, AT_EXECFD, AT_FLAGS, AT_EUID, AT_EGID, AT_SECURE = 0, 2, 8, 12, 14, 23
PR_CAPBSET_DROP, CAP_SYS_RAWIO = 24, 17
SYS_EXECVEAT, AT_EMPTY_PATH = 322, 0x1000
PATIENCE_S = 120
"""Only a call that waits for ever takes so long, or one on a machine that does something else entirely."""


def name_of(number: int) -> str:
    return errnos.errorcode.get(number, str(number))


@dataclass(frozen=True, slots=True)
class Executor:
    """Runs cases in a sandbox, one after the other."""

    sandbox: Sandbox

    def run(self, case: Case, *, speaks: int | None, dies: bool = False) -> Observation:
        """Return what the kernel does.

        speaks: the word size in which the program will tell of itself, if it will. dies: it has no first instruction,
        so it may go on after its start, which is all that is seen of others that do not speak.
        """
        self.sandbox.clear()
        held = make_files(f"{self.sandbox.base}/host", case.host)
        if case.root is not None:
            held += make_files(f"{self.sandbox.base}/root", case.root)
        try:
            return self._call(case, speaks, dies)
        finally:
            for descriptor in held:
                os.close(descriptor)

    def _call(self, case: Case, speaks: int | None, dies: bool) -> Observation:
        report, output = os.pipe(), os.pipe()
        pid = os.fork()
        if pid == 0:
            try:
                _child(self.sandbox, case, report[1], output[1])
            except BaseException as error:
                os.write(report[1], f"broken: {error!r}".encode())
            os._exit(1)
        os.close(report[1])
        os.close(output[1])
        try:
            return _watch(pid, report[0], output[0], speaks=speaks, dies=dies)
        finally:
            os.close(report[0])
            os.close(output[0])


def make_files(base: str, rows: tuple[tuple[str, File], ...]) -> list[int]:
    """Make files below base; return the descriptors that keep some of them open for writing."""
    held, modes = [], []
    for path, file in rows:
        for above in parents(path):
            os.makedirs(to_bytes(base + above), exist_ok=True)
        place = to_bytes(base + path)
        if file.kind is NodeKind.DIRECTORY:
            os.makedirs(place, exist_ok=True)
        elif file.kind is NodeKind.LINK:
            os.symlink(to_bytes(file.target), place)
            continue
        elif file.kind is NodeKind.FIFO:
            os.mkfifo(place)
        elif file.kind is NodeKind.SOCKET:
            os.mknod(place, stat.S_IFSOCK)
        else:
            descriptor = os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL)
            os.write(descriptor, file.content)
            if file.busy:
                held.append(descriptor)
            else:
                os.close(descriptor)
        modes.append((place, file))
    for place, file in reversed(modes):
        if (file.uid, file.gid) != (0, 0):
            os.chown(place, file.uid, file.gid)
        os.chmod(place, file.mode)
    return held


def _child(sandbox: Sandbox, case: Case, report: int, output: int) -> None:
    base = os.open(sandbox.base, os.O_RDONLY | os.O_DIRECTORY)
    registry = os.open(sandbox.registry, os.O_RDONLY | os.O_DIRECTORY)
    os.chroot(f"{sandbox.base}/host")
    os.chdir("/")
    said = " ".join([_write(registry, write.name, write.content) for write in case.writes])
    os.write(report, said.encode() + b"\n")
    for path in case.removed:
        os.unlink(to_bytes(path))
    if case.root is not None:
        os.fchdir(base)
        os.chroot("root")
    os.chdir(to_bytes(case.cwd))
    os.dup2(output, 1)
    signal.alarm(PATIENCE_S)
    hard = resource.getrlimit(resource.RLIMIT_STACK)[1]
    resource.setrlimit(resource.RLIMIT_STACK, (STACK_BYTES, hard))
    # Before the change of user: a tracer's rights are those that the traced process had when it asked for it, and a
    # set-uid bit only counts under a tracer with rights.
    libc.ptrace(PTRACE_TRACEME, 0, None, None)
    # Who has it may map address 0, and a container's root has it not.
    libc.prctl(PR_CAPBSET_DROP, CAP_SYS_RAWIO, 0, 0, 0)
    if case.uid or case.gid:
        os.setgroups([])
        os.setresgid(case.gid, case.gid, case.gid)
        os.setresuid(case.uid, case.uid, case.uid)
    number = _execve(case)
    os.write(report, name_of(number).encode())
    os._exit(0)


def _execve(case: Case) -> int:
    """Call execve, with any argument list; return the errno."""
    import ctypes

    arguments = [to_bytes(text) for text in case.argv]
    array = (ctypes.c_char_p * (len(arguments) + 1))(*arguments, None)
    environment = (ctypes.c_char_p * 1)(None)
    if not case.by_descriptor:
        libc.execve(to_bytes(case.program), array, environment)
        return ctypes.get_errno()
    try:
        descriptor = os.open(to_bytes(case.program), os.O_PATH | os.O_CLOEXEC)
    except OSError as error:
        return error.errno or 0
    libc.syscall(SYS_EXECVEAT, descriptor, b"", array, environment, AT_EMPTY_PATH)
    return ctypes.get_errno()


def _write(folder: int, name: str, content: bytes) -> str:
    try:
        descriptor = os.open(to_bytes(name), os.O_WRONLY, dir_fd=folder)
    except OSError as error:
        return name_of(error.errno or 0)
    try:
        os.write(descriptor, content)
    except OSError as error:
        return name_of(error.errno or 0)
    finally:
        os.close(descriptor)
    return "ok"


def _watch(pid: int, report: int, output: int, *, speaks: int | None, dies: bool) -> Observation:
    """Wait for the call: it fails, or it is stopped after its success, or it dies before that."""
    _, status = os.waitpid(pid, 0)
    started = os.WIFSTOPPED(status) and os.WSTOPSIG(status) == signal.SIGTRAP
    said = b""
    if started and (speaks or dies):
        libc.ptrace(PTRACE_DETACH, pid, None, None)
        said = _read_all(output)
        _, status = os.waitpid(pid, 0)
    elif os.WIFSTOPPED(status):
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
    first, _, error = _read_all(report).decode().partition("\n")
    writes = tuple(first.split())
    if started and speaks:
        return _heard(said, writes, speaks, status)
    if started and not dies:
        return Observation(writes, "ok")
    if os.WIFSTOPPED(status) or os.WIFSIGNALED(status):
        number = os.WSTOPSIG(status) if os.WIFSTOPPED(status) else os.WTERMSIG(status)
        return Observation(writes, f"signal:{signal.Signals(number).name}")
    return Observation(writes, f"started, then status {status:#x}" if started else error or first)


def _read_all(descriptor: int) -> bytes:
    parts = []
    while part := os.read(descriptor, 65536):
        parts.append(part)
    return b"".join(parts)


def _heard(said: bytes, writes: tuple[str, ...], bits: int, status: int) -> Observation:
    """Return what the program told."""
    if not os.WIFEXITED(status) or os.WEXITSTATUS(status) != EXIT_STATUS:
        return Observation(writes, f"started, then status {status:#x} after {said[:80]!r}")
    word = bits // 8
    count = int.from_bytes(said[:word], "little")
    at = 8 if bits == 64 else 4
    tag = int(said[at : at + TAG_BYTES])
    *argv, vector = said[at + TAG_BYTES :].split(b"\0", count)
    pairs = dict(struct.iter_unpack("<QQ" if bits == 64 else "<II", vector[: len(vector) - len(vector) % (2 * word)]))
    return Observation(
        writes,
        "ok",
        tag,
        tuple(to_text(argument) for argument in argv),
        AT_EXECFD in pairs,
        bool(pairs.get(AT_FLAGS, 0) & 1),
        (pairs.get(AT_EUID, 0), pairs.get(AT_EGID, 0), pairs.get(AT_SECURE, 0)),
    )
