"""Where a table's heading is, and what its columns mean: it is what tells a table from prompts, and its separator.

A spreadsheet writes what the computer's language wants: commas, semicolons or tabs. Which it was shows where the
heading names a column for prompts. Pure.
"""

import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice

from bot.core.batches.table.cells import TYPED_LIMIT, quoted, shortened
from bot.core.batches.table.columns import Column, is_named, is_of_results, meaning
from bot.core.batches.table.records import NO_SEPARATOR, records
from bot.core.errors import TableUnreadable

TITLE_ROWS = 20
"""Rows among which the heading is looked for: some put a title above it."""
HEADINGS_NAMED = 10
NO_PROMPT_COLUMN = (
    "I can't find a column called “prompt”. Give the column with the prompts that name, in the first row."
)

_AMID_WORDS = re.compile(r"[,;|](?!\s|$)|\t")
"""A separator as tables have it; people put a space after a comma."""


@dataclass(frozen=True, slots=True)
class Heading:
    """The names of the columns, in which row they stand, and what is between them."""

    number: int
    separator: str
    names: Sequence[str]

    @property
    def width(self) -> int:
        """Return how many columns have a name, or others after them do."""
        return max((position for position, name in enumerate(self.names, 1) if name), default=0)

    @property
    def columns(self) -> dict[int, Column]:
        """Return what is where. Raises TableUnreadable for two columns of one meaning, unless one has our name."""
        found: dict[Column, list[int]] = {}
        for position, name in enumerate(self.names):
            if column := meaning(name):
                found.setdefault(column, []).append(position)
        return {self._one_of(positions, column): column for column, positions in found.items()}

    @property
    def ignored(self) -> tuple[str, ...]:
        """Return the names of columns that nobody understands, as far as they are told."""
        columns = self.columns
        others = (name for position, name in enumerate(self.names) if name and position not in columns)
        strange = (name for name in others if not is_of_results(name))
        return tuple(shortened(name, TYPED_LIMIT) for name in islice(strange, HEADINGS_NAMED))

    def _one_of(self, positions: Sequence[int], column: Column) -> int:
        named = [position for position in positions if is_named(self.names[position], column)] or positions
        if len(named) > 1:
            both = " and ".join(quoted(self.names[position]) for position in named[:2])
            raise TableUnreadable(f"Two columns mean the same, {both}; keep one of them.")
        return named[0]


def heading_of(text: str, separators: Sequence[str]) -> Heading | None:
    """Return the first row that names a column for prompts, by the separator that makes most of it."""
    found = [heading for separator in separators if (heading := _heading_by(text, separator))]
    best = max(found, key=lambda one: (len(one.columns), len(one.names)), default=None)
    if best and len(best.names) == 1:
        return Heading(best.number, NO_SEPARATOR, best.names)
    return best


def _heading_by(text: str, separator: str) -> Heading | None:
    """Return the heading by one separator: the first row, or one below a title if it names more than prompts."""
    is_first = True
    with suppress(TableUnreadable):  # by another separator, its quotes may make sense
        for number, cells in _filled_at_top(text, separator):
            known = [column for cell in cells if (column := meaning(cell))]
            if Column.PROMPT in known and (is_first or len(known) > 1):
                return Heading(number, separator, cells)
            is_first = False
    return None


def refuse_tables(text: str, separators: Sequence[str]) -> None:
    """Raise TableUnreadable for a table without a column for prompts: its lines are none."""
    _, first_line = next(_filled_at_top(text, NO_SEPARATOR), (0, []))
    is_prose = not _AMID_WORDS.search("".join(first_line))
    for separator in separators:
        _, cells = next(_filled_at_top(text, separator), (0, []))
        if (len(cells) > 1 and not is_prose) or any(map(meaning, cells)):
            raise TableUnreadable(NO_PROMPT_COLUMN)


def _filled_at_top(text: str, separator: str) -> Iterator[tuple[int, list[str]]]:
    """Yield those of the first rows that are not empty."""
    return ((number, cells) for number, cells in islice(records(text, separator), TITLE_ROWS) if any(cells))
