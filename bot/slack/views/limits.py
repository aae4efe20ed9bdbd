"""What people read whom the workspace's limits keep from making an image: why, and who can change that."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from slack_sdk.models.views import View

from bot.core.models import Limit
from bot.slack.views.buttons import MAKE_AN_IMAGE
from bot.slack.views.message import Message, channel, context, is_direct, message, section, typed_text
from bot.slack.views.wording import credits_text, day, people, some_of

CHANNELS_SHOWN = 5
NOT_IN_CHANNEL = "Images can't be made in {here}, only in {channels}."
NOT_YOU = "Only some people in this workspace may make images, and you aren't one of them yet."
TOO_MUCH_FOR_YOU = "You have {left} left this month, and this takes {needed}."
USED_UP_BY_YOU = "You have used up your credits for this month."
TOO_MUCH_FOR_ALL = "This workspace has {left} left this month, and this takes {needed}."
USED_UP_BY_ALL = "This workspace has used up its credits for this month."
ANEW = "New ones come on {day}."
ASK = "Ask {managers}, who can change that."
ASK_ADMINS = "An admin of this workspace can change that."
CHANGE = "You can change that: `/bloom settings`."
KEPT = "This is what you typed, to be sent again:"


@dataclass(frozen=True, slots=True)
class Refusal:
    """Which limit somebody met where, how many credits are ``left`` and ``needed``, and who can change it."""

    limit: Limit
    left: int | None = None
    needed: int | None = None
    channel_id: str | None = None
    channels: Collection[str] = ()
    """Where images may be made."""
    renews_at: datetime | None = None
    """When credits count anew."""
    to_ask: Sequence[str] = ()
    can_change: bool = False
    """Whether the person could change it themselves."""


def why(refusal: Refusal) -> str:
    """Return the reason and the way on, in mrkdwn."""
    return f"{_reason(refusal)} {_way_on(refusal)}"


def refused(refusal: Refusal, typed: str = "") -> Message:
    """Tell one person, with what they typed."""
    text = why(refusal)
    kept = [context(KEPT), typed_text(typed)] if typed else []
    return message(text, section(text), *kept)


def refused_form(refusal: Refusal, title: str = MAKE_AN_IMAGE) -> dict[str, Any]:
    """Return what opens in place of a form, called so, that could only be refused."""
    view = View(type="modal", title=title, close="Close", blocks=[section(why(refusal))])
    return view.to_dict()


def _reason(refusal: Refusal) -> str:
    match refusal.limit:
        case Limit.CHANNEL:
            return NOT_IN_CHANNEL.format(here=_here(refusal.channel_id), channels=_channels(refusal.channels))
        case Limit.PERSON:
            return NOT_YOU
        case Limit.PERSON_CREDITS:
            return _credits(refusal, TOO_MUCH_FOR_YOU, USED_UP_BY_YOU)
        case Limit.WORKSPACE_CREDITS:
            return _credits(refusal, TOO_MUCH_FOR_ALL, USED_UP_BY_ALL)


def _credits(refusal: Refusal, too_much: str, used_up: str) -> str:
    sentence = used_up
    if refusal.left:
        sentence = too_much.format(left=credits_text(refusal.left), needed=refusal.needed or "more")
    return f"{sentence} {ANEW.format(day=day(refusal.renews_at))}" if refusal.renews_at else sentence


def _here(channel_id: str | None) -> str:
    return "direct messages" if channel_id is None or is_direct(channel_id) else channel(channel_id)


def _channels(channel_ids: Collection[str]) -> str:
    """Return the first channels of a list that may be long."""
    return some_of([channel(one) for one in sorted(channel_ids)], CHANNELS_SHOWN) or "the channels chosen for it"


def _way_on(refusal: Refusal) -> str:
    if refusal.can_change:
        return CHANGE
    return ASK.format(managers=people(refusal.to_ask, "or")) if refusal.to_ask else ASK_ADMINS
