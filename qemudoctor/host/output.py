"""What belongs to whoever called: where he stands, what he wants, the files he names, and those written for him."""

import os
import stat

from qemudoctor.exceptions import DoctorError
from qemudoctor.kernel.tree import Credentials

_HINT = "-o takes a file in a directory that exists and may be written to."


def working_directory() -> str:
    """Return the current directory. Raises: DoctorError if it was removed."""
    try:
        return os.fsdecode(os.getcwdb())
    except OSError as error:
        raise DoctorError(f"the current directory: {error.strerror}", hint="Change to one that exists.") from error


def credentials() -> Credentials:
    """Return who calls: whose permissions an execve() from here has."""
    return Credentials(os.geteuid(), os.getegid(), tuple(os.getgroups()))


def absolute(path: str) -> str:
    """Return an absolute path of what the user named. Raises: DoctorError without a current directory."""
    while path.startswith("./"):
        path = path[2:].lstrip("/")
    return path if path.startswith("/") else f"{working_directory()}/{path}".removesuffix("/.")


def read_given(path: str, *, limit: int, hint: str) -> bytes:
    """Return what a file that the user named holds; a pipe and /dev/null are files too.

    Units: limit is in bytes. Raises: DoctorError with hint if it cannot be read or is larger.
    """
    try:
        with open(path, "rb") as file:
            content = file.read(limit + 1)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise DoctorError(f"{path} cannot be read: {reason}", hint=hint) from error
    if len(content) > limit:
        raise DoctorError(f"{path} is larger than {limit} bytes", hint=hint)
    return content


def is_there(path: str) -> bool:
    """Return whether something lies at a path that the user named."""
    return os.path.lexists(path)


def wants_no_colour() -> bool:
    """Return whether NO_COLOR is set and not empty, or the terminal shows no colours. Source: no-color.org."""
    return bool(os.environ.get("NO_COLOR")) or os.environ.get("TERM") == "dumb"


def write_file(path: str, content: bytes) -> None:
    """Write a file whole or not at all: whoever reads it meanwhile sees the old one or the new one.

    A file that exists keeps its mode, a link stays a link. What is no regular file (a fifo, /dev/null) is written to
    as it is, never replaced.
    Raises: DoctorError.
    """
    try:
        target = os.path.realpath(path)
        mode = _mode(target)
        if mode is None or stat.S_ISREG(mode):
            _replace(target, content, mode)
        else:
            _write(os.open(path, os.O_WRONLY | os.O_CLOEXEC | os.O_NOCTTY), content)
    except (OSError, ValueError) as error:
        reason = (error.strerror or str(error)) if isinstance(error, OSError) else str(error)
        raise DoctorError(f"{path} cannot be written: {reason}", hint=_HINT) from error


def _mode(path: str) -> int | None:
    try:
        return os.stat(path).st_mode
    except FileNotFoundError:
        return None


def _replace(path: str, content: bytes, mode: int | None) -> None:
    folder, name = os.path.split(path)
    temporary = os.path.join(folder, f".{name[:200]}.{os.getpid()}.tmp")
    fd = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW, 0o666)
    try:
        if mode is not None:
            os.fchmod(fd, stat.S_IMODE(mode))
        _write(fd, content)
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise


def _write(fd: int, content: bytes) -> None:
    """Write content to an open file and close it."""
    with os.fdopen(fd, "wb") as file:
        file.write(content)


def abandon(fd: int) -> None:
    """Lead a broken standard stream to nowhere: what its buffer still holds is written at the end of the process."""
    try:
        nowhere = os.open(os.devnull, os.O_WRONLY | os.O_CLOEXEC)
        os.dup2(nowhere, fd)
        os.close(nowhere)
    except OSError:
        pass
