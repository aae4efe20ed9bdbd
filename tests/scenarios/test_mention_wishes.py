"""What can be said to the bot, in channels, in threads and directly: what Bloom is asked for, and who hears of it."""

import pytest

from bot.core.models import Limits
from bot.sandbox.slack import Message, Person
from tests.scenarios.decisions import decide
from tests.scenarios.orders import contents_of, data_of, edited_ids, orders, shapes_of
from tests.scenarios.results import (
    Thread,
    image_ids,
    mention,
    on_record,
    picture,
    press_for_view,
    previews,
    send,
    whispered,
)
from tests.scenarios.world import World, words


async def a_result(world: World, text: str = "a red bicycle --brand acme") -> tuple[Thread, Message]:
    """Have an image made, and return its thread and the message that shows it."""
    thread = Thread(world.slack, await mention(world.mia, text))
    result = (await thread.wait())[0]
    await on_record(world, result)
    return thread, result


async def direct_result(world: World, person: Person, count: int = 1) -> Message:
    """Wait for so many images in somebody's direct messages, and return the last."""
    return (await previews(world.slack, person, count))[-1]


async def test_flags_of_a_mention_reach_bloom(http_world: World) -> None:
    await a_result(http_world, "a red bicycle --brand 'Lumen Labs' --ar 21:9 --size 2k —model fast --n 2")
    brand = next(one for one in http_world.bloom.state.brands.of(http_world.bloom.state.account) if one.name[0] == "L")
    wanted = {"brandSessionId": brand.id, "prompt": "a red bicycle", "aspectRatio": "21:9", "model": "fast"}
    assert orders(http_world) == [{**wanted, "imageSize": "2K", "variantCount": 2}]


async def test_several_shapes_are_one_reply_in_the_order_typed(http_world: World) -> None:
    thread, result = await a_result(http_world, "a red bicycle --brand acme --ar 16:9, 1:1,9:16")
    assert [one.get("aspectRatio") for one in orders(http_world)] == ["16:9", "1:1", "9:16"]
    assert shapes_of(http_world, result) == ["16:9", "1:1", "9:16"]
    assert thread.results == [result]


async def test_the_latest_image_is_edited_with_the_flags_and_files_that_an_edit_has(http_world: World) -> None:
    thread, first = await a_result(http_world)
    await mention(http_world.sam, "make the sky darker", within=first)
    second = (await thread.wait(2))[1]
    file = picture(http_world.sam, "lamp.png")
    await mention(http_world.sam, "add this lamp --size 2K --model standard", within=first, files=[file])
    third = (await thread.wait(3))[2]
    assert edited_ids(http_world) == [*image_ids(first), *image_ids(second)]
    last = orders(http_world)[-1]
    assert (last["prompt"], last["imageSize"], last["model"]) == ("add this lamp", "2K", "standard")
    assert contents_of(http_world, last["referenceImageIds"]) == data_of(file)
    assert f"<@{http_world.sam.id}>" in words(third)
    assert {one.thread_ts for one in thread.results} == {thread.root_ts}


async def test_an_image_keeps_its_shape_and_brand_and_only_the_person_is_told(http_world: World) -> None:
    thread, first = await a_result(http_world)
    before = len(thread.said)
    await mention(http_world.sam, "darker --ar 16:9 --brand lumen", within=first)
    told = await whispered(http_world.slack, http_world.sam, "`--brand` and `--ar` can't be used")
    assert told.thread_ts == thread.root_ts
    assert not http_world.mia.ephemerals
    assert (len(thread.said), len(orders(http_world))) == (before, 1)


async def test_deleted_image_is_edited_no_more(http_world: World) -> None:
    thread, first = await a_result(http_world)
    await send(http_world.mia, await press_for_view(http_world.mia, first, "Delete…", "delete_image"))
    await http_world.slack.wait_until(lambda: not image_ids(first))
    await mention(http_world.mia, "a blue bicycle --brand acme", within=first)
    await thread.wait(1)
    assert edited_ids(http_world) == []
    assert [one["prompt"] for one in orders(http_world)] == ["a red bicycle", "a blue bicycle"]


