"""Images in further places: shown there, drawn anew, and taken away."""

from dataclasses import replace

import pytest

from bot.core.errors import SlackRefused, SlackUnavailable
from bot.core.models import Generation, Reply, RowOf, Showing
from bot.slack.retries import TROUBLE_TRIES
from tests.scenarios.world import words
from tests.slack.posting.test_pictures import World, world

__all__ = ["world"]


async def delivered(world: World, *names: str) -> tuple[Generation, Reply]:
    finished = await world.finished(*names)
    reply = await world.messenger.deliver(finished)
    return finished.but(reply_id=reply.message_id), reply


def deleted(made: Generation, number: int = 1) -> Generation:
    images = tuple(replace(one, deleted_by="U9") if one.id == f"image-{number}" else one for one in made.images)
    return made.but(images=images)


@pytest.mark.parametrize("kind", ["png", "webp"])
async def test_shared_image_is_shown_and_leads_back(world: World, kind: str) -> None:
    made, reply = await delivered(world, f"a.{kind}")
    marketing = world.slack.workspace.channel("marketing").id
    share = {"channel_id": marketing, "thread_id": None, "by": "U2", "note": "For <!channel>"}
    showing = await world.messenger.share(made, "image-1", **share)  # type: ignore[arg-type]
    (message,) = world.slack.messages("marketing")
    assert (showing.channel_id, showing.message_id, showing.thread_id) == (marketing, message.ts, message.ts)
    assert (showing.shared_by, showing.note, bool(showing.file_id)) == ("U2", "For <!channel>", kind == "webp")
    assert f"p{reply.message_id.replace('.', '')}" in str(message.blocks)
    assert showing.file_id != reply.showings[0].file_id or not showing.file_id


async def test_share_of_an_image_of_a_batch_leads_to_the_batch(world: World) -> None:
    made, _ = await delivered(world, "a.png")
    attempt = made.but(request=replace(made.request, batch=RowOf("b1", 2)), reply_id=None)
    marketing = world.slack.workspace.channel("marketing").id
    await world.messenger.share(attempt, "image-1", channel_id=marketing, thread_id=None, by="U2", note="")
    (message,) = world.slack.messages("marketing")
    assert attempt.place is not None
    assert f"p{attempt.place.message_id.replace('.', '')}|From this thread>" in str(message.blocks)


async def test_share_that_is_not_possible_leaves_nothing_behind(world: World) -> None:
    made, _ = await delivered(world, "a.webp")
    town = world.slack.workspace.add_channel("town", private=True, bot=False)
    with pytest.raises(SlackRefused, match="channel_not_found"):
        await world.messenger.share(made, "image-1", channel_id=town.id, thread_id=None, by="U2", note="")
    assert world.calls("files.delete") == 1
    with pytest.raises(SlackRefused, match="no_image"):
        await world.messenger.share(deleted(made), "image-1", channel_id=town.id, thread_id=None, by="U2", note="")


async def lost(world: World, channel_id: str, *, is_posted: bool = True, thread_id: str | None = None) -> Showing:
    """Share an image while Slack's answer gets lost, with or without the message."""
    made, _ = await delivered(world, "a.webp")
    world.slack.fail_next("chat.postMessage", status=503, lose_answer=is_posted)
    share = {"channel_id": channel_id, "thread_id": thread_id, "by": "U2", "note": ""}
    return await world.messenger.share(made, "image-1", **share)  # type: ignore[arg-type]


@pytest.mark.parametrize("is_in_thread", [True, False])
async def test_share_whose_answer_was_lost_is_found_again(world: World, is_in_thread: bool) -> None:
    marketing = world.slack.workspace.channel("marketing")
    root = world.slack.workspace.post(world.slack.workspace.bot_message(marketing.id, "Earlier", [])).ts
    showing = await lost(world, marketing.id, thread_id=root if is_in_thread else None)
    (message,) = [one for one in marketing.messages if one.ts != root]
    thread_id = root if is_in_thread else message.ts
    assert (showing.message_id, showing.thread_id, showing.shared_by) == (message.ts, thread_id, "U2")
    assert showing.file_id
    assert world.calls("files.delete") == 0


