"""Finds the bot's own messages again by their metadata, when an answer of Slack's was lost or the process died.

Slack lets the bot post in every public channel, but read only where it is a member. So where it has to look for what
people wait for, it joins.
"""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog

from bot.core.errors import SlackRefused, SlackUnavailable
from bot.core.models import Batch, Generation
from bot.slack.client import slack_errors
from bot.slack.installation.clients import GetClient

log = structlog.get_logger(__name__)

EVENT_TYPE = "bloom_generation"
CLOCK_SKEW = timedelta(hours=1)
"""How far Slack's clock may be behind ours; it only keeps a search short."""
PAGE_LIMIT = 5
"""Pages of 200 messages that a search may turn."""

Json = dict[str, Any]
Metadata = dict[str, Any]


def metadata_of(generation: Generation, part: str, **more: str) -> Metadata:
    """Return what finds a message again: `part` is `request` or `result`, and each outcome has its own result.

    What there is ``more`` is what it tells whoever finds it.
    """
    payload = {"generation_id": generation.id, "part": part, **more}
    if part == "result" and generation.finished_at is not None:
        payload["finished_at"] = generation.finished_at.isoformat()
    return {"event_type": EVENT_TYPE, "event_payload": payload}


def batch_metadata(batch: Batch, part: str, **more: str) -> Metadata:
    """Return what finds a message of a batch again: `part` is `batch`, `rows` or `batch summary`; else as above."""
    payload = {"batch_id": batch.id, "part": part, **more}
    return {"event_type": EVENT_TYPE, "event_payload": payload}


@dataclass(frozen=True, slots=True)
class Found:
    """A message of ours as it stands at Slack, and what it tells by its metadata."""

    message_id: str
    told: dict[str, str]


class OwnMessages:
    """Looks through a channel or a thread."""

    def __init__(self, client: GetClient) -> None:
        self._client = client

    async def find(
        self,
        channel_id: str,
        metadata: Metadata,
        *,
        since: datetime,
        thread_id: str | None = None,
        may_join: bool = True,
    ) -> Found | None:
        """Return the message with this metadata, posted since then; None also where the bot may not read.

        Ask only for what may have been posted: the bot joins a public channel to read it, if it ``may_join``, and
        people see that.
        """

        def is_wanted(message: Json) -> bool:
            known = message.get("metadata") or {}
            payload = {**(known.get("event_payload") or {}), **metadata["event_payload"]}
            return known == {**metadata, "event_payload": payload}

        found = await self._look_in(channel_id, thread_id, since, is_wanted, may_join=may_join)
        return Found(str(found["ts"]), found["metadata"]["event_payload"]) if found else None

    async def find_file(
        self, channel_id: str, thread_id: str | None, name: str, *, since: datetime, after: str | None = None
    ) -> str | None:
        """Return the id of the file of this name that the bot posted in a thread; as `find`.

        With the id of a message, only one that was posted ``after`` it: others before it may be called the same.
        """

        def named(message: Json) -> list[str]:
            is_ours = message.get("bot_id") and float(message["ts"]) > float(after or 0)
            files = message.get("files") or () if is_ours else ()
            return [str(file["id"]) for file in files if file.get("name") == name]

        found = await self._look_in(channel_id, thread_id, since, lambda message: bool(named(message)))
        return named(found)[0] if found else None

    async def join(self, channel_id: str) -> None:
        """Become a member of a public channel, which posting does not take."""
        client = await self._client()
        with slack_errors():
            await client.conversations_join(channel=channel_id)
        log.info("channel joined", channel=channel_id)

    async def _look_in(
        self,
        channel_id: str,
        thread_id: str | None,
        since: datetime,
        is_wanted: Callable[[Json], bool],
        *,
        may_join: bool = True,
    ) -> Json | None:
        """Return the first such message, read from inside the channel where that is asked; None where nobody may."""
        try:
            try:
                return await self._read(channel_id, thread_id, since, is_wanted)
            except SlackRefused as refusal:
                if refusal.error != "not_in_channel" or not may_join:
                    raise
            await self.join(channel_id)
            return await self._read(channel_id, thread_id, since, is_wanted)
        except SlackUnavailable:
            raise
        except SlackRefused as refusal:
            log.warning("channel could not be read", channel=channel_id, error=refusal.error)
        return None

    async def _read(
        self, channel_id: str, thread_id: str | None, since: datetime, is_wanted: Callable[[Json], bool]
    ) -> Json | None:
        async for message in self._messages(channel_id, thread_id, since):
            if is_wanted(message):
                return message
        return None

    async def _messages(self, channel_id: str, thread_id: str | None, since: datetime) -> AsyncIterator[Json]:
        cursor, oldest = "", str((since - CLOCK_SKEW).timestamp())
        for _ in range(PAGE_LIMIT):
            page = await self._page(channel_id, thread_id, oldest, cursor)
            for message in page["messages"]:
                yield message
            cursor = (page.get("response_metadata") or {}).get("next_cursor") or ""
            if not cursor:
                return

    async def _page(self, channel_id: str, thread_id: str | None, oldest: str, cursor: str) -> Any:
        client = await self._client()
        with slack_errors():
            if thread_id is None:
                return await client.conversations_history(
                    channel=channel_id, oldest=oldest, include_all_metadata=True, limit=200, cursor=cursor
                )
            return await client.conversations_replies(
                channel=channel_id, ts=thread_id, oldest=oldest, include_all_metadata=True, limit=200, cursor=cursor
            )
