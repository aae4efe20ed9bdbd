"""Tables that spreadsheets open, as CSV. Pure.

A cell that begins like a formula would be one in a spreadsheet, whoever typed it: such a cell gets an apostrophe.
"""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""What makes a cell a formula where somebody opens the table; the wide ones where they write Japanese."""
MARK = b"\xef\xbb\xbf"
"""By which spreadsheets know UTF-8."""


def beginning(columns: Sequence[str]) -> bytes:
    """Return what a table begins with: the mark, and the names of its columns."""
    return MARK + ",".join(columns).encode() + b"\r\n"


def lines(columns: Sequence[str], rows: Iterable[Mapping[str, str]]) -> bytes:
    """Return the rows as lines of a table with these columns; a cell that a row lacks is empty."""
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, columns, restval="")
    writer.writerows({column: _harmless(cell) for column, cell in row.items()} for row in rows)
    return text.getvalue().encode("utf-8", errors="replace")


def as_typed(cell: str) -> str:
    """Return a cell without the apostrophe that kept it from being a formula; of several the first."""
    return cell[1:] if cell.startswith("'") and cell.lstrip("'").startswith(FORMULA) else cell


def _harmless(cell: str) -> str:
    cell = cell.replace("\x00", "")
    return f"'{cell}" if cell.startswith(FORMULA) else cell
