"""The rows of a text by some separator, numbered as spreadsheets number them: empty ones count. Pure."""

import csv
import io
import re
from collections.abc import Iterator

from bot.core.csv_tables import as_typed
from bot.core.errors import TableUnreadable

NO_SEPARATOR = "\0"
"""What stands in no text: each line is one cell."""
COLUMN_LIMIT = 16_384
"""As many as spreadsheets themselves have."""

_QUOTED = re.compile(r'\s*"[^"]*+(?:""[^"]*+)*+"\s*')


def records(text: str, separator: str) -> Iterator[tuple[int, list[str]]]:
    """Yield all rows with their numbers. Raises TableUnreadable for what is no row."""
    lines = _Lines(text)
    reader = csv.reader(lines, delimiter=separator, skipinitialspace=True)
    number = 0
    try:
        for number, cells in enumerate(reader, 1):
            if lines.is_over:
                raise TableUnreadable(f"A quote in row {number:,} never ends; close it and try again.")
            row = lines.taken()
            is_typed = separator == NO_SEPARATOR and not _QUOTED.fullmatch(row)  # what has quotes has typed them
            yield number, _plain(number, [row] if is_typed else cells)
    except csv.Error:
        raise TableUnreadable(f"Row {number + 1:,} has a cell that is too long, or a quote that never ends.") from None


class _Lines:
    """Lines for ``csv.reader``, which reads past the last one only to look for the end of a quote.

    So a row that comes after ``is_over`` has an open one.
    """

    def __init__(self, text: str) -> None:
        self._text = text
        self._taken: list[str] = []
        self.is_over = False

    def __iter__(self) -> Iterator[str]:
        for line in io.StringIO(self._text, newline=""):
            self._taken.append(line)
            yield line
        self.is_over = True

    def taken(self) -> str:
        """Return the lines that were asked for since the last time: a row as it was written."""
        row = "".join(self._taken)
        self._taken.clear()
        return row


def _plain(number: int, cells: list[str]) -> list[str]:
    """Return the cells as people mean them. Raises TableUnreadable for what no spreadsheet holds."""
    if len(cells) > COLUMN_LIMIT:
        raise TableUnreadable(f"Row {number:,} has more columns than any spreadsheet.")
    return [as_typed(cell.lstrip()).strip() for cell in cells]
