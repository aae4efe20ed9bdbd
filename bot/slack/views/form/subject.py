"""The image that is to be edited, at the head of the form about it; and what stands in the place of such a form."""

from dataclasses import dataclass
from typing import Any

from slack_sdk.models.blocks import Block, ImageBlock

from bot.core.derivations import Made
from bot.core.models import Showing
from bot.slack.views.message import bold, context, escape, link, modal, preview, section, shorten, warning
from bot.slack.views.pictures import shown_by
from bot.slack.views.wording import brand_text

CALLBACK_ID = "no_edit"
TITLE = "Edit this image"
SUBJECT_BLOCK, ABOUT_BLOCK = "subject", "about_subject"
ALT_LIMIT = 200

UNKNOWN = "I no longer know this image, so it can't be edited here."
DELETED = "This image was deleted, so there's nothing left to edit."
AS_IT_IS = "This image is as it is: Bloom can't edit a picture of this kind."
ITS_BRAND_IS_GONE = "Bloom doesn't have this image's brand any more, so the image can't be edited."


@dataclass(frozen=True, slots=True)
class EditedImage:
    """An image that somebody wants to edit; ``problem`` says, in plain text, why it cannot be."""

    made: Made | None
    problem: str = ""
    showing: Showing | None = None
    """The reply that delivered it."""


def subject_blocks(subject: EditedImage, *, is_pictured: bool) -> list[Block]:
    """Show the image, or what stands in its way, and say what stays as it is."""
    if subject.problem or subject.made is None:
        return [section(warning(subject.problem or UNKNOWN), SUBJECT_BLOCK)]
    picture = _picture(subject.made, subject.showing) if is_pictured else None
    about = context(_about(subject.made), block_id=ABOUT_BLOCK)
    return [picture, about] if picture else [about]


def cannot_edit(subject: EditedImage) -> dict[str, Any]:
    """Return what opens in place of a form that could only be refused."""
    return modal(CALLBACK_ID, TITLE, [section(escape(subject.problem or UNKNOWN))], close="Close")


def _picture(made: Made, showing: Showing | None) -> Block | None:
    """Return the image as far as Slack shows it: it shows what it showed in the reply."""
    alt = escape(shorten(made.order.prompt, ALT_LIMIT))
    shown = shown_by(made.image, showing)
    return ImageBlock(**shown, alt_text=alt, block_id=SUBJECT_BLOCK) if shown else None


def _about(made: Made) -> str:
    brand = bold(brand_text(made.generation.request.brand_name))
    kept = f"Brand and shape stay: {brand}, {made.ratio}." if made.ratio else f"Brand and shape stay: {brand}."
    name = link(made.image.url or "", "This image")
    return f"{name} was asked for as “{preview(made.order.prompt)}”. {kept}"
