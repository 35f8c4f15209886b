"""Parsers of arguments that report what is wrong as an error for the user, and the options that commands share."""

import argparse
from collections.abc import Iterable
from typing import NoReturn

from qemudoctor._override import override
from qemudoctor.exceptions import DoctorError

HELP_WIDTH = 80


class UsageError(DoctorError):
    """The arguments make no sense."""


class HelpRequested(Exception):
    """--help was given; text is the answer."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.text = text


class VersionRequested(Exception):
    """--version was given behind another argument."""


class Parser(argparse.ArgumentParser):
    """A parser that never prints and never exits."""

    def __init__(self, prog: str, *, usage: str, description: str, epilog: str = "") -> None:
        super().__init__(
            prog=prog,
            usage=usage,
            description=description,
            epilog=epilog,
            allow_abbrev=False,
            formatter_class=_formatter,
        )

    @override
    def error(self, message: str) -> NoReturn:
        raise UsageError(message, hint=f"`{self.prog} --help` shows what can be given.")

    @override
    def print_help(self, file: object = None) -> None:
        raise HelpRequested(self.format_help())


def _formatter(prog: str) -> argparse.HelpFormatter:
    # With a width it does not ask for that of the terminal, and does not load shutil for it.
    return argparse.RawDescriptionHelpFormatter(prog, width=HELP_WIDTH, max_help_position=28)


def add_what_if(parser: argparse.ArgumentParser, *, several: bool = False) -> None:
    """Add the options that suppose another kernel, or several to compare, or another registry."""
    group = parser.add_argument_group("what if")
    group.add_argument(
        "--kernel",
        metavar="RELEASE",
        action="append" if several else "store",
        help="suppose this kernel release, as `uname -r` prints it" + ("; again to compare" if several else ""),
    )
    group.add_argument(
        "--registry",
        metavar="FILE",
        help="suppose a registry with the lines of FILE (binfmt.d syntax)",
    )


def words(option: str, values: Iterable[str] | None) -> tuple[str, ...]:
    """Return the words of comma lists. Raises: UsageError if an option names nothing at all."""
    found: list[str] = []
    for value in values or ():
        some = [word.strip() for word in value.split(",") if word.strip()]
        if not some:
            raise UsageError(f"{option} names nothing: {value!r}", hint=f"Leave {option} out, or say what it is for.")
        found += some
    return tuple(found)


def file_name(option: str, value: str | None) -> str | None:
    """Return an absolute path of a file that an option names. Raises: UsageError for an empty one."""
    if value is None:
        return None
    from qemudoctor.host.output import absolute

    if not value:
        raise UsageError(f"{option} names no file", hint=f"Leave {option} out, or name a file.")
    return absolute(value)
