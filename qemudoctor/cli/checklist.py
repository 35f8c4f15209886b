"""`checks`: all checks, built in and plugged in."""

from qemudoctor.cli.options import Parser
from qemudoctor.cli.streams import complain, say

_PLUGIN_FAILED_STATUS = 3


def run(arguments: list[str]) -> int:
    """Print the list of checks and return the exit status."""
    parser = Parser(
        "qemu-doctor checks",
        usage="qemu-doctor checks [--json]",
        description="Lists all checks, built in and plugged in.",
    )
    parser.add_argument("--json", action="store_true", help="print JSON (schema: checks)")
    given = parser.parse_args(arguments)
    from qemudoctor.report.checklist import checks_document, render_checks
    from qemudoctor.report.document import dump
    from qemudoctor.runner import builtin_checks, load_plugins

    plugins, failed = load_plugins()
    checks = (*((x, "built in") for x in builtin_checks()), *plugins)
    say(dump(checks_document(checks)) if given.json else render_checks(checks))
    for source in failed:
        complain(f"the checks of {source.check} could not be loaded: {source.reason}")
    return _PLUGIN_FAILED_STATUS if failed else 0
