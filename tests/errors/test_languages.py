"""What is said in another language is understood as what is said in English."""

from collections.abc import Callable
from functools import cache

import pytest

from qemudoctor.errors import explain_error
from qemudoctor.errors.explanation import Explanation
from qemudoctor.errors.reading.cleaning import clean_line
from qemudoctor.errors.reading.translations import phrases
from tests.errors.catalogues import FOLDER, MODULES, WANTED, recorded, render
from tests.support.repository import ROOT

ENGLISH = "en"
_TEXTS = {(x.catalogue, x.language, x.english): x.text for x in recorded()}
_BINARY_AND_WHY = "%s: cannot execute binary file: %s"
_BINARY = "%s: cannot execute binary file"
_REQUIRED = "%s: cannot execute: required file not found"
_INTERPRETER = "%s: %s: bad interpreter"
_RUN = "failed to run command %s"
_NO_FILE_SYSTEM = "unknown filesystem type '%s'"
_NOSUID = WANTED["sudo"][0].english
_NOT_SETUID = WANTED["sudo"][1].english
_SIGSEGV, _SIGILL, _SIGBUS = "Segmentation fault", "Illegal instruction", "Bus error"
_TOKEN = "syntax error near unexpected token `%s'"
_PACKAGE, _UNABLE = (x.english for x in WANTED["dpkg"])
_BUILD = "a build for linux/arm64 by qemu-user\n"
_ENOEXEC, _ENOENT, _EACCES = "Exec format error", "No such file or directory", "Permission denied"


def _says(catalogue: str, language: str, english: str, *values: str) -> str:
    text = _TEXTS.get((catalogue, language, english), english)
    pieces = text.replace("%d", "%s").split("%s")
    return "".join(piece + value for piece, value in zip(pieces, (*values, ""), strict=True))


def _libc(language: str, english: str) -> str:
    return _says("libc", language, english)


def _quoted(language: str, name: str) -> str:
    """Return a name as coreutils quote it: where a catalogue has no marks, those of Unicode."""
    marks = (_says("coreutils", language, x) for x in "`'")
    opened, closed = (
        x if x != ascii_mark else mark for x, ascii_mark, mark in zip(marks, "`'", "\u2018\u2019", strict=True)
    )
    return f"{opened}{name}{closed}"


def _in_script(language: str) -> str:
    return _says("bash", language, "%s: line %d: ", "bash", "3").rstrip() + " "


def _crash(language: str, english: str) -> str:
    core = _says("bash", language, "(core dumped) ").strip()
    return f"{_BUILD}{_in_script(language)}  1234 {_libc(language, english):<23} {core} ./prog"


