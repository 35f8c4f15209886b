"""Really executing programs, to see what the kernel does with them. The only place that forks.

Each program runs twice: plain, and contained, which is what a container does to it as far as execve() is concerned:
in a root directory that holds nothing else. That takes chroot(2), and for an ordinary user a user namespace first.
Nothing is mounted, least of all binfmt_misc: in a user namespace that would hide the entries of the host (Linux 6.7
and newer), while a namespace without an instance of its own uses those of its parent.
Hazard: fork() in a process with threads copies locks that nobody will release. Between fork and exec the child only
makes system calls; still, call this where no other thread runs. A second thread that forks at the same moment can
also hold a program open for writing for an instant, which would show as ETXTBSY.
"""

import contextlib
import os
import signal
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from qemudoctor.host import child
from qemudoctor.host.crew import Crew, Job
from qemudoctor.host.observation import Observation, Observed
from qemudoctor.host.workspace import NoWorkspace, Workspace


class Asking(NamedTuple):
    """A program that answers questions in place of one that only ends, and what it is given as argv."""

    program: bytes
    arguments: tuple[str, ...]


def observe(
    programs: Sequence[tuple[str, bytes]],
    *,
    expected_status: int,
    timeout_s: float = 5.0,
    asking: Mapping[str, Asking] | None = None,
) -> dict[str, Observed]:
    """Return, by name, what became of each program when executed plain and contained. All run in parallel.

    asking: by name the programs that are executed instead. Where one is started and fails, the other one, which only
        ends, is executed after all: that it cannot answer says nothing of whether programs run.
    """
    asking = asking or {}
    first = [(name, asking.get(name, program)) for name, program in programs]
    observed = _observe(first, expected_status=expected_status, timeout_s=timeout_s)
    again = [(name, program) for name, program in programs if name in asking and any(map(_was_in_vain, observed[name]))]
    if again:
        for name, quiet in _observe(again, expected_status=expected_status, timeout_s=timeout_s).items():
            pairs = zip(observed[name], quiet, strict=True)
            observed[name] = Observed(*(other if _was_in_vain(x) else x for x, other in pairs))
    return observed


def _was_in_vain(seen: Observation) -> bool:
    """Return whether a program was started and failed; of one that hung, another one would hang as well."""
    return (seen.outcome or "").startswith(("exit:", "signal:")) and seen.outcome != "signal:SIGALRM"


def _observe(
    programs: Sequence[tuple[str, bytes | Asking]], *, expected_status: int, timeout_s: float
) -> dict[str, Observed]:
    files = [program for _, program in programs]
    plain_and_contained = _execute(files, (False, True), expected_status=expected_status, timeout_s=timeout_s)
    pairs = zip(plain_and_contained[::2], plain_and_contained[1::2], strict=True)
    return {name: Observed(*pair) for (name, _), pair in zip(programs, pairs, strict=True)}


def execute_programs(
    programs: Sequence[bytes], *, empty_root: bool, expected_status: int, timeout_s: float = 5.0
) -> tuple[Observation, ...]:
    """Return what became of each program when executed plain, or in an empty root."""
    return _execute(programs, (empty_root,), expected_status=expected_status, timeout_s=timeout_s)


def _execute(
    programs: Sequence[bytes | Asking], ways: Sequence[bool], *, expected_status: int, timeout_s: float
) -> tuple[Observation, ...]:
    """Return the observations of every program in every way (contained or not), program by program."""
    files = [x.program if isinstance(x, Asking) else x for x in programs]
    try:
        with _unwinding(), Workspace(files) as folders, _reapable():
            if True in ways:
                child.load_unshare()
            placed = list(zip(programs, folders, strict=True))
            jobs = [_job(program, folder, contained=x, timeout_s=timeout_s) for program, folder in placed for x in ways]
            with Crew(jobs) as crew:
                crew.work()
    except (NoWorkspace, OSError) as error:
        return (Observation(None, str(error)),) * (len(programs) * len(ways))
    return tuple(job.observation(expected_status, timeout_s) for job in jobs)


def _job(program: bytes | Asking, folder: str, *, contained: bool, timeout_s: float) -> Job:
    if not isinstance(program, Asking):
        return Job(child.Child(folder, contained, timeout_s))
    return Job(child.Child(folder, contained, timeout_s, program.arguments, answers=True), looks=True)


def execute_contained(folder: str, *, expected_status: int, timeout_s: float = 5.0) -> Observation:
    """Return what became of the program in a folder, executed with this folder as its root directory."""
    job = Job(child.Child(folder, contained=True, timeout_s=timeout_s))
    with Crew([job]) as crew:
        crew.work()
    return job.observation(expected_status, timeout_s)


@contextlib.contextmanager
def interruptible() -> Iterator[None]:
    """Let a signal that ends this process be followed by clearing away, and let children be waited for."""
    with _unwinding(), _reapable():
        yield


def _is_main_thread() -> bool:
    import sys

    threading = sys.modules.get("threading")  # only the main thread may set handlers; without it there is no other
    return threading is None or threading.current_thread() is threading.main_thread()


class _Stopped(BaseException):
    """A signal that ends this process was received; what it started and wrote is cleared away first."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


@contextlib.contextmanager
def _unwinding() -> Iterator[None]:
    """Let SIGTERM and SIGHUP end this process only after everything is cleared away. Elsewhere they end it at once."""
    numbers = [x for x in (signal.SIGTERM, signal.SIGHUP) if signal.getsignal(x) is signal.SIG_DFL]
    if not numbers or not _is_main_thread():
        yield
        return

    def stop(number: int, _: object) -> None:
        raise _Stopped(number)

    for number in numbers:
        signal.signal(number, stop)
    stopped = 0
    try:
        yield
    except _Stopped as error:
        stopped = error.number
    finally:
        for number in numbers:
            signal.signal(number, signal.SIG_DFL)
    if stopped:
        os.kill(os.getpid(), stopped)


@contextlib.contextmanager
def _reapable() -> Iterator[None]:
    """See to it that children can be waited for: whoever started us may have had SIGCHLD ignored."""
    if signal.getsignal(signal.SIGCHLD) is not signal.SIG_IGN:
        yield
        return
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    try:
        yield
    finally:
        signal.signal(signal.SIGCHLD, signal.SIG_IGN)
