"""`explain`: the page of one check."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from qemudoctor.cli.options import Parser
from qemudoctor.cli.streams import say
from qemudoctor.exceptions import DoctorError

if TYPE_CHECKING:
    from qemudoctor.check import Check

_EPILOG = """\
examples:
  qemu-doctor explain QD201
  qemu-doctor explain binfmt-fix-binary-missing
"""


def run(arguments: list[str]) -> int:
    """Print the page of the check that is named and return the exit status."""
    parser = Parser(
        "qemu-doctor explain",
        usage="qemu-doctor explain ID",
        description="Explains one check: why it breaks, who is affected, when it is harmless.",
        epilog=_EPILOG,
    )
    parser.add_argument("name", metavar="ID", help="id or slug of a check, or the cause that it confirms")
    given = parser.parse_args(arguments)
    from qemudoctor.report.page import render_page
    from qemudoctor.runner import builtin_checks, load_plugins

    found = _named(given.name, builtin_checks()) or _named(given.name, (x for x, _ in load_plugins()[0]))
    if not found:
        raise DoctorError(f"no check is called {given.name[:60]!r}", hint="`qemu-doctor checks` lists them.")
    say("\n".join(map(render_page, found)))
    return 0


def _named(name: str, checks: "Iterable[Check]") -> "list[Check]":
    """Return the check of that id or slug; if there is none, those that confirm the cause of that name."""
    known = tuple(checks)
    return [x for x in known if name == x.slug or name.upper() == x.id.upper()] or [x for x in known if name == x.cause]
