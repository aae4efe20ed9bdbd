"""What people write into the cells of a batch's table, understood as what Bloom takes. Pure.

Each raises ValueError, with a sentence for people, for what it cannot be.
"""

import re
from collections.abc import Sequence
from typing import Final

from bot.core.models import ANY_RATIO, PROMPT_LIMIT, VARIANT_LIMIT, AspectRatio, ImageModel, ImageSize, Shape

TYPED_LIMIT = 40
"""Characters of what was typed that are said again."""

_RATIO = re.compile(r"(\d{1,5})\s*[:x×∶：/]\s*(\d{1,5})(?::00)?(?:\s*(am|pm))?")
"""Also as a spreadsheet shows it that took 16:9 for a time: 16:09:00 or 4:09:00 PM."""
_RATIO_WORDS: Final[dict[str, Shape]] = {
    ANY_RATIO: ANY_RATIO,
    "auto": ANY_RATIO,
    "square": AspectRatio.SQUARE,
    "story": AspectRatio.STORY,
}
_SIZES = {"2k": ImageSize.SIZE_2K, "2048": ImageSize.SIZE_2K, "4k": ImageSize.SIZE_4K, "4096": ImageSize.SIZE_4K}
_BROKEN = ("#NAME?", "#VALUE!", "#REF!", "#N/A", "#DIV/0!", "#ERROR!")
"""What a spreadsheet makes of a prompt that begins with a hyphen, say."""
_WHOLE = re.compile(r"(\d{1,5})(?:[.,]0*)?")


def prompt(cell: str) -> str:
    """Return a prompt that Bloom takes."""
    if cell in _BROKEN:
        raise ValueError(f"The prompt is {quoted(cell)}, a formula that went wrong; put an apostrophe before it.")
    if len(cell) > PROMPT_LIMIT:
        raise ValueError(f"The prompt has {len(cell):,} characters; Bloom takes {PROMPT_LIMIT:,}.")
    return cell


def shape(cell: str) -> Shape:
    """Return a shape; pixels such as 1080x1920 are one too."""
    plain = cell.casefold()
    if plain in _RATIO_WORDS:
        return _RATIO_WORDS[plain]
    width, height = _sides(plain.removesuffix("px").rstrip())
    for ratio in AspectRatio:
        w, h = map(int, ratio.split(":"))
        if width and width * h == height * w:
            return ratio
    raise ValueError(f"There is no aspect ratio {quoted(cell)}; it may be {_listed((*AspectRatio, ANY_RATIO))}.")


def model(cell: str) -> ImageModel:
    """Return a model."""
    try:
        return ImageModel(cell.casefold())
    except ValueError:
        raise ValueError(f"There is no model {quoted(cell)}; it may be {_listed(tuple(ImageModel))}.") from None


def size(cell: str) -> ImageSize:
    """Return a size, by its name or its pixels."""
    plain = cell.casefold().removesuffix("px").strip()
    whole = _WHOLE.fullmatch(plain)
    if found := _SIZES.get(str(int(whole[1])) if whole else plain):
        return found
    raise ValueError(f"There is no size {quoted(cell)}; it may be {_listed(tuple(ImageSize))}.")


def variants(cell: str) -> int:
    """Return how many images are wanted."""
    whole = _WHOLE.fullmatch(cell)
    if whole and 1 <= int(whole[1]) <= VARIANT_LIMIT:
        return int(whole[1])
    raise ValueError(f"{quoted(cell)} variants can't be made; write a number from 1 to {VARIANT_LIMIT}.")


def quoted(cell: str) -> str:
    """Return what was typed, in quotes, on one short line."""
    return f"“{shortened(' '.join(cell.split()), TYPED_LIMIT)}”"


def shortened(text: str, limit: int) -> str:
    """Return the beginning of a text, with a sign that there was more."""
    return text if len(text) <= limit else f"{text[:limit].rstrip()}…"


def _sides(plain: str) -> tuple[int, int]:
    """Return width and height; of an afternoon's time 12 hours more, as 4:09 PM was 16:9."""
    match = _RATIO.fullmatch(plain)
    if match is None:
        return 0, 0
    width, height = int(match[1]), int(match[2])
    return (width + 12 if match[3] == "pm" else width), height


def _listed(names: Sequence[str]) -> str:
    return f"{', '.join(names[:-1])} or {names[-1]}"
