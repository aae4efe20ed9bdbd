"""What people and channels are called in Slack, who of them may see what, and where a message is.

Looking back has to know which channels everybody can read: what was made elsewhere is shown to nobody but who made it.
Slack lists public channels alone (`channels:read`); of what is not in its list, it is taken that it is private. A guest
reads only the channels they were let into, so a guest sees their own images.

Slack takes few questions a minute, and who may manage is one of them: so many people are asked for as a list, and
channels always, once for everybody who waits for it.
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping
from contextlib import suppress
from typing import TypeVar

from slack_sdk.web.async_client import AsyncWebClient

from bot.core.answers import Answers
from bot.core.clock import Clock
from bot.core.errors import SlackRefused, SlackUnavailable
from bot.core.models import Place
from bot.core.single_flight import SingleFlight
from bot.core.tasks import Tasks
from bot.slack.client import slack_errors
from bot.slack.directory.listings import Person, address, everybody, person, public_channels
from bot.slack.installation.clients import Clients
from bot.slack.links import permalink

KEEP_FOR = 3600.0
"""Seconds that a name is known for."""
SHOWN_FOR = 1200.0
"""Seconds that pages go by an answer to who may see what: longer than they are drawn anew behind people."""
ASK_AFTER = 300.0
"""Seconds after which that is asked for anew, behind a page that somebody opens."""
KEPT, LISTS_KEPT = 10_000, 200
"""People who were asked for one by one, and workspaces whose lists are known, in memory."""
FEW, ONE_BY_ONE = 5, 20
"""So many people are asked for without a list; so many who are on no list are, at a time."""
AT_ONCE = 5
"""Questions to Slack side by side."""

T = TypeVar("T")


class SlackNames:
    """Remembers what Slack said."""

    def __init__(self, clients: Clients, clock: Clock, tasks: Tasks) -> None:
        self._clients = clients
        self._people: Answers[tuple[str, str], Person] = Answers(clock, KEPT, keep_for=KEEP_FOR)
        self._everybody: Answers[str, Mapping[str, str]] = Answers(clock, LISTS_KEPT, keep_for=KEEP_FOR)
        self._public: Answers[str, Mapping[str, str]] = Answers(clock, LISTS_KEPT, keep_for=KEEP_FOR)
        self._lists: SingleFlight[tuple[str, str], None] = SingleFlight(tasks, "list in Slack")
        self._addresses: dict[str, str] = {}

    def readable_by(self, workspace_id: str, user_id: str) -> frozenset[str] | None:
        """Return the channels known to be open to somebody; None before `look_up` has asked for that."""
        known = self._people.get((workspace_id, user_id), younger_than=SHOWN_FOR)
        public = self._public.get(workspace_id, younger_than=SHOWN_FOR)
        if known is None or (public is None and not known.is_guest):
            return None
        return frozenset() if known.is_guest else frozenset(public or ())

    def is_guest(self, workspace_id: str, user_id: str) -> bool:
        """Tell whether somebody is known to read only some channels, or to be nobody Slack tells of."""
        known = self._people.get((workspace_id, user_id), younger_than=SHOWN_FOR)
        return known is not None and known.is_guest

    def address(self, workspace_id: str) -> str:
        """Return where a workspace is on the web, as far as Slack was asked; else nothing."""
        return self._addresses.get(workspace_id, "")

    async def look_up(self, workspace_id: str, user_id: str) -> None:
        """Ask for what tells what somebody may see, unless that was lately. Raises SlackUnavailable."""
        await _all(
            self._know_address(workspace_id),
            self._know_person(workspace_id, user_id, ASK_AFTER),
            self._know_channels(workspace_id, ASK_AFTER),
        )

    async def of(self, workspace_id: str, user_ids: Collection[str], channel_ids: Collection[str]) -> Mapping[str, str]:
        """Return what these are called, as far as Slack says just now."""
        with suppress(SlackUnavailable):
            await _all(
                self._know_address(workspace_id),
                self._know_people(workspace_id, user_ids),
                *([self._know_channels(workspace_id, KEEP_FOR)] if any(map(_is_listed, channel_ids)) else ()),
            )
        public = self._public.get(workspace_id) or {}
        people = {one: self._name(workspace_id, one) for one in user_ids}
        channels = {one: public.get(one) for one in channel_ids}
        return {one: name for one, name in (people | channels).items() if name}

    def permalink(self, workspace_id: str, place: Place) -> str:
        """Return what `chat.getPermalink` says of a request message, without asking; nothing before `look_up`."""
        root = self.address(workspace_id)
        return permalink(root, place.channel_id, place.message_id, place.thread_id)

    def _name(self, workspace_id: str, user_id: str) -> str | None:
        """Return what somebody is called: nothing where Slack does not tell, None where it was not asked."""
        known, listed = self._people.get((workspace_id, user_id)), self._everybody.get(workspace_id) or {}
        return known.name if known else listed.get(user_id)

    async def _know_address(self, workspace_id: str) -> None:
        if workspace_id not in self._addresses and (found := await self._ask(workspace_id, address, "")):
            self._addresses[workspace_id] = found

    async def _know_person(self, workspace_id: str, user_id: str, younger_than: float) -> None:
        if self._people.get((workspace_id, user_id), younger_than=younger_than) is None:
            found = await self._ask(workspace_id, lambda client: person(client, user_id), Person())
            self._people.put((workspace_id, user_id), found)

    async def _know_people(self, workspace_id: str, user_ids: Collection[str]) -> None:
        if len(self._unknown(workspace_id, user_ids)) > FEW:
            await self._know_list(self._everybody, workspace_id, everybody, KEEP_FOR)
        turns = asyncio.Semaphore(AT_ONCE)

        async def know(user_id: str) -> None:
            async with turns:
                await self._know_person(workspace_id, user_id, KEEP_FOR)

        await _all(*(know(user_id) for user_id in self._unknown(workspace_id, user_ids)[:ONE_BY_ONE]))

    def _unknown(self, workspace_id: str, user_ids: Collection[str]) -> list[str]:
        return [one for one in dict.fromkeys(user_ids) if self._name(workspace_id, one) is None]

    async def _know_channels(self, workspace_id: str, younger_than: float) -> None:
        await self._know_list(self._public, workspace_id, public_channels, younger_than)

    async def _know_list(
        self,
        lists: Answers[str, Mapping[str, str]],
        workspace_id: str,
        read: Callable[[AsyncWebClient], Awaitable[Mapping[str, str]]],
        younger_than: float,
    ) -> None:
        """Have a list read, unless it was lately; a refusal, which leaves it empty, holds for minutes only."""

        async def know() -> None:
            lists.put(workspace_id, await self._ask(workspace_id, read, {}))

        known = lists.get(workspace_id, younger_than=younger_than)
        if not (known or lists.get(workspace_id, younger_than=ASK_AFTER) is not None):
            await self._lists.join((workspace_id, read.__name__), know)

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


def _is_listed(channel_id: str) -> bool:
    return channel_id.startswith("C")
