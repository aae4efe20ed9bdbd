"""Tells the people of one workspace about their generations, wherever Slack lets the bot speak.

A channel that will not have the bot never wastes a generation: the messages go to the person directly instead. An
image that Slack will not fetch is posted as a link. Every message carries metadata, by which it is found again, and
keeps to the pace that Slack allows.
"""

import re
from collections.abc import Sequence

import structlog

from bot.core.clock import Clock
from bot.core.errors import SlackRefused, SlackUnavailable
from bot.core.models import Generation, GenerationState, Place, Queue, Reply, Showing
from bot.slack.client import slack_errors
from bot.slack.installation.clients import GetClient
from bot.slack.posting.edits import Edits, Urgency
from bot.slack.posting.own_messages import Metadata, OwnMessages, metadata_of
from bot.slack.posting.pacing import Pacing
from bot.slack.views.message import Message
from bot.slack.views.request import request_message
from bot.slack.views.results.message import result_message

log = structlog.get_logger(__name__)

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
FETCH_PAUSE = 1.0
"""Seconds before Slack is asked again to fetch an image that it refused."""


class WorkspaceMessenger:
    """The messenger of one Slack workspace: Slack's limits are the workspace's, so the pace is kept here."""

    def __init__(self, client: GetClient, clock: Clock) -> None:
        self._client = client
        self._own = OwnMessages(client)
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

    async def announce(self, generation: Generation) -> Place:
        """Post the request message, in a direct message where the channel will not have it."""
        request = generation.request
        try:
            return await self._announce_in(request.channel_id, request.thread_id, generation)
        except SlackRefused as refusal:
            if refusal.error not in CLOSED_CHANNEL:
                raise
            log.info("channel closed to the bot", channel=request.channel_id, error=refusal.error)
        return await self._announce_in(
            await self._direct_channel(generation.request.user_id), None, generation, is_fallback=True
        )

    async def update(self, generation: Generation, queue: Queue | None = None) -> None:
        """Bring the request message up to the generation's state, with its place in line while it stands in one.

        An edit that is on its way arrives, even when the caller leaves; edits of one message arrive one by one.
        """
        place = generation.place
        if place is None:
            raise SlackRefused("no_place", "the generation was never announced")
        channel_id, message_id, message = place.channel_id, place.message_id, request_message(generation, queue)

        async def edit() -> None:
            client = await self._client()
            with slack_errors():
                await client.chat_update(
                    channel=channel_id,
                    ts=message_id,
                    text=message.text,
                    blocks=message.blocks,
                    metadata=metadata_of(generation, "request"),
                )

        await self._edits.make((channel_id, message_id), edit, _urgency(generation, queue))

    async def deliver(self, generation: Generation) -> Reply:
        """Post the one reply in the thread; directly to the person where there is none, or it has closed meanwhile."""
        if (place := generation.place) is not None:
            try:
                return await self._deliver_in(place.channel_id, place.thread_id, generation)
            except SlackRefused as refusal:
                if refusal.error not in CLOSED_CHANNEL:
                    raise
                log.info("thread closed to the bot", channel=place.channel_id, error=refusal.error)
        return await self._deliver_in(await self._direct_channel(generation.request.user_id), None, generation)

    async def find_reply(self, generation: Generation) -> Reply | None:
        """Return the reply that `deliver` already posted, in the thread or directly, if there is one."""
        place, wanted, since = generation.place, metadata_of(generation, "result"), generation.created_at
        found = None
        if place is not None:
            found = await self._own.find(place.channel_id, wanted, since=since, thread_id=place.thread_id)
        if place is not None and found is not None:
            return _reply(generation, place.channel_id, place.thread_id, found)
        try:
            direct = await self._direct_channel(generation.request.user_id)
        except SlackUnavailable:
            raise
        except SlackRefused:
            return None  # who cannot be written to was not written to
        found = await self._own.find(direct, wanted, since=since)
        return None if found is None else _reply(generation, direct, None, found)

    async def attach(self, generation: Generation, reply: Reply, *, is_found: bool = False) -> Reply:
        """Put beside a reply what Slack does not show."""
        return reply

    async def redraw(self, generation: Generation, showings: Sequence[Showing]) -> None:
        """Bring the messages that show its images up to what became of those since."""
        raise NotImplementedError

    async def share(
        self, generation: Generation, image_id: str, *, channel_id: str, thread_id: str | None, by: str, note: str
    ) -> Showing:
        """Show one image somewhere else."""
        raise NotImplementedError

    async def withdraw(self, showing: Showing) -> None:
        """Take away what was shared."""
        raise NotImplementedError

    async def write(self, user_id: str, message: Message) -> None:
        """Write a person a direct message."""
        await self._post(await self._direct_channel(user_id), None, message)

    async def _announce_in(
        self, channel_id: str, thread_id: str | None, generation: Generation, *, is_fallback: bool = False
    ) -> Place:
        """Post the request message; after a try whose answer was lost, find it first."""
        metadata = metadata_of(generation, "request")
        found = None
        if generation.attempts > 1:
            found = await self._own.find(channel_id, metadata, since=generation.created_at, thread_id=thread_id)
        if found is None:
            here = Place(channel_id, "", thread_id or "", is_fallback=is_fallback)
            found, channel_id = await self._post(
                channel_id,
                thread_id,
                request_message(generation.but(place=here)),
                metadata,
                asker=generation.request.user_id,
            )
        return Place(channel_id, found, thread_id or found, is_fallback=is_fallback)

    async def _deliver_in(self, channel_id: str, thread_id: str | None, generation: Generation) -> Reply:
        """Post the images; those that Slack cannot fetch at the second try either, as links."""
        metadata = metadata_of(generation, "result")
        as_links: frozenset[str] = frozenset()
        for is_first, pause in ((True, FETCH_PAUSE), (False, FETCH_PAUSE), (False, 0.0)):
            message = result_message(generation, as_links=as_links)
            try:
                posted, _ = await self._post(channel_id, thread_id, message, metadata)
            except SlackRefused as refusal:
                if refusal.error != "invalid_blocks" or not generation.pictures:
                    raise
                log.warning("Slack refused the images", id=generation.id, detail=refusal.detail)
                as_links = as_links if is_first else as_links | _refused_pictures(message, refusal)
                await self._clock.sleep(pause)
            else:
                return _reply(generation, channel_id, thread_id, posted)
        message = result_message(generation, as_links=[image.url or "" for image in generation.pictures])
        posted, _ = await self._post(channel_id, thread_id, message, metadata)
        return _reply(generation, channel_id, thread_id, posted)

    async def _post(
        self,
        channel_id: str,
        thread_id: str | None,
        message: Message,
        metadata: Metadata | None = None,
        *,
        asker: str | None = None,
    ) -> tuple[str, str]:
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

    async def _direct_channel(self, user_id: str) -> str:
        client = await self._client()
        with slack_errors():
            answer = await client.conversations_open(users=user_id)
        return str(answer["channel"]["id"])


def _reply(generation: Generation, channel_id: str, thread_id: str | None, message_id: str) -> Reply:
    thread_id = thread_id or message_id
    showings = (Showing(image.id, channel_id, message_id, thread_id) for image in generation.pictures)
    return Reply(channel_id, message_id, thread_id, tuple(showings))


def _urgency(generation: Generation, queue: Queue | None) -> Urgency:
    """Return how soon an edit is looked for: who sees images needs no other word, who cancelled or got none does."""
    if queue is not None:
        return Urgency.NEWS
    is_awaited = generation.state in (GenerationState.CANCELLED, GenerationState.FAILED)
    return Urgency.AWAITED if is_awaited else Urgency.PATIENT


def _refused_pictures(message: Message, refusal: SlackRefused) -> frozenset[str]:
    """Return the addresses of the images that Slack's answer points at; of all, when it points at none."""
    pictures = {number: block["image_url"] for number, block in enumerate(message.blocks) if "image_url" in block}
    named = {int(number) for number in re.findall(r"/blocks/(\d+)", refusal.detail)} & pictures.keys()
    return frozenset(pictures[number] for number in named or pictures)