async def test_share_is_found_although_slack_is_away_a_while(world: World) -> None:
    world.slack.fail_next("conversations.history", status=503, times=1 + TROUBLE_TRIES)
    showing = await lost(world, world.slack.workspace.channel("marketing").id)
    assert [showing.message_id] == [one.ts for one in world.slack.messages("marketing")]


async def test_earlier_share_is_not_taken_for_the_one_that_was_lost(world: World) -> None:
    marketing = world.slack.workspace.channel("marketing").id
    made, _ = await delivered(world, "a.png")
    await world.messenger.share(made, "image-1", channel_id=marketing, thread_id=None, by="U2", note="")
    with pytest.raises(SlackUnavailable):
        await lost(world, marketing, is_posted=False)
    assert len(world.slack.messages("marketing")) == 1


async def test_channel_is_not_joined_to_look_for_a_share(world: World) -> None:
    town = world.slack.workspace.add_channel("town", bot=False)
    with pytest.raises(SlackUnavailable):
        await lost(world, town.id)
    assert world.calls("conversations.join") == 0


async def test_reply_is_drawn_anew_without_what_was_deleted_and_found_as_before(world: World) -> None:
    made, reply = await delivered(world, "a.webp", "b.webp")
    await world.messenger.redraw(deleted(made), reply.showings)
    assert world.shown(reply) == ["acme-2-g1.png image/png"]
    assert "deleted by" in words(world.posted(reply))
    assert await world.messenger.find_reply(made) == reply


async def test_picture_that_slack_does_not_fetch_again_is_a_link_when_a_reply_is_drawn_anew(world: World) -> None:
    made, reply = await delivered(world, "a.png", "b.png")
    world.slack.fail_next("chat.update", "invalid_blocks", times=2)
    await world.messenger.redraw(deleted(made), reply.showings)
    assert world.shown(reply) == []
    assert world.host.url("b.png") in str(world.posted(reply).blocks)


@pytest.mark.parametrize("error", ["message_not_found", "is_inactive", "channel_not_found"])
async def test_message_that_is_gone_is_no_news(world: World, error: str) -> None:
    made, reply = await delivered(world, "a.png")
    world.slack.fail_next("chat.update", error)
    await world.messenger.redraw(deleted(made), reply.showings)
    world.slack.fail_next("chat.update", "msg_too_long")
    with pytest.raises(SlackRefused, match="msg_too_long"):
        await world.messenger.redraw(deleted(made), reply.showings)


async def test_share_is_withdrawn_with_its_file_however_often(world: World) -> None:
    made, reply = await delivered(world, "a.webp")
    marketing = world.slack.workspace.channel("marketing").id
    showing = await world.messenger.share(made, "image-1", channel_id=marketing, thread_id=None, by="U2", note="")
    await world.messenger.redraw(deleted(made), (*reply.showings, showing))
    assert "deleted by" in words(world.slack.messages("marketing")[0])
    for _ in range(2):
        await world.messenger.withdraw("T1", showing)
    assert world.slack.messages("marketing") == []
    assert world.slack.file(showing.file_id or "") is None
    await world.messenger.redraw(deleted(made), (*reply.showings, showing))


async def test_reply_stays_when_the_file_of_its_image_goes(world: World) -> None:
    _, reply = await delivered(world, "a.webp")
    await world.messenger.withdraw("T1", reply.showings[0])
    assert world.slack.file(reply.showings[0].file_id or "") is None
    assert world.posted(reply)


async def test_message_that_slack_keeps_is_told(world: World) -> None:
    _, reply = await delivered(world, "a.png")
    world.slack.fail_next("chat.delete", "cant_delete_message")
    with pytest.raises(SlackRefused, match="cant_delete_message"):
        await world.messenger.withdraw("T1", replace(reply.showings[0], shared_by="U2"))


async def test_every_reply_is_drawn_anew_where_images_were_looked_for_again(world: World) -> None:
    made, first = await delivered(world, "a.png", "b.png")
    second = await world.messenger.deliver(made)
    await world.messenger.redraw(deleted(made), (*first.showings, *second.showings))
    for reply in (first, second):
        assert world.shown(reply) == [world.host.url("b.png")]
