"""Images shown in further channels, and taken away everywhere."""

import asyncio

from bot.sandbox.slack import Message, Person, View
from bot.sandbox.slack.web_api import Outage
from bot.slack.sights import PageName
from tests.scenarios.decisions import channel_id
from tests.scenarios.pages import turn_to
from tests.scenarios.results import (
    Thread,
    Which,
    generation_of,
    image_for,
    image_ids,
    kinds_shown,
    labels,
    link_in,
    lose,
    made,
    press,
    press_for_view,
    refused,
    result_of,
    send,
    whispered,
)
from tests.scenarios.world import World, words


async def share(world: World, message: Message, channel: str, note: str = "", which: Which = 0) -> View:
    """Share an image by the form, as Sam, and return what the form becomes."""
    view = await press_for_view(world.sam, message, "Share to…", "share", which)
    await send(world.sam, view, share_channel=channel, share_note=note)
    await world.slack.wait_until(lambda: "Sharing the image" not in words(view))
    return view


async def delete(world: World, person: Person, message: Message) -> View:
    """Delete an image, and return what the question becomes."""
    view = await press_for_view(person, message, "Delete…", "delete_image")
    await send(person, view)
    await world.slack.wait_until(lambda: not any(said in words(view) for said in ("Deleting the image", "Nobody can")))
    return view


class TestSharing:
    async def test_image_is_shown_in_another_channel_with_the_note_the_way_back_and_buttons(
        self, http_world: World
    ) -> None:
        world = http_world
        first = await image_for(world, world.mia, "a red fox --n 2")
        view = await share(world, first, "marketing", "for the <launch> & *more*", which=1)
        assert "Shared in" in words(view)
        (shared,) = world.posted("marketing")
        assert image_ids(shared) == [image_ids(first)[1]]
        told = words(shared)
        assert told.startswith(f"<@{world.sam.id}> shared an image for *Acme*.\nfor the <launch> & *more*")
        assert f"|From this thread> · asked for by <@{world.mia.id}>" in told
        assert link_in(world.slack, shared, "From this thread") is first
        assert await kinds_shown(world.slack, shared) == ["PNG"]
        assert labels(shared) == labels(first, 1)
        varied = await result_of(world.slack, Thread(world.slack, shared), world.mia, shared, "Vary")
        row = await generation_of(world, varied)
        assert (row.request.channel_id, row.request.thread_id) == (channel_id(world, "marketing"), shared.ts)
        assert link_in(world.slack, varied) is shared
        assert world.generations_paid == 2

    async def test_channel_that_does_not_let_it_post_is_said_with_what_helps(self, http_world: World) -> None:
        world = http_world
        first = await image_for(world, world.mia, "a red fox")
        world.slack.workspace.add_channel("secret", private=True, bot=False)
        view = await share(world, first, "secret", "look")
        assert "Type `/invite @Bloom` there, then share it again." in words(view)
        assert view.form.value(("share_note", "share_note")) == "look"
        await send(world.sam, view, share_channel="marketing")
        await world.slack.wait_until(lambda: "Shared in" in words(view))
        assert len(world.posted("marketing")) == 1

    async def test_what_stands_though_slacks_answer_was_lost_is_shared_and_goes_with_the_image(
        self, http_world: World
    ) -> None:
        world = http_world
        first = await image_for(world, world.mia, "a red fox")
        await share(world, first, "marketing")
        world.slack.fail_next("chat.postMessage", lose_answer=True)
        assert "Shared in" in words(await share(world, first, "marketing"))
        assert len(world.posted("marketing")) == 2
        await delete(world, world.mia, first)
        assert world.posted("marketing") == []


