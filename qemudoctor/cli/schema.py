"""`schema`: the JSON Schema of an output."""

from pkgutil import get_data

from qemudoctor.cli.options import Parser
from qemudoctor.cli.streams import say

NAMES = ("report", "plan", "explanation", "trace", "traces", "registration", "checks")


def run(arguments: list[str]) -> int:
    """Print the schema that is named and return the exit status."""
    parser = Parser(
        "qemu-doctor schema",
        usage="qemu-doctor schema NAME",
        description="Prints the JSON Schema (2020-12) of an output: report, plan, explanation, trace,\n"
        "traces (of several kernels), registration or checks.",
    )
    parser.add_argument("name", metavar="NAME", choices=NAMES, help=", ".join(NAMES))
    given = parser.parse_args(arguments)
    say((get_data("qemudoctor", f"schemas/{given.name}.json") or b"").decode())
    return 0
