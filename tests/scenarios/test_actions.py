"""What people make of images by what stands under them, from the press to the image that comes in the same thread."""

import asyncio

from bot.core.models import Derivation, Limits
from bot.sandbox.slack import Message
from tests.scenarios.decisions import decide, only_in
from tests.scenarios.results import (
    Thread,
    generation_of,
    image_for,
    image_ids,
    kinds_shown,
    labels,
    link_in,
    lose,
    press,
    press_for_view,
    previews,
    result_of,
    send,
    whispered,
)
from tests.scenarios.test_form import cost_line
from tests.scenarios.world import World, words

AT_ONCE = {
    "Vary": (Derivation.VARY, "a variation of {it} for *Acme*", "generations", 1),
    "Make it in 4K": (Derivation.ENLARGE, "{it} in 4K for *Acme*", "generations", 2),
    "Remove background": (
        Derivation.REMOVE_BACKGROUND,
        "{it} without its background for *Acme*",
        "remove-background",
        1,
    ),
    "Vectorize": (Derivation.VECTORIZE, "{it} as a vector (SVG) for *Acme*", "vectorize", 1),
}
ALL = [
    "Vary",
    "Edit…",
    "Resize…",
    "Share to…",
    "Make it in 4K",
    "Remove background",
    "Vectorize",
    "Use as reference",
    "Delete…",
]


def said_of(world: World, source: Message, phrase: str, asker: str) -> str:
    team = world.slack.workspace.team
    address = team.permalink(source.channel_id, source.ts, source.thread_ts).replace("&", "&amp;")
    by = f" by <@{asker}>" if asker else ""
    return phrase.format(it=f"<{address}|this image>{by}")


def lose_brand(world: World) -> None:
    """Let somebody delete the brand at Bloom, with all its images."""
    brands = world.bloom.state.brands
    brands.remove(next(one for one in brands.of(world.bloom.state.account) if one.name == "Acme"))


async def credits_spent(world: World) -> int:
    usage = world.bot.core.usage
    return (await usage.spending(world.workspace_id, usage.month())).total


async def told_privately(world: World, count: int) -> None:
    """Wait until only Sam has been told so many things."""
    await world.slack.wait_until(lambda: len(world.sam.ephemerals) >= count)


async def said_in(world: World, thread: Thread, text: str, count: int) -> list[Message]:
    """Wait until something is said so often in a thread."""

    def found() -> list[Message]:
        return [one for one in thread.said if text in words(one)]

    await world.slack.wait_until(lambda: len(found()) >= count, seconds=10)
    return found()


class TestAtOnce:
    async def test_each_press_is_one_more_image_in_the_same_thread(self, http_world: World) -> None:
        world = http_world
        world.bloom.state.account.plan_4k = True
        first = await image_for(world, world.mia, "a red fox --ar 4:5")
        source, thread = await generation_of(world, first), Thread(world.slack, first)
        assert labels(first) == ALL
        spent, ids = 1, {source.id}
        for label, (derivation, phrase, path, price) in AT_ONCE.items():
            before = len(world.bloom.requests)
            result = await result_of(world.slack, thread, world.sam, first, label)
            row, spent = await generation_of(world, result), spent + price
            ids.add(row.id)
            assert (row.request.user_id, row.request.thread_id, row.spent_credits) == (
                world.sam.id,
                thread.root_ts,
                price,
            )
            assert row.request.source is not None
            assert (row.request.source.derivation, row.request.source.image_id) == (derivation, image_ids(first)[0])
            told = said_of(world, first, phrase, world.mia.id)
            assert words(result).startswith(f"<@{world.sam.id}> here is {told}.")
            await thread.saying(f"<@{world.sam.id}> made {told}.")
            assert link_in(world.slack, result) is first
            assert (await kinds_shown(world.slack, result)) == ["PNG"]
            (order,) = [one for one in list(world.bloom.requests)[before:] if one.status == 202]
            assert order.path.rsplit("/", 1)[-1] == path
        assert len(ids) == 5
        assert await credits_spent(world) == spent


