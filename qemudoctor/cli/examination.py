"""Without a command: the examination of a host."""

import argparse
from typing import TYPE_CHECKING

from qemudoctor.cli.commands import COMMANDS
from qemudoctor.cli.options import Parser, UsageError, VersionRequested, add_what_if, file_name, words
from qemudoctor.cli.streams import deliver, wants_colour

if TYPE_CHECKING:
    from qemudoctor.verdict import Report

UNDETERMINED_STATUS = 3
SEVERAL = 2
_USAGE = """qemu-doctor [options]
       qemu-doctor trace PROGRAM [options]
       qemu-doctor explain-error [options] [TEXT | -]
       qemu-doctor fix [--apply] [options]
       qemu-doctor register ARCH... | --check FILE|LINE [options]
       qemu-doctor fix [--apply] [options]
       qemu-doctor explain ID
       qemu-doctor checks [--json]
       qemu-doctor schema NAME"""
_DESCRIPTION = """\
Examines a Linux host: what does the kernel do with programs and containers for
other architectures, why, and what makes them work. It reads and changes
nothing; only `fix --apply` does."""
_EPILOG = """\
commands:
  trace PROGRAM             draw the walk of the kernel through an execve
  explain-error TEXT        from a line in a log, or a whole log, to its cause
  fix                       the plan that makes everything work, and --apply
  register ARCH...          write registrations, or judge given ones (--check)
  fix                       the plan that makes everything work, and --apply
  explain ID                the page of one check, by id or slug
  checks                    all checks, built in and plugged in
  schema NAME               the JSON Schema of an output
  (qemu-doctor COMMAND --help tells more)

examples:
  qemu-doctor
  qemu-doctor --require linux/arm64
  qemu-doctor --require arm64,armhf --json -o report.json
  qemu-doctor --kernel 3.10.0-327.el7.x86_64 --require linux/arm64
  qemu-doctor --registry /usr/lib/binfmt.d/qemu-aarch64.conf
  qemu-doctor trace ./hello-arm64 --root /srv/rootfs

exit status:
  0    nothing found at or above --fail-on
  1    something was found
  2    wrong usage, or an input that cannot be read
  3    a required platform could not be determined, or a check crashed; where 1
       is true as well, 3 is given
  130  interrupted, also by a reader of the output who left
"""


def run(arguments: list[str]) -> int:
    """Examine a host, print the report, return the exit status."""
    given = _parse(arguments)
    from qemudoctor.examination import examine

    report = examine(
        given.root,
        words("--require", given.require),
        not given.no_probe,
        capture=file_name("--capture", given.capture),
        kernel=given.kernel,
        registry=file_name("--registry", given.registry),
        only=words("--select", given.select),
        ignore=words("--ignore", given.ignore),
    )
    text = _rendered(report, given)
    deliver(text, given.output)
    return exit_status(report, given.fail_on)


def exit_status(report: "Report", fail_on: str) -> int:
    """Return the exit status of a report: not knowing goes before knowing that something is wrong."""
    from qemudoctor.check import Severity

    if report.is_undetermined or report.has_crashed:
        return UNDETERMINED_STATUS
    thresholds = {"error": (Severity.ERROR,), "warning": (Severity.ERROR, Severity.WARNING), "never": ()}
    return 1 if any(report.number_of(severity) for severity in thresholds[fail_on]) else 0


def _rendered(report: "Report", given: argparse.Namespace) -> str:
    if given.format == "json":
        from qemudoctor.report.jsonreport import render_json

        return render_json(report)
    from qemudoctor.report.terminal import Palette
    from qemudoctor.report.text import render_text, render_verdict

    palette = Palette(enabled=wants_colour(given.color, given.output))
    if given.quiet:
        return render_verdict(report, palette=palette)
    return render_text(report, palette=palette, verbose=given.verbose, plan=_plan(report))


def _plan(report: "Report") -> list[str]:
    """Return one plan for several findings, nothing for fewer."""
    if sum(1 for x in report.findings if x.severity.value != "info" and x.finding.remedies) < SEVERAL:
        return []
    from qemudoctor.examination import all_checks
    from qemudoctor.repair.plan import make_plan
    from qemudoctor.report.plan_text import summary_lines

    return summary_lines(make_plan(report, all_checks()[0]))


def _parse(arguments: list[str]) -> argparse.Namespace:
    parser = _parser()
    given, rest = parser.parse_known_args(arguments)
    if given.version:
        raise VersionRequested
    if rest:
        raise _unexpected(rest[0])
    if given.output == "":
        raise UsageError("-o names no file", hint="Leave -o out, or name a file.")
    if given.root == "":
        raise UsageError("--root names no directory", hint="Leave --root out, or name a directory.")
    return given


def _unexpected(word: str) -> UsageError:
    if word in COMMANDS:
        return UsageError(f"{word!r} is a command, and a command comes first", hint=f"qemu-doctor {word} ...")
    if word.startswith("-"):
        return UsageError(f"there is no option {word!r} here", hint="`qemu-doctor --help` lists the options.")
    return UsageError(f"there is no command {word!r}", hint=f"The commands are {', '.join(COMMANDS)}.")


def _parser() -> Parser:
    parser = Parser("qemu-doctor", usage=_USAGE, description=_DESCRIPTION, epilog=_EPILOG)
    parser.add_argument("--version", action="store_true", help="print the version")
    _add_subject(parser)
    add_what_if(parser)
    _add_judgement(parser)
    _add_output(parser)
    return parser


def _add_subject(parser: Parser) -> None:
    group = parser.add_argument_group("what is examined")
    group.add_argument(
        "--require",
        "--platform",
        metavar="PLATFORM",
        action="append",
        help="a platform that has to work: linux/arm64, or a name such as arm64v8, armhf, aarch64; may be repeated, "
        "comma lists. Without it, those with an entry in the registry",
    )
    group.add_argument("--root", metavar="DIR", default="/", help="examine the machine whose files are in DIR")
    group.add_argument("--capture", metavar="FILE", help="examine the host that was recorded in FILE")
    group.add_argument("--no-probe", action="store_true", help="predict only: execute no test programs")


def _add_judgement(parser: Parser) -> None:
    group = parser.add_argument_group("checks")
    group.add_argument("--select", metavar="IDS", action="append", help="run only these: ids, starts of ids, slugs")
    group.add_argument("--ignore", metavar="IDS", action="append", help="do not run these")
    group.add_argument(
        "--fail-on",
        choices=("error", "warning", "never"),
        default="error",
        help="which findings make the exit status 1 (default: error)",
    )


def _add_output(parser: Parser) -> None:
    group = parser.add_argument_group("output")
    group.add_argument("--format", choices=("text", "json"), default="text", help="default: text")
    group.add_argument("--json", dest="format", action="store_const", const="json", help="short for --format json")
    group.add_argument("-o", "--output", metavar="FILE", help="write to FILE, whole or not at all")
    amount = group.add_mutually_exclusive_group()
    amount.add_argument("-v", "--verbose", action="store_true", help="all entries, all checks, evidence at full length")
    amount.add_argument("-q", "--quiet", action="store_true", help="only the verdict, one line")
    group.add_argument(
        "--color",
        choices=("auto", "always", "never"),
        default="auto",
        help="auto: on a terminal, unless NO_COLOR is set (default)",
    )
