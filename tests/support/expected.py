"""The reports beside the recorded hosts. `python -m tests.support.expected` writes them anew: read the difference."""

import json
from pathlib import Path
from typing import Any

from qemudoctor import examine
from qemudoctor.report.jsonreport import render_json
from tests.support.repository import ROOT

HOSTS = ROOT / "fixtures/hosts"
CAPTURES = tuple(sorted(HOSTS.glob("*.capture")))
REQUIRED = ("linux/arm64",)


def report_of(capture: Path) -> dict[str, Any]:
    """Return the report on a recorded host as JSON, with the version of the tool left out."""
    report = json.loads(render_json(examine(require=REQUIRED, capture=str(capture))))
    assert isinstance(report, dict)
    report["tool"].pop("version")
    return report


def expected_beside(capture: Path) -> Path:
    return capture.with_suffix(".report.json")


if __name__ == "__main__":
    for path in CAPTURES:
        expected_beside(path).write_text(json.dumps(report_of(path), indent=1) + "\n", encoding="utf-8")
