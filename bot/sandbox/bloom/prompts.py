"""What a word in a prompt does on purpose: which image fails and why, and what kind of file it is.

What a real Bloom would do by chance, or by habits that nobody knows, a visitor sees when they want to.
"""

import re
from typing import Final, Literal

from bot.sandbox.bloom.images import FailureReason, FileFormat
from bot.sandbox.bloom.outcomes import Example

Model = Literal["fast", "standard", "pro"]

KINDS: Final = (
    Example("a red fox as a WebP", "is a file that Slack does not show"),
    Example("a red fox as an AVIF", "is another one"),
    Example("a red fox as an SVG", "is a vector from the start"),
)
FAILING: Final = (
    Example("a forbidden fruit", "breaks Bloom's rules, unless the model is Standard"),
    Example("an overload of flowers", "finds Bloom's image model too busy"),
    Example("a mixed bouquet", "lacks every second image of several"),
)
_FORMATS: Final[dict[str, FileFormat]] = {
    "png": "PNG",
    "jpg": "JPEG",
    "jpeg": "JPEG",
    "webp": "WEBP",
    "avif": "AVIF",
    "svg": "SVG",
}
_WANTED: Final = re.compile(rf"\bas an? ({'|'.join(_FORMATS)})\b", re.IGNORECASE)


def format_of(prompt: str | None) -> FileFormat | None:
    """Return the kind of file that a prompt names, the last one if there are several."""
    named = _WANTED.findall(prompt or "")
    return _FORMATS[named[-1].lower()] if named else None


def failure_of(prompt: str | None, model: Model, place: int = 0) -> FailureReason | None:
    """Return why an image of this prompt fails, if it does; ``place`` is its own among the variants, from 0."""
    words = (prompt or "").lower()
    if "forbidden" in words and model != "standard":
        return "content_safety"
    is_busy = "overload" in words or ("mixed" in words and place % 2 == 1)
    return "rate_limited" if is_busy else None
