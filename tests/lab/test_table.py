"""The committed table and the cases say the same: every case has its row, and no row is left over."""

import re

import pytest

from tests.lab.case import STAND_INS, Case
from tests.lab.cases import CASES, IMPOSSIBLE
from tests.lab.table import DOCUMENT, declared_end, declared_name, impossible_cells, is_fault, known

TEXT = DOCUMENT.read_text(encoding="utf-8") if DOCUMENT.exists() else ""
ROWS = {
    match[1]: [cell.replace("\\|", "|") for cell in re.split(r"(?<!\\) \| ", match[0][2:-2])]
    for match in re.finditer(r"^\| `([\w-]+)`: .*\|$", TEXT, re.MULTILINE)
}


def test_there_are_many_faults_and_each_has_a_name_of_its_own() -> None:
    ids = [case.id for case in CASES] + [row.id for row in IMPOSSIBLE]
    assert len(ids) == len(set(ids))
    assert sum(map(is_fault, CASES)) >= 45


def test_the_document_has_a_row_for_each_and_no_other() -> None:
    assert list(ROWS) == sorted(ROWS, key=list(ROWS).index)
    assert set(ROWS) == {case.id for case in CASES} | {row.id for row in IMPOSSIBLE}


@pytest.mark.parametrize("case", CASES, ids=[case.id for case in CASES])
def test_a_row_says_what_the_case_declares(case: Case) -> None:
    row = ROWS[case.id]
    assert row[0] == f"`{case.id}`: {case.title}"
    assert row[1] == declared_end(case)
    assert row[2] == known(case.predicted or case.ends)
    assert row[3] == known(case.observed or case.ends)
    assert row[4] == declared_name(case)
    if is_fault(case):
        assert row[6] == case.no_cure or case.no_cure is None
        assert row[7] == (case.note or "")


@pytest.mark.parametrize("case", CASES, ids=[case.id for case in CASES])
def test_what_differs_is_explained(case: Case) -> None:
    """Where the image is at fault, which the examination does not look at, `trace` says what is wrong instead."""
    differs = {case.predicted or case.ends, case.observed or case.ends} != {case.ends}
    assert not differs or case.traced is not None or case.note or not is_fault(case)


def test_what_cannot_be_produced_says_why() -> None:
    for row in IMPOSSIBLE:
        assert tuple(ROWS[row.id]) == impossible_cells(row)
        assert len(row.why) > 20


def test_every_stand_in_is_used_and_explained() -> None:
    used = {name for case in CASES for name in case.stand_ins}
    assert used == set(STAND_INS)
    for name, stand_in in STAND_INS.items():
        assert f"| {name} | {stand_in.reason} |" in TEXT
