"""Registrations for an architecture as one kernel takes them, proven by the model before anybody sees them."""

from collections.abc import Iterable
from typing import NamedTuple

from qemudoctor.exceptions import DoctorError
from qemudoctor.facts import Facts, Unavailable
from qemudoctor.kernel.entry import Entry
from qemudoctor.kernel.features import Feature
from qemudoctor.platforms import ARCHITECTURES, Architecture, PlatformError, parse_platform, platform_names
from qemudoctor.registration.given import BINFMT_D, LINE, UPDATE_BINFMTS, Given, parse_given
from qemudoctor.registration.judging import Judged, judge_all
from qemudoctor.registration.problems import ERROR, WARNING, interpreter_problems
from qemudoctor.remedies.emulators import emulator_name, find, is_sibling
from qemudoctor.remedies.register import fitting_flags, fresh_entry

EVERY = "all"
_DELIMITERS = b":,|%!@=+~&"
"""None of them begins a comment in binfmt.d, and none is a letter."""
_EVERY_BYTE = frozenset(range(256))
_PRINTABLE = frozenset(range(33, 127))
_LIMIT_BYTES = 1920
_OLD_LIMIT_BYTES = 256
_SWITCHES = (("credentials", "C"), ("preserve", "P"), ("fix_binary", "F"))
_NAMED_MAX = 8
_LOCAL = ":"
"""The package that stands for the administrator of a host."""


class Wanted(NamedTuple):
    """What is asked for. None: what fits the kernel and the host."""

    form: str
    flags: str | None = None
    interpreter: str | None = None
    name: str | None = None


class Written(NamedTuple):
    """A registration that the kernel takes, with what is to be said about it."""

    architecture: Architecture
    judged: Judged
    content: bytes
    """The line without its end; for update-binfmts the whole file."""
    notes: tuple[str, ...]


def find_architectures(words: Iterable[str], *, facts: Facts) -> tuple[Architecture, ...]:
    """Return the architectures that words name, each once; "all" is every one that is not of this machine's family.

    Raises: PlatformError; Unavailable without a machine.
    """
    found: list[Architecture] = []
    for word in words:
        if word.strip().lower() == EVERY:
            found += (x for x in ARCHITECTURES if not is_sibling(facts, x))
        else:
            found.append(_named(word))
    return tuple(dict.fromkeys(found))


def _named(word: str) -> Architecture:
    try:
        return parse_platform(word).architecture
    except PlatformError as error:
        names = ", ".join(sorted(x.qemu_target for x in ARCHITECTURES))
        hint = f"Every target of QEMU goes, and its other names, as linux/arm64: {names}; or `{EVERY}`."
        raise PlatformError(error.message, hint=hint) from error


def write_registration(architecture: Architecture, wanted: Wanted, *, facts: Facts) -> Written:
    """Return one registration. Raises: DoctorError for what the kernel would refuse or what would not do as it says.

    Unavailable without kernel or machine.
    """
    interpreter, notes = _interpreter(architecture, wanted, facts)
    _require_plain(interpreter, wanted)
    entry = _with_right_rule(fresh_entry(facts, architecture, interpreter, flags=wanted.flags), architecture)
    if wanted.flags is None:
        entry = entry.with_flags(fitting_flags(facts, entry))
    if wanted.name is not None:
        entry = entry._replace(name=wanted.name)
    if wanted.form == UPDATE_BINFMTS:
        content = _format_file(entry)
        _, given = parse_given(content, path=entry.name)
        one = given[0]._replace(source=architecture.qemu_target)
    else:
        content = compose(entry, limit=_limit(facts))
        one = Given(architecture.qemu_target, content)
    judged = judge_all((one,), form=LINE, facts=facts, looks=False)[0]
    _require_right(judged, architecture, entry, facts)
    warnings = [x.message for x in judged.problems if x.severity == WARNING]
    return Written(architecture, judged, content, (*notes, *warnings, *_on_this_host(entry, facts)))


def _with_right_rule(entry: Entry, architecture: Architecture) -> Entry:
    """Return an entry with the rule of QEMU's script, put right where that matches no program: microblaze."""
    sample = architecture.sample()
    if entry.matches(sample, ""):
        return entry
    both_types = b"\xfe\xff" if architecture.order == "little" else b"\xff\xfe"
    # Type and number of the processor; the type may be 2 or 3.
    return entry._replace(magic=sample[:20], mask=architecture.mask[:16] + both_types + b"\xff\xff")


