"""The page of a check, and the list of checks."""

import json
from textwrap import dedent

from qemudoctor.check import Check, Severity
from qemudoctor.report.checklist import checks_document, render_checks
from qemudoctor.report.document import dump
from qemudoctor.report.page import render_page
from tests.report.examples import HOSTILE, WITHOUT_F, check
from tests.support.schemas import errors

CHECKS = ((check("QD501", Severity.WARNING), "stranger[probes]"), (WITHOUT_F, "built in"))


def test_page() -> None:
    assert render_page(check("QD201")) == dedent(
        """\
        QD201 slug-of-qd201: The title of QD201
        severity: error, family: plugin, since: 0.1, cause: f-flag-missing

        Why it breaks.

        Who is affected:
            a command that stays as it is, and is not wrapped

        references:
          https://docs.kernel.org/admin-guide/binfmt-misc.html
        """
    )


def test_page_fills_paragraphs() -> None:
    text = "word " * 30 + "\nnext line of the paragraph\n\nsecond"
    page = render_page(WITHOUT_F._replace(explanation=text))
    lines = page.split("\n")
    assert all(len(line) <= 80 for line in lines)
    assert "word next line of the paragraph" in " ".join(lines)
    assert lines[-3:] == ["", "second", ""]


def test_page_is_clean() -> None:
    hostile = Check("X1", HOSTILE, HOSTILE, Severity.ERROR, WITHOUT_F.run, HOSTILE, references=(HOSTILE,))
    assert all(line.isprintable() for line in render_page(hostile).split("\n"))


def test_list() -> None:
    assert render_checks(CHECKS) == dedent(
        """\
        check    slug                       family    severity    origin
        -------  -------------------------  --------  ----------  ----------------
        QD201    binfmt-fix-binary-missing  plugin    error       built in
        QD501    slug-of-qd501              plugin    warning     stranger[probes]
        """
    )


def test_list_as_json() -> None:
    document = json.loads(dump(checks_document(CHECKS)))
    assert errors("checks", document) == []
    assert [x["check"] for x in document["checks"]] == ["QD201", "QD501"]
    assert document["checks"][1] == {
        "check": "QD501",
        "slug": "slug-of-qd501",
        "title": "The title of QD501",
        "family": "plugin",
        "severity": "warning",
        "cause": "f-flag-missing",
        "since": "0.1",
        "origin": "stranger[probes]",
    }
