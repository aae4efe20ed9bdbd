"""How a contact sheet looks: thumbnails in a grid on white, the number of its row under each.

Cells are as large as the largest thumbnail, so that a batch of banners makes no sheet full of gaps, and they shrink
with their number, so that the sheet of a thousand is as large as that of a hundred. Drawn only in a process of its own.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from PIL import Image, ImageDraw, ImageFont

WIDEST = 4000
"""Pixels."""
LARGEST_SIDE = 480
"""Of a thumbnail, where there are few."""
SHAPE = 4 / 3
"""Width by height that a sheet comes near to."""
ROOM = 0.91
"""What of a column's width a thumbnail may take; the rest is between them."""
SMALLEST_LETTER, LARGEST_LETTER, LINE = 16, 36, 1.7
"""Of the numbers, and how many times as high as a letter the strip is that they stand in."""
PAPER, GROUND, EDGE, INK, FAINT = "#ffffff", "#f3f4f6", "#e5e7eb", "#1f2937", "#9ca3af"


@dataclass(frozen=True, slots=True)
class Grid:
    """Where everything stands, in pixels."""

    columns: int
    rows: int
    width: int
    height: int
    gap: int
    """Between cells; around all of them are two."""
    letter: int

    @property
    def line(self) -> int:
        """Return how high a label is, with the air around it."""
        return round(self.letter * LINE)

    @property
    def size(self) -> tuple[int, int]:
        """Return the size of the sheet."""
        high = self.height + self.line + self.gap
        return self.columns * (self.width + self.gap) + 3 * self.gap, self.rows * high + 3 * self.gap

    def corner(self, cell: int) -> tuple[int, int]:
        """Return the upper left corner of a cell."""
        row, column = divmod(cell, self.columns)
        high = self.height + self.line + self.gap
        return 2 * self.gap + column * (self.width + self.gap), 2 * self.gap + row * high


def side_of(count: int) -> int:
    """Return how long a thumbnail may be where there are so many cells."""
    columns = max(1, math.ceil(math.sqrt(count * SHAPE)))
    return min(LARGEST_SIDE, math.floor(WIDEST / columns * ROOM))


def grid_of(count: int, sizes: Sequence[tuple[int, int]]) -> Grid:
    """Return the grid for so many cells, with thumbnails of these sizes in them."""
    side = side_of(count)
    width = max((size[0] for size in sizes), default=side)
    height = max((size[1] for size in sizes), default=side)
    gap, letter = max(6, side // 14), min(LARGEST_LETTER, max(SMALLEST_LETTER, side // 8))
    wide, high = width + gap, height + gap + round(letter * LINE)
    columns = max(1, min(math.ceil(math.sqrt(count * SHAPE * high / wide)), (WIDEST - 3 * gap) // wide, count))
    return Grid(columns, math.ceil(count / columns), width, height, gap, letter)


def draw(labels: Sequence[str], thumbnails: Mapping[int, Image.Image]) -> Image.Image:
    """Return the sheet; a cell without a thumbnail is drawn empty."""
    grid = grid_of(len(labels), [thumbnail.size for thumbnail in thumbnails.values()])
    sheet = Image.new("RGB", grid.size, PAPER)
    pen, font = ImageDraw.Draw(sheet), ImageFont.load_default(grid.letter)
    for cell, label in enumerate(labels):
        left, top = grid.corner(cell)
        thumbnail = thumbnails.get(cell)
        if thumbnail is None:
            _draw_gap(pen, (left, top, left + grid.width - 1, top + grid.height - 1), grid)
        else:
            _put(sheet, pen, thumbnail, (left, top), grid)
        place = (left + grid.width / 2, top + grid.height + grid.line / 2)
        pen.text(place, label, fill=INK if thumbnail else FAINT, font=font, anchor="mm")
    return sheet


def _put(sheet: Image.Image, pen: ImageDraw.ImageDraw, thumbnail: Image.Image, at: tuple[int, int], grid: Grid) -> None:
    """Put a thumbnail into the middle of its cell, with an edge for those as white as the paper."""
    left = at[0] + (grid.width - thumbnail.width) // 2
    top = at[1] + (grid.height - thumbnail.height) // 2
    around = (left - 1, top - 1, left + thumbnail.width, top + thumbnail.height)
    pen.rectangle(around, fill=GROUND, outline=EDGE)
    sheet.paste(thumbnail, (left, top), thumbnail if thumbnail.mode == "RGBA" else None)


def _draw_gap(pen: ImageDraw.ImageDraw, box: tuple[int, int, int, int], grid: Grid) -> None:
    """Draw a cell of which there is no image."""
    pen.rounded_rectangle(box, radius=grid.gap // 3, fill=GROUND, outline=EDGE)
    middle, half = ((box[0] + box[2]) / 2, (box[1] + box[3]) / 2), grid.letter / 2
    pen.line((middle[0] - half, middle[1], middle[0] + half, middle[1]), fill=FAINT, width=max(1, grid.letter // 10))