class TestDeleting:
    async def test_who_asked_for_it_deletes_it_at_bloom_and_wherever_it_was_posted(self, http_world: World) -> None:
        world = http_world
        first = await image_for(world, world.sam, "a red fox --n 2")
        thread, (gone, kept) = Thread(world.slack, first), image_ids(first)
        await share(world, first, "marketing")
        edited = await result_of(world.slack, thread, world.mia, first, "Vary")
        view = await press_for_view(world.sam, first, "Delete…", "delete_image")
        assert "a red fox" in words(view)
        assert "Image 1 of 2" in words(view)
        assert world.bloom.state.gallery.find(gone) is not None
        await send(world.sam, view)
        await world.slack.wait_until(lambda: "is deleted" in words(view))
        assert world.bloom.state.gallery.find(gone) is None
        assert image_ids(first) == [kept]
        assert f"Image 1 was deleted by <@{world.sam.id}>." in words(first)
        assert len(await kinds_shown(world.slack, first)) == 1
        assert world.posted("marketing") == []
        assert image_ids(edited)
        assert (await made(world, first, gone)).image.deleted_by == world.sam.id

    async def test_two_at_once_delete_it_once_and_history_shows_what_is_left(self, http_world: World) -> None:
        world = http_world
        first = await image_for(world, world.sam, "a red fox --n 2")
        views = [await press_for_view(who, first, "Delete…", "delete_image") for who in (world.sam, world.mia)]
        await asyncio.gather(send(world.sam, views[0]), send(world.mia, views[1]))
        await world.slack.wait_until(lambda: all("is deleted" in words(view) for view in views))
        assert words(first).count("Image 1 was deleted by") == 1
        home = await turn_to(world, world.mia, PageName.HISTORY, "a red fox")
        assert "2 images · 1 deleted" in words(home)
        await delete(world, world.sam, first)
        await world.slack.wait_until(lambda: "a red fox" not in words(home))

    async def test_managers_may_and_others_read_whom_to_ask(self, http_world: World) -> None:
        world = http_world
        first = await image_for(world, world.mia, "a red fox")
        await press(world.sam, first, "Delete…")
        told = await whispered(world.slack, world.sam, "can delete this")
        assert words(told).startswith(f"Only <@{world.mia.id}>")
        assert world.sam.open_view is None
        second = await image_for(world, world.sam, "a blue fox")
        view = await press_for_view(world.mia, second, "Delete…", "delete_image")
        await send(world.mia, view)
        await world.slack.wait_until(lambda: "is deleted" in words(view))
        assert f"The image was deleted by <@{world.mia.id}>." in words(second)
        assert image_ids(second) == []
        assert world.bloom.state.gallery.find(image_ids(first)[0]) is not None

    async def test_form_that_was_open_when_the_image_went_says_so(self, http_world: World) -> None:
        world = http_world
        first = await image_for(world, world.mia, "a red fox")
        people = [world.slack.person(world.slack.workspace.add_person(name).id) for name in ("Lee", "Kim", "Noa")]
        for person in people:
            world.slack.workspace.join("general", person.id)
        lee, kim, noa = people
        edit = await press_for_view(lee, first, "Edit…")
        resize = await press_for_view(kim, first, "Resize…")
        sharing = await press_for_view(noa, first, "Share to…")
        await delete(world, world.mia, first)
        assert "This image was deleted" in (await refused(lee, edit, prompt="darker"))["prompt"]
        await kim.submit(resize, {"new_ratios": ["9:16"]})
        assert f"deleted by <@{world.mia.id}>" in words(resize)
        await noa.submit(sharing, {"share_channel": "marketing"})
        await world.slack.wait_until(lambda: "deleted" in words(sharing))
        assert world.posted("marketing") == []
        assert len(Thread(world.slack, first).said) == 2
        assert [record.method for record in world.bloom.requests if record.path.endswith(("edit", "resize"))] == []

    async def test_message_that_slack_did_not_let_go_of_is_brought_up_to_date_by_a_press(
        self, http_world: World
    ) -> None:
        world = http_world
        first = await image_for(world, world.mia, "a red fox")
        await share(world, first, "marketing")
        (shared,) = world.posted("marketing")
        is_broken = True

        async def breaks(method: str, _: object, when: str) -> None:
            if is_broken and method in ("chat.update", "chat.delete") and when == "before":
                raise Outage(503, "html")

        world.slack.watch(breaks)
        view = await delete(world, world.mia, first)
        assert "Slack didn't let me take it away everywhere" in words(view)
        assert image_ids(first)
        await press(world.sam, first, "Vary")
        assert f"deleted by <@{world.mia.id}>" in words(await whispered(world.slack, world.sam, "deleted"))
        is_broken = False
        await press(world.sam, shared, "Vary")
        await world.slack.wait_until(lambda: shared.deleted and not image_ids(first))
        assert world.generations_paid == 1

    async def test_image_that_is_gone_at_bloom_already_is_deleted_here(self, http_world: World) -> None:
        world = http_world
        first = await image_for(world, world.sam, "a red fox")
        lose(world, first)
        assert "The image is deleted" in words(await delete(world, world.sam, first))
        assert f"deleted by <@{world.sam.id}>" in words(first)

    async def test_bloom_that_does_not_answer_keeps_it_and_it_goes_when_asked_again(self, http_world: World) -> None:
        world = http_world
        first = await image_for(world, world.sam, "a red fox")
        world.bloom.faults.down = True
        assert "Bloom isn't answering" in words(await delete(world, world.sam, first))
        assert image_ids(first)
        world.bloom.faults.clear()
        await world.restart()
        await delete(world, world.sam, first)
        assert image_ids(first) == []
