"""What a page of the app is made of: what is stored shows at once, and what may have changed is asked for behind it."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from slack_sdk.models.blocks import Block

from bot.slack.sights import Sight


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who looks at a page; only managers see what only they may press."""

    workspace_id: str
    user_id: str
    is_manager: bool


Refresher = Callable[[Viewer, Sight], Awaitable[object]]
"""Asks Bloom or Slack for something the page shows, and keeps it where `look` finds it. Raises BotError."""


class Page(Protocol):
    """One page. It keeps nothing about who looks at it."""

    @property
    def refreshers(self) -> Mapping[str, Refresher]:
        """What is asked for behind the page, one after another, under names of the page's own."""
        ...

    async def look(self, viewer: Viewer, sight: Sight, troubles: Mapping[str, str]) -> Sequence[Block]:
        """Return the page (at most 90 blocks) from what is stored; it waits for nobody outside.

        ``troubles`` says, under the name of a refresher and in plain text, why that could not be asked for.
        """
        ...