# What is said, in any language; whose catalogue has it, and by which message.
SAID: dict[str, tuple[str, str, Callable[[str], str]]] = {
    "a binary": (
        "bash",
        _BINARY_AND_WHY,
        lambda x: _says("bash", x, _BINARY_AND_WHY, "bash: ./prog", _libc(x, _ENOEXEC)),
    ),
    "a binary, before bash 5.2": ("bash", _BINARY, lambda x: _says("bash", x, _BINARY, "bash: ./prog")),
    "a binary, in a script": (
        "bash",
        _BINARY_AND_WHY,
        lambda x: _in_script(x) + _says("bash", x, _BINARY_AND_WHY, "./prog", _libc(x, _ENOEXEC)),
    ),
    "a file that it needs": ("bash", _REQUIRED, lambda x: _says("bash", x, _REQUIRED, "bash: ./prog")),
    "an interpreter": (
        "bash",
        _INTERPRETER,
        lambda x: f"{_says('bash', x, _INTERPRETER, 'bash: ./go.sh', '/usr/bin/perl')}: {_libc(x, _ENOENT)}",
    ),
    "a program of a line": ("bash", "%s: line %d: ", lambda x: f"{_in_script(x)}./prog: {_libc(x, _ENOENT)}"),
    "no permission": ("libc", _EACCES, lambda x: f"bash: ./prog: {_libc(x, _EACCES)}"),
    "no such program": ("libc", _ENOENT, lambda x: f"bash: ./prog: {_libc(x, _ENOENT)}"),
    "chroot": (
        "coreutils",
        _RUN,
        lambda x: f"chroot: {_says('coreutils', x, _RUN, _quoted(x, '/bin/sh'))}: {_libc(x, _ENOEXEC)}",
    ),
    "chroot, no such program": (
        "coreutils",
        _RUN,
        lambda x: f"chroot: {_says('coreutils', x, _RUN, _quoted(x, '/bin/sh'))}: {_libc(x, _ENOENT)}",
    ),
    "env": ("libc", _ENOEXEC, lambda x: f"env: {_quoted(x, './prog')}: {_libc(x, _ENOEXEC)}"),
    "an engine": ("libc", _ENOEXEC, lambda x: f"crun: executable file `/bin/sh`: {_libc(x, _ENOEXEC)}"),
    "a crash": ("libc", _SIGSEGV, lambda x: _crash(x, _SIGSEGV)),
    "an illegal instruction": ("libc", _SIGILL, lambda x: _crash(x, _SIGILL)),
    "a bus error": ("libc", _SIGBUS, lambda x: _crash(x, _SIGBUS)),
    "an error page read as a script": (
        "bash",
        _TOKEN,
        lambda x: f"{_says('bash', x, '%s: line %d: ', './prog', '1').rstrip()} {_says('bash', x, _TOKEN, 'newline')}",
    ),
    "a package": (
        "dpkg",
        _PACKAGE,
        lambda x: f"dpkg: error processing archive x.deb (--install):\n {_says('dpkg', x, _PACKAGE, 'arm64', 'amd64')}",
    ),
    "a script of a package": (
        "dpkg",
        _UNABLE,
        lambda x: (
            f"dpkg (subprocess): {_says('dpkg', x, _UNABLE, 'script', '/var/lib/dpkg/info/x.postinst')}: "
            f"{_libc(x, _ENOEXEC)}"
        ),
    ),
    "sudo, no such program": (
        "sudo",
        "unable to execute %s",
        lambda x: f"sudo: {_says('sudo', x, 'unable to execute %s', '/usr/bin/prog')}: {_libc(x, _ENOENT)}",
    ),
    "a registration": (
        "bash",
        "write error: %s",
        lambda x: (
            f"register binfmt qemu-aarch64\n{_in_script(x)}echo: "
            + _says("bash", x, "write error: %s", _libc(x, "Invalid argument"))
        ),
    ),
    "mount": (
        "util-linux",
        _NO_FILE_SYSTEM,
        lambda x: f"mount: /mnt: {_says('util-linux', x, _NO_FILE_SYSTEM, 'binfmt_misc')}.",
    ),
    "sudo": ("sudo", _NOT_SETUID, lambda x: f"{_BUILD}sudo: {_says('sudo', x, _NOT_SETUID, '0')}"),
}
CASES = [
    pytest.param(name, x.language, id=f"{name}, {x.language}")
    for name, (catalogue, english, _) in SAID.items()
    for x in recorded()
    # A message of two lines is not put together.
    if (x.catalogue, x.english) == (catalogue, english) and "\n" not in x.text
]


@cache
def _explained(name: str, language: str) -> Explanation:
    return explain_error(SAID[name][2](language))


@pytest.mark.parametrize("name", SAID)
def test_every_message_is_recognised_in_english(name: str) -> None:
    assert _explained(name, ENGLISH).recognised
    assert sum(case.values[0] == name for case in CASES) > 15


@pytest.mark.parametrize(("name", "language"), CASES)
def test_means_the_same_as_the_english(name: str, language: str) -> None:
    expected, found = _explained(name, ENGLISH), _explained(name, language)
    text = SAID[name][2](language)
    assert found.recognised, (text, clean_line(text))
    said, meant = found.symptoms[0], expected.symptoms[0]
    for field in ("kind", "emitter", "errno", "signal", "program", "interpreter"):
        assert getattr(said, field) == getattr(meant, field), (field, said.line)
    assert [x.id for x in found.causes][:3] == [x.id for x in expected.causes][:3], said.line


@pytest.mark.parametrize(
    "language",
    [x.language for x in recorded() if x.english == _NOSUID and "\n" not in x.text],
)
def test_sudo_of_a_host_is_no_sign_of_an_emulator(language: str) -> None:
    text = "sudo: " + _says("sudo", language, _NOSUID, "0", "/usr/bin/sudo")
    assert not explain_error(text).recognised
    found = explain_error(_BUILD + text)
    assert found.symptoms[0]._replace(line="") == _explained("sudo", ENGLISH).symptoms[0]._replace(line="")
    assert found.causes[0].id == "credential-flag-missing"


@pytest.mark.parametrize("module", MODULES)
def test_tables_are_those_of_the_catalogues(module: str) -> None:
    assert (ROOT / FOLDER / f"{module}.py").read_text(encoding="utf-8") == render(module, recorded())


def test_long_phrases_are_tried_before_those_within_them() -> None:
    known = [phrase for phrase in phrases(is_ascii=False) if phrase.is_plain]
    for position, phrase in enumerate(known):
        assert not any(phrase.needle in later.needle for later in known[position + 1 :] if later != phrase)
