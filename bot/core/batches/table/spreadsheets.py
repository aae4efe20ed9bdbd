"""Tables as people's spreadsheets save them, read as rows that are numbered as they number them. Pure.

A file without a heading is one prompt a line, unless it looks like a table.
"""

import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from bot.core.batches.table.columns import Column
from bot.core.batches.table.encodings import text_of
from bot.core.batches.table.headings import heading_of, refuse_tables
from bot.core.batches.table.records import NO_SEPARATOR, records
from bot.core.errors import TableUnreadable

SEPARATORS = (",", ";", "\t", "|")
RECORD_LIMIT = 100_000
"""Rows that are looked at, the empty ones included."""
EMPTY = "There is no row with a prompt in it."

_TOLD = re.compile(r'"?sep=(?P<separator>[^\w\s"]|\t)"?[ ,;\t]*(?:\r\n|\r|\n|$)', re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class TableRow:
    """What a row says, cells without a word left out; ``number`` is what a spreadsheet calls it."""

    number: int
    cells: Mapping[Column, str]
    is_too_wide: bool = False
    """Whether it has cells beyond the heading: then nobody knows which belongs to which column."""


@dataclass(frozen=True, slots=True)
class Table:
    """Rows that are not empty, and the headings of columns that nobody understands."""

    rows: tuple[TableRow, ...]
    ignored_columns: tuple[str, ...] = ()


def read(content: bytes, row_limit: int) -> Table:
    """Read a file. Raises TableUnreadable, also for more rows than the limit, and for none."""
    text = text_of(content)
    told = _TOLD.match(text)
    text, separators = (text[told.end() :], (told["separator"],)) if told else (text, SEPARATORS)
    heading = heading_of(text, separators)
    if heading is None:
        refuse_tables(text, separators)
        return _limited((_only(number, cells) for number, cells in records(text, NO_SEPARATOR)), row_limit)
    columns, width = heading.columns, heading.width
    below = (record for record in records(text, heading.separator) if record[0] > heading.number)
    return _limited((_row(*record, columns, width) for record in below), row_limit, heading.ignored)


def typed(lines: str, row_limit: int) -> Table:
    """Return prompts that were typed one a line. Raises TableUnreadable as `read`."""
    plain = lines.encode(errors="replace").decode().replace("\0", "")
    numbered = enumerate(io.StringIO(plain, newline=None), 1)
    return _limited((_only(number, [line.strip()]) for number, line in numbered), row_limit)


def _row(number: int, cells: Sequence[str], columns: Mapping[int, Column], width: int) -> TableRow | None:
    if not any(cells):
        return None
    known = {columns[at]: cell for at, cell in enumerate(cells) if cell and at in columns}
    return TableRow(number, known, is_too_wide=any(cells[width:]))


def _only(number: int, cells: Sequence[str]) -> TableRow | None:
    return TableRow(number, {Column.PROMPT: cells[0]}) if any(cells) else None


def _limited(rows: Iterator[TableRow | None], limit: int, ignored: tuple[str, ...] = ()) -> Table:
    """Keep as many rows as the limit allows, and count the others, as far as that makes sense."""
    looked_at = islice(rows, RECORD_LIMIT)
    kept = tuple(islice(filter(None, looked_at), limit))
    beyond = sum(1 for row in looked_at if row)
    if any(True for _ in rows):
        raise TableUnreadable(
            f"That's a table of over {RECORD_LIMIT:,} rows, and a batch takes {limit:,}; split it up."
        )
    if beyond:
        raise TableUnreadable(f"That's {limit + beyond:,} rows, and a batch takes {limit:,}; split them up.")
    if not kept:
        raise TableUnreadable(EMPTY)
    return Table(kept, ignored)
