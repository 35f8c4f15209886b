"""`explain-error`: from a line in a log to its cause."""

import argparse
import sys
from typing import TYPE_CHECKING

from qemudoctor.cli.options import Parser, UsageError, file_name, words
from qemudoctor.cli.streams import deliver, wants_colour
from qemudoctor.exceptions import DoctorError

if TYPE_CHECKING:
    from qemudoctor.errors import Explanation
    from qemudoctor.facts import Facts

NOT_OURS_STATUS = 1
LIMIT_BYTES = 64 << 20
_DESCRIPTION = """\
Explains an error message: who printed it, what it means, which causes it can
have, most probable first, and what to paste. The facts of this host, or of the
one that is named, confirm causes and rule others out."""
_EPILOG = """\
TEXT is one line or many; with - or a pipe a whole log is read from standard
input, and every line of it that belongs to the subject is explained.

examples:
  qemu-doctor explain-error 'exec /bin/sh: exec format error'
  docker compose logs | qemu-doctor explain-error
  qemu-doctor explain-error --capture node7.capture - < build.log
  qemu-doctor explain-error --no-host --format markdown - < build.log

exit status:
  0    recognised
  1    not one of ours
  2    wrong usage, or an input that cannot be read
"""


def run(arguments: list[str]) -> int:
    """Explain a message and return the exit status."""
    given = _parse(arguments)
    text = _text(given)
    from qemudoctor.errors import explain_error

    if given.no_host:
        explanation = explain_error(text, platform=_platform(given.require))
    else:
        explanation = explain_error(text, _facts(given))
    rendered = _rendered(explanation, given)
    deliver(rendered, given.output)
    return 0 if explanation.recognised else NOT_OURS_STATUS


def _text(given: argparse.Namespace) -> str | bytes:
    """Return the message. Raises: UsageError without one, DoctorError if the log cannot be read."""
    if given.text and given.text != ["-"]:
        return " ".join(given.text)
    if sys.stdin is None or (not given.text and sys.stdin.isatty()):
        raise UsageError("there is no message", hint="Give it as TEXT, or a log on standard input.")
    try:
        log = sys.stdin.buffer.read(LIMIT_BYTES + 1)
    except OSError as error:
        raise DoctorError(
            f"standard input cannot be read: {error.strerror}", hint="Give a file: < build.log"
        ) from error
    if len(log) > LIMIT_BYTES:
        raise DoctorError(f"the log is larger than {LIMIT_BYTES} bytes", hint="Give its end: tail -c 10M build.log")
    return log


def _platform(required: list[str] | None) -> str | None:
    """Return the one platform that is asked for; None for several: of these the message has to name its own."""
    from qemudoctor.platforms import PlatformError, parse_platform

    try:
        names = [parse_platform(x).name for x in words("--platform", required)]
    except PlatformError as error:
        raise UsageError(str(error), hint="Write it as OCI does: linux/arm64.") from error
    return names[0] if len(names) == 1 else None


def _facts(given: argparse.Namespace) -> "Facts":
    from qemudoctor.examination import prepare

    return prepare(
        given.root,
        words("--platform", given.require),
        probe=False,
        capture=file_name("--capture", given.capture),
        kernel=given.kernel,
        registry=file_name("--registry", given.registry),
    )


def _rendered(explanation: "Explanation", given: argparse.Namespace) -> str:
    if given.report:
        from qemudoctor.report.explanation_report import render_bug_report

        return render_bug_report(explanation)
    if given.format == "json":
        from qemudoctor.report.explanation_json import render_explanation_json

        return render_explanation_json(explanation)
    if given.format == "markdown":
        from qemudoctor.report.explanation_markdown import render_explanation_markdown

        return render_explanation_markdown(explanation)
    from qemudoctor.report.explanation_text import render_explanation_text
    from qemudoctor.report.terminal import Palette

    return render_explanation_text(explanation, palette=Palette(enabled=wants_colour(given.color, given.output)))


def _parse(arguments: list[str]) -> argparse.Namespace:
    parser = Parser(
        "qemu-doctor explain-error",
        usage="qemu-doctor explain-error [options] [TEXT | -]",
        description=_DESCRIPTION,
        epilog=_EPILOG,
    )
    parser.add_argument("text", metavar="TEXT", nargs="*", help="the message; - or nothing: standard input")
    _add_host(parser)
    _add_output(parser)
    given = parser.parse_args(arguments)
    if given.output == "":
        raise UsageError("-o names no file", hint="Leave -o out, or name a file.")
    if given.root == "":
        raise UsageError("--root names no directory", hint="Leave --root out, or name a directory.")
    if given.no_host and (given.root != "/" or given.capture or given.kernel or given.registry):
        raise UsageError("--no-host with a host", hint="Leave --no-host out, or the options that name a host.")
    return given


def _add_host(parser: Parser) -> None:
    group = parser.add_argument_group("the host that the message comes from")
    group.add_argument("--no-host", action="store_true", help="go by the message alone")
    group.add_argument("--root", metavar="DIR", default="/", help="the machine whose files are in DIR")
    group.add_argument("--capture", metavar="FILE", help="the host that was recorded in FILE")
    group.add_argument("--kernel", metavar="RELEASE", help="a host like this one, but with this kernel")
    group.add_argument("--registry", metavar="FILE", help="a host like this one, but with the entries of FILE")
    group.add_argument(
        "--platform",
        "--require",
        metavar="PLATFORM",
        dest="require",
        action="append",
        help="the platform of the program, if the message does not name it",
    )


def _add_output(parser: Parser) -> None:
    group = parser.add_argument_group("output")
    group.add_argument("--format", choices=("text", "json", "markdown"), default="text", help="default: text")
    group.add_argument("--json", dest="format", action="store_const", const="json", help="short for --format json")
    group.add_argument("--report", action="store_true", help="print a bug report with the lines, names taken out")
    group.add_argument("-o", "--output", metavar="FILE", help="write to FILE, whole or not at all")
    group.add_argument(
        "--color",
        choices=("auto", "always", "never"),
        default="auto",
        help="auto: on a terminal, unless NO_COLOR is set (default)",
    )
