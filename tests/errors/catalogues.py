"""Make the tables of what is said in other languages from the message catalogues of a Debian system.

`python -m tests.errors.catalogues record FOLDER...` writes fixtures/messages/catalogues.jsonl from folders like
/usr/share/locale, in which libc-l10n, bash, coreutils, dpkg, sudo and util-linux-locales have their catalogues;
`python -m tests.errors.catalogues` writes qemudoctor/errors/reading/catalogue_*.py from that fixture.
"""

import gettext
import json
import re
import sys
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from qemudoctor.errors.reading.quotes import plain_quotes
from tests.support.repository import ROOT

FIXTURE = ROOT / "fixtures/messages/catalogues.jsonl"
FOLDER = "qemudoctor/errors/reading"
_WIDTH = 120


class Message(NamedTuple):
    """A message in one language."""

    catalogue: str
    language: str
    english: str
    text: str


class Wanted(NamedTuple):
    """A message of a catalogue that is looked for."""

    english: str
    before: str = ""
    """Whose name stands before it: without that, the words would fit too much."""
    means: str = ""
    """What it is read as, where that is not the English message."""


# Of two messages that a language gives the same words, the one that stands first is meant.
WANTED: dict[str, tuple[Wanted, ...]] = {
    "libc": tuple(
        Wanted(x)
        for x in (
            "Exec format error",
            "No such file or directory",
            "Permission denied",
            "Operation not permitted",
            "Too many levels of symbolic links",
            "Accessing a corrupted shared library",
            "Invalid argument",
            "File exists",
            "Function not implemented",
            "No such device",
            "Value too large for defined data type",
            "Read-only file system",
            "Segmentation fault",
            "Illegal instruction",
            "Bus error",
        )
    ),
    "bash": (
        Wanted("%s: cannot execute binary file: %s"),
        Wanted("%s: cannot execute binary file"),
        Wanted("%s: cannot execute: required file not found"),
        Wanted("%s: %s: bad interpreter"),
        Wanted("%s: command not found"),
        Wanted("syntax error near unexpected token `%s'"),
        Wanted("write error: %s"),
        Wanted("(core dumped) "),
    ),
    "coreutils": (
        Wanted("failed to run command %s"),
        Wanted("use -[v]S to pass options in shebang lines"),
    ),
    "sudo": (
        Wanted(
            "effective uid is not %d, is %s on a file system with the 'nosuid' option set or an NFS file system "
            "without root privileges?",
            # Images have no locale, so a sudo in one speaks English: what is translated comes from a host, where this
            # is no sign of an emulator by itself. The words are those of any sudo without its rights.
            means="effective uid is not {0}: {1}, nosuid or NFS",
        ),
        Wanted("effective uid is not %d, is sudo installed setuid root?"),
        Wanted("%s must be owned by uid %d and have the setuid bit set"),
        Wanted('The "no new privileges" flag is set, which prevents sudo from running as root.'),
        Wanted("unable to execute %s", before="sudo: "),
    ),
    "util-linux": (
        Wanted("unknown filesystem type '%s'"),
        Wanted("must be superuser to use mount"),
        Wanted("mount point does not exist"),
    ),
    "dpkg": (
        Wanted("package architecture (%s) does not match system (%s)"),
        Wanted("unable to execute %s (%s)"),
    ),
}
# What stands around the messages: recorded, so that tests can say them as the programs do.
AROUND: dict[str, tuple[str, ...]] = {"bash": ("%s: line %d: ",), "coreutils": ("`", "'")}
MODULES: dict[str, tuple[str, ...]] = {
    "catalogue_libc": ("libc",),
    "catalogue_bash": ("bash", "coreutils"),
    "catalogue_tools": ("sudo", "util-linux", "dpkg"),
}
PACKAGES = {
    "libc": "glibc 2.36",
    "bash": "bash 5.2",
    "coreutils": "coreutils 9.1",
    "sudo": "sudo 1.9.13p3",
    "util-linux": "util-linux 2.38.1",
    "dpkg": "dpkg 1.21.22",
}

_SEPARATOR = r" ?[:：] ?"  # noqa: RUF001
_PLACE = re.compile(r"%(?:(\d)\$)?[sd]")


def record(folders: Iterable[str]) -> Iterator[Message]:
    """Yield the wanted messages of the catalogues below folders, which have /usr/share/locale's layout."""
    for folder in folders:
        for path in sorted(Path(folder).glob("*/LC_MESSAGES/*.mo")):
            language = path.parts[-3]
            if path.stem not in WANTED or language.startswith("en"):
                continue
            with path.open("rb") as file:
                catalogue = gettext.GNUTranslations(file)
            for english in (*(x.english for x in WANTED[path.stem]), *AROUND.get(path.stem, ())):
                text = catalogue.gettext(english)
                if text != english:
                    yield Message(path.stem, language, english, text)


