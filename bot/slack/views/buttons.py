"""Every id that Slack sends back when something is pressed, chosen or typed, and the buttons themselves.

Buttons carry ids (``value`` is a generation's), not state: they work after restarts and for ever.
"""

import re
from enum import StrEnum

from slack_sdk.models.blocks import ActionsBlock, ButtonElement, ConfirmObject, PlainTextObject


class ActionId(StrEnum):
    """What a button does. Those that lead out of Slack are ``link:<name>``."""

    OPEN_FORM = "open_form"
    CONNECT = "connect"
    MAKE_2K = "make_2k"
    TRY_STANDARD = "try_standard"
    TRY_AGAIN = "try_again"
    EDIT_REQUEST = "edit_request"
    CANCEL = "cancel"
    RELOAD_BRANDS = "reload_brands"
    LINK = "link"


LINK_PATTERN = re.compile(rf"^{ActionId.LINK}:")


class Field(StrEnum):
    """The inputs of the forms: each is the id of its block and of its element."""

    PROMPT = "prompt"
    BRAND = "brand"
    RATIO = "ratio"
    MODEL = "model"
    SIZE = "size"
    VARIANTS = "variants"
    CHANNEL = "channel"
    KEY = "key"


MAKE_AN_IMAGE = "Make an image"
MAKE_AN_IMAGE_FROM_THIS = "Make an image from this"
CONNECT_BLOOM = "Connect Bloom"
CANCEL = "Cancel"
COSTS = "This costs nothing if Bloom hasn't started yet. What it has started stays paid for."
"""True whenever it is read: Slack keeps the question as it was when the message was posted."""


def button(text: str, action: ActionId, *, value: str | None = None, primary: bool = False) -> ButtonElement:
    """Return a button that the bot answers."""
    return ButtonElement(text=text, action_id=action, value=value, style="primary" if primary else None)


def link_button(text: str, name: str, url: str) -> ButtonElement:
    """Return a button that opens a page; ``name`` keeps its id unlike its neighbours'."""
    return ButtonElement(text=text, action_id=f"{ActionId.LINK}:{name}", url=url)


def open_form_button() -> ButtonElement:
    """Return the button that opens the form."""
    return button(MAKE_AN_IMAGE, ActionId.OPEN_FORM, primary=True)


def cancel_button(generation_id: str, *, several: bool) -> ButtonElement:
    """Return the button that stops a generation, once it is sure that this is meant."""
    sure = ConfirmObject(
        title="Cancel these images?" if several else "Cancel this image?",
        text=PlainTextObject(text=COSTS),
        confirm="Yes, cancel",
        deny="Keep going",
        style="danger",
    )
    return ButtonElement(text=CANCEL, action_id=ActionId.CANCEL, value=generation_id, confirm=sure)


def connect_button() -> ButtonElement:
    """Return the button that opens the connect form."""
    return button(CONNECT_BLOOM, ActionId.CONNECT, primary=True)


def row(*buttons: ButtonElement) -> ActionsBlock:
    """Put buttons side by side."""
    return ActionsBlock(elements=buttons)
