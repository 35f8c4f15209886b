"""The lines of a log that may belong to the subject, found fast, and the lines around each."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from qemudoctor.errors.reading.cleaning import LONGEST, clean_line, without_escapes
from qemudoctor.errors.reading.partial import join_partial_lines
from qemudoctor.errors.reading.translations import phrases

# They are searched for in the whole text before anything else is done, so they are few, and rare in logs that have
# nothing to do with the subject. A line that holds none of them is never looked at.
# fmt: off
SCAN: tuple[bytes, ...] = tuple(
    word.encode()
    for word in (
        "exec format", "cannot execute", "bad interpreter", "corrupted shared", "not implemented", "no such device",
        "value too large", "eoverflow", "bad cpu type", "i/o error", "read-only file", "os thread",
        "llegal instruction",
        "point trap", "bad system call", "upported syscall", "unknown syscall", "unsupported ioctl",
        "matching manifest", "thread failed", "page size", "isa level", "processor support", "must be setuid",
        "guest address", "yntax error", "map segment", "kernel too old", "futex facility", "already registered",
        "must be superuser", "error while loading", "run-detectors", "not available for", "no prebuilt",
        "cannot find module", "can't load", "too short", "runtime execution", "container command",
        "invalid signature", "must be suid", "setuid bit", "abi_info", "bail out", "initialize time", "root gid",
        "enoexec", "symbolic", "binfmt", "qemu", "rosetta", "box64", "applet", "lfstack", "taggedpointer",
        "egmentation f", "sigill", "sigsegv", "code: 13", "code 13", "status 13", "code: 159", "unsupported setsock",
        " elf ", " architecture", " platform", "platforms: ", "image found in", "operating system \"", "seccomp",
        "avc:", "apparmor", "type=1326", "pthread", "pagesize", "x86-64-v", "avx", "sse4", "armv8.", "nosuid",
        "203/exec", "flags:", "spawn ", "eacces", "errno=38", "with 38", "error -8", "errno: -8", "are you root",
        "is a directory", "dynamically linked exec", "not supported on", "the \"sharp\"", "accel/tcg",
        "java runtime env", "no command spec", "interpreter", "new priv", "setresuid", "error 13", "exit 13",
        "status: 13", "start new thread", "create thread", "uv_thread", "post-invoke", "create coreclr",
        "effective u", "hardware instruction", "baseline", "selinux is prev", "in wrong format",
        "attempting to link", "what():", "can't open", "exited (1", "restarting (1", "notsup",
        "code: 255", "getconf page", "k pages", "\n139", "assertion failed [", "elf load command", "mount point does",
        "executable file f", "binary format", "ancillary", "not yet support", "marked as an exec",
        "failure trying", "t find qemu", "t load ", "does not match system", "arbitrary executable",
        "manually created entry", "required to build", "libcrun", "exit status 255", "did not complete succ",
        "executor failed", "non-zero code", "llegal option -", "nvalid option", "cannot open sh", "error=2,",
        "e_machine", "b pages", "unsatisfiedlink", "native library", "node binding", "native binding", "no native",
        "find cpu def",
        "doesn't support req", "cannot continue running", "networkinterfaces", "interface_addresses", "eafnosupport",
        "sigaction failure", "epollcreate", "port library", "java virtual machine.", "clock_gettime",
        "virtual address space", "initialize nft", "iptables who", "error:../", "could not be executed",
        "could not be run", "image targets", "built for", "compiled for", "must support", "error -2)", "jit buffer",
        "mprotect failed", "guest commpage", "misconfigured x86",
        "32-bit lib", "zed command", "unknown command", "/self/maps", "not an executable f", "reserved address",
        "with noexec", "personality", "signal 13", "bit program", "current executable", "status=4/ill", "status=31/sys",
        "bwrap: ", "win32", "cil image", "(disabled)", ".trigger: ", "as a zip", "perm=execute", "shebang line",
        "quarantined", "find command '", "signal=sys", "valid bootstrap", "bus error", "assertion `", "received signal",
        "c000007b", "this cpu has no", "cpu lacks", "instead of", "badimageformat", "incorrect format",
        "_binding.node", "compatible arch", "error 193", "requires a newer", "file does not exist",
        "as executable", "issinglethreaded", "interop", "actual deployment", "architecture did not", "signal 5",
        "error: 193", "msb6003", "terminated with signal", "vmtracker", "vmallocationtracker",
        "status=11/segv", "signal 11", "signal 4", "signal 31", "sigsys", "code -11", "code -4", "invalid opcode",
        "undefined instr", "time of day", "getting time", "onotonic clock", "unreachable code", " is truncated",
        "unknown machine", "link executable", "to fork: ", "emulation ", "\n159", "code (13", " 00:100:",
        "sigaltstack", "nuget.targets(", "unexpected return pc", "alternate signal", "initialize inotify", ": signal: ",
        "longjmp causes", "swc binary", "microarchitecture sup", "inappropriate ioctl", "version-numbered",
        "error msb4", "exited with code 13", "exited with code 159", ": not executable",
        "this tool requires", "no emulator", "linux/386", "zsh: ", "mmap stack:", "<jemalloc>", " aborted  ",
        # A line is read around the first of these that it holds: the common ones come last.
        "no such file", "not a directory", "not found", "ermission denied", "not permitted", "nvalid argument",
        "file exists",
    )
)
# fmt: on
# Everything but letters becomes a space.
_TO_WORDS = bytes(code if 97 <= code <= 122 else code + 32 if 65 <= code <= 90 else 32 for code in range(256))
# What CI systems put before each line.
_STAMP = r"\n ?\[?\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?:Z|[+-]\d\d:?\d\d)\]?[ \t]"
_ASCII = bytes(range(128))
_COLOUR = rb"\x1b\[[0-9;]{0,32}m"
_SPELT = rb"\\{1,8}u([0-9a-fA-F]{4})"
_MARKS = "[\"']"
_LONG_WORD = 4
_BLOCK_BYTES = 1 << 16
_MOST_WORDS = 200_000
_LAST_CONTROL = 0x9F
_PER_NEEDLE = 200
_LAST = 100
_MOST_LINES = 2000
_CONTEXT_LINES = 24
_CONTEXT_BYTES = 1 << 12
"""Bytes before a line, and as many after it, that are its context in a long text."""
_WHOLE = 1 << 14
"""A text of this many bytes is its own context, and each of its lines is looked at."""
_SHORT = 1 << 12
"""A text of at most this many bytes was perhaps copied by hand, from a mail or a terminal that wrapped it."""
_CUT = 40
"""Bytes of a line from which on it may have been cut: mails, commit messages and terminals are wider."""
_HEAD = 256
"""Bytes of a long line's beginning that are read beside what lies around the needle."""
_LONG = 1536
"""Bytes of a line from which on it is long; all that lies around a message mostly has fewer."""
_MOST_LONG = 1 << 17
"""Bytes of long lines that are read whole; of those that follow, what lies around the needle is."""
_SHORTEST = 9
"""Bytes of a line that can hold a message of which no needle is known."""


