"""What people see of a batch at Slack: found again after a lost answer, wherever it had to go."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.core.errors import SlackRefused, SlackUnavailable
from bot.core.models import Batch, BatchState, Place, Progress, Reply, RowResult, RowsPost
from bot.sandbox.slack.messages import Message
from tests.fakes.clock import EPOCH
from tests.scenarios.world import words
from tests.slack.posting.test_pictures import World, world
from tests.slack.views.batches.samples import attempt, batch, batch_row, failed

__all__ = ["world"]

PROGRESS = Progress(waiting=2, under_way=1, images=0)
ROWS = tuple(batch_row(number, prompt=f"bottle {number}") for number in (2, 3, 4))
MEGABYTES = 8


def asked(world: World, channel: str = "general", **changes: Any) -> Batch:
    """Return a batch that Mia asked for."""
    fields = {"channel_id": world.slack.workspace.channel(channel).id, "user_id": world.slack.person("Mia").id}
    return batch(*ROWS, created_at=EPOCH, started_at=EPOCH, place=None, **fields, **changes)  # type: ignore[arg-type]


async def announced(world: World, channel: str = "general") -> Batch:
    begun = asked(world, channel)
    return begun.but(place=await world.batches.announce_batch(begun, PROGRESS))


def results(world: World, *names: str) -> tuple[RowsPost, tuple[RowResult, ...]]:
    """Return a message to be posted: a row for each picture; the last row failed."""
    images = [world.image(name, number) for number, name in enumerate(names, 2)]
    made = [RowResult(row, (attempt(row, image),)) for row, image in zip(ROWS, images, strict=False)]
    of_rows = (*made, failed(ROWS[len(made)]))
    numbers, ids = tuple(one.row.number for one in of_rows), tuple(one.attempts[0].id for one in of_rows)
    return RowsPost(round=1, numbers=numbers, generation_ids=ids), of_rows


def deleted(result: RowResult) -> RowResult:
    made = result.attempts[0]
    return replace(result, attempts=(made.but(images=tuple(replace(one, deleted_by="U9") for one in made.images)),))


class TestBatchMessage:
    async def test_it_is_posted_brought_up_to_date_and_left_alone_when_news_would_have_to_wait(
        self, world: World
    ) -> None:
        begun = await announced(world)
        (message,) = world.slack.messages("general")
        assert begun.place == Place(begun.channel_id, message.ts, message.ts)
        await world.batches.update_batch(begun, Progress(made=3), is_news=True)
        assert "3 of 3 rows" in words(message)
        world.slack.fail_next("chat.update", "ratelimited", retry_after=300)
        with pytest.raises(SlackUnavailable):
            await world.batches.update_batch(begun.but(state=BatchState.STOPPING), PROGRESS)
        calls = world.calls("chat.update")
        await world.batches.update_batch(begun, PROGRESS, is_news=True)
        assert world.calls("chat.update") == calls

    async def test_it_is_found_after_its_answer_was_lost(self, world: World) -> None:
        begun = asked(world)
        world.slack.fail_next("chat.postMessage", lose_answer=True)
        with pytest.raises(SlackUnavailable):
            await world.batches.announce_batch(begun.but(announcements=1), PROGRESS)
        place = await world.batches.announce_batch(begun.but(announcements=2), PROGRESS)
        (message,) = world.slack.messages("general")
        assert place == Place(begun.channel_id, message.ts, message.ts)

    async def test_it_goes_to_the_person_where_the_channel_is_closed(self, world: World) -> None:
        world.slack.workspace.channel("general").is_archived = True
        begun = await announced(world)
        (told,) = world.slack.person("Mia").direct_messages()
        assert begun.place == Place(told.channel_id, told.ts, told.ts, is_fallback=True)
        assert "/invite @Bloom" in words(told)

    async def test_batch_that_was_asked_for_in_a_thread_stands_there_with_its_rows(self, world: World) -> None:
        general = world.slack.workspace.channel("general").id
        root = world.slack.workspace.post(world.slack.workspace.bot_message(general, "Earlier", [])).ts
        begun, (post, rows) = asked(world, thread_id=root), results(world, "a.png")
        begun = begun.but(place=await world.batches.announce_batch(begun, PROGRESS))
        reply = await world.batches.post_rows(begun, post, rows)
        assert begun.place == Place(general, world.replies[0].ts, root)
        assert (reply.message_id, reply.thread_id) == (world.replies[1].ts, root)

    async def test_batch_that_was_never_announced_cannot_be_changed(self, world: World) -> None:
        with pytest.raises(SlackRefused, match="no_place"):
            await world.batches.update_batch(asked(world), PROGRESS)


class TestRows:
    async def test_images_of_several_generations_come_in_one_message_in_their_order(self, world: World) -> None:
        begun, (post, rows) = await announced(world), results(world, "a.webp", "b.png")
        reply = await world.batches.post_rows(begun, post, rows)
        assert world.shown(reply) == ["acme-1-g2.png image/png", world.host.url("b.png")]
        assert [one.image_id for one in reply.showings] == ["image-2", "image-3"]
        assert begun.place is not None
        assert reply.thread_id == begun.place.message_id
        assert "Couldn't be made" in str(world.posted(reply).blocks)

    async def test_image_that_slack_never_fetches_is_uploaded_and_the_others_are_not(self, world: World) -> None:
        begun, (post, rows) = await announced(world), results(world, "a.png", "b.png")
        world.host.says["/b.png"] = "application/octet-stream"
        reply = await world.batches.post_rows(begun, post, rows)
        assert world.shown(reply) == [world.host.url("a.png"), "acme-1-g3.png image/png"]

    async def test_what_slack_takes_in_no_way_is_a_link(self, world: World) -> None:
        begun, (post, rows) = await announced(world), results(world, "a.png", "b.png")
        world.slack.fail_next("chat.postMessage", "invalid_blocks", times=6)
        reply = await world.batches.post_rows(begun, post, rows)
        assert (world.shown(reply), [one.is_link for one in reply.showings]) == ([], [True, True])

    async def test_rows_are_found_after_their_answer_was_lost_and_not_taken_for_other_rows(self, world: World) -> None:
        begun, (post, rows) = await announced(world), results(world, "a.webp")
        world.slack.fail_next("chat.postMessage", lose_answer=True)
        with pytest.raises(SlackUnavailable):
            await world.batches.post_rows(begun, post, rows)
        found = await world.batches.find_rows(begun, post, rows)
        assert found is not None
        assert world.shown(found) == ["acme-1-g2.png image/png"]
        assert found.showings[0].file_id
        for change in ({"round": 2}, {"numbers": (3, 4)}):
            assert await world.batches.find_rows(begun, post.model_copy(update=change), rows) is None

    async def test_rows_that_were_not_posted_are_posted_with_the_same_files(self, world: World) -> None:
        begun, (post, rows) = await announced(world), results(world, "a.webp")
        world.slack.fail_next("chat.postMessage", status=503)
        with pytest.raises(SlackUnavailable):
            await world.batches.post_rows(begun, post, rows)
        assert await world.batches.find_rows(begun, post, rows) is None
        await world.batches.post_rows(begun, post, rows)
        assert world.calls("files.completeUploadExternal") == 1

    async def test_rows_of_a_closed_thread_go_to_the_person_and_are_found_there(self, world: World) -> None:
        begun, (post, rows) = await announced(world), results(world, "a.png")
        world.slack.workspace.channel("general").is_archived = True
        reply = await world.batches.post_rows(begun, post, rows)
        assert [told.ts for told in world.slack.person("Mia").direct_messages()] == [reply.message_id]
        assert await world.batches.find_rows(begun, post, rows) == reply


class TestRedrawnRows:
    async def posted(self, world: World, *names: str) -> tuple[Batch, RowsPost, tuple[RowResult, ...], Reply]:
        begun, (post, rows) = await announced(world), results(world, *names)
        reply = await world.batches.post_rows(begun, post, rows)
        return begun, post.model_copy(update={"message_id": reply.message_id}), rows, reply

    async def test_deleted_image_is_gone_the_others_stay_as_they_were_and_it_is_found_as_before(
        self, world: World
    ) -> None:
        begun, post, rows, reply = await self.posted(world, "a.webp", "b.webp")
        now = (deleted(rows[0]), *rows[1:])
        await world.batches.redraw_rows(begun, post, now, reply.showings)
        assert world.shown(reply) == ["acme-1-g3.png image/png"]
        assert "deleted by" in words(world.posted(reply))
        assert await world.batches.find_rows(begun, post, rows) == reply

    async def test_picture_that_slack_does_not_fetch_again_is_a_link(self, world: World) -> None:
        begun, post, rows, reply = await self.posted(world, "a.png", "b.png")
        world.slack.fail_next("chat.update", "invalid_blocks", times=2)
        await world.batches.redraw_rows(begun, post, (deleted(rows[0]), *rows[1:]), reply.showings)
        assert world.shown(reply) == []
        assert world.host.url("b.png") in str(world.posted(reply).blocks)

    async def test_message_that_is_gone_is_no_news(self, world: World) -> None:
        begun, post, rows, reply = await self.posted(world, "a.png")
        world.slack.fail_next("chat.update", "message_not_found")
        await world.batches.redraw_rows(begun, post, rows, reply.showings)
        calls = world.calls("chat.update")
        await world.batches.redraw_rows(begun, post.model_copy(update={"message_id": ""}), rows, ())
        assert world.calls("chat.update") == calls


def files_in(messages: list[Message]) -> list[str]:
    return [file["name"] for message in messages for file in message.files]


class TestSummaryAndFiles:
    async def test_summary_stands_once_a_round(self, world: World) -> None:
        begun, (_, rows) = await announced(world), results(world, "a.png", "b.png")
        world.slack.fail_next("chat.postMessage", lose_answer=True)
        with pytest.raises(SlackUnavailable):
            await world.batches.post_summary(begun, rows, has_sheet=True, has_archive=False)
        message_id = await world.batches.post_summary(begun, rows, has_sheet=True, has_archive=False)
        (summary,) = world.replies
        assert summary.ts == message_id
        assert "2 of 3 rows made" in words(summary)
        assert (
            await world.batches.post_summary(begun.but(round=2), rows, has_sheet=True, has_archive=True) != message_id
        )

    @pytest.mark.parametrize("is_member", [True, False])
    async def test_file_of_some_megabytes_comes_whole_into_the_thread(
        self, world: World, tmp_path: Path, is_member: bool
    ) -> None:
        town = world.slack.workspace.add_channel("town", bot=is_member)
        begun, path = await announced(world, "town"), tmp_path / "images"
        content = bytes(range(256)) * 4096 * MEGABYTES
        path.write_bytes(content)
        await world.batches.put_file(begun, path, "cities-images.zip", may_stand=False)
        (message,) = [one for one in town.messages if one.files]
        file = world.slack.file(message.files[0]["id"])
        assert begun.place is not None
        assert (message.thread_ts, file and file.name) == (begun.place.thread_id, "cities-images.zip")
        assert file is not None
        assert file.data == content
        assert world.calls("files.getUploadURLExternal") == 1

    async def test_file_whose_answer_was_lost_is_not_put_there_twice(self, world: World, tmp_path: Path) -> None:
        begun, path = await announced(world), tmp_path / "table"
        path.write_text("row,prompt")
        world.slack.fail_next("files.completeUploadExternal", lose_answer=True)
        with pytest.raises(SlackUnavailable):
            await world.batches.put_file(begun, path, "results.csv", may_stand=False)
        await world.batches.put_file(begun, path, "results.csv", may_stand=True)
        await world.batches.put_file(begun, path, "other.csv", may_stand=True)
        assert files_in(world.replies) == ["results.csv", "other.csv"]

    async def test_file_of_another_batch_of_that_name_in_the_thread_is_not_taken_for_its_own(
        self, world: World, tmp_path: Path
    ) -> None:
        begun, path, (_, rows) = await announced(world), tmp_path / "table", results(world, "a.png")
        path.write_text("row,prompt")
        await world.batches.put_file(begun, path, "results.csv", may_stand=False)
        summed_up = begun.but(
            summary_id=await world.batches.post_summary(begun, rows, has_sheet=True, has_archive=True)
        )
        for _ in range(2):
            await world.batches.put_file(summed_up, path, "results.csv", may_stand=True)
        assert files_in(world.replies) == ["results.csv", "results.csv"]

    async def test_file_for_a_closed_thread_goes_to_the_person_and_is_uploaded_once(
        self, world: World, tmp_path: Path
    ) -> None:
        begun, path = await announced(world), tmp_path / "table"
        path.write_text("row,prompt")
        world.slack.workspace.channel("general").is_archived = True
        for may_stand in (False, True):
            await world.batches.put_file(begun, path, "results.csv", may_stand=may_stand)
        assert files_in(world.slack.person("Mia").direct_messages()) == ["results.csv"]
        assert world.calls("files.getUploadURLExternal") == 1

    async def test_file_for_a_channel_that_cannot_be_joined_goes_to_the_person(
        self, world: World, tmp_path: Path
    ) -> None:
        world.slack.workspace.add_channel("town", bot=False)
        begun, path = await announced(world, "town"), tmp_path / "table"
        path.write_text("row,prompt")
        world.slack.fail_next("conversations.join", "method_not_supported_for_channel_type")
        await world.batches.put_file(begun, path, "results.csv", may_stand=False)
        assert files_in(world.slack.person("Mia").direct_messages()) == ["results.csv"]
