"""Running a command on this machine: without a shell, without input, with a limit on time and output."""

import contextlib
import os
import selectors
import signal
import subprocess
import time
from collections.abc import Sequence

from qemudoctor.host.door import CommandResult, CouldNotLook
from qemudoctor.host.syscalls import failure, signal_name

OUTPUT_LIMIT_BYTES = 1 << 22
_READ_STEP_BYTES = 1 << 16


def run_command(
    argv: Sequence[str], *, program: str, timeout_s: float, folders: Sequence[str], keeps_end: bool = False
) -> CommandResult:
    """Return how a command ended. program: its path; folders: where it looks for what it starts itself.

    keeps_end: of what it prints beyond 4 MiB a stream the beginning is dropped, instead of ending it.
    Raises: NotThere, Forbidden, CouldNotLook (also if it takes too long or prints more than 4 MiB a stream).
    """
    name = argv[0]
    deadline = time.monotonic() + timeout_s
    try:
        process = subprocess.Popen(
            [word.encode("utf-8", "surrogateescape") for word in argv],
            executable=program.encode("utf-8", "surrogateescape"),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd="/",
            env=_environment(folders),
            start_new_session=True,
        )
    except OSError as error:
        raise failure(name, error) from error
    except ValueError as error:
        raise CouldNotLook(name, f"cannot be run: {error}") from error
    with process:
        try:
            stdout, stderr = _collect(process, name, deadline, keeps_end=keeps_end)
            status = process.wait(max(0.0, deadline - time.monotonic()))
        except BaseException as error:
            # Not waited for yet, so its number still names its own group and nobody else's.
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            if isinstance(error, subprocess.TimeoutExpired | TimeoutError):
                raise CouldNotLook(name, f"did not end within {timeout_s:g} s") from None
            raise
    return CommandResult(
        argv=tuple(argv),
        status=status if status >= 0 else None,
        signal=signal_name(-status) if status < 0 else None,
        stdout=stdout.decode("utf-8", "replace"),
        stderr=stderr.decode("utf-8", "replace"),
    )


def _environment(folders: Sequence[str]) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name != "LANGUAGE"}
    return {**kept, "LC_ALL": "C.UTF-8", "PATH": ":".join(folders)}


def _collect(
    process: subprocess.Popen[bytes], name: str, deadline: float, *, keeps_end: bool = False
) -> tuple[bytes, bytes]:
    """Return what a process prints until it closes both streams.

    Raises: TimeoutError, CouldNotLook.
    """
    assert process.stdout is not None
    assert process.stderr is not None
    streams = {process.stdout.fileno(): bytearray(), process.stderr.fileno(): bytearray()}
    stdout, stderr = streams.values()
    with selectors.DefaultSelector() as waiting:
        for fd in streams:
            waiting.register(fd, selectors.EVENT_READ)
        while waiting.get_map():
            ready = waiting.select(max(0.0, deadline - time.monotonic()))
            if not ready:
                raise TimeoutError
            for key, _ in ready:
                part = os.read(key.fd, _READ_STEP_BYTES)
                streams[key.fd] += part
                if not part:
                    waiting.unregister(key.fd)
                if len(streams[key.fd]) <= OUTPUT_LIMIT_BYTES:
                    continue
                if keeps_end:
                    del streams[key.fd][: OUTPUT_LIMIT_BYTES // 2]
                else:
                    raise CouldNotLook(name, f"printed more than {OUTPUT_LIMIT_BYTES >> 20} MiB")
    return bytes(stdout), bytes(stderr)
