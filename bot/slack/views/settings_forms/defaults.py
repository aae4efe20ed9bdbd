"""What a form opens with, in the whole workspace or in one channel."""

from collections.abc import Mapping, Sequence
from typing import Any

from slack_sdk.models.blocks import (
    Block,
    ConversationSelectElement,
    ExternalDataSelectElement,
    InputBlock,
    Option,
    StaticSelectElement,
)

from bot.core.errors import ChangedMeanwhile
from bot.core.models import Brand, Defaults, ImageModel, ImageSize, Preferences
from bot.slack.views import menus
from bot.slack.views.buttons import Field
from bot.slack.views.decisions import (
    BLOOMS_CHOICE,
    BUILT_IN_MODEL,
    BUILT_IN_SIZE,
    brand_text,
    shape_text,
)
from bot.slack.views.inputs import chosen, entry, member
from bot.slack.views.message import channel, section
from bot.slack.views.settings_forms.frame import LABELS, Opened, faster, field_block, settings_form

CALLBACK_ID = "settings_defaults"
_LABELS = {Field.RATIO: LABELS["shape"], Field.MODEL: LABELS["model"], Field.SIZE: LABELS["size"]}
INHERIT = "inherit"
"""The value of what chooses nothing, so that what is chosen more widely counts."""

TITLE, CHANNEL_TITLE = "Workspace defaults", "Channel defaults"
OF_WORKSPACE = "What the form opens with, and what `/bloom` uses where nothing else is said."
OF_CHANNEL = "What the form opens with in {channel}, and what `/bloom` uses there where nothing else is said."
NO_DEFAULT = "No default brand"
AS_USUAL, AS_IN_WORKSPACE = "As usual ({})", "As in the workspace ({})"
NO_CHANNEL = "Choose a channel."
HAS_ITS_OWN = "This channel has its own defaults already. Change them in the list on the page of settings."
NOTHING_CHOSEN = "Choose at least one thing that is different in this channel."


def form(
    preferences: Preferences, opened: Opened, brands: Sequence[Brand], *, changed: ChangedMeanwhile | None = None
) -> dict[str, Any]:
    """Return the form, filled in with what is chosen already."""
    wider = preferences.defaults if is_of_channel(opened) else None
    chosen = preferences.channels.get(opened.channel_id or "", Defaults()) if wider else preferences.defaults
    blocks: list[Block] = [*faster(changed, brands), *_heading(opened)]
    blocks += [
        _brand(opened, chosen.brand_id, wider, brands),
        _shape(opened, chosen, wider),
        _model(opened, chosen, wider),
        _size(opened, chosen, wider),
    ]
    return settings_form(CALLBACK_ID, CHANNEL_TITLE if wider else TITLE, opened, blocks)


def read(view: Mapping[str, Any]) -> tuple[str | None, Defaults]:
    """Return the channel that was chosen in the form, if it asks for one, and the defaults."""
    decided = Defaults(
        brand_id=_own(chosen(view, Field.DEFAULT_BRAND)),
        shape=member(menus.SHAPES, chosen(view, Field.RATIO)),
        model=member(ImageModel, chosen(view, Field.MODEL)),
        size=member(ImageSize, chosen(view, Field.SIZE)),
    )
    return entry(view, Field.DEFAULT_CHANNEL).get("selected_conversation"), decided


def is_of_channel(opened: Opened) -> bool:
    """Tell whether the form is about one channel."""
    return opened.is_new_channel or opened.channel_id is not None


def brand_options(
    brands: Sequence[Brand], query: str, preferences: Preferences, opened: Opened
) -> dict[str, list[dict[str, Any]]]:
    """Return the answer to a search in the brand picker: none first, then brands, at most 100 in all."""
    none = [] if query.strip() else [_no_brand(preferences.defaults if is_of_channel(opened) else None, brands)]
    return menus.brand_options(brands, query, *none)


def _heading(opened: Opened) -> list[Block]:
    if opened.is_new_channel:
        element = ConversationSelectElement(
            action_id=Field.DEFAULT_CHANNEL,
            placeholder="Choose a channel",
            initial_conversation=opened.channel_id,
            filter=menus.CHANNELS,
        )
        return [field_block(Field.DEFAULT_CHANNEL, opened, "Channel", element)]
    channel_id = opened.channel_id
    return [section(OF_CHANNEL.format(channel=channel(channel_id)) if channel_id else OF_WORKSPACE)]


def _brand(opened: Opened, brand_id: str | None, wider: Defaults | None, brands: Sequence[Brand]) -> InputBlock:
    element = ExternalDataSelectElement(
        action_id=Field.DEFAULT_BRAND,
        min_query_length=0,
        placeholder="Search your brands",
        initial_option=menus.brand_option(brand_id, brands) if brand_id else _no_brand(wider, brands),
    )
    return field_block(Field.DEFAULT_BRAND, opened, LABELS["brand_id"], element)


def _no_brand(wider: Defaults | None, brands: Sequence[Brand]) -> Option:
    inherited = wider and wider.brand_id
    text = AS_IN_WORKSPACE.format(brand_text(inherited, brands)) if inherited else NO_DEFAULT
    return menus.option(INHERIT, text)


def _shape(opened: Opened, chosen: Defaults, wider: Defaults | None) -> InputBlock:
    options = menus.ANY_OR_RATIOS if wider else menus.RATIOS
    holds = BLOOMS_CHOICE if wider is None else shape_text(wider.shape)
    return _select(Field.RATIO, opened, options, chosen=chosen.shape, inherit=_inherit(wider, holds))


def _model(opened: Opened, chosen: Defaults, wider: Defaults | None) -> InputBlock:
    holds = (wider and wider.model) or BUILT_IN_MODEL
    return _select(Field.MODEL, opened, menus.MODELS, chosen=chosen.model, inherit=_inherit(wider, holds.capitalize()))


def _size(opened: Opened, chosen: Defaults, wider: Defaults | None) -> InputBlock:
    holds = (wider and wider.size) or BUILT_IN_SIZE
    return _select(Field.SIZE, opened, menus.SIZES, chosen=chosen.size, inherit=_inherit(wider, holds))


def _inherit(wider: Defaults | None, holds: str) -> str:
    return (AS_IN_WORKSPACE if wider else AS_USUAL).format(holds)


def _select(
    field: Field, opened: Opened, options: Mapping[str, str], *, chosen: str | None, inherit: str
) -> InputBlock:
    choices = {value: menus.option(value, text) for value, text in ({INHERIT: inherit} | dict(options)).items()}
    initial = choices.get(chosen or INHERIT, choices[INHERIT])
    element = StaticSelectElement(action_id=field, options=list(choices.values()), initial_option=initial)
    return field_block(field, opened, _LABELS[field], element)


def _own(value: str | None) -> str | None:
    return None if value == INHERIT else value
