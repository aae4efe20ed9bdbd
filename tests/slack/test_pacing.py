"""One message a second and channel, in the order they came; nobody waits for a channel that is not theirs."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from bot.slack.pacing import EDITS_AT_ONCE, Pacing
from tests.fakes.clock import ManualClock
from tests.fakes.eventually import settle


class Slack:
    """Notes what was sent when. ``answering`` holds every answer back until it is set."""

    def __init__(self) -> None:
        self.clock = ManualClock()
        self.pacing = Pacing(self.clock)
        self.sent: list[tuple[str, float]] = []
        self.answering = asyncio.Event()
        self.answering.set()
        self.tasks: list[asyncio.Task[None]] = []

    async def say(self, text: str, channel: str = "C1", asker: str | None = None) -> asyncio.Task[None]:
        """Begin to send a message, and let everything run that can."""
        self.tasks.append(asyncio.create_task(self._send(text, channel, asker)))
        await settle(3)
        return self.tasks[-1]

    async def _send(self, text: str, channel: str, asker: str | None) -> None:
        async with self.pacing.message(channel, asker):
            self.sent.append((text, self.clock.monotonic()))
            await self.answering.wait()

    async def pass_time(self, seconds: float) -> None:
        await self.clock.advance(seconds)
        await settle(3)


@asynccontextmanager
async def slack_of_a_test() -> AsyncIterator[Slack]:
    slack = Slack()
    yield slack
    for task in slack.tasks:
        task.cancel()
    await asyncio.gather(*slack.tasks, return_exceptions=True)


@pytest.fixture
async def slack() -> AsyncIterator[Slack]:
    async with slack_of_a_test() as opened:
        yield opened


async def test_first_message_in_a_quiet_channel_is_never_delayed(slack: Slack) -> None:
    await slack.say("a")
    await slack.pass_time(1.0)
    await slack.say("b")
    assert slack.sent == [("a", 0.0), ("b", 1.0)]


async def test_messages_of_a_channel_go_a_second_apart_in_the_order_they_came(slack: Slack) -> None:
    for text in "abcd":
        await slack.say(text)
    assert slack.sent == [("a", 0.0)]
    for _ in range(3):
        await slack.pass_time(1.0)
    assert slack.sent == [("a", 0.0), ("b", 1.0), ("c", 2.0), ("d", 3.0)]


async def test_batch_of_one_person_starves_neither_replies_nor_another_persons_request(slack: Slack) -> None:
    for number in range(5):
        await slack.say(f"ada {number}", asker="ada")
    await slack.say("bob 0", asker="bob")
    await slack.say("reply 0")
    await slack.say("bob 1", asker="bob")
    await slack.say("reply 1")
    for _ in range(8):
        await slack.pass_time(1.0)
    assert [text for text, _ in slack.sent] == [
        *("ada 0", "ada 1"),  # the one that waited for its second already has the turn
        *("reply 0", "reply 1"),
        *("bob 0", "ada 2", "bob 1", "ada 3", "ada 4"),
    ]


async def test_turn_of_somebody_who_leaves_just_then_is_not_lost(slack: Slack) -> None:
    async def first() -> None:
        async with slack.pacing.message("C1"):
            await slack.answering.wait()
        leaving.cancel()

    slack.answering.clear()
    slack.tasks.append(asyncio.create_task(first()))
    await settle(3)
    leaving = await slack.say("a")
    await slack.say("b")
    slack.answering.set()
    await settle()
    await slack.pass_time(1.0)
    assert slack.sent == [("b", 1.0)]
    await slack.pass_time(1.0)
    async with slack.pacing.message("C2"):
        assert len(slack.pacing) == 2


async def test_second_counts_from_slacks_answer(slack: Slack) -> None:
    slack.answering.clear()
    await slack.say("a")
    await slack.say("b")
    await slack.pass_time(5.0)
    slack.answering.set()
    await settle()
    await slack.pass_time(0.9)
    assert slack.sent == [("a", 0.0)]
    await slack.pass_time(0.1)
    assert slack.sent == [("a", 0.0), ("b", 6.0)]


async def test_channels_do_not_wait_for_each_other(slack: Slack) -> None:
    slack.answering.clear()
    for channel in ("C1", "C2", "C3"):
        await slack.say("a", channel)
    assert [at for _, at in slack.sent] == [0.0, 0.0, 0.0]


async def test_whoever_leaves_the_line_takes_nobodys_turn(slack: Slack) -> None:
    await slack.say("a")
    sleeping, waiting = await slack.say("b"), await slack.say("c")
    await slack.say("d")
    sleeping.cancel()
    waiting.cancel()
    await settle()
    await slack.pass_time(1.0)
    assert slack.sent == [("a", 0.0), ("d", 1.0)]


async def test_message_that_was_cut_off_may_have_been_sent(slack: Slack) -> None:
    slack.answering.clear()
    cut_off = await slack.say("a")
    cut_off.cancel()
    await slack.say("b")
    await slack.pass_time(0.9)
    assert slack.sent == [("a", 0.0)]
    await slack.pass_time(0.1)
    assert slack.sent == [("a", 0.0), ("b", 1.0)]


async def test_message_that_slack_refused_counts_too(slack: Slack) -> None:
    with pytest.raises(ZeroDivisionError):
        async with slack.pacing.message("C1"):
            raise ZeroDivisionError
    await slack.say("a")
    await slack.pass_time(1.0)
    assert slack.sent == [("a", 1.0)]


async def test_channels_that_went_quiet_are_forgotten(slack: Slack) -> None:
    for number in range(500):
        async with slack.pacing.message(f"C{number}"):
            await slack.clock.advance(0.01)
    assert 100 <= len(slack.pacing) <= 101
    await slack.pass_time(1.0)
    async with slack.pacing.message("C1"):
        pass
    assert len(slack.pacing) == 1


async def test_few_edits_go_at_once_and_it_is_known_when_one_would_be_late(slack: Slack) -> None:
    held = asyncio.Event()
    under_way = 0

    async def edit() -> None:
        nonlocal under_way
        async with slack.pacing.edit():
            under_way += 1
            await held.wait()

    slack.tasks += [asyncio.create_task(edit()) for _ in range(EDITS_AT_ONCE - 1)]
    await settle(3)
    assert not slack.pacing.edits_are_late
    slack.tasks += [asyncio.create_task(edit()) for _ in range(3)]
    await settle(3)
    assert slack.pacing.edits_are_late
    assert under_way == EDITS_AT_ONCE
    held.set()
    await settle(3)
    assert under_way == EDITS_AT_ONCE + 2
