"""The list of checks, as text and as JSON (schema checks/1)."""

from collections.abc import Iterable

from qemudoctor.check import Check
from qemudoctor.report.document import Document
from qemudoctor.report.terminal import clean

SCHEMA = "qemu-doctor/checks/1"
_HEADERS = ("check", "slug", "family", "severity", "origin")


def render_checks(checks: Iterable[tuple[Check, str]]) -> str:
    """Return checks with their origins as a table, by id."""
    from tabulate import tabulate

    rows = [
        tuple(map(clean, (check.id, check.slug, check.family, check.severity.value, origin)))
        for check, origin in _sorted(checks)
    ]
    text = tabulate(rows, headers=_HEADERS, tablefmt="simple", disable_numparse=True)
    return "\n".join(line.rstrip() for line in text.split("\n")) + "\n"


def checks_document(checks: Iterable[tuple[Check, str]]) -> Document:
    """Return checks with their origins as the value that their JSON holds, by id."""
    return {
        "schema": SCHEMA,
        "checks": [
            {
                "check": check.id,
                "slug": check.slug,
                "title": check.title,
                "family": check.family,
                "severity": check.severity.value,
                "cause": check.cause,
                "since": check.since,
                "origin": origin,
            }
            for check, origin in _sorted(checks)
        ],
    }


def _sorted(checks: Iterable[tuple[Check, str]]) -> list[tuple[Check, str]]:
    return sorted(checks, key=lambda x: (x[0].id, x[1]))
