"""Trigger ids: the right to show one person one view, for three seconds, once."""

import secrets
from collections import OrderedDict
from dataclasses import dataclass
from typing import Final

from bot.core.clock import Clock
from bot.sandbox.slack.errors import SlackRefusal

SECONDS: Final = 3.0
REMEMBERED: Final = 1000


@dataclass
class Trigger:
    """Who did something, and where they were looking."""

    user_id: str
    channel_id: str | None
    view_id: str | None
    issued: float
    exchanged: bool = False


class Triggers:
    """Issues trigger ids and takes them back."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._issued: OrderedDict[str, Trigger] = OrderedDict()

    def issue(self, user_id: str, *, channel_id: str | None = None, view_id: str | None = None) -> str:
        trigger_id = f"{secrets.randbelow(10**13)}.{secrets.randbelow(10**13)}.{secrets.token_hex(16)}"
        self._issued[trigger_id] = Trigger(user_id, channel_id, view_id, self._clock.monotonic())
        if len(self._issued) > REMEMBERED:
            self._issued.popitem(last=False)
        return trigger_id

    def knows(self, trigger_id: object) -> bool:
        return trigger_id in self._issued

    def exchange(self, trigger_id: object) -> Trigger:
        """Redeem a trigger id, or raise what Slack says of one that is unknown, late or used."""
        trigger = self._issued.get(trigger_id) if isinstance(trigger_id, str) else None
        if trigger is None:
            raise SlackRefusal("invalid_trigger_id")
        if trigger.exchanged:
            raise SlackRefusal("exchanged_trigger_id")
        if self._clock.monotonic() - trigger.issued > SECONDS:
            raise SlackRefusal("expired_trigger_id")
        trigger.exchanged = True
        return trigger
