"""What there is to choose from in menus: brands, channels, and what an image is made with; the same on every form."""

from collections.abc import Sequence
from typing import Any

from slack_sdk.models.blocks import ConversationFilter, Option, PlainTextObject

from bot.core.brands import labels, search
from bot.core.models import ANY_RATIO, AspectRatio, Brand, ImageModel, ImageSize, Shape
from bot.slack.views.message import shorten_middle
from bot.slack.views.wording import GONE_BRAND, brand_label, model_text, ratio_text, size_text

OPTION_LIMIT = 100
RATIOS: dict[str, str] = {ratio.value: ratio_text(ratio) for ratio in AspectRatio}
ANY_OR_RATIOS: dict[str, str] = {ANY_RATIO: "Let Bloom choose"} | RATIOS
SHAPES: tuple[Shape, ...] = (ANY_RATIO, *AspectRatio)
MODELS: dict[str, str] = {model.value: model_text(model) for model in ImageModel}
SIZES: dict[str, str] = {size.value: size_text(size) for size in ImageSize}
CHANNELS = ConversationFilter(include=["public", "private"], exclude_bot_users=True)
"""Conversations that are no direct messages."""


def option(value: str, text: str) -> Option:
    """Return an option with a text in which Slack interprets nothing; a longer one keeps its end."""
    return Option(value=value, text=PlainTextObject(text=shorten_middle(text, Option.label_max_length), emoji=False))


def brand_option(brand_id: str, brands: Sequence[Brand]) -> Option:
    """Return the option of a brand that was chosen, also of one that is gone."""
    brand = next((one for one in brands if one.id == brand_id), None)
    return _option_of(brand, labels(brands)) if brand else option(brand_id, GONE_BRAND)


def brand_options(brands: Sequence[Brand], query: str, *first: Option) -> dict[str, list[dict[str, Any]]]:
    """Return the answer to a search for brands: what comes ``first``, then those that are ready; 100 in all."""
    names = labels(brands)
    return options([*first, *(_option_of(brand, names) for brand in search(brands, query)[:OPTION_LIMIT])])


def options(found: Sequence[Option]) -> dict[str, list[dict[str, Any]]]:
    """Return the answer to a search, at most 100 options."""
    return {"options": [one.to_dict() for one in found[:OPTION_LIMIT]]}


def _option_of(brand: Brand, names: dict[str, str]) -> Option:
    return option(brand.id, brand_label(brand, names[brand.id], Option.label_max_length))