def _interpreter(architecture: Architecture, wanted: Wanted, facts: Facts) -> tuple[str, list[str]]:
    """Return the path of the emulator, and where it is from if nobody named it."""
    if wanted.interpreter is not None:
        return wanted.interpreter, []
    try:
        emulator = find(facts, architecture)
    except Unavailable:
        emulator = None
    if emulator is not None:
        return emulator.path, [f"the interpreter is the static emulator of this host, {emulator.path}"]
    path = f"/usr/bin/qemu-{emulator_name(architecture)}-static"
    return path, [f"no static emulator for it was found on this host; the interpreter is the usual path, {path}"]


def _require_plain(interpreter: str, wanted: Wanted) -> None:
    """Refuse what a kernel would take and no file of lines can say, or what no kernel needs to see."""
    for what, text in (("--interpreter", interpreter), ("--name", wanted.name or "x")):
        if not text.isprintable() or text != text.strip():
            hint = "A line would end or change at such a character."
            raise DoctorError(f"{what} has characters that cannot be printed, or spaces at an end", hint=hint)
    if not interpreter.startswith("/"):
        hint = "The kernel would look for it in whatever directory a program is started."
        raise DoctorError(f"the interpreter {interpreter[:80]!r} is no absolute path", hint=hint)
    if wanted.flags and not (wanted.flags.isascii() and wanted.flags.isalpha()):
        raise DoctorError(f"--flags takes letters only, not {wanted.flags[:40]!r}", hint="--flags F, or --flags OCF")


def _limit(facts: Facts) -> int:
    return _LIMIT_BYTES if facts.kernel.supports(Feature.REGISTER_1920) else _OLD_LIMIT_BYTES


def compose(entry: Entry, *, limit: int) -> bytes:
    r"""Return the register string of an entry in at most limit bytes, its newline counted; as readable as that allows.

    Every byte of magic and mask becomes `\xHH`; where that is too long, only those that a line cannot have; at last
    bytes that no text has stay as they are. Raises: DoctorError if no way is short enough.
    """
    literal = f"{entry.name}{entry.interpreter}{entry.flags}".encode("utf-8", "surrogateescape")
    delimiter = next((x for x in _DELIMITERS if x not in literal), None)
    if delimiter is None:
        hint = f"Leave one of {_DELIMITERS.decode()} out of it."
        raise DoctorError("the interpreter's path has every character that could separate the fields", hint=hint)
    special = frozenset((delimiter, 0, 10, 13, 92))
    controls = frozenset((*range(33), 127))
    line = b""
    for kept in (_EVERY_BYTE, _EVERY_BYTE - _PRINTABLE | special, controls | special, special):
        magic, mask = entry.magic, entry.mask or b""
        if len(kept) < 256 and entry.mask is not None:
            # Where the mask has no bits, the magic counts for nothing, and a digit is shorter than an escape.
            magic = bytes(x if y else ord("0") for x, y in zip(magic, mask, strict=True))
        parts = (
            entry.name.encode("utf-8", "surrogateescape"),
            b"M",
            str(entry.offset).encode() if entry.offset else b"",
            _escaped(magic, kept),
            _escaped(mask, kept),
            entry.interpreter.encode("utf-8", "surrogateescape"),
            entry.flags.encode(),
        )
        line = b"".join(bytes((delimiter,)) + part for part in parts)
        if len(line) < limit:
            return line
    hint = "Give a shorter --interpreter, or the --kernel that it is for."
    raise DoctorError(f"the line has {len(line) + 1} bytes, and this kernel takes {limit}", hint=hint)


def _escaped(raw: bytes, kept: frozenset[int]) -> bytes:
    return b"".join(b"\\x%02x" % x if x in kept else bytes((x,)) for x in raw)


