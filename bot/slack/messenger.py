"""Tells people about their generations, wherever Slack lets the bot speak.

A channel that will not have the bot never wastes a generation: the messages go to the person directly instead. An
image that Slack will not fetch is posted as a link. Every message carries metadata, by which it is found again.
"""

from typing import Any

import structlog
from slack_sdk.web.async_client import AsyncWebClient

from bot.core.clock import Clock
from bot.core.errors import SlackRefused, SlackUnavailable
from bot.core.models import Generation, Place
from bot.slack.client import slack_errors
from bot.slack.views.message import Message
from bot.slack.views.request import request_message
from bot.slack.views.result import result_message

log = structlog.get_logger(__name__)

EVENT_TYPE = "bloom_generation"
CLOSED_CHANNEL = frozenset(
    {
        "not_in_channel",
        "channel_not_found",
        "is_archived",
        "restricted_action",
        "restricted_action_read_only_channel",
        "restricted_action_thread_only_channel",
        "restricted_action_non_threadable_channel",
        "restricted_action_thread_locked",
        "cannot_reply_to_message",
        "thread_not_found",
        "message_not_found",
        "no_permission",
        "messages_tab_disabled",
    }
)
FETCH_PAUSES = (1.0, 2.0)
"""Seconds before Slack is asked again to fetch an image that it refused."""


class SlackMessenger:
    """The messenger of one Slack workspace."""

    def __init__(self, client: AsyncWebClient, clock: Clock) -> None:
        self._client = client
        self._clock = clock

    async def announce(self, generation: Generation) -> Place:
        """Post the request message, in a direct message where the channel will not have it."""
        request = generation.request
        try:
            return await self._announce_in(request.channel_id, request.thread_id, generation)
        except SlackRefused as refusal:
            if refusal.error not in CLOSED_CHANNEL:
                raise
            log.info("channel closed to the bot", channel=request.channel_id, error=refusal.error)
        return await self._announce_in(await self._direct_channel(generation), None, generation, is_fallback=True)

    async def update(self, generation: Generation) -> None:
        """Bring the request message up to the generation's state."""
        place = _place_of(generation)
        message = request_message(generation)
        with slack_errors():
            await self._client.chat_update(
                channel=place.channel_id,
                ts=place.message_id,
                text=message.text,
                blocks=message.blocks,
                metadata=_metadata(generation, "request"),
            )

    async def deliver(self, generation: Generation) -> str:
        """Post the one reply in the thread; directly to the person when the channel has closed meanwhile."""
        place = _place_of(generation)
        try:
            return await self._deliver_in(place.channel_id, place.thread_id, generation)
        except SlackRefused as refusal:
            if refusal.error not in CLOSED_CHANNEL:
                raise
            log.info("thread closed to the bot", channel=place.channel_id, error=refusal.error)
        return await self._deliver_in(await self._direct_channel(generation), None, generation)

    async def find_reply(self, generation: Generation) -> str | None:
        """Return the id of the reply that `deliver` already posted, if there is one."""
        place, wanted = _place_of(generation), _metadata(generation, "result")
        try:
            async for message in self._thread(place):
                if message.get("metadata") == wanted:
                    return str(message["ts"])
        except SlackUnavailable:
            raise
        except SlackRefused as refusal:
            log.warning("thread could not be read", channel=place.channel_id, error=refusal.error)
        return None

    async def _announce_in(
        self, channel_id: str, thread_id: str | None, generation: Generation, *, is_fallback: bool = False
    ) -> Place:
        draft = Place(channel_id, "", thread_id or "", is_fallback=is_fallback)
        message = request_message(generation.but(place=draft))
        posted, channel_id = await self._post(channel_id, thread_id, message, _metadata(generation, "request"))
        return Place(channel_id, posted, thread_id or posted, is_fallback=is_fallback)

    async def _deliver_in(self, channel_id: str, thread_id: str | None, generation: Generation) -> str:
        """Post the images, and if Slack cannot fetch them even after a pause, links to them."""
        metadata = _metadata(generation, "result")
        for pause in FETCH_PAUSES:
            try:
                posted, _ = await self._post(channel_id, thread_id, result_message(generation), metadata)
            except SlackRefused as refusal:
                if refusal.error != "invalid_blocks" or not generation.pictures:
                    raise
                log.warning("Slack refused the images", id=generation.id, detail=refusal.detail)
                await self._clock.sleep(pause)
            else:
                return posted
        posted, _ = await self._post(channel_id, thread_id, result_message(generation, links_only=True), metadata)
        return posted

    async def _post(
        self, channel_id: str, thread_id: str | None, message: Message, metadata: dict[str, Any]
    ) -> tuple[str, str]:
        with slack_errors():
            answer = await self._client.chat_postMessage(
                channel=channel_id,
                thread_ts=thread_id,
                text=message.text,
                blocks=message.blocks,
                metadata=metadata,
                unfurl_links=False,
                unfurl_media=False,
            )
        return str(answer["ts"]), str(answer["channel"])

    async def _direct_channel(self, generation: Generation) -> str:
        with slack_errors():
            answer = await self._client.conversations_open(users=generation.request.user_id)
        return str(answer["channel"]["id"])

    async def _thread(self, place: Place) -> Any:
        cursor = ""
        while True:
            with slack_errors():
                page = await self._client.conversations_replies(
                    channel=place.channel_id,
                    ts=place.thread_id,
                    oldest=place.message_id,
                    include_all_metadata=True,
                    limit=200,
                    cursor=cursor,
                )
            for message in page["messages"]:
                yield message
            cursor = (page.get("response_metadata") or {}).get("next_cursor") or ""
            if not cursor:
                return


def _place_of(generation: Generation) -> Place:
    if generation.place is None:
        raise SlackRefused("no_place", "the generation was never announced")
    return generation.place


def _metadata(generation: Generation, part: str) -> dict[str, Any]:
    """Return what finds the message again: `part` is `request` or `result`, and each outcome has its own result."""
    payload = {"generation_id": generation.id, "part": part}
    if part == "result" and generation.finished_at is not None:
        payload["finished_at"] = generation.finished_at.isoformat()
    return {"event_type": EVENT_TYPE, "event_payload": payload}
