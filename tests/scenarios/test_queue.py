"""More is asked for than Bloom's rate limit allows: everybody sees their place in line, and everybody gets an image."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.core.models import RateLimit
from bot.sandbox.slack import Message
from tests.scenarios.world import World, open_world, words

LINE = re.compile(r"^(?:\d+ ahead in line|Next in line), about (?:\d+ s|\d+ min)$", re.MULTILINE)


@pytest.fixture
async def busy(tmp_path: Path) -> AsyncIterator[World]:
    """Open a world whose Bloom takes six requests in half a minute."""
    async with open_world(tmp_path, bloom_rate_limit=RateLimit(6, 30.0)) as opened:
        await opened.brands_known()
        opened.bloom.state.studio.generation_seconds = (5, 5)
        yield opened


async def ask(world: World, count: int) -> None:
    for number in range(count):
        answer = await world.mia.command("general", "/bloom", f"bicycle number {number} --brand Acme")
        assert answer.ok


def lines(world: World) -> list[str]:
    """Return what the request messages say about standing in line, oldest first."""
    return [said[0] for message in world.posted() if (said := LINE.search(words(message)))]


def images(world: World) -> list[Message]:
    return [message for message in world.posted() if message.images]


async def test_whoever_has_to_wait_sees_the_place_in_line_until_it_goes_on(busy: World) -> None:
    await ask(busy, 8)
    (first, *_) = await busy.slack.wait_until(lambda: lines(busy))
    assert LINE.fullmatch(first)
    await busy.slack.wait_until(lambda: len(images(busy)) == 8, seconds=30)
    await busy.slack.wait_until(lambda: not lines(busy))
    assert busy.generations_paid == 8


async def test_nobody_reads_of_a_line_who_does_not_wait(busy: World) -> None:
    await ask(busy, 1)
    await busy.reply()
    told = [call for call in busy.slack.calls if call.method == "chat.update"]
    assert len(told) == 1
    assert not LINE.search(str(told[0].args["blocks"]))


async def test_line_that_slack_does_not_show_costs_nobody_the_turn(busy: World) -> None:
    busy.slack.fail_next("chat.update", "cant_update_message", times=4)
    await ask(busy, 6)
    await busy.slack.wait_until(lambda: len(images(busy)) == 6, seconds=30)
    assert busy.generations_paid == 6


async def test_line_is_gone_from_the_message_of_what_is_being_made(busy: World) -> None:
    busy.bloom.state.studio.generation_seconds = (600, 600)
    await ask(busy, 6)
    await busy.slack.wait_until(lambda: lines(busy))
    waiting = next(message for message in busy.posted() if LINE.search(words(message)))
    await busy.slack.wait_until(lambda: not LINE.search(words(waiting)), seconds=10)
    assert "is making" in words(waiting)