class TestForms:
    async def test_edit_asks_what_should_change_and_brings_it_into_the_thread(self, http_world: World) -> None:
        world = http_world
        first = await image_for(world, world.mia, "a red fox --ar 4:5")
        view = await press_for_view(world.sam, first, "Edit…", "generate")
        assert "a red fox" in words(view)
        await send(world.sam, view, prompt="make the sky <darker> & wider", model="fast")
        _, edited = await Thread(world.slack, first).wait(2)
        row = await generation_of(world, edited)
        told = said_of(world, first, "an edit of {it} for *Acme*", world.mia.id)
        assert words(edited).startswith(f"<@{world.sam.id}> here is {told}.\nmake the sky <darker> & wider")
        assert link_in(world.slack, edited) is first
        assert (row.request.user_id, row.spent_credits, row.images[0].aspect_ratio) == (world.sam.id, 1, "4:5")
        (order,) = world.bloom.requests.matching("POST", f"/images/{image_ids(first)[0]}/edit")
        assert (order.body["prompt"], order.body["model"]) == ("make the sky <darker> & wider", "fast")
        again = await result_of(world.slack, Thread(world.slack, first), world.sam, edited, "Vary")
        assert words(again).startswith(f"<@{world.sam.id}> here is {said_of(world, edited, 'a variation of {it}', '')}")
        assert len(world.bloom.requests.matching("POST", f"/images/{image_ids(first)[0]}/edit")) == 2

    async def test_resize_brings_it_into_one_other_shape_or_several_in_one_reply(self, http_world: World) -> None:
        world = http_world
        first = await image_for(world, world.mia, "a red fox --ar 4:5")
        thread = Thread(world.slack, first)
        view = await press_for_view(world.sam, first, "Resize…", "resize")
        assert "4:5" not in [one["value"] for one in next(iter(view.form.fields.values())).element["options"]]
        await send(world.sam, view, new_ratios=["9:16"])
        _, one = await thread.wait(2)
        told = said_of(world, first, "{it} in 9:16 for *Acme*", world.mia.id)
        assert words(one).startswith(f"<@{world.sam.id}> here is {told}.")
        assert (await generation_of(world, one)).images[0].aspect_ratio == "9:16"
        view = await press_for_view(world.sam, first, "Resize…", "resize")
        await world.sam.fill(view, new_ratios=["16:9", "1:1", "2:3"])
        await world.slack.wait_until(lambda: cost_line(view).startswith("3 credits"))
        await send(world.sam, view)
        several = (await thread.wait(3))[-1]
        told = said_of(world, first, "{it} in 16:9, 1:1 and 2:3 for *Acme*", world.mia.id)
        assert words(several).startswith(f"<@{world.sam.id}> here is {told}.")
        row = await generation_of(world, several)
        assert ([image.aspect_ratio for image in row.images], row.spent_credits) == (["16:9", "1:1", "2:3"], 3)
        assert link_in(world.slack, several) is first
        assert await kinds_shown(world.slack, several) == ["PNG"] * 3

    async def test_reference_opens_the_form_with_it_and_the_result_comes_in_the_thread(self, http_world: World) -> None:
        world = http_world
        first = await image_for(world, world.mia, "a red fox --ar 4:5 --n 2")
        view = await press_for_view(world.sam, first, "Use as reference", "generate", which=1)
        await send(world.sam, view, prompt="the same fox at sea")
        _, result = await Thread(world.slack, first).wait(2)
        told = said_of(world, first, "an image for *Acme* with {it} as a reference", world.mia.id)
        assert words(result).startswith(f"<@{world.sam.id}> here is {told}.")
        assert link_in(world.slack, result) is first
        order = world.bloom.requests.matching("POST", "/images/generations")[-1]
        assert order.body["referenceImageIds"] == [image_ids(first)[1]]
        assert order.body["prompt"] == "the same fox at sea"
        assert order.body["brandSessionId"] == (await generation_of(world, first)).request.parameters.brand_id


