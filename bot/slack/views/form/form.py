"""The form: everything of a request, what it will cost and what is left.

Slack keeps what was typed as long as an input keeps its ids, and then ignores new initial values. So every state
of the form has the same ids, and is made anew from what `form_answers` reads in it: the draft and where it was opened.
"""

from collections.abc import Mapping
from typing import Any

from slack_sdk.models.blocks import Block, InputBlock, PlainTextInputElement

from bot.core.models import PROMPT_LIMIT
from bot.slack.form.drafts import Draft, Origin
from bot.slack.views.buttons import MAKE_AN_IMAGE, Field
from bot.slack.views.form.brand import BrandPicker, brand_blocks
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
from bot.slack.views.message import modal, section

CALLBACK_ID = "generate"
REFUSAL_BLOCK = "refusal"

PLACEHOLDER = "A launch banner: our bottle on wet stone, morning light, room for a headline on the left"
EDIT_PLACEHOLDER = "Make the sky darker, and leave the bottle as it is"


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
    blocks = [_prompt(draft, "What should it show?", PLACEHOLDER), *brand_blocks(picker, Field.BRAND, draft.brand_id)]
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
