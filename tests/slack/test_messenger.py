"""The messenger keeps Slack's pace: it is never told off, and what Slack holds back holds nobody else back."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from bot.core.models import Generation, GenerationState, Place, Queue
from bot.sandbox.slack import SlackStandIn
from bot.slack.client import make_client, make_session
from bot.slack.messenger import SlackMessenger
from bot.slack.pacing import EDITS_AT_ONCE
from tests.fakes.clock import ManualClock
from tests.fakes.eventually import eventually
from tests.scenarios.world import words
from tests.slack.views.samples import generation

BOT_TOKEN = "xoxb-messenger"


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
async def slack(clock: ManualClock) -> AsyncIterator[SlackStandIn]:
    async with SlackStandIn(bot_token=BOT_TOKEN, clock=clock, enforce_rate=True) as stand_in:
        yield stand_in


@pytest.fixture
async def messenger(slack: SlackStandIn, clock: ManualClock) -> AsyncIterator[SlackMessenger]:
    async with make_session() as session:
        yield SlackMessenger(make_client(BOT_TOKEN, slack.api_url, session, clock), clock)


def asked(slack: SlackStandIn, prompt: str, channel: str = "general") -> Generation:
    return generation(prompt=prompt, channel_id=slack.workspace.channel(channel).id)


def errors(slack: SlackStandIn, method: str = "chat.postMessage") -> list[str | None]:
    return [call.error for call in slack.calls if call.method == method]


async def test_burst_in_a_channel_arrives_in_order_and_slack_has_nothing_to_say_about_it(
    slack: SlackStandIn, messenger: SlackMessenger, clock: ManualClock
) -> None:
    prompts = ["one", "two", "three", "four"]
    async with asyncio.TaskGroup() as tasks:
        for prompt in prompts:
            tasks.create_task(messenger.announce(asked(slack, prompt)))
        for count in range(1, 5):
            await eventually(lambda count=count: len(slack.messages("general")) == count)  # type: ignore[misc]
            if count < len(prompts):
                await eventually(lambda: clock.sleepers)
                await clock.advance(1.0)
    assert [
        prompt for message in slack.messages("general") for prompt in prompts if prompt in words(message)
    ] == prompts
    assert errors(slack) == [None] * 4


async def test_requests_of_one_person_let_the_reply_to_another_go_first(
    slack: SlackStandIn, messenger: SlackMessenger, clock: ManualClock
) -> None:
    ready = await announced(slack, messenger)
    async with asyncio.TaskGroup() as tasks:
        for prompt in ("one", "two"):
            tasks.create_task(messenger.announce(asked(slack, prompt)))
        await eventually(lambda: clock.sleepers)
        tasks.create_task(messenger.deliver(ready.but(state=GenerationState.POSTING)))
        for count in range(2, 5):
            await eventually(lambda: clock.sleepers)
            await clock.advance(1.0)
            await eventually(lambda count=count: len(slack.messages("general")) == count)  # type: ignore[misc]
    assert [message.thread_ts is not None for message in slack.messages("general")] == [False, False, True, False]


async def test_channel_that_slack_holds_back_holds_no_other_back(
    slack: SlackStandIn, messenger: SlackMessenger, clock: ManualClock
) -> None:
    slack.fail_next("chat.postMessage", "ratelimited", retry_after=30)
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(messenger.announce(asked(slack, "one")))
        await eventually(lambda: clock.sleepers == 1)
        tasks.create_task(messenger.announce(asked(slack, "two")))
        await messenger.announce(asked(slack, "elsewhere", "marketing"))
        assert errors(slack) == ["ratelimited", None]
        await clock.advance(31.0)
        await eventually(lambda: slack.messages("general") and clock.sleepers == 1)
        assert len(slack.messages("general")) == 1
        await clock.advance(1.0)
    assert len(slack.messages("general")) == 2
    assert errors(slack) == ["ratelimited", None, None, None]


async def announced(slack: SlackStandIn, messenger: SlackMessenger, prompt: str = "a bottle") -> Generation:
    begun = asked(slack, prompt)
    return begun.but(place=await messenger.announce(begun))


async def test_place_in_line_is_shown_and_goes_again(slack: SlackStandIn, messenger: SlackMessenger) -> None:
    waiting = await announced(slack, messenger)
    (message,) = slack.messages("general")
    await messenger.update(waiting, Queue(12, 21.0))
    assert "12 ahead of you, about 20 s" in words(message)
    await messenger.update(waiting.but(state=GenerationState.SUBMITTING))
    assert "ahead" not in words(message)
    assert "Cancel" in words(message)


async def test_place_in_line_that_would_come_too_late_is_left_out_but_no_other_news(
    slack: SlackStandIn, messenger: SlackMessenger, clock: ManualClock
) -> None:
    waiting = await announced(slack, messenger)
    slack.fail_next("chat.update", "ratelimited", retry_after=10, times=EDITS_AT_ONCE)
    async with asyncio.TaskGroup() as tasks:
        for _ in range(EDITS_AT_ONCE):
            tasks.create_task(messenger.update(waiting))
        await eventually(lambda: clock.sleepers == EDITS_AT_ONCE)
        await messenger.update(waiting, Queue(12, 21.0))
        tasks.create_task(messenger.update(waiting.but(state=GenerationState.CANCELLED)))
        await clock.advance(11.0)
    assert errors(slack, "chat.update") == ["ratelimited"] * EDITS_AT_ONCE + [None] * (EDITS_AT_ONCE + 1)
    assert "12 ahead" not in words(slack.messages("general")[0])


async def test_reply_stands_in_the_line_of_its_channel(
    slack: SlackStandIn, messenger: SlackMessenger, clock: ManualClock
) -> None:
    waiting = await announced(slack, messenger)
    place: Place | None = waiting.place
    assert place is not None
    reply = asyncio.create_task(messenger.deliver(waiting.but(state=GenerationState.POSTING)))
    await eventually(lambda: clock.sleepers == 1)
    assert len(slack.messages("general")) == 1
    await clock.advance(1.0)
    assert await reply == slack.messages("general")[1].ts
    assert slack.messages("general")[1].thread_ts == place.thread_id
