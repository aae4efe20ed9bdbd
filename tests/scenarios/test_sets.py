"""One prompt in several shapes: one thread, one reply, one price, whatever becomes of each shape."""

from typing import Any

from bot.core.models import Limits
from bot.sandbox.bloom.faults import Asked
from tests.scenarios.decisions import decide
from tests.scenarios.results import Thread, generation_of, image_for, image_ids, kinds_shown, made, refused, send
from tests.scenarios.test_form import cost_line
from tests.scenarios.world import World, words


def ordered(world: World) -> list[str]:
    """Return the shapes that Bloom was asked for, and agreed to."""
    records = world.bloom.requests.matching("POST", "/images/generations")
    return [record.body.get("aspectRatio", "") for record in records if record.status == 202]


async def test_several_shapes_come_as_one_reply_in_the_order_chosen_at_the_cost_shown(world: World) -> None:
    view = await world.open_form(world.sam, text="--brand acme")
    await world.sam.fill(view, ratio=["9:16", "1:1", "16:9"], variants="2")
    await world.slack.wait_until(lambda: cost_line(view).startswith("6 credits"))
    assert "6 images in 3 shapes, in one reply" in words(view)
    await send(world.sam, view, prompt="a red fox")
    reply = await world.reply()
    request = world.posted()[0]
    assert words(request).startswith(f"<@{world.sam.id}> made 6 images in 9:16, 1:1 and 16:9 for *Acme*.")
    assert ordered(world) == ["9:16", "1:1", "16:9"]
    shapes = [(await made(world, reply, one)).order.aspect_ratio for one in image_ids(reply)]
    assert shapes == ["9:16", "9:16", "1:1", "1:1", "16:9", "16:9"]
    assert await kinds_shown(world.slack, reply) == ["PNG"] * 6
    assert reply.thread_ts == request.ts
    assert "6 credits" in words(reply)
    row = await generation_of(world, reply)
    assert row.spent_credits == 6
    assert len(Thread(world.slack, reply).said) == 2


async def test_cost_follows_the_number_of_shapes(http_world: World) -> None:
    view = await http_world.open_form(text="--brand acme --n 2")

    async def costs(credits_: int, *shapes: str) -> None:
        await http_world.mia.choose(view, "ratio", list(shapes))
        await http_world.slack.wait_until(lambda: cost_line(view) == f"{credits_} credits · 250 left")

    await costs(2, "1:1")
    await costs(6, "1:1", "9:16", "16:9")
    await costs(4, "9:16", "16:9")
    await costs(2)
    assert http_world.generations_paid == 0


async def test_set_that_one_reply_has_no_room_for_is_refused_at_the_field_with_numbers(http_world: World) -> None:
    world = http_world
    view = await world.open_form(world.sam, text="--brand acme")
    typed = {"prompt": "a red fox", "ratio": ["9:16", "1:1", "16:9", "4:5"], "variants": "4"}
    problem = await refused(world.sam, view, **typed)
    assert list(problem) == ["ratio"] or list(problem) == ["variants"]
    assert "16" in next(iter(problem.values()))
    assert "12" in next(iter(problem.values()))
    await send(world.sam, view, variants="3")
    assert len(image_ids(await world.reply())) == 12


async def test_shape_that_fails_is_named_and_the_others_are_shown(http_world: World) -> None:
    world = http_world

    async def spoil(about: Asked, body: Any, when: str) -> None:
        if about.path == "/images/generations" and body["aspectRatio"] == "1:1" and when == "before":
            world.bloom.faults.fail_next_image()

    world.bloom.watch(spoil)
    reply = await image_for(world, world.sam, "a red fox --ar 9:16,1:1,16:9")
    assert [(await made(world, reply, one)).order.aspect_ratio for one in image_ids(reply)] == ["9:16", "16:9"]
    assert "1 image in 1:1 couldn't be made." in words(reply)
    assert f"<@{world.sam.id}> here are 2 of 3 images for *Acme*" in words(reply)
    assert world.posted()[-1] is reply


async def test_shape_that_bloom_refuses_ends_the_set_with_what_there_is(http_world: World) -> None:
    world = http_world

    async def runs_dry(about: Asked, body: Any, when: str) -> None:
        if about.path == "/images/generations" and body["aspectRatio"] == "1:1" and when == "after":
            world.bloom.faults.next("INSUFFICIENT_CREDITS", path="POST /images/generations")

    world.bloom.watch(runs_dry)
    reply = await image_for(world, world.sam, "a red fox --ar 9:16,1:1,16:9")
    assert ordered(world) == ["9:16", "1:1"]
    assert len(image_ids(reply)) == 2
    assert "1 image in 16:9 couldn't be made." in words(reply)
    assert "This takes 1 credit and fewer are left at Bloom" in words(reply)
    assert "2 credits" in words(reply)
    assert (await generation_of(world, reply)).spent_credits == 2


async def test_limits_and_the_yes_are_for_the_whole_set(http_world: World) -> None:
    world = http_world
    await decide(world, limits=Limits(credits_per_person=4, confirm_above=2))
    view = await world.open_form(world.sam, text="--brand acme --ar 9:16,1:1,16:9")
    await world.sam.submit(view, {"prompt": "a red fox"})
    assert view.definition["submit"]["text"] == "Yes, 3 credits"
    assert world.generations_paid == 0
    await send(world.sam, view)
    await world.reply()
    view = await world.open_form(world.sam, text="--brand acme --ar 9:16,1:1")
    await world.sam.submit(view, {"prompt": "a red fox"})
    assert "You have 1 credit left this month, and this takes 2." in words(view)
    assert world.generations_paid == 3
