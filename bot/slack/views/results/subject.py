"""The image that a modal is about: how it is named, and what travels along while somebody fills the modal in."""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel
from slack_sdk.models.blocks import ImageElement, SectionBlock

from bot.core.derivations import Made
from bot.core.models import Showing, Source
from bot.slack.views.message import bold, escape, modal, section, shorten
from bot.slack.views.pictures import shown_by
from bot.slack.views.wording import brand_text

SUBJECT_BLOCK = "subject"
PROMPT_LIMIT = 150
ALT_LIMIT = 300


class Subject(BaseModel):
    """Which image a modal is about. Travels in ``private_metadata``."""

    image_id: str


class Wish(BaseModel):
    """What is to be made of an image, and where somebody pressed for it. Travels in ``private_metadata``."""

    source: Source
    key: str = ""
    """What names the wish, however often it is sent."""
    confirmed: int = 0
    """How many credits the person is told that it costs, so that sending the modal says yes to them."""


def subject_of(view: Mapping[str, Any]) -> Subject:
    """Return which image a modal is about."""
    return Subject.model_validate_json(view["private_metadata"])


def wish_of(view: Mapping[str, Any]) -> Wish:
    """Return what a modal is to start."""
    return Wish.model_validate_json(view["private_metadata"])


def about(made: Made, picture: ImageElement | None = None) -> SectionBlock:
    """Name an image: which one it is, for which brand, and how its prompt begins; with its picture if there is one."""
    text = f"{bold(position(made))} for {bold(brand_text(made.generation.request.brand_name))}"
    return section(f"{text}\n{escape(shorten(made.order.prompt, PROMPT_LIMIT))}", SUBJECT_BLOCK, accessory=picture)


def position(made: Made) -> str:
    """Return which image of its reply it is."""
    pictures = made.generation.pictures
    if len(pictures) < 2 or made.image not in pictures:
        return "Image"
    return f"Image {pictures.index(made.image) + 1} of {len(pictures)}"


def picture_of(made: Made, showing: Showing | None) -> ImageElement | None:
    """Return the picture of an image as Slack shows it already; nothing where Slack showed only a link."""
    alt_text = escape(shorten(f"{position(made)}: {made.order.prompt}", ALT_LIMIT))
    shown = shown_by(made.image, showing)
    return ImageElement(**shown, alt_text=alt_text) if shown else None


def told(callback_id: str, title: str, sentence: str) -> dict[str, Any]:
    """Return what a modal becomes when there is nothing to fill in (any more); ``sentence`` is mrkdwn."""
    return modal(callback_id, title, [section(sentence)], close="Close")
