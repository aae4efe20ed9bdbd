"""Where Bloom's sources differ: its document and its guide do not write every answer alike."""

from dataclasses import dataclass
from typing import Literal

from bot.sandbox.bloom.errors import ErrorStyle

IdsStyle = Literal["openapi", "guide"]


@dataclass
class Spelling:
    """Which of the two ways answers are written. May change at any time."""

    error_style: ErrorStyle = "openapi"
    ids_style: IdsStyle = "openapi"
    absolute_urls: bool = False
