"""Messages of one workspace, posted at the pace that Slack allows, edited, and deleted."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

import structlog

from bot.core.clock import Clock
from bot.core.errors import SlackRefused
from bot.core.models import Showing
from bot.slack.client import slack_errors
from bot.slack.installation.clients import GetClient
from bot.slack.posting.albums import Album
from bot.slack.posting.edits import Edits, Urgency
from bot.slack.posting.own_messages import Metadata
from bot.slack.posting.pacing import Pacing
from bot.slack.posting.pictures import FETCH_PAUSE, Pictures
from bot.slack.views.message import Message

log = structlog.get_logger(__name__)

PICTURE_PAUSES = (FETCH_PAUSE, FETCH_PAUSE, 2.0, 2.0, 4.0, 4.0)
"""Seconds between the tries of a message whose pictures Slack refuses."""
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
GONE_MESSAGE = frozenset({"message_not_found", "channel_not_found", "thread_not_found", "is_inactive", "is_archived"})
CLOSED_MESSAGE = GONE_MESSAGE | {"cant_update_message", "edit_window_closed", "not_in_channel", "no_permission"}

Drawing = Callable[[Album], tuple[Message, Metadata]]
"""Draws the message that shows an album, with its metadata."""
Posted = TypeVar("Posted")


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a message goes: a channel, and the thread in it unless it starts one."""

    channel_id: str
    thread_id: str | None = None


class Posts:
    """What the bot has to say in one workspace."""

    def __init__(self, client: GetClient, pictures: Pictures, clock: Clock) -> None:
        self._client = client
        self._pictures = pictures
        self._clock = clock
        self._pacing = Pacing(clock)
        self._edits = Edits(clock)

    @property
    def is_idle(self) -> bool:
        """Whether nothing is under way or waits here, and Slack holds nothing against the workspace."""
        return self._pacing.is_idle and self._edits.is_idle

    async def aclose(self) -> None:
        """Let the edits that are under way reach Slack, a moment long, and take no more."""
        await self._edits.aclose()

    async def post(
        self,
        channel_id: str,
        thread_id: str | None,
        message: Message,
        metadata: Metadata | None = None,
        *,
        asker: str | None = None,
    ) -> tuple[str, str]:
        """Post a message in its turn; return its id, and the channel where it is."""
        async with self._pacing.message(channel_id, asker):
            client = await self._client()
            with slack_errors():
                answer = await client.chat_postMessage(
                    channel=channel_id,
                    thread_ts=thread_id,
                    text=message.text,
                    blocks=message.blocks,
                    metadata=metadata,
                    unfurl_links=False,
                    unfurl_media=False,
                )
        return str(answer["ts"]), str(answer["channel"])

    async def post_album(self, channel_id: str, thread_id: str | None, album: Album, draw: Drawing) -> str:
        """Post a message with pictures, however Slack takes those; return its id."""
        for pause in PICTURE_PAUSES:
            message, metadata = draw(album)
            try:
                return (await self.post(channel_id, thread_id, message, metadata))[0]
            except SlackRefused as refusal:
                if refusal.error != "invalid_blocks" or album.are_links:
                    raise
                log.warning("Slack refused the images", id=album.key, detail=refusal.detail)
                await self._clock.sleep(pause)
                await self._pictures.heed(album, message, refusal)
        await self._pictures.give_up(album)
        return (await self.post(channel_id, thread_id, *draw(album)))[0]

    async def edit(
        self,
        channel_id: str,
        message_id: str,
        message: Message | Callable[[], Awaitable[Message]],
        metadata: Metadata,
        urgency: Urgency = Urgency.AWAITED,
    ) -> None:
        """Edit a message in its turn; what is not drawn yet is drawn then.

        An edit that is on its way arrives, even when the caller leaves; edits of one message arrive one by one.
        """

        async def edit() -> None:
            drawn = message if isinstance(message, Message) else await message()
            client = await self._client()
            with slack_errors():
                await client.chat_update(
                    channel=channel_id, ts=message_id, text=drawn.text, blocks=drawn.blocks, metadata=metadata
                )

        await self._edits.make((channel_id, message_id), edit, urgency)

    async def delete(self, showing: Showing) -> None:
        """Delete a message; one that is gone is no news."""
        client = await self._client()
        try:
            with slack_errors():
                await client.chat_delete(channel=showing.channel_id, ts=showing.message_id)
        except SlackRefused as refusal:
            if refusal.error not in GONE_MESSAGE:
                raise

    async def send_file(self, channel_id: str, send: Callable[[], Awaitable[str]]) -> str:
        """Post a file in the channel's turn."""
        async with self._pacing.message(channel_id):
            return await send()

    async def there_or_directly(
        self, spot: Spot | None, user_id: str, post: Callable[[Spot], Awaitable[Posted]]
    ) -> Posted:
        """Post in a spot; directly to the person where there is none, or it is closed to the bot."""
        if spot is not None:
            try:
                return await post(spot)
            except SlackRefused as refusal:
                if refusal.error not in CLOSED_CHANNEL:
                    raise
                log.info("closed to the bot", channel=spot.channel_id, error=refusal.error)
        return await post(Spot(await self.direct_channel(user_id)))

    async def direct_channel(self, user_id: str) -> str:
        """Return where somebody is written to directly."""
        client = await self._client()
        with slack_errors():
            answer = await client.conversations_open(users=user_id)
        return str(answer["channel"]["id"])
