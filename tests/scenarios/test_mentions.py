"""`@Bloom` in channels and threads, and direct messages, from what people type to what they get."""

import io
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import pytest
from PIL import Image

from bot.core.models import Generation, Limits, Operation
from bot.sandbox.slack import Message
from tests.scenarios.decisions import decide
from tests.scenarios.world import World, open_world, words

EDIT = Operation.EDIT


def a_picture() -> bytes:
    """Return the smallest picture."""
    Image.new("RGB", (1, 1)).save(content := io.BytesIO(), "PNG")
    return content.getvalue()


PICTURE = a_picture()


@pytest.fixture(params=["http", "socket"])
async def talk(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[World]:
    """Open a world, once for each way that Slack can reach the bot, in which images take no long time."""
    async with open_world(tmp_path, request.param) as opened:
        opened.bloom.state.studio.generation_seconds = (5, 5)
        await opened.brands_known()
        yield opened


def requests_on_disk(world: World) -> list[str]:
    """Return the keys of the requests on disk, as another process would find them."""
    with closing(sqlite3.connect(world.settings.database_path)) as database:
        return [row[0] for row in database.execute("SELECT key FROM generations")]


async def generations(world: World) -> list[Generation]:
    """Return all requests, in the order they were asked for."""
    with closing(sqlite3.connect(world.settings.database_path)) as database:
        ids = [row[0] for row in database.execute("SELECT id FROM generations ORDER BY rowid")]
    rows = [await world.bot.core.generations.get(each) for each in ids]
    return [row for row in rows if row]


async def reply_in(world: World, thread_ts: str, count: int = 1, channel: str = "general") -> Message:
    """Wait for so many replies with images in a thread, and return the last."""

    def found() -> Message | None:
        shown = [one for one in world.slack.thread(channel, thread_ts) if one.bot_id and one.images]
        return shown[-1] if len(shown) >= count else None

    return await world.slack.wait_until(found, seconds=10)


async def whispered(world: World) -> Message:
    """Return the one thing that only Mia sees."""
    await world.slack.wait_until(lambda: world.mia.ephemerals)
    (message,) = world.mia.ephemerals
    return message


async def test_mention_makes_the_image_in_its_thread_and_is_on_disk_when_slack_is_answered(talk: World) -> None:
    said = await talk.mia.say("general", "@Bloom a red bicycle --brand acme --ar 4:5")
    assert requests_on_disk(talk) == [f"event:{talk.slack.deliveries[-1].payload['event_id']}"]
    reply = await reply_in(talk, said.ts)
    assert "for *Acme*" in words(reply)
    assert talk.generations_paid == 1
    assert not talk.mia.ephemerals


async def test_event_that_slack_tells_of_again_is_paid_once(talk: World) -> None:
    said = await talk.mia.say("general", "@Bloom a red bicycle --brand acme")
    told = talk.slack.deliveries[-1]
    await reply_in(talk, said.ts)
    assert (await talk.slack.redeliver(told)).ok
    await talk.restart()
    assert (await talk.slack.redeliver(told)).ok
    assert len(requests_on_disk(talk)) == 1
    assert talk.generations_paid == 1


async def test_plain_replies_trigger_nothing(talk: World) -> None:
    said = await talk.mia.say("general", "@Bloom a red bicycle --brand acme")
    await reply_in(talk, said.ts)
    before = len(talk.slack.deliveries)
    await talk.sam.say("general", "make the sky darker", thread_ts=said.ts)
    assert len(talk.slack.deliveries) == before


async def test_mention_below_an_image_edits_it(talk: World) -> None:
    said = await talk.mia.say("general", "@Bloom a red bicycle --brand acme")
    await reply_in(talk, said.ts)
    await talk.sam.say("general", "@Bloom make the sky darker", thread_ts=said.ts)
    edited = await reply_in(talk, said.ts, count=2)
    assert edited.thread_ts == said.ts
    first, second = await generations(talk)
    wanted, source = second.request.parameters, second.request.source
    assert (wanted.operation, wanted.prompt, wanted.subject_id) == (EDIT, "make the sky darker", first.image_ids[0])
    assert second.request.user_id == talk.sam.id
    assert source is not None
    assert source.message_id == first.reply_id


async def test_direct_message_is_answered_in_private(talk: World) -> None:
    said = await talk.mia.say("@bloom", "a red bicycle --brand acme")

    def found() -> list[Message]:
        return [one for one in talk.mia.direct_messages() if one.images]

    (reply,) = await talk.slack.wait_until(found, seconds=10)
    assert reply.thread_ts == said.ts
    assert not talk.posted()


async def test_what_is_wrong_is_told_to_one_person(talk: World) -> None:
    await talk.mia.say("general", "@Bloom a red bicycle --ar 7:3")
    assert "--ar takes" in words(await whispered(talk))
    assert not talk.posted()
    assert not talk.sam.ephemerals


async def test_brand_is_asked_for_in_the_form_and_the_image_comes_in_the_thread(talk: World) -> None:
    said = await talk.mia.say("general", "@Bloom a red & <blue> bicycle")
    asked = await whispered(talk)
    assert (await talk.mia.click(asked, "Choose a brand…")).ok
    view = await talk.mia.wait_for_view("generate")
    assert view.values["prompt"]["prompt"]["value"] == "a red & <blue> bicycle"
    await talk.mia.submit(view, {"brand": "Acme"})
    await reply_in(talk, said.ts)


async def test_yes_to_what_it_costs_outlasts_a_restart(talk: World) -> None:
    await decide(talk, limits=Limits(confirm_above=1))
    said = await talk.mia.say("general", "@Bloom a red bicycle --brand acme --n 2")
    asked = await whispered(talk)
    assert requests_on_disk(talk) == []
    await talk.restart()
    assert (await talk.mia.click(asked, "Yes, 2 credits")).ok
    assert len((await reply_in(talk, said.ts)).images) == 2


async def test_pictures_of_the_thread_are_references(talk: World) -> None:
    pictures = [talk.sam.upload(f"{number}.png", PICTURE) for number in range(3)]
    root = await talk.sam.say("general", "our bottle", files=pictures[:2])
    await talk.sam.say("general", "and from below", thread_ts=root.ts, files=pictures[2:])
    await talk.mia.say("general", "@Bloom on wet stone --brand acme", thread_ts=root.ts)
    (one,) = await generations(talk)
    assert [given.name for given in one.request.parameters.attachments] == ["2.png", "1.png", "0.png"]
    assert one.request.thread_id == root.ts


async def test_page_of_a_word_is_led_to(talk: World) -> None:
    await talk.mia.say("general", "@Bloom brands")
    assert "`/bloom brands`" in words(await whispered(talk))
