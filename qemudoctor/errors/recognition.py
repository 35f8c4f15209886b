"""From lines to symptoms: which signature fits, and what it captured."""

import re
from collections.abc import Iterable, Iterator
from functools import cache
from typing import NamedTuple

from qemudoctor.errors.emitters import version_of
from qemudoctor.errors.evidence import NEEDS
from qemudoctor.errors.explanation import Symptom
from qemudoctor.errors.kinds import Kind, kind_of
from qemudoctor.errors.reading.errnos import BY_TEXT, SIGNAL_WORDS, SIGNALS
from qemudoctor.errors.reading.lines import Line, Log
from qemudoctor.errors.signatures import signatures
from qemudoctor.errors.signatures.signature import Signature

_PLATFORM_WORDS = (
    r"linux/(?:arm64|arm/v[5678]|arm|amd64|386|s390x|ppc64le|riscv64|mips64le|mips64|loong64)"
    r"|(?:arm64v8|arm32v[567]|aarch64|arm64|armhf|armv7l|armv6l|s390x|ppc64le|riscv64|x86_64|x86-64|amd64)"
)
# A kernel's release ends in the architecture of its package, and is no word about a program.
_OF_A_KERNEL = r"/lib/modules/\S{1,120}|\blinux-(?:image|modules|headers)-\S{1,120}|\blinux (?:version )?\d\S{1,80}"
_SIGNALLED = 128
_MOST_NEEDED = 1 << 18
"""Characters around lines that are searched for what a kind needs, in one log: a quarter of a second."""
_END = 1 << 16
"""Bytes at the end of a log, where the failure mostly is, that have as many again."""


class Seen(NamedTuple):
    """A symptom with what is needed to weigh it."""

    symptom: Symptom
    kind: Kind
    line: str
    """In lower case."""
    context: str
    """The lines around, in lower case."""


@cache
def _table() -> tuple[Signature, ...]:
    return signatures()


@cache
def compiled(pattern: str) -> re.Pattern[str]:
    """Return a compiled pattern. Patterns are compiled when first needed: there are many, and a line needs few."""
    return re.compile(pattern, re.IGNORECASE)


def recognise(log: Log) -> Iterator[Seen]:
    """Yield the symptoms of a log in the order of its lines; of lines that say the same, the first."""
    found = tuple(_recognised(log, log.candidates()))
    yield from found or _recognised(log, log.wrapped())


def _recognised(log: Log, lines: Iterable[Line]) -> Iterator[Seen]:
    said: set[tuple[str, str | None, str | None, str | None]] = set()
    done: set[str] = set()
    needed = _Needed(log)
    for line in lines:
        if line.text in done:
            continue
        if line.rest and _only_looks_alike(line.rest):
            continue
        fitting = tuple(found for part in line.text.split("\n") for found in _matches(part))
        seen = next(filter(None, (_seen(line, signature, match, log, needed) for signature, match in fitting)), None)
        if seen is None:
            if not fitting:
                done.add(line.text)
            continue
        done.add(line.text)
        symptom = seen.symptom
        same = (symptom.kind, symptom.program, symptom.interpreter, symptom.syscall)
        if same not in said:
            said.add(same)
            yield seen


def _only_looks_alike(text: str) -> bool:
    """Return whether a line fits one of the signatures of what is not ours."""
    lower = text.lower()
    return any(
        not x.kind and any(needle in lower for needle in x.needles) and compiled(x.pattern).search(text)
        for x in _table()
    )


def _matches(text: str) -> Iterator[tuple[Signature, re.Match[str]]]:
    """Yield the signatures that fit a line, up to one of those that only look alike."""
    lower = text.lower()
    for signature in _table():
        if any(needle in lower for needle in signature.needles):
            match = compiled(signature.pattern).search(text)
            if match is None:
                continue
            if not signature.kind:
                return
            yield signature, match


class _Needed:
    """Whether the lines around a line show what a kind needs; of very many lines, only of the first and the last."""

    def __init__(self, log: Log) -> None:
        self._log = log
        self._left = {False: _MOST_NEEDED, True: _MOST_NEEDED}

    def shows(self, line: Line, needs: str) -> bool:
        """Return whether the lines around a line show a word of evidence.NEEDS."""
        if not needs:
            return True
        is_last = line.end > len(self._log) - _END
        if self._left[is_last] <= 0:
            return False
        context = self._log.context(line)
        self._left[is_last] -= len(context)
        return compiled(NEEDS[needs]).search(context) is not None


