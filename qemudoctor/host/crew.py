"""Executing several programs at once, each with its own time limit, and leaving none of them behind.

A program that answers questions writes to its standard output and then waits for the end of its standard input, so that
the file which executes it can be looked at meanwhile.
"""

import contextlib
import errno
import fcntl
import os
import signal
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from qemudoctor.host import child
from qemudoctor.host.look import look_at
from qemudoctor.host.observation import Executable, Observation
from qemudoctor.host.syscalls import signal_name

_POLL_S = 0.0005
# The child's own timer ends it first; this is for one that blocked SIGALRM.
_GRACE_S = 0.25
_ABANDON_S = 2.0
_REPORTS_BYTES = 1 << 16
_ANSWER_BYTES = 1 << 13
_STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_ALTOGETHER_S = 20.0
"""After this, programs that were not started yet are left out: every emulator that hangs costs its own limit."""
_SILENCE_S = 1.0
"""A program that did not answer by then is let go."""
_VERSION_S = 1.0
_VERSION_ARGUMENTS = ("qemu", "--version")


@dataclass(slots=True, eq=False)
class Job:
    """One execution and what is known of it."""

    child: child.Child
    looks: bool = False
    """The program answers, and waits until what executes it was looked at."""
    pid: int = 0
    deadline: float = 0.0
    late: bool = False
    status: int | None = None
    failure: tuple[int, int] | None = None
    """The stage in which the child failed, and the errno."""
    reason: str | None = None
    written: bytes = b""
    executable: Executable | None = None
    version: "Job | None" = None
    """The execution that asks the emulator of this one for its version."""
    ends: list[int] = field(default_factory=list)
    """Our ends of its pipes: where it answers, and, while it waits, where it waits for."""

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
        outcome = "ok" if code == expected_status else f"exit:{code}"
        return Observation(outcome, None, self.written, self._executable())

    def _executable(self) -> Executable | None:
        if self.executable is None or self.version is None or self.version.status != 0:
            return self.executable
        return self.executable._replace(version=self.version.written.decode("utf-8", "replace"))


class Crew:
    """Runs jobs in parallel; none of them is left when it ends, however it ends."""

    def __init__(self, jobs: Sequence[Job]) -> None:
        self._jobs = list(jobs)
        self._waiting = self._jobs[::-1]
        self._running: dict[int, Job] = {}
        self._asked: dict[tuple[int, int], Job] = {}
        self._texts: list[bytes] = []
        self._limit = 2 * len(os.sched_getaffinity(0))
        self._ignored = [number for number in signal.valid_signals() if signal.getsignal(number) is signal.SIG_IGN]

    def __enter__(self) -> "Crew":
        self._null = _above_standard(os.open(os.devnull, os.O_RDWR | os.O_CLOEXEC))
        self._reports, self._report = _pipe()
        os.set_blocking(self._reports, False)
        return self

    def __exit__(self, *_: object) -> None:
        for job in self._running.values():
            _kill(job)
        self._wait()
        for fd in (self._null, self._reports, self._report):
            os.close(fd)
        for job in self._jobs:
            _close_ends(job)

    def work(self) -> None:
        """Run all jobs to their end."""
        last_start = time.monotonic() + _ALTOGETHER_S
        while self._waiting or self._running:
            while self._waiting and len(self._running) < self._limit:
                job = self._waiting.pop()
                if time.monotonic() < last_start:
                    self._start(job)
                else:
                    job.reason = "others took too long"
            self._reap()
        self._read_reports()

    def _wait(self) -> None:
        while self._running:
            self._reap()

    def _start(self, job: Job) -> None:
        number = self._jobs.index(job)
        # An interrupt between fork() and the note of its number would leave a child behind.
        before = signal.pthread_sigmask(signal.SIG_BLOCK, _STOPPING)
        theirs: list[int] = []
        try:
            standard = self._standard(job, theirs)
            job.pid = os.fork()
            if job.pid == 0:
                job.child.become(number=number, report=self._report, standard=standard, ignored=self._ignored)
            job.deadline = time.monotonic() + job.child.timeout_s + _GRACE_S
            self._running[number] = job
        except OSError as error:
            job.reason = f"fork: {error.strerror}"
        finally:
            for fd in theirs:
                os.close(fd)
            signal.pthread_sigmask(signal.SIG_SETMASK, before)

    def _standard(self, job: Job, theirs: list[int]) -> tuple[int, int, int]:
        """Return the standard streams of a child, and note in theirs what is of no use to us after the fork."""
        if not job.child.answers:
            return self._null, self._null, self._null
        answers, answer = _pipe()
        theirs.append(answer)
        job.ends.append(answers)
        os.set_blocking(answers, False)
        if not job.looks:
            return self._null, answer, self._null
        waits, awaited = _pipe()
        theirs.append(waits)
        job.ends.append(awaited)
        return waits, answer, self._null

    def _reap(self) -> None:
        """Take out the jobs that ended and hear what the others say; if there is nothing to do, rest for a moment."""
        ended = [number for number, job in self._running.items() if _has_ended(job)]
        heard = [job for job in self._running.values() if job.ends and self._hear(job)]
        for number in ended:
            _close_ends(self._running.pop(number))
        if not ended and not heard:
            time.sleep(_POLL_S)
        # Each report is one short write, and the pipe is emptied before it can be full.
        with contextlib.suppress(BlockingIOError):
            self._texts.append(os.read(self._reports, _REPORTS_BYTES))

    def _hear(self, job: Job) -> bool:
        """Read what a job wrote. If it waits for that, look at what executes it, then let it end."""
        try:
            text = os.read(job.ends[0], _ANSWER_BYTES)
        except BlockingIOError:
            if len(job.ends) > 1 and time.monotonic() > job.deadline - _GRACE_S - job.child.timeout_s + _SILENCE_S:
                os.close(job.ends.pop())
            return False
        job.written = (job.written + text)[:_ANSWER_BYTES]
        if len(job.ends) > 1:
            if text and job.status is None:
                self._look(job)
            os.close(job.ends.pop())
        return bool(text)

    def _look(self, job: Job) -> None:
        found, fd = look_at(job.pid)
        job.executable = found
        if found is None or fd is None:
            return
        file = found.device, found.inode
        if file in self._asked:
            job.version = self._asked[file]
            os.close(fd)
            return
        where, fd = job.child, _above_standard(fd)
        asks = child.Child(where.folder, where.contained, _VERSION_S, _VERSION_ARGUMENTS, answers=True, program=fd)
        job.version = self._asked[file] = Job(asks)
        self._jobs.append(job.version)
        self._waiting.append(job.version)

    def _read_reports(self) -> None:
        for line in b"".join(self._texts).splitlines():
            number, stage, error = map(int, line.split())
            self._jobs[number].failure = (stage, error)


def _close_ends(job: Job) -> None:
    while job.ends:
        os.close(job.ends.pop())
    if job.child.program is not None:
        os.close(job.child.program)
        job.child.program = None


def _pipe() -> tuple[int, int]:
    reads, writes = os.pipe()
    return _above_standard(reads), _above_standard(writes)


def _above_standard(fd: int) -> int:
    """Return a descriptor that stands in for fd and is none of the standard ones, which the child exchanges.

    Whoever started us may have closed those, so that new files get their numbers.
    """
    if fd > 2:
        return fd
    above = fcntl.fcntl(fd, fcntl.F_DUPFD_CLOEXEC, 3)
    os.close(fd)
    return above


def _has_ended(job: Job) -> bool:
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


def _kill(job: Job) -> None:
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
