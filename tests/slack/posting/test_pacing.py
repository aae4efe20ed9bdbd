"""One message a second and channel, in the order they came; nobody waits for a channel that is not theirs."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from bot.core.errors import SlackUnavailable
from bot.slack.posting.pacing import Pacing
from bot.slack.retries import LONGEST_PAUSE
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


async def hold_back(slack: Slack, channel: str, seconds: float) -> None:
    """Let Slack answer a message that the channel has to wait."""
    with pytest.raises(SlackUnavailable):
        async with slack.pacing.message(channel):
            raise SlackUnavailable("ratelimited", retry_after=seconds)


async def test_whoever_stands_in_line_when_slack_asks_for_a_long_pause_is_sent_away(slack: Slack) -> None:
    async def first() -> None:
        async with slack.pacing.message("C1"):
            await slack.answering.wait()
            raise SlackUnavailable("ratelimited", retry_after=300.0)

    slack.answering.clear()
    told = asyncio.create_task(first())
    await settle(3)
    waiting = [await slack.say("a"), await slack.say("b", asker="ada")]
    slack.answering.set()
    await settle()
    troubles = [task.exception() for task in (told, *waiting)]
    assert [trouble.retry_after for trouble in troubles if isinstance(trouble, SlackUnavailable)] == [300.0] * 3
    assert slack.sent == []


async def test_channel_that_slack_holds_back_for_long_turns_everybody_away_until_then(slack: Slack) -> None:
    await hold_back(slack, "C1", 300.0)
    await slack.pass_time(100.0)
    turned_away = [await slack.say("a"), await slack.say("b")]
    await slack.say("elsewhere", "C2")
    troubles = [task.exception() for task in turned_away]
    assert [trouble.retry_after for trouble in troubles if isinstance(trouble, SlackUnavailable)] == [200.0, 200.0]
    await slack.pass_time(200.0)
    await slack.say("c")
    assert slack.sent == [("elsewhere", 100.0), ("c", 300.0)]


async def test_end_of_a_pause_is_waited_for_when_it_is_near(slack: Slack) -> None:
    await hold_back(slack, "C1", 300.0)
    await slack.pass_time(300.0 - LONGEST_PAUSE)
    await slack.say("a")
    await slack.say("b")
    await slack.pass_time(LONGEST_PAUSE)
    await slack.pass_time(1.0)
    assert slack.sent == [("a", 300.0), ("b", 301.0)]


async def test_pauses_that_are_over_are_forgotten(slack: Slack) -> None:
    for number in range(5):
        await hold_back(slack, f"C{number}", 100.0)
    await slack.pass_time(100.0)
    await hold_back(slack, "C9", 100.0)
    assert len(slack.pacing) == 1
