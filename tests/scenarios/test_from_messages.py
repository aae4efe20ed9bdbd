"""*Make an image from this*: from any message to the image in its thread, with the message's words and pictures."""

from bot.sandbox.slack import Message, Person, View
from tests.scenarios.orders import boxes, contents_of, data_of, orders
from tests.scenarios.results import Thread, image_ids, mention, picture, previews, send
from tests.scenarios.world import World, shows, words

OFFERED, RESULTS = "reference_offered", "reference_results"


async def form_from(world: World, person: Person, message: Message) -> View:
    """Choose the shortcut in a message's menu, and return the form that it opens."""
    assert (await person.message_shortcut("make_image_from_message", message)).ok
    view = await person.wait_for_view("generate")
    await world.slack.wait_until(lambda: shows(view, "brand"))
    return view


def prompt_of(view: View) -> str:
    return str(view.values["prompt"]["prompt"]["value"])


async def test_form_has_the_words_and_the_pictures_and_the_image_comes_in_the_thread(http_world: World) -> None:
    sam, mia = http_world.sam, http_world.mia
    files = [picture(sam, "door.png"), picture(sam, "step.webp", kind="WEBP", colour="navy")]
    brief = sam.upload("brief.txt", b"not a picture")
    said = await sam.say("marketing", "a <red> door & a *blue* step, as on https://acme.com", files=[*files, brief])
    view = await form_from(http_world, mia, said)
    assert prompt_of(view) == "a <red> door & a *blue* step, as on https://acme.com"
    assert boxes(view, OFFERED) == boxes(view, OFFERED, ticked=True) == ["door.png", "step.webp"]
    assert not shows(view, "channel")
    await send(mia, view, brand="Acme")
    (result,) = await Thread(http_world.slack, said).wait()
    assert (result.channel_id, result.thread_ts) == (said.channel_id, said.ts)
    (order,) = orders(http_world)
    assert order["prompt"] == prompt_of(view)
    assert contents_of(http_world, order["referenceImageIds"]) == data_of(*files)


async def test_message_in_a_thread_has_its_image_there_and_pictures_can_be_left_out(http_world: World) -> None:
    sam, mia = http_world.sam, http_world.mia
    files = [picture(sam, f"{colour}.jpg", kind="JPEG", colour=colour) for colour in ("red", "green", "blue")]
    root = await sam.say("general", "ideas?", files=[picture(sam, "elsewhere.png")])
    reply = await sam.say("general", "one of these", thread_ts=root.ts, files=files)
    view = await form_from(http_world, mia, reply)
    assert boxes(view, OFFERED) == ["red.jpg", "green.jpg", "blue.jpg"]
    await send(mia, view, brand="Acme", **{OFFERED: ["blue.jpg", "red.jpg"]})
    (result,) = await Thread(http_world.slack, root).wait()
    assert result.thread_ts == root.ts
    assert len(http_world.posted()) == 2
    (order,) = orders(http_world)
    assert set(contents_of(http_world, order["referenceImageIds"])) == set(data_of(files[0], files[2]))


async def test_image_of_ours_is_a_reference_as_it_is_at_bloom(http_world: World) -> None:
    said = await mention(http_world.mia, "a red bicycle --brand acme")
    thread = Thread(http_world.slack, said)
    (first,) = await thread.wait()
    view = await form_from(http_world, http_world.sam, first)
    assert boxes(view, RESULTS, ticked=True) == ["a red bicycle · Acme · 1:1"]
    assert not shows(view, OFFERED)
    await send(http_world.sam, view, prompt="the same at night", brand="Acme")
    await thread.wait(2)
    assert orders(http_world)[-1]["referenceImageIds"] == image_ids(first)
    assert not http_world.bloom.requests.matching("POST", "/images/uploads/file")


async def test_form_of_a_message_that_slack_sends_again_is_one_image(http_world: World) -> None:
    said = await http_world.sam.say("general", "a red door", files=[picture(http_world.sam)])
    view = await form_from(http_world, http_world.mia, said)
    await send(http_world.mia, view, brand="Acme")
    assert (await http_world.slack.redeliver()).ok
    await Thread(http_world.slack, said).wait()
    assert len(orders(http_world)) == 1
    assert len(http_world.bloom.requests.matching("POST", "/images/uploads/file")) == 1


async def test_message_where_the_bot_is_no_member_has_its_image_by_direct_message(http_world: World) -> None:
    mia = http_world.mia
    said = await mia.say("secret-launch", "a red door")
    view = await form_from(http_world, mia, said)
    await send(mia, view, brand="Acme")
    (result,) = await previews(http_world.slack, mia)
    assert not http_world.posted("secret-launch")
    assert any("/invite" in words(one) for one in mia.direct_messages())
    assert len(result.images) == 1


async def test_shortcut_from_anywhere_asks_for_the_channel_and_takes_references(http_world: World) -> None:
    mia = http_world.mia
    assert (await mia.shortcut("make_image")).ok
    view = await mia.wait_for_view("generate")
    await http_world.slack.wait_until(lambda: shows(view, "brand"))
    file = picture(mia, "sketch.avif", kind="AVIF")
    await send(mia, view, prompt="a red door", brand="Acme", channel="marketing", reference_files=[file])
    (root,) = await http_world.slack.wait_until(lambda: [one for one in http_world.posted("marketing") if one.reply_ts])
    await Thread(http_world.slack, root).wait()
    assert len(orders(http_world)[0]["referenceImageIds"]) == 1
