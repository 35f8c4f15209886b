"""What a row of the signature tables is made of."""

from typing import NamedTuple

# The words of an errno, as strerror(3) and Go spell them.
ERRNO = (
    r"(?P<errno>exec format error|no such file or directory|permission denied|operation not permitted"
    r"|too many levels of symbolic links|accessing a corrupted shared library|invalid argument|file exists"
    r"|function not implemented|no such device|bad cpu type in executable|read-only file system|input/output error"
    r"|i/o error|text file busy|not permitted)"
)
# An emulator of QEMU, by its name or path.
EMULATOR = (
    r"(?<![\w./-])(?:[\w./-]{0,200}/)?(?:qemu-(?!system|img|nbd)[a-z0-9_]{2,16}(?:-static)?|[a-z0-9_]{3,16}-binfmt(?:-P)?"
    r"|\.buildkit_qemu_emulator|qemu)"
)
# A program's name or path, quoted or not.
# The look behind keeps a search from trying every letter of a long word as the first one of a name.
PROGRAM = r"[\"']?(?<![^\"'\s:()])(?P<program>[^\"'\s:()]{1,400})[\"']?"
# What a line holds, in lower case, in which one of the errnos of execve stands: for needles.
EXECVE_WORDS = (
    "exec format",
    "no such file",
    "ermission denied",
    "not permitted",
    "symbolic links",
    "corrupted shared",
    "nvalid argument",
)


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
    turn: int = 0
    """When it is tried: below zero before the others, for its words are in a wider row of theirs; above, after them."""
