"""Choosing a command, running it, and what becomes of it when something goes wrong."""

from importlib import import_module

from qemudoctor.cli import INTERRUPTED_STATUS
from qemudoctor.cli.commands import COMMANDS
from qemudoctor.cli.streams import OutputBroken, complain, say
from qemudoctor.exceptions import DoctorError

USAGE_STATUS = 2


def run(arguments: list[str]) -> int:
    """Run what the arguments ask for and return the exit status. Nothing that a user can cause leaves this."""
    try:
        if arguments[:1] == ["--version"]:
            return _version()
        return _run(arguments)
    except OutputBroken as error:
        # Whoever read the output has gone, and knows; any other failure of it has to be said.
        if not error.reader_left:
            complain(f"the output cannot be written: {error}")
        return INTERRUPTED_STATUS if error.reader_left else USAGE_STATUS


def _version() -> int:
    from qemudoctor._version import __version__

    say(f"qemu-doctor {__version__}\n")
    return 0


def _run(arguments: list[str]) -> int:
    from qemudoctor.cli.options import HelpRequested, VersionRequested

    try:
        return _dispatch(arguments)
    except HelpRequested as request:
        say(request.text)
        return 0
    except VersionRequested:
        return _version()
    except DoctorError as error:
        complain(error.message)
        if error.hint:
            complain(f"hint: {error.hint}")
        return USAGE_STATUS


def _dispatch(arguments: list[str]) -> int:
    name = arguments[0] if arguments else ""
    if name in COMMANDS:
        return int(import_module(COMMANDS[name]).run(arguments[1:]))
    from qemudoctor.cli.examination import run as examine

    return examine(arguments)
