"""`kill -9` in the middle of sets, vectors, shares and deletions: after a restart each is made, paid and told once."""

import json
from collections import Counter
from typing import Any

from bot.sandbox.bloom.faults import Asked
from bot.sandbox.bloom.waits import ConnectionCut
from bot.sandbox.slack import Message
from bot.sandbox.slack.web_api import Outage
from tests.scenarios.process import BotProcess, Gate
from tests.scenarios.results import (
    Thread,
    files_to_save,
    image_ids,
    press,
    press_for_view,
    previews,
    send,
)
from tests.scenarios.test_kills import ended
from tests.scenarios.world import World, words

SHAPES = ("9:16", "1:1", "16:9")


async def an_image(world: World, bot: BotProcess) -> Message:
    """Return the reply of an image that Mia asked for."""
    await world.mia.command("general", "/bloom", "a red fox --brand Acme")
    await world.slack.wait_until(lambda: len(world.posted()) == 2, seconds=10)
    await ended(bot)
    return world.posted()[-1]


async def test_killed_among_the_orders_of_a_set_each_shape_is_paid_once_and_there_is_one_reply(bot: BotProcess) -> None:
    world = bot.world
    gates = {("9:16", "after"): Gate(), ("1:1", "before"): Gate(), ("1:1", "after"): Gate(), ("16:9", "after"): Gate()}
    paid: list[str] = []

    async def bloom(about: Asked, body: Any, when: str) -> None:
        if (about.method, about.path) != ("POST", "/images/generations"):
            return
        if when == "after":
            paid.append(body["aspectRatio"])
        if (gate := gates.get((body["aspectRatio"], when))) is not None:
            await gate.hold(ConnectionCut(), when)

    world.bloom.watch(bloom)
    await world.mia.command("general", "/bloom", f"a red fox --brand Acme --ar {','.join(SHAPES)}")
    for gate in gates.values():
        await gate.killed(bot)
    assert await ended(bot) == Counter(delivered=1)
    assert await bot.terminate() == 0
    assert paid == list(SHAPES)
    request, reply = world.posted()
    assert "made 3 images in 9:16, 1:1 and 16:9" in words(request)
    assert len(image_ids(reply)) == 3


async def test_killed_between_reply_and_file_of_a_vector_and_around_a_preview_each_stands_once(bot: BotProcess) -> None:
    world = bot.world
    first = await an_image(world, bot)
    thread, gates = Thread(world.slack, first), {"before": Gate(2), "after": Gate(2)}

    async def slack(method: str, values: dict[str, Any], when: str) -> None:
        is_preview = method == "chat.postMessage" and "until you share it" in json.dumps(values)
        if is_preview or (method == "files.completeUploadExternal" and values.get("channel_id")):
            await gates[when].hold(Outage(503, "html"), when)

    world.slack.watch(slack)
    await press(world.sam, first, "Vectorize")
    await world.sam.command("general", "/bloom", "a blue fox --brand Acme --preview")
    for gate in gates.values():
        await gate.killed(bot)
    assert await ended(bot) == Counter(delivered=3)
    assert len(thread.results) == 2
    assert len([file for message in thread.said for file in files_to_save(world.slack, message)]) == 1
    assert len(world.bloom.requests.matching("POST", f"/images/{image_ids(first)[0]}/vectorize")) == 1
    assert len(await previews(world.slack, world.sam)) == 1
    assert world.generations_paid == 2
    assert world.posted() == thread.said


async def test_killed_while_an_image_is_being_deleted_pressing_again_goes_on(bot: BotProcess) -> None:
    world = bot.world
    first = await an_image(world, bot)
    (image_id,) = image_ids(first)
    view = await press_for_view(world.sam, first, "Share to…", "share")
    await send(world.sam, view, share_channel="marketing")
    await world.slack.wait_until(lambda: world.posted("marketing"))
    gates = {"DELETE": Gate(), "chat.update": Gate()}

    async def bloom(about: Asked, _: Any, when: str) -> None:
        if about.method == "DELETE" and when == "after":
            await gates["DELETE"].hold(ConnectionCut(), when)

    async def slack(method: str, values: dict[str, Any], when: str) -> None:
        if method == "chat.update" and values.get("ts") == first.ts and when == "before":
            await gates["chat.update"].hold(Outage(503, "html"), when)

    world.bloom.watch(bloom)
    world.slack.watch(slack)
    for gate in gates.values():
        view = await press_for_view(world.mia, first, "Delete…", "delete_image")
        await send(world.mia, view)
        await gate.killed(bot)
        await world.mia.close_view(view)
    assert world.bloom.state.gallery.find(image_id) is None
    assert image_ids(first) == [image_id]
    await press(world.sam, first, "Vary")
    await world.slack.wait_until(lambda: not image_ids(first) and not world.posted("marketing"))
    assert f"deleted by <@{world.mia.id}>" in words(first)
