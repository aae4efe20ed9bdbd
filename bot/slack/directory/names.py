"""What people and channels are called in Slack, who of them may see what, and where a message is.

Looking back has to know which channels everybody can read: what was made elsewhere is shown to nobody but who made it.
Slack says that of public channels alone (`channels:read`); of whatever it does not tell, it is taken that it is
private. A guest reads only the channels they were let into, so a guest sees their own images.
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import TypeVar

from slack_sdk.web.async_client import AsyncWebClient

from bot.core.clock import Clock
from bot.core.errors import SlackRefused, SlackUnavailable
from bot.core.models import Place
from bot.slack.client import slack_errors
from bot.slack.directory.answers import Answers
from bot.slack.installation.clients import Clients

KEEP_FOR = 3600.0
"""Seconds that an answer is shown by."""
ASK_AFTER = 300.0
"""Seconds after which it is asked for anew, where it is asked for behind a page."""
KEPT = 10_000
"""People, and channels, in memory."""
GUESTS = ("is_restricted", "is_ultra_restricted", "is_stranger")
"""Slack's words for those who read only some channels; a stranger is of another workspace, met in a shared channel."""
AT_ONCE = 5
"""Questions to Slack side by side."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Channel:
    """A conversation; what Slack does not tell has no name, and is not public."""

    name: str = ""
    is_public: bool = False


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody in the workspace; of whom Slack does not tell, it is taken that they are a guest."""

    name: str = ""
    is_guest: bool = True


class SlackNames:
    """Remembers what Slack said."""

    def __init__(self, clients: Clients, clock: Clock) -> None:
        self._clients = clients
        self._channels: Answers[tuple[str, str], Channel] = Answers(clock, KEPT, keep_for=KEEP_FOR)
        self._people: Answers[tuple[str, str], Person] = Answers(clock, KEPT, keep_for=KEEP_FOR)
        self._addresses: dict[str, str] = {}

    def readable_by(self, workspace_id: str, user_id: str) -> frozenset[str] | None:
        """Return the channels known to be open to somebody; None before `look_up` has asked who they are."""
        person = self._people.get((workspace_id, user_id))
        if person is None:
            return None
        known = () if person.is_guest else self._channels.items()
        return frozenset(channel for (workspace, channel), one in known if workspace == workspace_id and one.is_public)

    def is_guest(self, workspace_id: str, user_id: str) -> bool:
        """Tell whether somebody is known to read only some channels, or to be nobody Slack tells of."""
        person = self._people.get((workspace_id, user_id))
        return person is not None and person.is_guest

    def knows(self, workspace_id: str, user_id: str, channel_ids: Collection[str]) -> bool:
        """Tell whether `readable_by` has heard of somebody, and of all these channels."""
        is_known = self._people.get((workspace_id, user_id)) is not None
        return is_known and all(self._channels.get((workspace_id, one)) is not None for one in channel_ids)

    def address(self, workspace_id: str) -> str:
        """Return where a workspace is on the web, as far as `look_up` has asked; else nothing."""
        return self._addresses.get(workspace_id, "")

    async def look_up(self, workspace_id: str, user_ids: Collection[str], channel_ids: Collection[str]) -> None:
        """Ask for what is not known, or not lately. Raises SlackUnavailable."""
        if workspace_id not in self._addresses and (address := await self._ask(workspace_id, _address, "")):
            self._addresses[workspace_id] = address
        turns = asyncio.Semaphore(AT_ONCE)
        await _all(
            *(self._person(workspace_id, user_id, turns) for user_id in set(user_ids)),
            *(self._channel(workspace_id, channel_id, turns) for channel_id in set(channel_ids)),
        )

    async def of(self, workspace_id: str, user_ids: Collection[str], channel_ids: Collection[str]) -> Mapping[str, str]:
        """Return what these are called, as far as Slack says just now."""
        with suppress(SlackUnavailable):
            await self.look_up(workspace_id, user_ids, channel_ids)
        people = {one: (self._people.get((workspace_id, one)) or Person()).name for one in user_ids}
        channels = {one: (self._channels.get((workspace_id, one)) or Channel()).name for one in channel_ids}
        return {one: name for one, name in (people | channels).items() if name}

    def permalink(self, workspace_id: str, place: Place) -> str:
        """Return what `chat.getPermalink` says of a request message, without asking; nothing before `look_up`."""
        root = self.address(workspace_id)
        if not root:
            return ""
        link = f"{root.rstrip('/')}/archives/{place.channel_id}/p{place.message_id.replace('.', '')}"
        is_reply = place.thread_id != place.message_id
        return f"{link}?thread_ts={place.thread_id}&cid={place.channel_id}" if is_reply else link

    async def _person(self, workspace_id: str, user_id: str, turns: asyncio.Semaphore) -> None:
        async with turns:
            if self._people.get((workspace_id, user_id), younger_than=ASK_AFTER) is None:
                found = await self._ask(workspace_id, lambda client: _person(client, user_id), Person())
                self._people.put((workspace_id, user_id), found)

    async def _channel(self, workspace_id: str, channel_id: str, turns: asyncio.Semaphore) -> None:
        async with turns:
            if self._channels.get((workspace_id, channel_id), younger_than=ASK_AFTER) is None:
                found = await self._ask(workspace_id, lambda client: _channel(client, channel_id), Channel())
                self._channels.put((workspace_id, channel_id), found)

    async def _ask(self, workspace_id: str, ask: Callable[[AsyncWebClient], Awaitable[T]], untold: T) -> T:
        """Return what Slack says, or what stands for it where it says nothing. Raises SlackUnavailable."""
        try:
            client = await self._clients.of(workspace_id)
            with slack_errors():
                return await ask(client)
        except SlackUnavailable:
            raise
        except SlackRefused:
            return untold


async def _all(*questions: Awaitable[None]) -> None:
    """Wait for all, and raise what one of them failed with only then: nothing goes on by itself."""
    failures = [one for one in await asyncio.gather(*questions, return_exceptions=True) if one is not None]
    if failures:
        raise failures[0]


async def _address(client: AsyncWebClient) -> str:
    return str((await client.auth_test())["url"])


async def _person(client: AsyncWebClient, user_id: str) -> Person:
    user = (await client.users_info(user=user_id))["user"]
    profile = user.get("profile") or {}
    name = user.get("real_name") or profile.get("real_name") or profile.get("display_name") or user.get("name") or ""
    return Person(str(name), is_guest=any(user.get(sign) for sign in GUESTS))


async def _channel(client: AsyncWebClient, channel_id: str) -> Channel:
    if not channel_id.startswith("C"):
        return Channel()
    channel = (await client.conversations_info(channel=channel_id))["channel"]
    is_private = channel.get("is_private", True) or channel.get("is_im") or channel.get("is_mpim")
    return Channel(str(channel.get("name") or ""), is_public=not is_private)
