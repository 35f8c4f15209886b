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
import errno
import fcntl
import os
import signal
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from qemudoctor.host import child
from qemudoctor.host.observation import Observation, Observed
from qemudoctor.host.syscalls import signal_name
from qemudoctor.host.workspace import NoWorkspace, Workspace

_POLL_S = 0.0005
# The child's own timer ends it first; this is for one that blocked SIGALRM.
_GRACE_S = 0.25
_ABANDON_S = 2.0
_REPORTS_BYTES = 1 << 16
_STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_ALTOGETHER_S = 20.0
"""After this, programs that were not started yet are left out: every emulator that hangs costs its own limit."""


def observe(
    programs: Sequence[tuple[str, bytes]], *, expected_status: int, timeout_s: float = 5.0
) -> dict[str, Observed]:
    """Return, by name, what became of each program when executed plain and contained. All run in parallel."""
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
    programs: Sequence[bytes], ways: Sequence[bool], *, expected_status: int, timeout_s: float
) -> tuple[Observation, ...]:
    """Return the observations of every program in every way (contained or not), program by program."""
    try:
        with _unwinding(), Workspace(programs) as folders, _reapable():
            if True in ways:
                child.load_unshare()
            jobs = [_Job(child.Child(folder, contained=way, timeout_s=timeout_s)) for folder in folders for way in ways]
            with _Crew(jobs) as crew:
                crew.work()
    except (NoWorkspace, OSError) as error:
        return (Observation(None, str(error)),) * (len(programs) * len(ways))
    return tuple(job.observation(expected_status, timeout_s) for job in jobs)


@dataclass(slots=True)
class _Job:
    """One execution and what is known of it."""

    child: child.Child
    pid: int = 0
    deadline: float = 0.0
    late: bool = False
    status: int | None = None
    failure: tuple[int, int] | None = None
    """The stage in which the child failed, and the errno."""
    reason: str | None = None

    def observation(self, expected_status: int, timeout_s: float) -> Observation:
        """Return how the execution ended."""
        if self.failure is not None:
            return _failed(*self.failure)
        if self.late or (self.status is not None and os.WTERMSIG(self.status) == signal.SIGALRM):
            # It was executed, and only its timer ended it: that is an observation, and no success.
            return Observation("signal:SIGALRM", f"did not end within {timeout_s:g} s")
        if self.status is None:
            return Observation(None, self.reason or "was not executed")
        code = os.waitstatus_to_exitcode(self.status)
        if code < 0:
            return Observation(f"signal:{signal_name(-code)}")
        return Observation("ok" if code == expected_status else f"exit:{code}")


class _Crew:
    """Runs jobs in parallel; none of them is left when it ends, however it ends."""

    def __init__(self, jobs: Sequence[_Job]) -> None:
        self._jobs = jobs
        self._running: dict[int, _Job] = {}
        self._texts: list[bytes] = []
        self._limit = 2 * len(os.sched_getaffinity(0))
        self._ignored = [number for number in signal.valid_signals() if signal.getsignal(number) is signal.SIG_IGN]

    def __enter__(self) -> "_Crew":
        self._null = _above_standard(os.open(os.devnull, os.O_RDWR | os.O_CLOEXEC))
        self._reports, self._report = map(_above_standard, os.pipe())
        os.set_blocking(self._reports, False)
        return self

    def __exit__(self, *_: object) -> None:
        for job in self._running.values():
            _kill(job)
        self._wait()
        for fd in (self._null, self._reports, self._report):
            os.close(fd)

    def work(self) -> None:
        """Run all jobs to their end."""
        waiting = list(enumerate(self._jobs))[::-1]
        last_start = time.monotonic() + _ALTOGETHER_S
        while waiting or self._running:
            while waiting and len(self._running) < self._limit:
                number, job = waiting.pop()
                if time.monotonic() < last_start:
                    self._start(number, job)
                else:
                    job.reason = "others took too long"
            self._reap()
        self._read_reports()

    def _wait(self) -> None:
        while self._running:
            self._reap()

    def _start(self, number: int, job: _Job) -> None:
        # An interrupt between fork() and the note of its number would leave a child behind.
        before = signal.pthread_sigmask(signal.SIG_BLOCK, _STOPPING)
        try:
            job.pid = os.fork()
            if job.pid == 0:
                job.child.become(number=number, report=self._report, null=self._null, ignored=self._ignored)
            job.deadline = time.monotonic() + job.child.timeout_s + _GRACE_S
            self._running[number] = job
        except OSError as error:
            job.reason = f"fork: {error.strerror}"
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)

    def _reap(self) -> None:
        """Take out the jobs that ended; if there is none, rest for a moment."""
        ended = [number for number, job in self._running.items() if _has_ended(job)]
        for number in ended:
            del self._running[number]
        if not ended:
            time.sleep(_POLL_S)
        # Each report is one short write, and the pipe is emptied before it can be full.
        with contextlib.suppress(BlockingIOError):
            self._texts.append(os.read(self._reports, _REPORTS_BYTES))

    def _read_reports(self) -> None:
        for line in b"".join(self._texts).splitlines():
            number, stage, error = map(int, line.split())
            self._jobs[number].failure = (stage, error)


def _above_standard(fd: int) -> int:
    """Return a descriptor that stands in for fd and is none of the standard ones, which the child exchanges.

    Whoever started us may have closed those, so that new files get their numbers.
    """
    if fd > 2:
        return fd
    above = fcntl.fcntl(fd, fcntl.F_DUPFD_CLOEXEC, 3)
    os.close(fd)
    return above


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


def _has_ended(job: _Job) -> bool:
    """Return whether a job needs no more attention; kill it if it is late."""
    try:
        ended = os.waitid(os.P_PID, job.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT)
        if ended is not None:
            # Before its number is given away: an emulator that is a script may have left others in its group.
            _kill_group(job.pid)
            job.status = os.waitpid(job.pid, 0)[1]
            return True
    except ChildProcessError:
        job.reason = "another part of this process waited for the child"
        return True
    if time.monotonic() < job.deadline:
        return False
    if job.late:
        # Killed, and still there: it hangs in the kernel, and nobody can end it.
        return True
    _kill(job)
    return False


def _kill(job: _Job) -> None:
    job.late = True
    job.deadline = time.monotonic() + _ABANDON_S
    _kill_group(job.pid)
    # In case that it had no time to make a group.
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.kill(job.pid, signal.SIGKILL)


def _kill_group(pid: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)


def _failed(stage: int, number: int) -> Observation:
    """Return what a child reported that did not become the program."""
    name = errno.errorcode.get(number, f"errno {number}")
    match stage:
        case child.EXECUTE:
            return Observation(name)
        case child.UNSHARE:
            return Observation(None, f"user namespaces are not allowed here ({name})")
        case child.CHROOT:
            return Observation(None, f"changing the root directory is not allowed here ({name})")
        case _:
            return Observation(None, f"the child could not be set up ({name})")
