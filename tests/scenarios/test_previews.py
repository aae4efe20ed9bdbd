"""Images that only whoever asked for them sees, until they share them or throw them away."""

import asyncio

from bot.sandbox.slack import Message
from tests.scenarios.decisions import channel_id
from tests.scenarios.results import (
    generation_of,
    image_ids,
    kinds_shown,
    labels,
    link_in,
    mention,
    on_record,
    press,
    press_for_view,
    previews,
    send,
)
from tests.scenarios.world import World, words

SHARE_HERE = "Share to #general"


async def previewed(world: World, prompt: str = "a red fox", channel: str = "general") -> Message:
    """Let Sam ask for images to be shown to them first, and return what they see."""
    before = len(await previews(world.slack, world.sam, 0))
    assert (await world.sam.command(channel, "/bloom", f"{prompt} --brand acme --preview")).ok
    shown = (await previews(world.slack, world.sam, before + 1))[-1]
    await on_record(world, shown)
    return shown


async def test_result_comes_as_a_direct_message_and_nobody_else_sees_it(world: World) -> None:
    view = await world.open_form(world.sam, text="--brand acme")
    await send(world.sam, view, prompt="a red fox", preview=["preview"], variants="2")
    (shown,) = await previews(world.slack, world.sam)
    assert not shown.is_reply
    assert labels(shown)[:3] == [SHARE_HERE, "Vary", "Edit…"]
    assert "Discard" in labels(shown)
    assert labels(shown, 0) == labels(shown, 1)
    assert await kinds_shown(world.slack, shown) == ["PNG"] * 2
    assert f"Only you see this, until you share it to <#{channel_id(world, 'general')}>." in words(shown)
    assert world.posted() == []
    assert [message for message in world.mia.direct_messages() if message.bot_id] == []


async def test_it_is_shared_once_where_it_was_asked_for_and_says_so(http_world: World) -> None:
    world = http_world
    shown = await previewed(world)
    await world.restart()
    await press(world.sam, shown, SHARE_HERE)
    await world.slack.wait_until(lambda: "Shared to" in words(shown))
    (shared,) = world.posted()
    assert words(shared).startswith(f"<@{world.sam.id}> shared an image for *Acme*.")
    assert "From this thread" not in words(shared)
    assert image_ids(shared) == image_ids(shown)
    assert await kinds_shown(world.slack, shared) == ["PNG"]
    assert link_in(world.slack, shown, "Open it there") is shared
    assert "Share to…" in labels(shown)
    assert SHARE_HERE not in labels(shown)
    assert "Delete…" in labels(shared)
    row = await generation_of(world, shown)
    assert (row.request.channel_id, row.request.user_id) == (channel_id(world, "general"), world.sam.id)


async def test_pressed_by_two_hands_at_once_it_is_shared_once(http_world: World) -> None:
    world = http_world
    shown = await previewed(world)
    await press(world.sam, shown, SHARE_HERE)
    pressed = next(one for one in reversed(world.slack.deliveries) if one.payload.get("actions"))
    await world.slack.redeliver(pressed)
    await world.slack.wait_until(lambda: "Shared to" in words(shown))
    async with asyncio.timeout(10):
        while not any("already" in words(one) for one in world.sam.ephemerals):  # not while the first is at work still
            await world.slack.redeliver(pressed)
            await asyncio.sleep(0.02)
    assert len(world.posted()) == 1


async def test_asked_for_in_a_thread_it_is_shared_there_and_goes_from_both_when_a_manager_deletes_it(
    http_world: World,
) -> None:
    world = http_world
    said = await world.sam.say("general", "what we need")
    await mention(world.sam, "a red fox --brand acme --preview", within=said)
    (shown,) = await previews(world.slack, world.sam)
    await press(world.sam, shown, SHARE_HERE)
    (shared,) = await world.slack.wait_until(world.posted)
    assert shared.thread_ts == said.ts
    await world.slack.wait_until(lambda: "Shared to" in words(shown))
    view = await press_for_view(world.mia, shared, "Delete…", "delete_image")
    await send(world.mia, view)
    await world.slack.wait_until(lambda: "is deleted" in words(view))
    assert world.posted() == []
    assert f"The image was deleted by <@{world.mia.id}>." in words(shown)


async def test_edit_and_what_else_is_made_of_it_are_previews_too(http_world: World) -> None:
    world = http_world
    shown = await previewed(world)
    view = await press_for_view(world.sam, shown, "Edit…", "generate")
    await send(world.sam, view, prompt="make the sky darker")
    edited = (await previews(world.slack, world.sam, 2))[-1]
    assert "an edit of" in words(edited)
    assert link_in(world.slack, edited) is shown
    assert labels(edited)[0] == SHARE_HERE
    await press(world.sam, edited, "Vary")
    varied = (await previews(world.slack, world.sam, 3))[-1]
    assert link_in(world.slack, varied) is edited
    view = await press_for_view(world.sam, shown, "Resize…", "resize")
    await send(world.sam, view, new_ratios=["9:16", "16:9"])
    resized = (await previews(world.slack, world.sam, 4))[-1]
    assert len(image_ids(resized)) == 2
    view = await press_for_view(world.sam, shown, "Use as reference", "generate")
    await send(world.sam, view, prompt="the fox at sea")
    referred = (await previews(world.slack, world.sam, 5))[-1]
    rows = [await generation_of(world, one) for one in (edited, varied, resized, referred)]
    assert {row.request.channel_id for row in rows} == {channel_id(world, "general")}
    assert all(row.request.is_preview for row in rows)
    assert world.posted() == []


async def test_discarded_it_is_gone_at_bloom_and_here_and_what_was_shared_of_it_too(http_world: World) -> None:
    world = http_world
    shown = await previewed(world, "a red fox --n 2")
    first, second = image_ids(shown)
    await press(world.sam, shown, SHARE_HERE, first)
    await world.slack.wait_until(lambda: "Shared to" in words(shown))
    await press(world.sam, shown, "Discard", first)
    await world.slack.wait_until(lambda: world.posted() == [] and image_ids(shown) == [second])
    assert f"Image 1 was deleted by <@{world.sam.id}>." in words(shown)
    await press(world.sam, shown, "Discard", second)
    await world.slack.wait_until(lambda: image_ids(shown) == [])
    assert "until you share it" not in words(shown)
    assert [world.bloom.state.gallery.find(one) for one in (first, second)] == [None, None]


async def test_channel_that_lets_the_bot_in_no_more_is_said_and_nothing_is_lost(http_world: World) -> None:
    world = http_world
    secret = world.slack.workspace.add_channel("secret", private=True)
    shown = await previewed(world, channel="secret")
    world.slack.workspace.leave("secret", world.slack.workspace.app.bot_user_id)
    await press(world.sam, shown, "Share to the channel")
    told = await world.slack.wait_until(
        lambda: next(
            (one for one in [*world.sam.ephemerals, *world.sam.direct_messages()] if "/invite" in words(one)), None
        )
    )
    assert f"I can't post in <#{secret.id}> yet." in words(told)
    assert image_ids(shown)
