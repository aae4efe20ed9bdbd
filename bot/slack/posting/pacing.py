"""How fast Slack may be told things: one message a second in a channel. (Edits are next door, in `edits`.)

Slack allows an app one message a second and channel. It tolerates "short bursts" but promises nothing for them, neither
their size nor that people see the messages, so there are none here. A second counts from Slack's *answer*, so it is one
on Slack's clock too, however long the way there took, and a channel that Slack holds back (429) holds back everybody
who stands in line for it. Where that takes longer than anybody should stand there, everybody is sent away with how
long it takes, and nothing is sent until then.

In a channel, replies go before new requests, and the requests of people take turns: whoever asks for hundreds of images
at once holds up neither those that are finished nor anybody else.
"""

import asyncio
import heapq
import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from bot.core.clock import Clock
from bot.core.errors import SlackUnavailable
from bot.slack.retries import LONGEST_PAUSE

INTERVAL = 1.0
"""Seconds from Slack's answer to a message until the next message in that channel."""


@dataclass(order=True, slots=True)
class _Ticket:
    """A place in line: replies (no asker) first, then round after round one request of everybody who asks."""

    is_request: bool
    round: int
    number: int
    called: asyncio.Future[None] = field(compare=False)


class _Line:
    """Who stands in line for a channel."""

    def __init__(self) -> None:
        self.is_taken = False
        self._tickets: list[_Ticket] = []
        self._numbers = itertools.count()
        self._round = 0
        self._rounds: dict[str, int] = {}
        """The round of everybody's last request."""

    @asynccontextmanager
    async def turn(self, asker: str | None) -> AsyncIterator[None]:
        """Wait for one's turn and have it."""
        ticket = self._ticket(asker)
        if self.is_taken:
            heapq.heappush(self._tickets, ticket)
        else:
            self.is_taken = True
            ticket.called.set_result(None)
        try:
            await ticket.called
            yield
        finally:
            if not ticket.called.cancelled():  # who leaves just as it is called passes the turn on too
                self._call_next()

    def _ticket(self, asker: str | None) -> _Ticket:
        number, called = next(self._numbers), asyncio.get_running_loop().create_future()
        if asker is None:
            return _Ticket(is_request=False, round=0, number=number, called=called)
        self._rounds[asker] = max(self._round, self._rounds.get(asker, -1) + 1)
        return _Ticket(is_request=True, round=self._rounds[asker], number=number, called=called)

    def _call_next(self) -> None:
        """Give the turn to the first who still waits."""
        while self._tickets:
            ticket = heapq.heappop(self._tickets)
            if not ticket.called.done():
                self._round = max(self._round, ticket.round)
                ticket.called.set_result(None)
                return
        self.is_taken = False


class Pacing:
    """The pace of one workspace. What a quiet channel needs is forgotten."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lines: dict[str, _Line] = {}
        self._free_at: dict[str, float] = {}
        """When the next message may go, in the order of these moments."""
        self._held_until: dict[str, float] = {}
        """When Slack takes messages again for the channels that it holds back."""

    def __len__(self) -> int:
        """Return how many channels are on the books."""
        return len(self._lines.keys() | self._free_at.keys() | self._held_until.keys())

    @property
    def is_idle(self) -> bool:
        """Whether nobody stands in line and every channel may be written to at once."""
        now = self._clock.monotonic()
        return not self._lines and max([*self._free_at.values(), *self._held_until.values()], default=now) <= now

    @asynccontextmanager
    async def message(self, channel_id: str, asker: str | None = None) -> AsyncIterator[None]:
        """Wait for the channel's turn and keep it while the message is sent, whatever becomes of it.

        A request comes with its ``asker``; what comes without goes first. Raises SlackUnavailable, and nothing must
        be sent, when Slack holds the channel back for too long.
        """
        line = self._lines.setdefault(channel_id, _Line())
        try:
            async with line.turn(asker):
                await self._wait(channel_id)
                try:
                    yield
                except SlackUnavailable as trouble:
                    self._hold(channel_id, trouble.retry_after or 0.0)
                    raise
                finally:
                    self._told(channel_id)
        finally:
            if not line.is_taken and self._lines.get(channel_id) is line:
                del self._lines[channel_id]

    async def _wait(self, channel_id: str) -> None:
        await until(self._clock, max(self._free_at.get(channel_id, 0.0), self._held_until.get(channel_id, 0.0)))

    def _hold(self, channel_id: str, seconds: float) -> None:
        """Note how long Slack holds the channel back, and forget those that are free again."""
        now = self._clock.monotonic()
        held = {**self._held_until, channel_id: now + seconds}
        self._held_until = {channel: moment for channel, moment in held.items() if moment > now}

    def _told(self, channel_id: str) -> None:
        """Note when the channel is free again, and forget those that are."""
        now = self._clock.monotonic()
        self._free_at.pop(channel_id, None)
        self._free_at[channel_id] = now + INTERVAL
        for quiet in tuple(itertools.takewhile(lambda known: self._free_at[known] <= now, self._free_at)):
            del self._free_at[quiet]


async def until(clock: Clock, moment: float) -> None:
    """Wait for a moment from which Slack listens; raise SlackUnavailable when that is too long to stand there."""
    seconds = moment - clock.monotonic()
    if seconds > LONGEST_PAUSE:
        raise SlackUnavailable("ratelimited", f"Slack listens in {seconds:.0f} s", retry_after=seconds)
    if seconds > 0:
        await clock.sleep(seconds)
