"""Tables of text: a line of headers, a rule, and the rows, with two blanks between the columns."""

from collections.abc import Sequence

_BETWEEN = "  "
_HEADER_BLANKS = 2
"""A column is that much wider than its header at least."""


def columns(headers: Sequence[str], rows: Sequence[Sequence[str]]) -> list[list[str]]:
    r"""Return a table: the lines of its head, and then those of each row. A cell with "\n" in it has several lines."""
    cells = [[cell.strip().split("\n") for cell in row] for row in rows]
    widths = [
        max(len(header) + _HEADER_BLANKS, *(len(line) for row in cells for line in row[number]))
        for number, header in enumerate(headers)
    ]
    head = [_line(headers, widths), _line(["-" * width for width in widths], widths)]
    return [head, *(_row(row, widths) for row in cells)]


def _row(cells: Sequence[Sequence[str]], widths: Sequence[int]) -> list[str]:
    height = max(map(len, cells))
    return [_line([cell[at] if at < len(cell) else "" for cell in cells], widths) for at in range(height)]


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    return _BETWEEN.join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True)).rstrip()
