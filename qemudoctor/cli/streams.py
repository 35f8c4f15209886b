"""Standard output and standard error: whole texts, in whatever encoding they have, and no traceback if they break."""

import sys
from typing import TextIO


class OutputBroken(Exception):
    """Standard output takes no more. reader_left: it was a pipe whose reader has gone."""

    def __init__(self, reason: str, *, reader_left: bool) -> None:
        super().__init__(reason)
        self.reader_left = reader_left


def say(text: str) -> None:
    """Write a text to standard output at once. Raises: OutputBroken."""
    if sys.stdout is None:  # it was closed before we started
        raise OutputBroken("standard output is closed", reader_left=False)
    try:
        _write(sys.stdout, text)
    except (OSError, ValueError) as error:
        _abandon(sys.stdout)
        reason = (error.strerror or str(error)) if isinstance(error, OSError) else str(error)
        raise OutputBroken(reason, reader_left=isinstance(error, BrokenPipeError)) from error


def say_bytes(content: bytes) -> None:
    """Write bytes, which no encoding may change, to standard output at once. Raises: OutputBroken."""
    say("")  # what was said before goes first, and a closed output is told
    try:
        sys.stdout.buffer.write(content)
        sys.stdout.buffer.flush()
    except (OSError, ValueError) as error:
        _abandon(sys.stdout)
        reason = (error.strerror or str(error)) if isinstance(error, OSError) else str(error)
        raise OutputBroken(reason, reader_left=isinstance(error, BrokenPipeError)) from error


def deliver(text: str, output: str | None) -> None:
    """Write a text to a file, whole or not at all, or to standard output. Raises: OutputBroken, DoctorError."""
    if output is None or output == "-":
        say(text)
        return
    from qemudoctor.host.output import write_file

    write_file(output, text.encode("utf-8", "backslashreplace"))


def wants_colour(choice: str, output: str | None) -> bool:
    """Return whether what is delivered shall have colours: by --color, else on a terminal that has not refused them."""
    if choice != "auto":
        return choice == "always"
    from qemudoctor.host.output import wants_no_colour

    return output in (None, "-") and is_terminal() and not wants_no_colour()


def complain(message: str) -> None:
    """Write a line with our name to standard error, made clean; nothing if that is closed."""
    if sys.stderr is None:
        return
    from qemudoctor.report.terminal import clean

    try:
        _write(sys.stderr, f"qemu-doctor: {clean(message)}\n")
    except (OSError, ValueError):
        _abandon(sys.stderr)


def is_terminal() -> bool:
    """Return whether standard output is a terminal."""
    return sys.stdout is not None and sys.stdout.isatty()


def _write(stream: TextIO, text: str) -> None:
    encoding = stream.encoding or "utf-8"
    stream.write(text.encode(encoding, "backslashreplace").decode(encoding))
    stream.flush()


def _abandon(stream: TextIO) -> None:
    from qemudoctor.host.output import abandon

    try:
        fd = stream.fileno()
    except (OSError, ValueError):
        return
    abandon(fd)
