"""What the workspace has decided, in words to everybody, with the buttons that change it to managers."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from slack_sdk.models.blocks import (
    Block,
    ButtonElement,
    DividerBlock,
    InteractiveElement,
    Option,
    OverflowMenuElement,
    SectionBlock,
)

from bot.core.brands import labels
from bot.core.models import Brand, Defaults, Preferences
from bot.slack.views.buttons import ActionId, button, row
from bot.slack.views.decisions import chosen_text, defaults_lines, limits_lines, names_text
from bot.slack.views.message import channel, context, mention, section
from bot.slack.views.settings_forms.defaults import OF_WORKSPACE, TITLE
from bot.slack.views.wording import NOT_CONNECTED, day

CHANNELS_SHOWN = 15
CHANGE, REMOVE = "change", "remove"
"""What the menu beside a channel does."""

DEFAULTS = f"*{TITLE}*\n{OF_WORKSPACE}"
CHANNELS = "*Channel defaults*\nFor channels with a brand or a format of their own. They come before the workspace's."
NO_CHANNELS = "None yet: the workspace's hold everywhere."
LIMITS = "*Limits*"
MANAGERS = (
    "*Managers*\n"
    "{who} look after Bloom here: they connect and disconnect it, add and delete brands, decide what stands on this "
    "page, and can cancel anybody's images."
)
THEY_CHANGE = "Managers can change all of this."
NO_BRANDS_YET = f"{NOT_CONNECTED} Default brands can be chosen once it is."
OUTSIDE = ":no_entry_sign: No images can be made here: the limits below name other channels."


@dataclass(frozen=True, slots=True)
class Settings:
    """What the page is made of for one person."""

    preferences: Preferences
    brands: Sequence[Brand] = ()
    named: Collection[str] = ()
    """Who was chosen as a manager."""
    channel_id: str | None = None
    """The channel that the page was asked for in."""
    offset: int = 0
    """How many channels with defaults of their own come before those shown."""
    is_manager: bool = False
    is_connected: bool = True


def settings(shown: Settings) -> list[Block]:
    """Return the page."""
    parts = [_this_channel(shown), _defaults(shown), _channels(shown), _limits(shown), _managers(shown)]
    blocks: list[Block] = []
    for part in filter(None, parts):
        blocks += [*([DividerBlock()] if blocks else []), *part]
    return [*blocks, *_last_change(shown)]


def _this_channel(shown: Settings) -> list[Block]:
    channel_id, preferences = shown.channel_id, shown.preferences
    if channel_id is None:
        return []
    chosen = preferences.channels.get(channel_id, Defaults())
    text = f"*In* {channel(channel_id)}\n{defaults_lines(chosen, shown.brands, wider=preferences.defaults)}"
    change = button("Change", ActionId.CHANGE_CHANNEL, value=channel_id)
    is_outside = preferences.limits.channels and channel_id not in preferences.limits.channels
    return [_beside(text, change, shown), *([context(OUTSIDE)] if is_outside else [])]


def _defaults(shown: Settings) -> list[Block]:
    text = f"{DEFAULTS}\n{defaults_lines(shown.preferences.defaults, shown.brands)}"
    hint = [] if shown.is_connected else [context(NO_BRANDS_YET)]
    return [_beside(text, button("Change", ActionId.CHANGE_DEFAULTS), shown), *hint]


def _channels(shown: Settings) -> list[Block]:
    channels = sorted(shown.preferences.channels.items())
    first = min(shown.offset, max(0, len(channels) - 1) // CHANNELS_SHOWN * CHANNELS_SHOWN)
    names = labels(shown.brands)
    listed = [_channel(shown, names, *one) for one in channels[first : first + CHANNELS_SHOWN]]
    heading = _beside(CHANNELS, button("Add a channel", ActionId.CHANGE_CHANNEL), shown)
    return [heading, *(listed or [context(NO_CHANNELS)]), *_pages(first, len(channels))]


def _channel(shown: Settings, names: Mapping[str, str], channel_id: str, chosen: Defaults) -> Block:
    text = f"{channel(channel_id)}: {chosen_text(chosen, shown.brands, names)}"
    state = f"{shown.preferences.revision}:{channel_id}"
    options = [Option(value=f"{CHANGE}:{state}", text="Change"), Option(value=f"{REMOVE}:{state}", text="Remove")]
    return _beside(text, OverflowMenuElement(action_id=ActionId.CHANNEL_MENU, options=options), shown)


def _pages(first: int, number: int) -> list[Block]:
    if number <= CHANNELS_SHOWN:
        return []
    last = min(first + CHANNELS_SHOWN, number)
    turns = [_turn("Previous", first - CHANNELS_SHOWN)] if first else []
    turns += [_turn("Next", last)] if last < number else []
    return [context(f"{first + 1}–{last} of {number}"), row(*turns)]


def _turn(text: str, offset: int) -> ButtonElement:
    return ButtonElement(text=text, action_id=f"{ActionId.TURN_CHANNELS}:{offset}")


def _limits(shown: Settings) -> list[Block]:
    text = f"{LIMITS}\n{limits_lines(shown.preferences.limits)}"
    return [_beside(text, button("Change", ActionId.CHANGE_LIMITS), shown)]


def _managers(shown: Settings) -> list[Block]:
    named = names_text(shown.named)
    who = "The admins and owners of this workspace, whoever installed Bloom"
    text = MANAGERS.format(who=f"{who}, and {named}" if named else who.replace(", ", " and "))
    return [_beside(text, button("Choose", ActionId.CHANGE_MANAGERS), shown)]


def _last_change(shown: Settings) -> list[Block]:
    by, at = shown.preferences.changed_by, shown.preferences.changed_at
    last = f"Defaults and limits last changed by {mention(by)} on {day(at)}." if by and at else ""
    told = " ".join(part for part in (last, "" if shown.is_manager else THEY_CHANGE) if part)
    return [context(told)] if told else []


def _beside(text: str, control: InteractiveElement, shown: Settings) -> SectionBlock:
    """Put a control beside a text, for managers. The block has no id of its own: it shows what it is given."""
    return section(text, accessory=control if shown.is_manager else None)
