"""Rows of a table as what Bloom is to be asked for, and what keeps the others from that. Pure.

All that is wrong with a row is said at once, so that nobody mends a table one mistake at a time.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from bot.core.batches.table import cells
from bot.core.batches.table.brand_cells import Meant, brands_meant
from bot.core.batches.table.columns import Column
from bot.core.batches.table.spreadsheets import Table, TableRow
from bot.core.models import (
    ANY_RATIO,
    PROMPT_LIMIT,
    BadRow,
    BatchRow,
    Brand,
    ImageModel,
    ImageSize,
    Parameters,
    RowDefaults,
)

T = TypeVar("T")

NOTE_LIMIT = 500
"""Characters of a note that are kept."""
NO_PROMPT = "It has no prompt."
TOO_WIDE = "It has more cells than the heading; put quotes around a prompt with commas in it."


@dataclass(frozen=True, slots=True)
class Judged:
    """Rows that can be made, and rows that cannot, each by number."""

    good: tuple[BatchRow, ...]
    bad: tuple[BadRow, ...]


def judge(table: Table, brands: tuple[Brand, ...], defaults: RowDefaults) -> Judged:
    """Return what each row asks for, with the ``defaults`` where it says nothing, or all that is wrong with it."""
    meant = brands_meant((_brand_cell(row) for row in table.rows), brands, defaults.brand_id)
    good: list[BatchRow] = []
    bad: list[BadRow] = []
    for row in table.rows:
        judged = _judged(row, meant[_brand_cell(row)], defaults)
        if isinstance(judged, BatchRow):
            good.append(judged)
        else:
            bad.append(judged)
    return Judged(tuple(good), tuple(bad))


def _brand_cell(row: TableRow) -> str:
    return row.cells.get(Column.BRAND, "")


def _judged(row: TableRow, brand: Meant, defaults: RowDefaults) -> BatchRow | BadRow:
    reader = _Reader(row)
    prompt = reader.read(Column.PROMPT, cells.prompt, "")
    if brand.reason:
        reader.reasons.append(brand.reason)
    shape = reader.read(Column.ASPECT_RATIO, cells.shape, defaults.shape or ANY_RATIO)
    model = reader.read(Column.MODEL, cells.model, defaults.model or ImageModel.PRO)
    size = reader.read(Column.SIZE, cells.size, defaults.size or ImageSize.SIZE_2K)
    variants = reader.read(Column.VARIANTS, cells.variants, defaults.variants)
    if reader.reasons:
        said = cells.shortened(row.cells.get(Column.PROMPT, ""), PROMPT_LIMIT)
        return BadRow(number=row.number, prompt=said, reasons=tuple(reader.reasons))
    parameters = Parameters(
        prompt=prompt,
        brand_id=brand.brand_id,
        aspect_ratio=None if shape == ANY_RATIO else shape,
        model=model,
        size=size,
        variants=variants,
    )
    note = cells.shortened(row.cells.get(Column.NOTE, ""), NOTE_LIMIT)
    return BatchRow(number=row.number, parameters=parameters, brand_name=brand.name, note=note)


class _Reader:
    """Reads the cells of one row and gathers what is wrong with them."""

    def __init__(self, row: TableRow) -> None:
        self._row = row
        self.reasons = [TOO_WIDE] if row.is_too_wide else []
        if Column.PROMPT not in row.cells:
            self.reasons.append(NO_PROMPT)

    def read(self, column: Column, reader: Callable[[str], T], otherwise: T) -> T:
        """Return what a cell says, something else where it says nothing, or what cannot be."""
        try:
            return reader(self._row.cells[column]) if column in self._row.cells else otherwise
        except ValueError as wrong:
            self.reasons.append(str(wrong))
            return otherwise
