"""The columns of a batch's table: what they are called in ours, and how people call them in theirs. Pure."""

import unicodedata
from enum import StrEnum


class Column(StrEnum):
    """What a row of a table can say about its images, in the order of the tables that we write."""

    PROMPT = "prompt"
    BRAND = "brand"
    ASPECT_RATIO = "aspect_ratio"
    MODEL = "model"
    SIZE = "size"
    VARIANTS = "variants"
    NOTE = "note"


OUTCOMES = ("status", "reason", "credits", "images")
"""What a table of results says beside that."""
HEADING_LIMIT = 60
"""Characters of a heading that are looked at."""
RESULT_COLUMNS = ("row", *Column, *OUTCOMES)

_SPELLINGS = {
    Column.PROMPT: ("prompts", "text", "texts", "description", "descriptions", "image prompt"),
    Column.BRAND: ("brands", "brand name"),
    Column.ASPECT_RATIO: ("aspect ratios", "aspect", "ratio", "ratios", "format", "shape", "ar"),
    Column.MODEL: ("models",),
    Column.SIZE: ("sizes", "image size", "resolution"),
    Column.VARIANTS: ("variant", "variations", "count", "n", "number of images", "no. of images", "image count"),
    Column.NOTE: ("notes", "comment", "comments"),
}


def _plain(heading: str) -> str:
    """Return what counts of a heading: its letters and digits."""
    return "".join(filter(str.isalnum, unicodedata.normalize("NFKC", heading[:HEADING_LIMIT]).casefold()))


_COLUMNS = {_plain(name): column for column, names in _SPELLINGS.items() for name in (column, *names)}
_OURS = {"row", *OUTCOMES}


def meaning(heading: str) -> Column | None:
    """Return what a column with this heading is about, however it is capitalised and punctuated."""
    return _COLUMNS.get(_plain(heading))


def is_named(heading: str, column: Column) -> bool:
    """Whether a heading is the column's own name, which counts for more than other words for it."""
    return _plain(heading) == _plain(column)


def is_of_results(heading: str) -> bool:
    """Whether a column is one that we write ourselves, but read nothing from."""
    return _plain(heading) in _OURS