def recorded() -> tuple[Message, ...]:
    """Return the messages of the fixture."""
    return tuple(Message(*json.loads(line)) for line in FIXTURE.read_text(encoding="utf-8").splitlines())


def rows(messages: Iterable[Message], names: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Return, for what is said in English, how it is said elsewhere: places of values as {0}, {1}."""
    taken: dict[str, str] = {}
    for name in names:
        for wanted in WANTED[name]:
            for message in messages:
                if (message.catalogue, message.english) == (name, wanted.english):
                    english, text = _pair(message, wanted)
                    if text.lower() != english and "\n" not in message.text.strip():
                        taken.setdefault(text, english)
                        # Versions differ in the full stop at the end.
                        if text.endswith("."):
                            taken.setdefault(text.rstrip("."), english)
    found: dict[str, tuple[str, ...]] = {}
    for text, english in taken.items():
        found[english] = (*found.get(english, ()), text)
    return found


def _pair(message: Message, wanted: Wanted) -> tuple[str, str]:
    """Return a message in English and in a language, without values at its beginning and end that both have there."""
    # What is not printed, as the marks within words of Khmer and Persian, is taken out of a line that is read.
    english, text = ("".join(filter(str.isprintable, plain_quotes(x))).strip() for x in message[2:])
    while re.match(rf"%s{_SEPARATOR}", english) and re.match(rf"%s{_SEPARATOR}", text):
        english, text = (re.sub(rf"^%s{_SEPARATOR}", "", x) for x in (english, text))
    for end in (rf"{_SEPARATOR}%s\.?$", r" %s$"):
        if re.search(end, english) and re.search(end, text):
            english, text = (re.sub(end, "", x) for x in (english, text))
    numbers = iter(range(9))
    english = _PLACE.sub(lambda _: f"{{{next(numbers)}}}", english.lower())
    # A language has quotation marks of its own round a value, or none.
    text = re.sub(rf"[\"']?({_PLACE.pattern})[\"']?", r"\1", text)
    numbers = iter(range(9))
    text = _PLACE.sub(lambda found: f"{{{int(found[1]) - 1 if found[1] else next(numbers)}}}", text)
    return f"{wanted.before}{wanted.means.lower() or english}", f"{wanted.before}{text}"


def render(module: str, messages: Iterable[Message]) -> str:
    """Return the source of one module of the product."""
    names = MODULES[module]
    lines = [
        f'"""What {" and ".join(PACKAGES[x].split()[0] for x in names)} say in other languages.',
        "",
        f"Source: the message catalogues of {', '.join(PACKAGES[x] for x in names)} of Debian 12.",
        "Made by tests/errors/catalogues.py from fixtures/messages/catalogues.jsonl: do not edit.",
        '"""',
        "",
        "# ruff: noqa: RUF001 - the letters of other scripts, and their quotes and colons, are what is looked for",
        "",
        "# fmt: off",
        "ROWS: tuple[tuple[str, tuple[str, ...]], ...] = (",
    ]
    for english, texts in rows(tuple(messages), names).items():
        is_short = _width(english) < _WIDTH - 12
        lines += [f"    ({_literal(english)}, ("] if is_short else ["    (", *_cut(english, 8), "        ("]
        lines += _filled(texts)
        lines.append("    )),")
    return "\n".join((*lines, ")", "# fmt: on", ""))


def _literal(text: str) -> str:
    quote = "'" if '"' in text and "'" not in text else '"'
    return quote + text.replace("\\", "\\\\").replace(quote, f"\\{quote}") + quote


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(x) in ("W", "F") else 1 for x in _literal(text))


def _filled(texts: Sequence[str]) -> Iterator[str]:
    line = ""
    for text in texts:
        if line and _width(line) + _width(text) - 2 > _WIDTH - 12:
            yield f"        {line}"
            line = ""
        if _width(text) > _WIDTH - 10:
            yield from _cut(text, 8)
        else:
            line += f"{' ' if line else ''}{_literal(text)},"
    if line:
        yield f"        {line}"


def _cut(text: str, indent: int) -> Iterator[str]:
    """Yield a string as several literals, of which the last has the comma."""
    piece = ""
    for word in re.findall(r"\S{1,40} ?| ", text):
        if _width(piece + word) > _WIDTH - indent - 2:
            yield " " * indent + _literal(piece)
            piece = ""
        piece += word
    yield f"{' ' * indent}{_literal(piece)},"


def main(arguments: Sequence[str]) -> int:
    """Record the catalogues, or make the tables."""
    if arguments[:1] == ["record"]:
        lines = sorted(json.dumps(message, ensure_ascii=False) for message in record(arguments[1:]))
        FIXTURE.write_text("\n".join(dict.fromkeys(lines)) + "\n", encoding="utf-8")
        return 0
    for module in MODULES:
        (ROOT / FOLDER / f"{module}.py").write_text(render(module, recorded()), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
