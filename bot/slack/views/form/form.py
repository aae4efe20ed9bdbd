"""The form: everything of a request, what it will cost and what is left.

Slack keeps what was typed as long as an input keeps its ids, and then ignores new initial values. So every state
of the form has the same ids, and is made anew from what `form_answers` reads in it: the draft and where it was opened.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from slack_sdk.models.blocks import (
    Block,
    ConversationSelectElement,
    ExternalDataSelectElement,
    InputBlock,
    Option,
    PlainTextInputElement,
    StaticSelectElement,
)

from bot.core.models import (
    ANY_RATIO,
    PROMPT_LIMIT,
    VARIANT_LIMIT,
    Brand,
    ImageModel,
    ImageSize,
)
from bot.slack.form.drafts import Draft, Origin
from bot.slack.views.buttons import MAKE_AN_IMAGE, ActionId, Field, button, row
from bot.slack.views.form.cost import Means, ask, cost, submit_label
from bot.slack.views.menus import ANY_OR_RATIOS, CHANNELS, MODELS, SIZES, brand_option
from bot.slack.views.message import context, escape, is_direct, modal, section, warning
from bot.slack.views.wording import (
    LOADING_BRANDS,
    NO_BRAND,
    images_count,
)

CALLBACK_ID = "generate"
NOTE_BLOCK, REFUSAL_BLOCK = "brand_note", "refusal"
VARIANTS = tuple(str(number) for number in range(1, VARIANT_LIMIT + 1))

PLACEHOLDER = "A launch banner: our bottle on wet stone, morning light, room for a headline on the left"
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


def form(draft: Draft, origin: Origin, *, picker: BrandPicker, means: Means, refusal: str = "") -> dict[str, Any]:
    """Return the form, filled in with the draft; ``refusal``, in mrkdwn, says why it could not be sent as it is."""
    blocks: list[Block] = [section(f":no_entry: {refusal}", REFUSAL_BLOCK)] if refusal else []
    blocks += [*ask(draft, origin, means), _prompt(draft), *_brand(draft, picker)]
    blocks += [_ratio(draft), _model(draft), _size(draft), _variants(draft)]
    if origin.channel_id is None:
        blocks.append(_channel(origin))
    blocks.append(cost(draft, means))
    return modal(
        CALLBACK_ID,
        MAKE_AN_IMAGE,
        blocks,
        close="Cancel",
        submit=submit_label(draft, origin, means),
        private_metadata=origin.model_dump_json(),
    )


def _prompt(draft: Draft) -> InputBlock:
    element = PlainTextInputElement(
        action_id=Field.PROMPT,
        multiline=True,
        max_length=PROMPT_LIMIT,
        placeholder=PLACEHOLDER,
        initial_value=draft.prompt[:PROMPT_LIMIT],
    )
    return InputBlock(block_id=Field.PROMPT, label="What should it show?", element=element)


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


def _ratio(draft: Draft) -> InputBlock:
    return _select(Field.RATIO, "Shape", ANY_OR_RATIOS, (draft.shapes or (ANY_RATIO,))[0])


def _model(draft: Draft) -> InputBlock:
    return _select(Field.MODEL, "Model", MODELS, draft.model or ImageModel.PRO)


def _size(draft: Draft) -> InputBlock:
    return _select(Field.SIZE, "Size", SIZES, draft.size or ImageSize.SIZE_2K, dispatches=True)


def _variants(draft: Draft) -> InputBlock:
    options = {number: images_count(int(number)) for number in VARIANTS}
    return _select(Field.VARIANTS, "How many", options, str(draft.variants), dispatches=True)


def _select(
    field: Field, label: str, options: Mapping[str, str], chosen: str, *, dispatches: bool = False
) -> InputBlock:
    choices = {value: Option(value=value, text=text) for value, text in options.items()}
    element = StaticSelectElement(action_id=field, options=list(choices.values()), initial_option=choices[chosen])
    return InputBlock(block_id=field, label=label, element=element, dispatch_action=dispatches or None)


def _channel(origin: Origin) -> InputBlock:
    suggested = origin.suggested_channel
    if suggested and is_direct(suggested):
        suggested = None  # the menu has none to choose
    element = ConversationSelectElement(
        action_id=Field.CHANNEL,
        placeholder="Choose a channel",
        initial_conversation=suggested,
        default_to_current_conversation=None if suggested else True,
        filter=CHANNELS,
    )
    return InputBlock(block_id=Field.CHANNEL, label="Post it in", element=element, dispatch_action=True)
