"""The form: everything of a request, what it will cost and what is left.

Slack keeps what was typed as long as an input keeps its ids, and then ignores new initial values. So every state
of the form has the same ids, and is made anew from the draft that `read` finds in it and where it was `opened_from`.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar, cast

from pydantic import ValidationError
from slack_sdk.models.blocks import (
    Block,
    ConversationFilter,
    ConversationSelectElement,
    ExternalDataSelectElement,
    InputBlock,
    Option,
    PlainTextInputElement,
    PlainTextObject,
    StaticSelectElement,
)
from slack_sdk.models.views import View

from bot.core.brands import labels, search
from bot.core.models import (
    PROMPT_LIMIT,
    VARIANT_LIMIT,
    AspectRatio,
    Brand,
    Credits,
    ImageModel,
    ImageSize,
)
from bot.slack.drafts import Draft, Origin
from bot.slack.views.buttons import MAKE_AN_IMAGE, ActionId, Field, button, row
from bot.slack.views.message import context, escape, link, section, shorten_middle
from bot.slack.views.wording import (
    BLOOM_URL,
    MODEL_HINTS,
    PRICING_URL,
    amount,
    balance_text,
    credits_text,
    not_ready_sentence,
    ratio_text,
    state_suffix,
)

T = TypeVar("T")

CALLBACK_ID = "generate"
COST_BLOCK = "cost"
NOTE_BLOCK = "brand_note"
OPTION_LIMIT = 100
ANY_RATIO = "any"

PLACEHOLDER = "A launch banner: our bottle on wet stone, morning light, room for a headline on the left"
LOADING = "Loading your brands…"
EMPTY = "There is no brand at Bloom yet. {link}, wait a few minutes until Bloom has analyzed it, then try again."

MISSING_PROMPT = "Describe the image you want."
MISSING_BRAND = "Choose a brand."
BRAND_GONE = "Bloom doesn't have this brand any more. Choose another."
MISSING_CHANNEL = "Choose where to post it."
NO_BRAND_YET = "There is no brand to choose yet; see below."


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


def form(draft: Draft, origin: Origin, *, picker: BrandPicker, credits: Credits | None) -> dict[str, Any]:
    """Return the form, filled in with the draft."""
    blocks: list[Block] = [_prompt(draft), *_brand(draft, picker)]
    blocks += [_ratio(draft), _model(draft), _size(draft), _variants(draft)]
    if origin.channel_id is None:
        blocks.append(_channel())
    blocks.append(_cost(draft, credits))
    view = View(
        type="modal",
        callback_id=CALLBACK_ID,
        title=MAKE_AN_IMAGE,
        submit="Make it",
        close="Cancel",
        private_metadata=origin.model_dump_json(),
        blocks=blocks,
    )
    return view.to_dict()


def read(view: Mapping[str, Any]) -> tuple[Draft, Origin]:
    """Return what was filled in and where it came from; what is missing or unknown is as in a new draft."""
    origin = opened_from(view)
    channel = _entry(view, Field.CHANNEL).get("selected_conversation")
    brand_id = _chosen(view, Field.BRAND)
    draft = Draft(
        prompt=_entry(view, Field.PROMPT).get("value") or "",
        brand_id=brand_id,
        brand=None if brand_id else origin.brand,
        aspect_ratio=_member(AspectRatio, _chosen(view, Field.RATIO), None),
        size=_member(ImageSize, _chosen(view, Field.SIZE), ImageSize.SIZE_2K),
        model=_member(ImageModel, _chosen(view, Field.MODEL), ImageModel.PRO),
        variants=int(_member(_VARIANTS, _chosen(view, Field.VARIANTS), "1")),
    )
    return draft, origin.model_copy(update={"channel_id": channel}) if channel else origin


def opened_from(view: Mapping[str, Any]) -> Origin:
    """Return where the form was opened from, whatever was chosen in it since."""
    return Origin.model_validate_json(view.get("private_metadata") or "{}")


def brand_options(brands: Sequence[Brand], query: str) -> dict[str, Any]:
    """Return the answer to a search in the brand picker: at most 100 brands, ready ones first."""
    names = labels(brands)
    found = search(brands, query)[:OPTION_LIMIT]
    return {"options": [_brand_option(brand, names[brand.id]).to_dict() for brand in found]}


def field_errors(error: ValidationError, view: Mapping[str, Any]) -> dict[str, str]:
    """Return a sentence for each input of the view that Bloom would refuse."""
    sentences: dict[str, str] = {}
    for problem in error.errors():
        field = _FIELDS.get(str(problem["loc"][0]) if problem["loc"] else "", Field.PROMPT)
        sentences.setdefault(field, _field_error(field, problem["type"], problem["input"]))
    if Field.BRAND in sentences and not _has_input(view, Field.BRAND):
        del sentences[Field.BRAND]  # Slack shows an error only at an input that is there
        sentences.setdefault(Field.PROMPT, NO_BRAND_YET)
    return sentences


def brand_refusal(brand: Brand) -> dict[str, str]:
    """Return the error at the picker for a brand that cannot generate."""
    return {Field.BRAND: not_ready_sentence(brand)}


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
            return [context(LOADING, NOTE_BLOCK)]
        case Empty():
            add = link(BLOOM_URL, "Add one at trybloom.ai")
            return [section(EMPTY.format(link=add), NOTE_BLOCK), _reload()]
        case Unreachable(sentence):
            return [section(f":warning: {escape(sentence)}", NOTE_BLOCK), _reload()]
        case Ready(brands, note):
            picking: list[Block] = [_brand_select(draft, brands)]
            return [*picking, context(escape(note), NOTE_BLOCK)] if note else picking


def _reload() -> Block:
    return row(button("Try again", ActionId.RELOAD_BRANDS))


def _brand_select(draft: Draft, brands: Sequence[Brand]) -> InputBlock:
    names = labels(brands)
    chosen = next((brand for brand in brands if brand.id == draft.brand_id), None)
    element = ExternalDataSelectElement(
        action_id=Field.BRAND,
        min_query_length=0,
        placeholder="Search your brands",
        initial_option=_brand_option(chosen, names[chosen.id]) if chosen else None,
    )
    return InputBlock(block_id=Field.BRAND, label="Brand", element=element, dispatch_action=True)


def _brand_option(brand: Brand, name: str) -> Option:
    suffix = state_suffix(brand)
    label = shorten_middle(name, Option.label_max_length - len(suffix)) or brand.id[:8]
    return Option(value=brand.id, text=PlainTextObject(text=label + suffix, emoji=False))


def _ratio(draft: Draft) -> InputBlock:
    options = {ANY_RATIO: "Let Bloom choose"} | {ratio.value: ratio_text(ratio) for ratio in AspectRatio}
    return _select(Field.RATIO, "Shape", options, draft.aspect_ratio or ANY_RATIO)


def _model(draft: Draft) -> InputBlock:
    options = {model.value: f"{model.capitalize()} · {MODEL_HINTS[model]}" for model in ImageModel}
    return _select(Field.MODEL, "Model", options, draft.model)


def _size(draft: Draft) -> InputBlock:
    options = {size.value: f"{size} · {credits_text(size.credits)} an image" for size in ImageSize}
    return _select(Field.SIZE, "Size", options, draft.size, dispatches=True)


def _variants(draft: Draft) -> InputBlock:
    options = {number: f"{number} {'image' if number == '1' else 'images'}" for number in _VARIANTS}
    return _select(Field.VARIANTS, "How many", options, str(draft.variants), dispatches=True)


def _select(
    field: Field, label: str, options: Mapping[str, str], chosen: str, *, dispatches: bool = False
) -> InputBlock:
    choices = {value: Option(value=value, text=text) for value, text in options.items()}
    element = StaticSelectElement(action_id=field, options=list(choices.values()), initial_option=choices[chosen])
    return InputBlock(block_id=field, label=label, element=element, dispatch_action=dispatches or None)


def _channel() -> InputBlock:
    element = ConversationSelectElement(
        action_id=Field.CHANNEL,
        placeholder="Choose a channel",
        default_to_current_conversation=True,
        filter=ConversationFilter(include=["public", "private"], exclude_bot_users=True),
    )
    return InputBlock(block_id=Field.CHANNEL, label="Post it in", element=element)


def _cost(draft: Draft, credits: Credits | None) -> Block:
    cost = credits_text(draft.credits)
    if credits is None:
        return context(cost, COST_BLOCK)
    if credits.unlimited or credits.balance >= draft.credits:
        return context(f"{cost} · {balance_text(credits)}", COST_BLOCK)
    left = f"only {amount(credits.balance)} left" if credits.balance > 0 else "none left"
    return context(f":warning: {cost} · {left} · {link(PRICING_URL, 'Top up')}", COST_BLOCK)


_VARIANTS = tuple(str(number) for number in range(1, VARIANT_LIMIT + 1))

_FIELDS = {
    "prompt": Field.PROMPT,
    "brand_id": Field.BRAND,
    "aspect_ratio": Field.RATIO,
    "size": Field.SIZE,
    "model": Field.MODEL,
    "variants": Field.VARIANTS,
}


def _field_error(field: Field, kind: str, value: object) -> str:
    if field is Field.PROMPT:
        if kind == "string_too_long":
            return f"Use at most {PROMPT_LIMIT:,} characters; this has {len(str(value)):,}."
        return MISSING_PROMPT
    return MISSING_BRAND if field is Field.BRAND else "Choose one of the options."


def _has_input(view: Mapping[str, Any], field: Field) -> bool:
    return any(block.get("block_id") == field for block in view.get("blocks") or ())


def _entry(view: Mapping[str, Any], field: Field) -> Mapping[str, Any]:
    values = (view.get("state") or {}).get("values") or {}
    return cast(Mapping[str, Any], (values.get(field) or {}).get(field) or {})


def _chosen(view: Mapping[str, Any], field: Field) -> str | None:
    return (_entry(view, field).get("selected_option") or {}).get("value")


def _member(members: Iterable[T], value: str | None, default: Any) -> Any:
    return next((member for member in members if member == value), default)
