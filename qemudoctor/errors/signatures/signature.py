"""What a row of the signature tables is made of."""

from typing import NamedTuple

# The words of an errno, as strerror(3) and Go spell them.
ERRNO = (
    r"(?P<errno>exec format error|no such file or directory|permission denied|operation not permitted"
    r"|too many levels of symbolic links|accessing a corrupted shared library|invalid argument|file exists"
    r"|function not implemented|no such device|bad cpu type in executable|read-only file system|input/output error"
    r"|i/o error|text file busy|not permitted)"
)
# A program's name or path, quoted or not.
PROGRAM = r"[\"']?(?P<program>[^\"'\s:()]{1,400})[\"']?"


class Signature(NamedTuple):
    """One way in which one program says one thing.

    kind: what kind of symptom it is; `*` stands for the errno that the line names. needles: the line, in lower case,
    holds at least one of them. pattern: searched for in the line without regard to case; the groups `errno`, `program`,
    `interpreter`, `platform`, `signal`, `status`, `syscall` and `version` are what it captures. An empty kind: the line
    looks alike, but does not belong to the subject.
    """

    id: str
    kind: str
    emitter: str
    needles: tuple[str, ...]
    pattern: str
    errno: str | None = None
    source: str = ""
    """Where the text is printed: repository and file, or manual."""
