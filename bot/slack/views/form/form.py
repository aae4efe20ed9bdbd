"""The form: everything of a request, what it will cost and what is left.

Slack keeps what was typed as long as an input keeps its ids, and then ignores new initial values. So every state
of the form has the same ids, and is made anew from what `form_answers` reads in it: the draft and where it was opened.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from slack_sdk.models.blocks import Block, ExternalDataSelectElement, InputBlock, PlainTextInputElement

from bot.core.models import PROMPT_LIMIT, Brand
from bot.slack.form.drafts import Draft, Origin
from bot.slack.views.buttons import MAKE_AN_IMAGE, ActionId, Field, button, row
from bot.slack.views.form.choices import (
    choose_channel,
    choose_model,
    choose_preview,
    choose_shapes,
    choose_size,
    choose_variants,
    set_line,
)
from bot.slack.views.form.cost import Means, ask, cost, submit_label
from bot.slack.views.form.references import reference_blocks
from bot.slack.views.form.subject import TITLE as EDIT_THIS_IMAGE
from bot.slack.views.form.subject import EditedImage, subject_blocks
from bot.slack.views.menus import brand_option
from bot.slack.views.message import context, escape, modal, section, warning
from bot.slack.views.wording import LOADING_BRANDS, NO_BRAND

CALLBACK_ID = "generate"
NOTE_BLOCK, REFUSAL_BLOCK = "brand_note", "refusal"

PLACEHOLDER = "A launch banner: our bottle on wet stone, morning light, room for a headline on the left"
EDIT_PLACEHOLDER = "Make the sky darker, and leave the bottle as it is"
EMPTY = (
    f"{NO_BRAND}. Add one on my Home tab under Brands, wait a few minutes until Bloom has analyzed it, then try again."
)


@dataclass(frozen=True, slots=True)
class Loading:
    """The brands are being fetched for the first time."""


@dataclass(frozen=True, slots=True)
class Ready:
    """The brands to choose from; the draft's is chosen already. ``note`` is plain text beneath the picker."""

    brands: Sequence[Brand]
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Unreachable:
    """The brands could not be fetched; ``sentence`` says why, in plain text."""

    sentence: str


@dataclass(frozen=True, slots=True)
class Empty:
    """There is no brand at Bloom yet."""


BrandPicker = Loading | Ready | Unreachable | Empty


def form(
    draft: Draft,
    origin: Origin,
    *,
    picker: BrandPicker,
    means: Means,
    subject: EditedImage | None = None,
    known: Mapping[str, str] = {},
    refusal: str = "",
) -> dict[str, Any]:
    """Return the form, filled in with the draft; ``refusal``, in mrkdwn, says why it could not be sent as it is.

    With a ``subject`` it is about that image, whose brand and shape the result has. ``known`` is what those of the
    references are called that were made here, by image id.
    """
    blocks: list[Block] = [section(f":no_entry: {refusal}", REFUSAL_BLOCK)] if refusal else []
    blocks += ask(draft, origin, means)
    references = reference_blocks(draft, origin, known=known)
    if subject is None:
        blocks += _new(draft, origin, picker, references)
    else:
        blocks += _edit(draft, origin, subject, references)
    blocks.append(cost(draft, means))
    return modal(
        CALLBACK_ID,
        EDIT_THIS_IMAGE if subject else MAKE_AN_IMAGE,
        blocks,
        close="Cancel",
        submit=submit_label(draft, origin, means),
        private_metadata=origin.model_dump_json(exclude_defaults=True),
    )


def _new(draft: Draft, origin: Origin, picker: BrandPicker, references: list[Block]) -> list[Block]:
    """Ask for all that an image is made from."""
    blocks = [_prompt(draft, "What should it show?", PLACEHOLDER), *_brand(draft, picker)]
    blocks += [choose_shapes(draft), choose_model(draft), choose_size(draft), choose_variants(draft)]
    blocks += [*references, choose_preview(draft)]
    if origin.channel_id is None:
        blocks.append(choose_channel(origin))
    return [*blocks, *set_line(draft)]


def _edit(draft: Draft, origin: Origin, subject: EditedImage, references: list[Block]) -> list[Block]:
    """Ask for a change of an image, which comes in the thread of the image."""
    blocks = subject_blocks(subject, is_pictured=origin.is_pictured)
    blocks += [_prompt(draft, "What should change?", EDIT_PLACEHOLDER), choose_model(draft), choose_size(draft)]
    return [*blocks, *references]


def _prompt(draft: Draft, label: str, placeholder: str) -> InputBlock:
    element = PlainTextInputElement(
        action_id=Field.PROMPT,
        multiline=True,
        max_length=PROMPT_LIMIT,
        placeholder=placeholder,
        initial_value=draft.prompt[:PROMPT_LIMIT],
    )
    return InputBlock(block_id=Field.PROMPT, label=label, element=element)


def _brand(draft: Draft, picker: BrandPicker) -> list[Block]:
    match picker:
        case Loading():
            return [context(LOADING_BRANDS, block_id=NOTE_BLOCK)]
        case Empty():
            return [section(EMPTY, NOTE_BLOCK), _reload()]
        case Unreachable(sentence):
            return [section(warning(sentence), NOTE_BLOCK), _reload()]
        case Ready(brands, note):
            picking: list[Block] = [_brand_select(draft, brands)]
            return [*picking, context(escape(note), block_id=NOTE_BLOCK)] if note else picking


def _reload() -> Block:
    return row(button("Try again", ActionId.RELOAD_BRANDS))


def _brand_select(draft: Draft, brands: Sequence[Brand]) -> InputBlock:
    chosen = next((brand.id for brand in brands if brand.id == draft.brand_id), None)
    element = ExternalDataSelectElement(
        action_id=Field.BRAND,
        min_query_length=0,
        placeholder="Search your brands",
        initial_option=brand_option(chosen, brands) if chosen else None,
    )
    return InputBlock(block_id=Field.BRAND, label="Brand", element=element, dispatch_action=True)