async def test_below_a_shared_image_a_mention_edits_that_one(http_world: World) -> None:
    _, first = await a_result(http_world)
    view = await press_for_view(http_world.mia, first, "Share to…")
    await send(http_world.mia, view, share_channel="marketing")
    (shared,) = await http_world.slack.wait_until(lambda: http_world.posted("marketing"))
    await mention(http_world.sam, "make it blue", within=shared)
    await Thread(http_world.slack, shared).wait(2)
    assert edited_ids(http_world) == image_ids(first)


async def test_pictures_of_a_thread_and_of_the_mention_itself_are_what_bloom_gets(http_world: World) -> None:
    mia, sam = http_world.mia, http_world.sam
    files = [picture(sam, f"{colour}.png", colour=colour) for colour in ("red", "green", "blue", "gold")]
    notes = sam.upload("notes.txt", b"ours")
    root = await sam.say("general", "our bottle", files=[files[0], notes])
    await sam.say("general", "and its cap", thread_ts=root.ts, files=files[1:3])
    own = picture(mia, "stone.png", colour="gray")
    await mention(mia, "on wet stone --brand acme", within=root, files=[own])
    await sam.say("general", "too late", thread_ts=root.ts, files=files[3:])
    await Thread(http_world.slack, root).wait()
    (order,) = orders(http_world)
    assert contents_of(http_world, order["referenceImageIds"]) == data_of(own, files[2], files[1], files[0])


async def test_of_many_pictures_the_newest_ten_are_references(http_world: World) -> None:
    files = [picture(http_world.sam, f"{number}.png", colour=f"#{number:02}0000") for number in range(12)]
    root = await http_world.sam.say("general", "first", files=files[:2])
    await http_world.sam.say("general", "then", thread_ts=root.ts, files=files[2:])
    await mention(http_world.mia, "all of them --brand acme", within=root)
    await Thread(http_world.slack, root).wait()
    (order,) = orders(http_world)
    assert contents_of(http_world, order["referenceImageIds"]) == data_of(*files[:1:-1])


async def test_file_that_is_no_picture_is_named_to_the_person_alone(http_world: World) -> None:
    film = http_world.mia.upload("film.txt", b"frames")
    await mention(http_world.mia, "like this --brand acme", files=[film, picture(http_world.mia)])
    await whispered(http_world.slack, http_world.mia, "_film.txt_ isn't a PNG, JPEG, WebP or AVIF")
    assert not http_world.posted()
    assert not http_world.sam.ephemerals
    assert orders(http_world) == []


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        ("help", "/bloom"),
        ("brands", "`/bloom brands`"),
        ("credits", "`/bloom credits`"),
        ("history", "`/bloom history`"),
        ("settings", "`/bloom settings`"),
        ("connect", "connect Bloom"),
        ("", "What shall I make?"),
        ("a door --brand nobody", "No brand is called"),
        ("a door --n 9", "--n takes"),
        ("a door --brand paperplane", "needs a logo"),
    ],
)
async def test_answers_in_words_are_for_the_person_alone(http_world: World, said: str, answer: str) -> None:
    await mention(http_world.sam, said)
    await whispered(http_world.slack, http_world.sam, answer)
    assert not http_world.posted()
    assert not http_world.mia.ephemerals
    assert orders(http_world) == []


async def test_limit_that_refuses_a_mention_is_told_to_the_person_alone(http_world: World) -> None:
    await decide(http_world, limits=Limits(credits_per_person=1))
    await mention(http_world.sam, "a door --brand acme --n 3")
    await whispered(http_world.slack, http_world.sam, "and this takes 3")
    assert not http_world.posted()
    assert orders(http_world) == []