class TestLimits:
    async def test_what_a_limit_is_in_the_way_of_is_refused_to_the_one_who_pressed(self, http_world: World) -> None:
        world = http_world
        first = await image_for(world, world.mia, "a red fox")
        await decide(world, limits=only_in(world, "marketing"))
        paid = len(world.bloom.requests)
        for label in (*AT_ONCE, "Resize…"):
            told = len(world.sam.ephemerals)
            await press(world.sam, first, label)
            await told_privately(world, told + 1)
            assert "Images can't be made in" in words(world.sam.ephemerals[-1]), label
            assert world.sam.ephemerals[-1].thread_ts == first.thread_ts
        for label in ("Edit…", "Use as reference"):
            view = await press_for_view(world.sam, first, label)
            assert "Images can't be made in" in words(view)
            assert not view.definition.get("submit")
            await world.sam.close_view(view)
        assert not [one for one in list(world.bloom.requests)[paid:] if one.method == "POST"]
        assert len(Thread(world.slack, first).said) == 2

    async def test_credits_of_a_person_are_theirs_who_presses(self, http_world: World) -> None:
        world = http_world
        first = await image_for(world, world.mia, "a red fox")
        await decide(world, limits=Limits(credits_per_person=2))
        await result_of(world.slack, Thread(world.slack, first), world.sam, first, "Vary")
        await press(world.sam, first, "Make it in 4K")
        assert "this takes 2" in words(await whispered(world.slack, world.sam, "left this month"))
        view = await press_for_view(world.sam, first, "Resize…", "resize")
        await world.sam.submit(view, {"new_ratios": ["4:5", "9:16"]})
        assert world.sam.open_view is view
        assert "this takes 2" in words(view)
        await send(world.sam, view, new_ratios=["9:16"])
        assert len(await Thread(world.slack, first).wait(3)) == 3

    async def test_what_costs_much_is_asked_about_first(self, http_world: World) -> None:
        world = http_world
        world.bloom.state.account.plan_4k = True
        first = await image_for(world, world.mia, "a red fox")
        thread = Thread(world.slack, first)
        await decide(world, limits=Limits(confirm_above=1))
        view = await press_for_view(world.sam, first, "Make it in 4K", "confirm_derived")
        assert "This takes *2 credits*." in words(view)
        assert len(thread.said) == 2
        await send(world.sam, view)
        assert "in 4K" in words((await thread.wait(2))[-1])
        view = await press_for_view(world.sam, first, "Resize…", "resize")
        await world.sam.submit(view, {"new_ratios": ["9:16", "16:9"]})
        assert view.definition["submit"]["text"] == "Yes, 2 credits"
        assert len(thread.results) == 2
        await send(world.sam, view)
        assert "in 9:16 and 16:9" in words((await thread.wait(3))[-1])


class TestAnyTime:
    async def test_buttons_work_after_a_restart_and_as_often_as_pressed(self, http_world: World) -> None:
        world = http_world
        first = await image_for(world, world.mia, "a red fox")
        await world.restart()
        thread = Thread(world.slack, first)
        await asyncio.gather(*(press(person, first, "Vary") for person in (world.sam, world.mia, world.sam)))
        results = (await thread.wait(4))[1:]
        rows = [await generation_of(world, result) for result in results]
        assert sorted(row.request.user_id for row in rows) == sorted([world.sam.id, world.mia.id, world.sam.id])
        assert len({row.id for row in rows}) == 3
        assert world.generations_paid == 4

    async def test_press_that_slack_delivers_again_is_paid_once_also_after_a_restart(self, http_world: World) -> None:
        world = http_world
        first = await image_for(world, world.mia, "a red fox")
        await result_of(world.slack, Thread(world.slack, first), world.sam, first, "Vary")
        pressed = next(one for one in reversed(world.slack.deliveries) if one.payload.get("actions"))
        await world.restart()
        assert (await world.slack.redeliver(pressed)).ok
        await result_of(world.slack, Thread(world.slack, first), world.sam, first, "Vary")
        assert world.generations_paid == 3

    async def test_each_of_several_has_its_own(self, http_world: World) -> None:
        world = http_world
        first = await image_for(world, world.mia, "a red fox --ar 1:1,9:16 --n 2")
        ids = image_ids(first)
        assert len(ids) == 4
        assert all(labels(first, image_id) == ALL for image_id in ids)
        thread = Thread(world.slack, first)
        result = await result_of(world.slack, thread, world.sam, first, "Remove background", which=2)
        source = (await generation_of(world, result)).request.source
        assert source is not None
        assert source.image_id == ids[2]
        assert world.bloom.requests.matching("POST", f"/images/{ids[2]}/remove-background")
        varied = await generation_of(world, await result_of(world.slack, thread, world.sam, first, "Vary", which=3))
        assert varied.request.parameters.ratios == ("9:16",)
        assert len(varied.images) == 1