def _format_file(entry: Entry) -> bytes:
    """Return a format file for `update-binfmts --import`. Raises: DoctorError for flags that it cannot say."""
    left = set(entry.flags) - set("CPF") - (set("O") if "C" in entry.flags else set())
    if left:
        hint = "It knows C (credentials), P (preserve) and F (fix_binary)."
        raise DoctorError(f"update-binfmts has no word for the flag {''.join(sorted(left))}", hint=hint)
    rows = [
        ("package", _LOCAL),
        ("interpreter", entry.interpreter),
        ("magic", _escaped(entry.magic, frozenset(range(256))).decode()),
        ("offset", str(entry.offset)),
        ("mask", _escaped(entry.mask or b"", frozenset(range(256))).decode()),
        *((word, "yes" if letter in entry.flags else "no") for word, letter in _SWITCHES),
    ]
    return "".join(f"{word} {value}\n" for word, value in rows).encode("utf-8", "surrogateescape")


def _require_right(judged: Judged, architecture: Architecture, wanted: Entry, facts: Facts) -> None:
    """Refuse to print what the model does not accept, or what is not the entry that was meant."""
    who = f"{platform_names(architecture)[0]} for Linux {facts.kernel.text}"
    if judged.refusal is not None:
        taken = f"; Linux {judged.refusal.taken_by[0]} takes it" if judged.refusal.taken_by else ""
        raise DoctorError(f"{who}: {judged.refusal.reason}{taken}", hint="--kernel says which kernel it is for.")
    wrong = next((x for x in judged.problems if x.severity == ERROR), None)
    if wrong is not None:
        raise DoctorError(f"{who}: {wrong.message}", hint="Such an entry would do harm or nothing, so none is printed.")
    entry = judged.entry
    same = entry is not None and (entry.name, entry.interpreter, entry.flags) == (
        wanted.name,
        wanted.interpreter,
        wanted.with_flags(wanted.flags).flags,
    )
    if entry is None or not same or not entry.matches(architecture.sample(), ""):
        raise DoctorError(f"{who}: the line does not read back as the entry that is meant", hint="Please report it.")


def _on_this_host(entry: Entry, facts: Facts) -> list[str]:
    """Return what is wrong with the interpreter where it lies; nothing where nobody can look."""
    try:
        emulator = facts.emulator(entry.interpreter)
    except Unavailable:
        return []
    found = [x.message for x in interpreter_problems(entry, emulator, facts)]
    if not emulator.exists and "F" in entry.flags:
        return [f"{x}: until it is, the kernel refuses F with ENOENT" for x in found]
    return found


def summarise(written: tuple[Written, ...]) -> tuple[str, ...]:
    """Return the notes on registrations, each once: what is said of several, with * where their names stand."""
    said: dict[str, list[Written]] = {}
    for one in written:
        for note in one.notes:
            said.setdefault(_in_general(note, one), []).append(one)
    return tuple(_said_of(general, of, len(written)) for general, of in said.items())


def _in_general(note: str, one: Written) -> str:
    interpreter = "" if one.judged.entry is None else one.judged.entry.interpreter
    if not interpreter:
        return note
    folder, slash, name = interpreter.rpartition("/")
    return note.replace(interpreter, f"{folder}{slash}{name.replace(emulator_name(one.architecture), '*')}")


def _said_of(general: str, of: list[Written], count: int) -> str:
    if len(of) == 1:
        note = next(x for x in of[0].notes if _in_general(x, of[0]) == general)
        return f"{of[0].architecture.qemu_target}: {note}"
    if len(of) == count:
        return f"all {count}: {general}"
    names = ", ".join(x.architecture.qemu_target for x in of[:_NAMED_MAX])
    return f"{names}{f' and {len(of) - _NAMED_MAX} more' if len(of) > _NAMED_MAX else ''}: {general}"


def content_of(written: tuple[Written, ...], *, form: str, facts: Facts) -> bytes:
    """Return the whole text in a format: lines, a file for binfmt.d with comments, or one for update-binfmts."""
    if form == UPDATE_BINFMTS:
        return b"".join(x.content for x in written)
    out = [b"# written by qemu-doctor register for Linux %s" % facts.kernel.text.encode()] if form == BINFMT_D else []
    for one in written:
        if form == BINFMT_D:
            names = ", ".join(platform_names(one.architecture))
            out.append(f"# {names} ({one.architecture.qemu_target})".encode())
        out.append(one.content)
    return b"\n".join(out) + b"\n"