def _seen(line: Line, signature: Signature, match: re.Match[str], log: Log, needed: _Needed) -> Seen | None:
    captured = {key: value for key, value in match.groupdict().items() if value}
    errno = BY_TEXT.get((_first(captured, "errno") or "").lower(), signature.errno)
    found = kind_of(signature.kind, errno)
    if found is None:
        return None
    name, kind = found
    if not needed.shows(line, kind.needs):
        return None
    status = int(captured["status"]) if "status" in captured else None
    platform = captured.get("platform")
    symptom = Symptom(
        line=line.text.replace("\n", ": "),
        number=line.number,
        kind=name,
        says=kind.says,
        emitter=_emitter(signature, match),
        emitter_version=version_of(signature.id, captured.get("version"), line.text),
        errno=errno,
        signal=_signal(captured, status),
        exit_status=status,
        program=_first(captured, "program"),
        platform=_oci(platform) if platform else _platform_near(line.text),
        interpreter=_first(captured, "interpreter"),
        syscall=captured.get("syscall"),
    )
    return Seen(symptom, kind, line.text.lower(), log.context(line))


def _first(captured: dict[str, str], name: str) -> str | None:
    """Return what a group captured, or one of its name with a number: where a pattern has alternatives."""
    return next((value for key, value in captured.items() if key.rstrip("0123456789") == name), None)


# What names itself in its message, whoever else prints the same words.
_NAMED = (
    ("rosetta error", "rosetta"),
    ("update-binfmts: ", "update-binfmts"),
    ("[dumb-init]", "dumb-init"),
    ("[fatal tini", "tini"),
    ("s6-supervise ", "s6"),
    ("systemd-binfmt", "systemd-binfmt"),
    ("buildkit", "buildkit"),
    ("did not complete successfully: exit code", "buildkit"),
    ("fatal glibc error", "glibc"),
    ("does not match the expected platform", "podman"),
    ("failed to pull image", "kubernetes"),
    ("errimagepull", "kubernetes"),
    ("package architecture (", "dpkg"),
    ("can neither be executed natively", "mmdebstrap"),
)
# Who puts its name before what it says.
_SAYS_ITS_NAME = (
    r"^(?:/\S{1,60}/)?(?P<name>mount|modprobe|sudo|su|doas|dpkg|apt-get|mmdebstrap|debootstrap|unshare|nsenter|bwrap|env"
    r"|make|gmake|ninja|tar|cp|box64|box86|buildah|strace|git|ping|csh|tcsh|fish|mksh|ksh)(?:\[\d{1,5}\])?: "
)
_SHELLS = {"z": "zsh", "da": "dash", "a": "dash", "ba": "bash"}


def _emitter(signature: Signature, match: re.Match[str]) -> str:
    """Return the emitter; a shell says its own name."""
    if signature.emitter in ("bash", "dash"):
        shell = compiled(r"(?:^|[\s\[])-?(?P<kind>z|da|ba|a)sh:").search(match.string)
        if shell is not None:
            return _SHELLS[shell["kind"].lower()]
    own = compiled(_SAYS_ITS_NAME).search(match.string)
    if own is not None:
        return str(own["name"])
    lower = match.string.lower()
    named = next((emitter for word, emitter in _NAMED if word in lower), None)
    if named is not None and (signature.emitter != "qemu" or named == "rosetta"):
        return named
    return signature.emitter


def _signal(captured: dict[str, str], status: int | None) -> str | None:
    if "signal" in captured:
        return SIGNALS.get(int(captured["signal"]))
    if "signal_name" in captured:
        name = captured["signal_name"].upper()
        return name if name.startswith("SIG") else f"SIG{name}"
    if "signal_words" in captured:
        return SIGNAL_WORDS.get(captured["signal_words"].lower())
    return SIGNALS.get(status - _SIGNALLED) if status is not None and status > _SIGNALLED else None


def _platform_near(text: str) -> str | None:
    if "mach-o" in text.lower():  # a program of macOS, and of no platform of Linux
        return None
    found = compiled(rf"(?<![\w]){_PLATFORM_WORDS}").search(compiled(_OF_A_KERNEL).sub(" ", text))
    return _oci(found[0]) if found else None


def _oci(word: str) -> str | None:
    """Return the platform that a word means, in OCI spelling; None if it means none."""
    from qemudoctor.platforms import PlatformError, parse_platform

    word = word.replace(" linux", "").strip(" {}[]")
    try:
        return parse_platform(word).name
    except PlatformError:
        return None


_SIMILAR = r"binfmt|qemu-(?!system|img|nbd)[a-z0-9]|exec format|standard_init_linux|rosetta error|target signal"
_MOST_SIMILAR = 20


def similar_lines(log: Log) -> tuple[str, ...]:
    """Return lines of a log that name the subject though no signature fits them, for a bug report."""
    texts = (line.text.replace("\n", ": ") for line in log.candidates())
    found = (text for text in texts if compiled(_SIMILAR).search(text))
    return tuple(dict.fromkeys(x for x, _ in zip(found, range(_MOST_SIMILAR), strict=False)))