class TestGone:
    async def test_image_that_is_gone_at_bloom_is_said_to_be_in_the_thread(self, http_world: World) -> None:
        world = http_world
        first = await image_for(world, world.mia, "a red fox")
        lose(world, first)
        thread, gone = Thread(world.slack, first), "The image that this starts from isn't at Bloom any more"
        world.bloom.state.account.plan_4k = True
        for label in list(AT_ONCE)[1:]:
            await press(world.sam, first, label)
        for label, fields in (("Edit…", {"prompt": "darker"}), ("Resize…", {"new_ratios": ["9:16"]})):
            view = await press_for_view(world.sam, first, label)
            await send(world.sam, view, **fields)
        said = await said_in(world, thread, gone, 5)
        assert {one.thread_ts for one in said} == {first.thread_ts}
        async with asyncio.timeout(5):
            while await credits_spent(world) != 1:  # a failure counts until the row of its reply is written
                await world.clock.sleep(0.2)

    async def test_brand_that_is_gone_at_bloom_is_said_to_be_before_anything_starts(self, http_world: World) -> None:
        world = http_world
        first = await image_for(world, world.mia, "a red fox")
        lose_brand(world)
        await world.look_at_brands()
        for number, label in enumerate(["Vary", "Edit…", "Resize…", *list(AT_ONCE)[1:]], start=1):
            await press(world.sam, first, label)
            await told_privately(world, number)
            assert "Bloom doesn't have Acme any more" in words(world.sam.ephemerals[-1])
        assert world.sam.open_view is None
        assert len(Thread(world.slack, first).said) == 2

    async def test_brand_that_went_unnoticed_is_said_to_be_gone_in_the_thread(self, http_world: World) -> None:
        world = http_world
        first = await image_for(world, world.mia, "a red fox")
        lose_brand(world)
        await press(world.sam, first, "Vary")
        failed = await Thread(world.slack, first).saying("Bloom doesn't know Acme in this account any more")
        assert failed.thread_ts == first.thread_ts
        await world.look_at_brands()
        view = await press_for_view(world.sam, first, "Use as reference", "generate")
        await world.slack.wait_until(lambda: "Bloom doesn't have this brand any more. Choose another." in words(view))


class TestAfterwards:
    async def test_what_failed_is_tried_again_as_what_it_was(self, http_world: World) -> None:
        world = http_world
        first = await image_for(world, world.mia, "a red fox")
        thread = Thread(world.slack, first)
        world.bloom.faults.next("BRAND_NOT_READY", path=f"POST /images/{image_ids(first)[0]}/edit")
        view = await press_for_view(world.sam, first, "Edit…", "generate")
        await send(world.sam, view, prompt="darker")
        failed = await thread.saying("I couldn't make an edit of")
        assert link_in(world.slack, failed) is first
        await world.sam.click(failed, "Edit and try again")
        view = await world.sam.wait_for_view("generate")
        assert view.title == "Edit this image"
        await send(world.sam, view, prompt="lighter")
        lighter = (await thread.wait(2))[-1]
        assert link_in(world.slack, lighter) is first
        assert "lighter" in words(lighter)
        await world.sam.click(failed, "Try again")
        darker = (await thread.wait(3))[-1]
        assert words(darker).startswith(
            f"<@{world.sam.id}> here is {said_of(world, first, 'an edit of {it} for *Acme*', world.mia.id)}.\ndarker"
        )

    async def test_set_of_shapes_is_cancelled_as_one(self, http_world: World) -> None:
        world = http_world
        first = await image_for(world, world.mia, "a red fox")
        world.bloom.state.studio.generation_seconds = (600, 600)
        view = await press_for_view(world.sam, first, "Resize…", "resize")
        await send(world.sam, view, new_ratios=["9:16", "16:9"])
        request = await Thread(world.slack, first).saying("in 9:16 and 16:9")
        await world.slack.wait_until(lambda: len(world.bloom.requests.matching("POST", "/images/*/resize")) == 2)
        await world.sam.click(request, "Cancel", confirm=True)
        await world.slack.wait_until(lambda: f"<@{world.sam.id}> cancelled" in words(request))
        assert link_in(world.slack, request) is first

    async def test_what_a_closed_channel_sent_to_a_direct_message_is_worked_on_there(self, http_world: World) -> None:
        world = http_world
        secret = world.slack.workspace.add_channel("secret", private=True, bot=False)
        assert (await world.sam.command("secret", "/bloom", "a red fox --brand acme")).ok
        (first,) = await previews(world.slack, world.sam)
        await press(world.sam, first, "Vary")
        varied = (await previews(world.slack, world.sam, 2))[-1]
        assert link_in(world.slack, varied) is first
        assert (await generation_of(world, varied)).request.channel_id == secret.id
        assert "Discard" not in labels(varied)
