"""A table of 120 rows that can be made, some of which will fail at Bloom, and of some that cannot, and say why."""

from dataclasses import dataclass
from typing import Any, Final

from bot.sandbox.bloom.images import AspectRatio
from tests.scenarios.batches import table

ROWS: Final = 120
RATIO: Final[AspectRatio] = "1:1"
"""What is chosen for rows that don't say."""
HEADING: Final = ("Aspect Ratio", "Note", "PROMPT", "Brand", "Variants", "Size")


@dataclass(frozen=True)
class Row:
    """A row as somebody wrote it; ``number`` is what their spreadsheet calls it."""

    number: int
    prompt: str
    brand: str = ""
    ratio: AspectRatio | None = None
    variants: int = 1
    size: str = ""
    note: str = ""

    @property
    def cells(self) -> tuple[object, ...]:
        """Return it as a line below the heading."""
        return self.ratio, self.note, self.prompt, self.brand, self.variants, self.size

    @property
    def shape(self) -> AspectRatio:
        """Return its aspect ratio."""
        return self.ratio or RATIO

    @property
    def credits(self) -> int:
        """Return what it costs."""
        return self.variants * (2 if self.size == "4K" else 1)

    @property
    def ordered(self) -> int:
        """Return how many images Bloom takes an order for at first; each of those costs a credit."""
        return 0 if self.number in REFUSED else self.variants


BAD: Final[dict[int, tuple[tuple[object, ...], str]]] = {
    9: (("", "", "a boat", "Acmee", "", ""), "Acmee"),
    10: (("7:5", "", "a boat", "", "", ""), "7:5"),
    44: (("", "no words", "", "Acme", "", ""), "prompt"),
    90: (("", "", "a boat", "", "nine", ""), "nine"),
    91: (("", "", "a boat", "", "", "8K"), "8K"),
    125: (("", "", "a boat", "Old Harbor", "", ""), "Old Harbor"),
}
"""What cannot be made, by number, each with the word that its reason has to name."""
EMPTY: Final = 61
SPECIAL: Final[dict[int, dict[str, Any]]] = {
    3: {"prompt": 'a <red> & *blue* door, with\na line break and a "quote"'},
    5: {"prompt": "=HYPERLINK(a door)", "note": "+1 for the door"},
    20: {"prompt": "a forbidden fruit"},
    34: {"prompt": "an overload of flowers"},
    50: {"prompt": "a mixed bouquet", "variants": 2},
    66: {"prompt": "a huge door", "size": "4K"},
    72: {"prompt": "a lamp", "brand": "Lumen Labs"},
    73: {"prompt": "another lamp", "brand": "Lumen Labs", "variants": 2},
    101: {"prompt": "a cup", "brand": "Northwind Coffee"},
    115: {"prompt": "another forbidden fruit", "note": "twice"},
}
"""Rows unlike the others, by number."""
PARTLY_MADE: Final = 50
SAFETY: Final = ("safety check", "stopped by Bloom's safety check")
TOO_BUSY: Final = ("Bloom was too busy", "Bloom was too busy")
NOT_READY: Final = ("Bloom can't draw for Lumen Labs yet", "the brand isn't ready")
FAILING: Final = {
    20: SAFETY,
    34: TOO_BUSY,
    66: ("Your Bloom plan doesn't include 4K", "not in the Bloom plan"),
    72: NOT_READY,
    73: NOT_READY,
    101: ("Bloom doesn't know Northwind Coffee", "the brand isn't at Bloom any more"),
    115: SAFETY,
}
"""Rows of which nothing can be made at first, by number, with the reason as Slack has it and as the table has it."""
REFUSED: Final = frozenset({66, 72, 73, 101})
"""Those of them that Bloom does not even begin; what it begins in vain, it gives back, and nobody here knows."""
FOR_GOOD: Final = 101
"""What fails the second time, too."""


def _good_rows() -> tuple[Row, ...]:
    numbers = [number for number in range(2, 2 + ROWS + len(BAD) + 1) if number not in BAD and number != EMPTY]
    return tuple(_row(number) for number in numbers)


def _row(number: int) -> Row:
    usual = {
        "prompt": f"picture {number} of a door",
        "ratio": "16:9" if number % 7 == 0 else None,
        "variants": 3 if number % 10 == 8 else 1,
    }
    return Row(number, **(usual | SPECIAL.get(number, {})))


GOOD: Final = _good_rows()
AT_FIRST: Final = {
    row.number: 0 if row.number in FAILING else row.variants - (row.number == PARTLY_MADE) for row in GOOD
}
"""How many images each row has after the first round, by number."""
ORDERED: Final = sum(row.ordered for row in GOOD)
IMAGES: Final = sum(row.variants for row in GOOD)
CREDITS: Final = sum(row.credits for row in GOOD)


def big_table() -> str:
    """Return the table as CSV, with an empty line in it."""
    by_number = {row.number: row.cells for row in GOOD} | {number: cells for number, (cells, _) in BAD.items()}
    by_number[EMPTY] = ()
    return table([HEADING, *(by_number[number] for number in sorted(by_number))])