class Line(NamedTuple):
    """A line that may belong to the subject."""

    number: int
    first: int
    """Where the line begins."""
    start: int
    """Where that begins which is read of it; of a long line, what lies around the needle."""
    end: int
    raw: str
    text: str
    """Without what log drivers and terminals put around it; two lines where an error stands beside the message."""
    rest: str = ""
    """Of a line that was put together: its second part."""


class Log:
    """A text that somebody pasted or piped in: anything, of any size."""

    def __init__(self, text: str | bytes) -> None:
        data = text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text
        if data[:2] in (b"\xff\xfe", b"\xfe\xff"):  # what PowerShell's > writes
            data = data.decode("utf-16", "replace").encode("utf-8", "replace")
        if b"\r" in data:
            # A carriage return before a colon or a quote belongs to a name: the mark of a script saved under Windows.
            for end in (b":", b"'", b'"', b"\xe2\x80\x99"):
                data = data.replace(b"\r" + end, b"^M" + end)
            data = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        # What would hide a needle: a change of colour in the middle of a message, and letters as JSON may spell them.
        if b"\x1b[" in data:
            data = re.sub(_COLOUR, b"", data)
        if b"\\u" in data:
            data = re.sub(_SPELT, _letter, data)
        for space in (b"\xc2\xa0", b"\xe2\x80\xaf", b"\xe2\x80\xa8"):  # those of French and of web pages
            data = data.replace(space, b" ")
        self._data = join_partial_lines(data)
        self._found: dict[int, int] | None = None

    def __len__(self) -> int:
        """Return the number of bytes."""
        return len(self._data)

    def candidates(self) -> Iterator[Line]:
        """Yield the lines that hold a needle, in the order of the text; of very many alike, the first and the last."""
        number, before, long = 1, 0, 0
        if self._found is None:
            self._found = self._starts()
            if len(self._data) <= _WHOLE:
                self._found = self._all_lines() | self._found
        starts = self._found
        for start, hit in sorted(starts.items()):
            number += self._data.count(b"\n", before, start)
            before = start
            end = self._data.find(b"\n", start)
            end = len(self._data) if end < 0 else end
            yield self._line(number, start, end, hit, LONGEST if long < _MOST_LONG else _LONG)
            long += min(end - start, LONGEST) if end - start > _LONG else 0

    def wrapped(self) -> Iterator[Line]:
        """Yield candidates joined with the line before where that looks cut: a message that a window wrapped.

        In a short text any line can be the rest of a long one before it: cut between words, as in mails, or within one.
        """
        is_short = len(self._data) <= _SHORT
        begins = re.compile(r"[\w./-]{1,60}(?:\[\d{1,8}\])?: ")
        for line in self.candidates():
            if line.first != line.start:
                continue
            start = self._data.rfind(b"\n", 0, max(line.start - 1, 0)) + 1
            before = self._data[start : max(line.start - 1, 0)].rstrip()[-LONGEST // 2 :]
            looks_cut = before.count(b'"') % 2 or before.endswith((b":", b"(", b",", b"'"))
            is_long = is_short and len(before) >= _CUT and begins.match(line.text) is None
            if not before or not (looks_cut or is_long):
                continue
            first, second = before.decode("utf-8", "replace"), line.raw.lstrip()
            if first.startswith(">"):
                second = second.lstrip("> ")
            for gap in (" ", "") if is_long else (" ",):
                both = f"{first}{gap}{second}"
                yield Line(line.number, start, start, line.end, both, clean_line(both), line.text)

    def context(self, line: Line) -> str:
        """Return the lines around a line, in lower case and without terminal escapes.

        Behind them the line itself, where it was said in another language.
        """
        around, said = self._around(line), line.text.lower()
        return around if said in around else f"{around}\n{said}"

    def _around(self, line: Line) -> str:
        if len(self._data) <= _WHOLE:
            return _decoded(self._data).lower()
        start, end = line.start, line.end
        for _ in range(_CONTEXT_LINES):
            start = max(self._data.rfind(b"\n", 0, max(start - 1, 0)), 0)
            next_end = self._data.find(b"\n", end + 1)
            end = len(self._data) if next_end < 0 else next_end
        start, end = max(start, line.start - _CONTEXT_BYTES), min(end, line.end + _CONTEXT_BYTES)
        return _decoded(self._data[start:end]).lower()

    def _all_lines(self) -> dict[int, int]:
        """Return the starts of all lines that can hold a message: in a short text, no needle is needed."""
        found: dict[int, int] = {}
        start = 0
        while start < len(self._data):
            end = self._data.find(b"\n", start)
            end = len(self._data) if end < 0 else end
            if end - start >= _SHORTEST:
                found[start] = start
            start = end + 1
        return found

    def _starts(self) -> dict[int, int]:
        """Return the starts of the lines that hold a needle, and where in the line one lies."""
        lower = self._data.lower()
        found: dict[int, int] = {}
        words = _words(self._data)
        for needle in SCAN:
            if _longest_word(needle) in words:
                _collect(lower, needle, found)
        if len(self._data) > LONGEST:  # else all that it holds is looked at, whether there is a needle in it or not
            for word in _translations_in(self._data, words):
                _collect(self._data, word, found)
        if len(found) <= _MOST_LINES:
            return found
        starts = sorted(found)
        kept = starts[: _MOST_LINES // 2] + starts[-_MOST_LINES // 2 :]
        return {start: found[start] for start in kept}

    def _line(self, number: int, start: int, end: int, hit: int, longest: int) -> Line:
        first = start
        if end - start > longest:
            longest -= _HEAD
            start = max(start, hit - longest // 2)
            end = min(end, start + longest)
        # What a long line is about stands at its beginning.
        head = self._data[first : first + _HEAD - 5] + b" ... " if start > first + _HEAD else b""
        raw = (head + self._data[start:end]).decode("utf-8", "replace")
        return Line(number, first, start, end, raw, clean_line(raw))


def _translations_in(data: bytes, words: bytes) -> Iterator[bytes]:
    """Yield the translated messages that a text may hold: it has their longer ASCII words, and their other letters."""
    letters = set(data.translate(None, _ASCII).decode("utf-8", "replace"))
    for phrase in phrases(is_ascii=data.isascii()):
        # Quotation marks are of any kind in a text that was not yet cleaned.
        word = max(re.split(_MARKS, phrase.needle), key=len)
        needle = word.encode()
        if all(x in words for x in _long_words(needle)) and letters.issuperset(x for x in word if x > "\x7f"):
            yield needle


def _long_words(needle: bytes) -> tuple[bytes, ...]:
    words = needle.translate(_TO_WORDS).split()
    return tuple(x for x in words if len(x) >= _LONG_WORD) or (max(words, key=len, default=b""),)


def _letter(found: re.Match[bytes]) -> bytes:
    """Return a letter that JSON spelt out; as it was where it is ASCII, which is left to the reading of a line."""
    code = int(found[1], 16)
    is_letter = code > _LAST_CONTROL and not 0xD800 <= code <= 0xDFFF  # half of a pair is no letter
    return chr(code).encode() if is_letter else found[0]


def _longest_word(needle: bytes) -> bytes:
    return max(needle.translate(_TO_WORDS).split(), key=len, default=b"")


def _words(data: bytes) -> bytes:
    """Return all words of a text, each once, in lower case, with spaces between them.

    A needle whose longest word is in none of them need not be searched for: to read the words once costs less than to
    search for every needle.
    """
    found: set[bytes] = set()
    start = 0
    while start < len(data):
        # A text without line ends is cut between words, or anywhere.
        ends = (data.find(end, start + _BLOCK_BYTES, start + 2 * _BLOCK_BYTES) for end in (b"\n", b" "))
        end = min((x for x in ends if x >= 0), default=start + 2 * _BLOCK_BYTES)
        found.update(data[start:end].translate(_TO_WORDS).split())
        start = end + 1
        if len(found) > _MOST_WORDS:  # no language: search for everything
            return b" ".join((*SCAN, *(x.needle.lower().encode() for x in phrases(is_ascii=False)))).translate(
                _TO_WORDS
            )
    return b" ".join(found)


def _collect(data: bytes, needle: bytes, found: dict[int, int]) -> None:
    inside = needle.startswith(b"\n")
    position = data.find(needle)
    count = 0
    while position >= 0 and count < _PER_NEEDLE:
        position += inside
        found.setdefault(data.rfind(b"\n", 0, position) + 1, position)
        count += 1
        end = data.find(b"\n", position)
        position = -1 if end < 0 else data.find(needle, end)
    if position < 0:
        return
    position = data.rfind(needle)
    for _ in range(_LAST):
        if position < 0:
            break
        start = data.rfind(b"\n", 0, position) + 1
        found.setdefault(start, position)
        position = data.rfind(needle, 0, start)


def _decoded(data: bytes) -> str:
    text = re.sub(r"[\x00-\x08\x0b-\x1f\x7f]", "", without_escapes(data.decode("utf-8", "replace")))
    return re.sub(_STAMP, "\n", f"\n{text}")[1:]
