"""`explain`: the page of one check, or of one cause."""

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
  qemu-doctor explain image-metadata-mismatch
"""


def run(arguments: list[str]) -> int:
    """Print the page of the check or the cause that is named and return the exit status."""
    parser = Parser(
        "qemu-doctor explain",
        usage="qemu-doctor explain ID",
        description="Explains one check, or one cause that explain-error names: why it breaks, who is\n"
        "affected, how to tell, what can be done.",
        epilog=_EPILOG,
    )
    parser.add_argument("name", metavar="ID", help="id or slug of a check, or the id of a cause")
    given = parser.parse_args(arguments)
    say(_page(given.name))
    return 0


def _page(name: str) -> str:
    """Return the page of a check, or of a cause, or both where they share a name. Raises: DoctorError."""
    from qemudoctor.report.page import render_cause, render_page
    from qemudoctor.runner import builtin_checks, load_plugins

    checks = builtin_checks()
    check = _named(name, checks)
    if check is None:
        checks = (*checks, *(x for x, _ in load_plugins()[0]))
        check = _named(name, checks)
    from qemudoctor.errors.causes import causes

    cause = next((x for x in causes() if x.id == (name if check is None else check.slug)), None)
    pages = [render_page(check)] if check is not None else []
    pages += [render_cause(cause, [x for x in checks if x.cause == cause.id])] if cause is not None else []
    if pages:
        return "\n\n".join(pages)
    raise DoctorError(
        f"no check is called {name[:60]!r}, and no cause",
        hint="`qemu-doctor checks` lists the checks; explain-error names causes.",
    )


def _named(name: str, checks: "Iterable[Check]") -> "Check | None":
    return next((x for x in checks if name == x.slug or name.upper() == x.id.upper()), None)
