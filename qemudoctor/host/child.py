"""The forked child between fork and execve(): it makes itself harmless, then becomes the program."""

import contextlib
import math
import os
import resource
import signal
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NoReturn

from qemudoctor.host.libc import call_libc, load_libc
from qemudoctor.host.workspace import PROGRAM

# How far the child came, as it reports through the pipe.
SETUP, UNSHARE, CHROOT, EXECUTE = range(4)
_CLONE_NEWUSER = 0x10000000
# The caller's environment stays out: QEMU_CPU, QEMU_LOG_FILENAME and the like would change what is observed.
_ENVIRONMENT = {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C.UTF-8"}
# A program that writes a part of its stack does not come to the end of it.
_ROOM = {"QEMU_DOCTOR_ROOM": "." * 2048}


@dataclass(slots=True)
class Child:
    """One execution of the program in a folder; contained: with this folder as its root directory."""

    folder: str
    contained: bool
    timeout_s: float
    arguments: tuple[str, ...] = ()
    """Without any, the program is given its path."""
    answers: bool = False
    """Its output is read."""
    program: int | None = None
    """An open file that is executed instead of the program in the folder."""
    stage: int = SETUP

    def become(self, *, number: int, report: int, standard: tuple[int, int, int], ignored: Iterable[int]) -> NoReturn:
        """Become the program, or write `number stage errno` to the pipe `report` and end.

        standard: open files for its input, output and errors. ignored: the signals that would stay ignored after
        execve().
        """
        try:
            self._settle(standard, ignored)
            if self.contained:
                self._enter()
            self.stage = EXECUTE
            path = f"/{PROGRAM}" if self.contained else f"{self.folder}/{PROGRAM}"
            environment = _ENVIRONMENT | _ROOM if self.answers else _ENVIRONMENT
            os.execve(path if self.program is None else self.program, self.arguments or (path,), environment)
        except BaseException as error:
            os.write(report, b"%d %d %d\n" % (number, self.stage, getattr(error, "errno", None) or 0))
        finally:
            # Never back into the caller's code, whatever happened: it runs in the parent already.
            os._exit(127)

    def _settle(self, standard: tuple[int, int, int], ignored: Iterable[int]) -> None:
        os.setpgid(0, 0)
        for number in ignored:
            signal.signal(number, signal.SIG_DFL)
        for number, fd in enumerate(standard):
            os.dup2(fd, number)
        # Not 0: a core_pattern that starts a program (systemd-coredump, apport) is called with a limit of 0 too, and
        # only 1 means never (Linux fs/coredump.c).
        _limit(resource.RLIMIT_CORE, 1)
        _limit(resource.RLIMIT_CPU, math.ceil(self.timeout_s) + 1)
        # A timer survives execve(): whatever the program does, it ends, even if the parent was killed.
        signal.setitimer(signal.ITIMER_REAL, self.timeout_s)
        signal.pthread_sigmask(signal.SIG_SETMASK, ())
        # QEMU writes a core of the guest (one byte of it, by this limit) where it stands: there it is removed.
        os.chdir(self.folder)

    def _enter(self) -> None:
        self.stage = CHROOT
        try:
            os.chroot(self.folder)
        except PermissionError:
            self.stage = UNSHARE
            _unshare_user()
            self.stage = CHROOT
            os.chroot(self.folder)
        os.chdir("/")


def load_unshare() -> None:
    """Load in the parent what children need to leave the user namespace, unless they will not need it."""
    if os.geteuid() != 0 and not hasattr(os, "unshare"):
        with contextlib.suppress(OSError):
            load_libc()


def _unshare_user() -> None:
    """Enter a new user namespace, in which chroot is allowed. Raises: OSError."""
    if hasattr(os, "unshare"):  # Python 3.12 and newer
        os.unshare(_CLONE_NEWUSER)
        return
    call_libc("unshare", _CLONE_NEWUSER)


def _limit(what: int, wanted: int) -> None:
    _, hard = resource.getrlimit(what)
    limit = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    resource.setrlimit(what, (limit, limit))
