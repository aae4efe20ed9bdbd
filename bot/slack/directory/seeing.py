"""Who may see what, for those who wait for an answer: Slack is asked for a moment only."""

import asyncio
from contextlib import suppress

from bot.core.errors import SlackUnavailable
from bot.slack.directory.names import SlackNames


async def readable_in_time(
    names: SlackNames, workspace_id: str, user_id: str, patience: float
) -> frozenset[str] | None:
    """Return the channels that somebody may look back at; None where Slack does not say in so many real seconds."""
    if names.readable_by(workspace_id, user_id) is None:
        with suppress(SlackUnavailable, TimeoutError):
            async with asyncio.timeout(patience):
                await names.look_up(workspace_id, user_id)
    return names.readable_by(workspace_id, user_id)
