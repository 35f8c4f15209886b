"""Tables of text, held against the library tabulate."""

from hypothesis import given
from hypothesis import strategies as st
from tabulate import tabulate

from qemudoctor.report.columns import columns

HEADERS = ("platform", "host", "verdict")
# What clean() leaves of a text: printable, and a line break where a cell is laid out in two lines.
CELLS = st.text(st.sampled_from("aZ0 -*()/é\n"), min_size=1, max_size=12).filter(lambda x: x.strip(" \n") == x)


def test_a_table() -> None:
    assert columns(HEADERS, [("linux/arm64", "ok", "works"), ("linux/s390x", "ENOEXEC\n(predicted ok)", "broken")]) == [
        ["platform     host            verdict", "-----------  --------------  ---------"],
        ["linux/arm64  ok              works"],
        ["linux/s390x  ENOEXEC         broken", "             (predicted ok)"],
    ]


@given(st.lists(st.tuples(CELLS, CELLS, CELLS), min_size=1, max_size=5))
def test_tables_are_those_of_tabulate(rows: list[tuple[str, str, str]]) -> None:
    told = tabulate(rows, headers=HEADERS, tablefmt="simple", disable_numparse=True)
    lines = [line for part in columns(HEADERS, rows) for line in part]
    assert lines == [line.rstrip() for line in told.split("\n")]
