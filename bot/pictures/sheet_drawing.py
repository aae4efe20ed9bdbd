"""The process that makes a contact sheet: the pictures of a batch come in one by one, one picture of all goes out.

The first line says what stands in the cells; then each picture follows a line with its cell and its size. Only
thumbnails are kept. The file that is written is the argument.
"""

import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from PIL import Image

from bot.pictures.conversion import thumbnail_of
from bot.pictures.processes import confine
from bot.pictures.sheet_layout import draw, side_of

SECONDS = 20 * 60
"""Of the processor's time: a picture of the largest size takes about one."""
QUALITY = 90
GENTLE = 10
"""How far everything else on the machine goes first."""


def frames(source: BinaryIO) -> Iterator[tuple[int, bytes]]:
    """Yield what comes in: the cell of each picture, and the picture."""
    for line in source:
        frame = json.loads(line)
        yield frame["cell"], source.read(frame["size"])


def made(labels: list[str], source: BinaryIO) -> Image.Image:
    """Return the sheet; what cannot be read leaves its cell empty."""
    thumbnails: dict[int, Image.Image] = {}
    side = side_of(len(labels))
    for cell, content in frames(source):
        try:
            thumbnails[cell] = thumbnail_of(content, side)
        except Exception as exc:  # noqa: BLE001 - files from outside: Pillow's plugins raise whatever they like
            print(f"cell {cell}: {type(exc).__name__}", file=sys.stderr)  # noqa: T201
    return draw(labels, thumbnails)


if __name__ == "__main__":
    confine(SECONDS)
    os.nice(GENTLE)
    sheet = made(json.loads(sys.stdin.buffer.readline()), sys.stdin.buffer)
    sheet.save(Path(sys.argv[1]), "JPEG", quality=QUALITY, subsampling=0, optimize=True)
