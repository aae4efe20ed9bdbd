"""Slack's pace, with a Slack that insists on it: everything arrives, once, in order, and Slack never has to say no."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.sandbox.slack import Message
from bot.sandbox.slack.errors import Json
from tests.scenarios.world import World, open_world, words

SPEED = 20.0


@pytest.fixture
async def strict(tmp_path: Path) -> AsyncIterator[World]:
    """Open a world whose Slack refuses a second message within a second, on a clock as fast as the bot's."""
    async with open_world(tmp_path, speed=SPEED, enforce_rate=True) as opened:
        await opened.brands_known()
        opened.bloom.state.studio.generation_seconds = (3, 3)
        yield opened


async def ask(world: World, prompt: str, channel: str = "general") -> None:
    answer = await world.mia.command(channel, "/bloom", f"{prompt} --brand Acme")
    assert answer.ok


def replies(world: World, *channels: str) -> list[Message]:
    return [message for channel in channels for message in world.posted(channel) if message.images]


def refusals(world: World) -> list[str]:
    return [call.method for call in world.slack.calls if call.error == "ratelimited"]


async def test_burst_in_one_channel_arrives_in_full_and_slack_never_says_no(strict: World) -> None:
    prompts = [f"picture {number} of many" for number in range(6)]
    for prompt in prompts:
        await ask(strict, prompt)
    await strict.slack.wait_until(lambda: len(replies(strict, "general")) == len(prompts), seconds=20)
    assert not refusals(strict)
    requests = [words(message) for message in strict.posted() if not message.is_reply]
    assert len(requests) == len(prompts)
    assert all(prompt in said for prompt, said in zip(prompts, requests, strict=True))


async def test_busy_channel_holds_up_no_quiet_one(strict: World) -> None:
    for number in range(5):
        await ask(strict, f"picture {number}")
    await ask(strict, "the quiet one", "marketing")
    await strict.slack.wait_until(lambda: replies(strict, "marketing"), seconds=10)
    assert len(replies(strict, "general")) < 5
    assert not refusals(strict)


async def test_channel_that_slack_holds_back_gets_every_message_once(strict: World) -> None:
    strict.slack.fail_next("chat.postMessage", "ratelimited", retry_after=1)
    async with asyncio.TaskGroup() as tasks:
        for number in range(3):
            tasks.create_task(ask(strict, f"picture {number}"))
    await strict.slack.wait_until(lambda: len(replies(strict, "general")) == 3, seconds=20)
    assert len(strict.posted()) == 6
    assert refusals(strict) == ["chat.postMessage"]


async def test_channel_that_slack_holds_back_for_long_is_left_alone_until_then(strict: World) -> None:
    strict.slack.fail_next("chat.postMessage", "ratelimited", retry_after=65)
    for number in range(3):
        await ask(strict, f"picture {number}")
    await strict.slack.wait_until(lambda: len(replies(strict, "general")) == 3, seconds=30)
    refused, following = [call.at for call in strict.slack.calls if call.method == "chat.postMessage"][:2]
    assert (following - refused).total_seconds() >= 64.9  # a moment for the way of Slack's answer
    assert refusals(strict) == ["chat.postMessage"]
    assert len(strict.posted()) == 6


@pytest.mark.parametrize("lost", ["request", "reply"])
async def test_lost_answer_means_one_message_also_where_the_bot_was_never_invited(strict: World, lost: str) -> None:
    town = strict.slack.workspace.channel("marketing")
    town.members.discard(strict.slack.workspace.app.bot_user_id)
    losses = [lost]

    async def lose(method: str, args: Json, when: str) -> None:
        part = "reply" if args.get("thread_ts") else "request"
        if method == "chat.postMessage" and when == "before" and losses == [part]:
            losses.clear()
            strict.slack.fail_next("chat.postMessage", lose_answer=True)

    strict.slack.watch(lose)
    await ask(strict, "a red door", "marketing")
    await strict.slack.wait_until(lambda: any("made an image" in words(message) for message in town.messages))
    assert not losses
    assert [message.is_reply for message in strict.posted("marketing")] == [False, True]
