"""Trying registrations on the running kernel, in a registry of their own that nobody else sees.

Since Linux 6.7 a user namespace can have an instance of binfmt_misc for itself. A child enters a new user, a new mount
and a new process namespace, mounts one in the folder of its probes, registers, and executes a program in a root
directory that holds nothing else. All of it vanishes with the child, an emulator that has left its group included; the
registry, the mounts and the files of the host stay as they are.
Source: Linux 21ca59b365c0, Documentation/admin-guide/binfmt-misc.rst; pid_namespaces(7).
"""

import contextlib
import errno
import os
import select
import signal
import time
from collections.abc import Sequence
from typing import NamedTuple, NoReturn

from qemudoctor.host.execute import execute_contained, interruptible
from qemudoctor.host.libc import call_libc, load_libc
from qemudoctor.host.observation import Observation
from qemudoctor.host.syscalls import encode
from qemudoctor.host.workspace import NoWorkspace, Workspace

_CLONE_NEWNS = 0x00020000
_CLONE_NEWUSER = 0x10000000
_CLONE_NEWPID = 0x20000000
_PR_SET_PDEATHSIG = 1
_REGISTRY = b"/proc/sys/fs/binfmt_misc"
_MS_BIND, _MS_REC, _MS_PRIVATE = 0x1000, 0x4000, 0x40000
_ANSWERS_BYTES = 1 << 16


class Trial(NamedTuple):
    """A registry, and a program that is executed under it in a root directory of its own."""

    program: bytes
    present: tuple[bytes, ...] = ()
    """Register strings of what is there before, oldest first."""
    disabled: tuple[str, ...] = ()
    """Names of present entries that are switched off."""
    register: tuple[bytes, ...] = ()
    """Register strings in question, oldest first."""
    files: tuple[tuple[str, str], ...] = ()
    """Pairs of a path in the program's root and the file of the host that is bound there."""


def rehearse(
    trials: Sequence[Trial], *, expected_status: int, timeout_s: float = 5.0, altogether_s: float = 10.0
) -> tuple[Observation, ...]:
    """Return what became of each program; an outcome of None where the kernel does not let it be tried, with why.

    A register string in question that is refused is the outcome itself, as the errno of the write.
    """
    # The last folder is where the registry is mounted.
    programs = [*(x.program for x in trials), b""]
    try:
        with interruptible(), Workspace(programs) as folders:
            return _rehearse(trials, folders, expected_status, timeout_s, altogether_s)
    except (NoWorkspace, OSError) as error:
        return (Observation(None, str(error)),) * len(trials)


def _rehearse(
    trials: Sequence[Trial], folders: Sequence[str], expected_status: int, timeout_s: float, altogether_s: float
) -> tuple[Observation, ...]:
    answers, answer = os.pipe()
    load_libc()
    pid = os.fork()
    if pid == 0:
        _direct(trials, folders, answer, expected_status, timeout_s)
    os.close(answer)
    try:
        text = _read(answers, time.monotonic() + altogether_s)
    finally:
        os.close(answers)
        # Its own child is killed with it, and with that child everything in the process namespace.
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
        with contextlib.suppress(ChildProcessError):
            os.waitpid(pid, 0)
    found = [_observation(line) for line in text.splitlines()][: len(trials)]
    return (*found, *[Observation(None, "the trial did not come to an end")] * (len(trials) - len(found)))


def _read(fd: int, deadline: float) -> str:
    text = b""
    waiting = select.poll()
    waiting.register(fd, select.POLLIN)
    while waiting.poll(max(0.0, deadline - time.monotonic()) * 1000):
        part = os.read(fd, _ANSWERS_BYTES)
        if not part or len(text) > _ANSWERS_BYTES:
            break
        text += part
    return text.decode("utf-8", "replace")


def _observation(line: str) -> Observation:
    outcome, _, reason = line.partition("\t")
    return Observation(outcome or None, reason or None)


def _direct(
    trials: Sequence[Trial], folders: Sequence[str], answer: int, expected_status: int, timeout_s: float
) -> NoReturn:
    """Be the child: enter the namespaces, let a child of its own try everything and write a line for each, and end."""
    try:
        try:
            _unshare()
            pid = os.fork()
        except OSError as error:
            os.write(answer, _lines([_not_here(error)] * len(trials)))
            os._exit(0)
        if pid == 0:
            # The first process of the namespace: when it ends, everything in it is killed.
            call_libc("prctl", _PR_SET_PDEATHSIG, int(signal.SIGKILL), 0, 0, 0)
            os.write(answer, _answers(trials, folders, expected_status, timeout_s))
        else:
            os.waitpid(pid, 0)
    finally:
        # Never back into the caller's code: it runs in the parent already.
        os._exit(0)


def _answers(trials: Sequence[Trial], folders: Sequence[str], expected_status: int, timeout_s: float) -> bytes:
    registry = folders[-1]
    try:
        _enter(registry)
    except OSError as error:
        seen = [_not_here(error)] * len(trials)
    else:
        seen = [
            _try(x, folder, registry, expected_status, timeout_s) for x, folder in zip(trials, folders, strict=False)
        ]
    return _lines(seen)


def _lines(seen: Sequence[Observation]) -> bytes:
    return "".join(f"{x.outcome or ''}\t{x.reason or ''}\n" for x in seen).encode()


def _not_here(error: OSError) -> Observation:
    return Observation(None, f"no private registry is to be had here ({error.strerror})")


def _unshare() -> None:
    uid, gid = os.geteuid(), os.getegid()
    call_libc("unshare", _CLONE_NEWUSER | _CLONE_NEWNS | _CLONE_NEWPID)
    _put("/proc/self/setgroups", b"deny")
    _put("/proc/self/uid_map", b"0 %d 1" % uid)
    _put("/proc/self/gid_map", b"0 %d 1" % gid)


def _enter(registry: str) -> None:
    call_libc("mount", None, b"/", None, _MS_REC | _MS_PRIVATE, None)
    call_libc("mount", b"binfmt_misc", encode(registry), b"binfmt_misc", 0, None)
    # Over that of the host: no emulator finds that one, wherever it goes.
    with contextlib.suppress(OSError):
        call_libc("mount", encode(registry), _REGISTRY, None, _MS_BIND, None)


def _try(trial: Trial, folder: str, registry: str, expected_status: int, timeout_s: float) -> Observation:
    try:
        _put(f"{registry}/status", b"-1")
        _put(f"{registry}/status", b"1")
        for line in trial.present:
            _put(f"{registry}/register", line)
        for name in trial.disabled:
            _put(f"{registry}/{name}", b"0")
        for inside, outside in trial.files:
            _bind(outside, f"{folder}/{os.path.normpath(f'/{inside}').lstrip('/')}")
    except OSError as error:
        return Observation(None, f"what is here cannot be repeated in a private registry ({error.strerror})")
    for line in trial.register:
        try:
            _put(f"{registry}/register", line)
        except OSError as error:
            return Observation(errno.errorcode.get(error.errno or 0, "EIO"), "the kernel refused the registration")
    return execute_contained(folder, expected_status=expected_status, timeout_s=timeout_s)


def _bind(source: str, target: str) -> None:
    """Bind a file. target: in the program's folder, out of which no `..` leads."""
    os.makedirs(os.path.dirname(encode(target)), exist_ok=True)
    os.close(os.open(encode(target), os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o644))
    call_libc("mount", encode(source), encode(target), None, _MS_BIND, None)


def _put(path: str, content: bytes) -> None:
    fd = os.open(encode(path), os.O_WRONLY | os.O_CLOEXEC)
    try:
        os.write(fd, content)
    finally:
        os.close(fd)
