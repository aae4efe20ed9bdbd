"""Reading threads: the pictures in them, and the message of a button. Slack is given a moment, for somebody waits."""

from collections import deque
from collections.abc import AsyncIterator, Callable, Coroutine
from typing import Any

from slack_sdk.web.async_client import AsyncWebClient

from bot.core.clock import Clock, given
from bot.core.errors import SlackUnavailable
from bot.core.models import REFERENCE_LIMIT, Attachment
from bot.slack.client import slack_errors
from bot.slack.mentions.listening import Json, Spoken, files_of
from bot.slack.mentions.pictures import pictures
from bot.slack.mentions.tickets import Ticket

PATIENCE = 1.5
"""Seconds for a thread: what it is read for has to be written down before Slack's three are over."""
PAGE = 200
NOT_IN_TIME = "not_in_time"


class Threads:
    """Reads what was said before."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    async def pictures(self, client: AsyncWebClient, spoken: Spoken) -> tuple[Attachment, ...]:
        """Return the pictures that people gave in the thread up to a message, the newest first. Raises SlackRefused."""
        found: deque[Attachment] = deque(maxlen=REFERENCE_LIMIT)

        async def look() -> None:
            async for message in _messages(client, spoken.channel_id, spoken.root_id, latest=spoken.message_id):
                if message.get("user") != spoken.bot_user_id:
                    found.extend(pictures(files_of(message)))

        await self._in_time(look)
        return tuple(reversed(found))

    async def message(self, client: AsyncWebClient, ticket: Ticket) -> Json | None:
        """Return the message of a button, if it is there still. Raises SlackRefused."""
        found: list[Json] = []
        where, only = (ticket.channel_id, ticket.thread_id), ticket.message_id

        async def look() -> None:
            said = _messages(client, *where, oldest=only, latest=only)
            found.extend([message async for message in said if message.get("ts") == only])

        await self._in_time(look)
        return next(iter(found), None)

    async def _in_time(self, look: Callable[[], Coroutine[Any, Any, None]]) -> None:
        if not await given(self._clock, PATIENCE, look()):
            raise SlackUnavailable(NOT_IN_TIME)


async def _messages(
    client: AsyncWebClient, channel_id: str, thread_id: str, *, latest: str, oldest: str = ""
) -> AsyncIterator[dict[str, Any]]:
    """Yield a thread's messages, the oldest first, as Slack gives them out."""
    cursor = ""
    while True:
        with slack_errors():
            page = await client.conversations_replies(
                channel=channel_id,
                ts=thread_id,
                oldest=oldest or None,
                latest=latest,
                inclusive=True,
                limit=PAGE,
                cursor=cursor,
            )
        for message in page["messages"]:
            yield message
        cursor = (page.get("response_metadata") or {}).get("next_cursor") or ""
        if not cursor:
            return
