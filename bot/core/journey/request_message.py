"""The request message until the end of its generation: where it stands, and what it says about standing in line."""

import structlog

from bot.core.clock import Clock, given
from bot.core.errors import SlackUnavailable
from bot.core.journey.fence import record, write
from bot.core.models import Generation, Queue
from bot.core.ports import Messenger, Store

log = structlog.get_logger(__name__)

MESSAGE_SETTLING = 3.0
"""Seconds that Slack may take to show a message that it was sent before, should the answer have been lost."""
NEWS_PATIENCE = 5.0
"""Seconds that taking the place in line out of a request message may take."""


class RequestMessage:
    """Posts request messages and keeps them up to date while Bloom is at work."""

    def __init__(self, store: Store, messenger: Messenger, clock: Clock) -> None:
        self._store = store
        self._messenger = messenger
        self._clock = clock

    async def announce(self, generation: Generation) -> Generation:
        """Post the request message, and write down where before anybody stands in line.

        One that may have been tried before is only tried once the row proved writable, else every retry would post
        another; and once Slack shows what it was sent, for the messenger looks there first.
        """
        counted = generation.but(attempts=generation.attempts + 1)
        if generation.attempts:
            counted = await write(self._store, counted, was=generation.state)
            await self._clock.sleep(MESSAGE_SETTLING)
        place = await self._messenger.announce(counted)
        return await record(self._store, self._clock, counted.but(place=place), was=generation.state)

    async def tell_line(self, generation: Generation, queue: Queue) -> None:
        """Say how it stands in line; what Slack thinks of that must not cost the turn."""
        try:
            await self._messenger.update(generation, queue)
        except Exception as exc:  # noqa: BLE001 -- it is a courtesy
            log.warning("the line could not be told", generation=generation.id, reason=repr(exc))

    async def leave_line(self, generation: Generation) -> Generation:
        """Take the place in line out again; the image does not wait for a slow Slack."""
        try:
            is_told = await given(self._clock, NEWS_PATIENCE, self._messenger.update(generation))
        except Exception as exc:  # noqa: BLE001 -- it is a courtesy
            log.warning("the line could not be taken back", generation=generation.id, reason=repr(exc))
            is_told = not isinstance(exc, SlackUnavailable)
        if not is_told:
            return generation
        return await write(self._store, generation.but(is_stale=False), was=generation.state)