async def test_mention_without_words_leads_to_the_form_and_into_the_thread(http_world: World) -> None:
    file = picture(http_world.sam, "door.png")
    root = await http_world.sam.say("general", "look", files=[file])
    await mention(http_world.mia, "", within=root)
    hint = await whispered(http_world.slack, http_world.mia, "What shall I make?")
    assert (await http_world.mia.click(hint, "Make an image")).ok
    view = await http_world.mia.wait_for_view("generate")
    await send(http_world.mia, view, prompt="in the rain", brand="Acme")
    await Thread(http_world.slack, root).wait()
    (order,) = orders(http_world)
    assert contents_of(http_world, order["referenceImageIds"]) == data_of(file)


async def test_mention_without_words_below_an_image_leads_to_its_edit(http_world: World) -> None:
    thread, first = await a_result(http_world)
    await mention(http_world.sam, "", within=first)
    hint = await whispered(http_world.slack, http_world.sam, "What shall I change?")
    assert (await http_world.sam.click(hint, "Edit…")).ok
    await send(http_world.sam, await http_world.sam.wait_for_view("generate"), prompt="darker")
    await thread.wait(2)
    assert edited_ids(http_world) == image_ids(first)


async def test_nothing_but_a_mention_in_a_channel_is_ever_heard(http_world: World) -> None:
    thread, first = await a_result(http_world)
    before = len(http_world.slack.deliveries)
    said = await http_world.sam.say("general", "make the sky darker", thread_ts=thread.root_ts)
    await http_world.sam.say("general", "a door", files=[picture(http_world.sam)])
    http_world.sam.edit(said, "@Bloom make the sky darker")
    http_world.sam.delete(said)
    assert len(http_world.slack.deliveries) == before
    assert thread.results == [first]


async def test_direct_message_is_like_a_mention_in_private(http_world: World) -> None:
    mia = http_world.mia
    file = picture(mia, "door.png")
    said = await mia.say("@bloom", "a red door --brand acme --ar 4:5", files=[file])
    first = await direct_result(http_world, mia)
    assert first.thread_ts == said.ts
    await mia.say("@bloom", "make it blue", thread_ts=said.ts)
    second = await direct_result(http_world, mia, 2)
    assert second.thread_ts == said.ts
    made, changed = orders(http_world)
    assert (made["aspectRatio"], contents_of(http_world, made["referenceImageIds"])) == ("4:5", data_of(file))
    assert (changed["prompt"], edited_ids(http_world)) == ("make it blue", image_ids(first))
    assert not any(http_world.posted(channel) for channel in ("general", "marketing"))


async def test_what_is_wrong_with_a_direct_message_is_said_there(http_world: World) -> None:
    said = await http_world.sam.say("@bloom", "a door --size 9K")
    (told,) = await http_world.slack.wait_until(lambda: http_world.sam.direct_messages()[1:])
    assert "--size takes" in words(told)
    await http_world.sam.say("@bloom", "a door --size 8K", thread_ts=said.ts)
    await Thread(http_world.slack, said).saying("“8K”")
    assert not http_world.mia.direct_messages()
    assert orders(http_world) == []


async def test_direct_message_is_one_image_however_often_slack_tells_of_it_edits_and_deletions_too(
    http_world: World,
) -> None:
    said = await http_world.mia.say("@bloom", "a red door --brand acme")
    told = http_world.slack.deliveries[-1]
    assert (await http_world.slack.redeliver(told)).ok
    await direct_result(http_world, http_world.mia)
    http_world.mia.edit(said, "a blue door --brand acme")
    http_world.mia.delete(said)
    assert (await http_world.slack.redeliver(told)).ok
    assert len(orders(http_world)) == 1


async def test_error_of_a_mention_that_slack_tells_of_again_is_said_once(http_world: World) -> None:
    await mention(http_world.sam, "a door --n 9")
    await whispered(http_world.slack, http_world.sam, "--n takes")
    assert (await http_world.slack.redeliver()).ok
    assert len(http_world.sam.ephemerals) == 1
