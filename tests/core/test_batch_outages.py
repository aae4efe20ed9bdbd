"""A Slack that is away, loses answers, or will not have a message: nothing that is paid for is lost by that."""

from collections.abc import Sequence

import pytest

from bot.core.errors import SlackRefused, SlackUnavailable
from bot.core.models import Parcel, RowResult
from tests.core.batch_world import BatchWorld, a_batch


class TestSlackInTheWay:
    async def test_slack_away_keeps_no_row_from_being_made(self, batches: BatchWorld) -> None:
        batch = await batches.started(a_batch(30))
        await batches.until(lambda: batches.slack.batch_places)
        batches.is_slack_away = True
        await batches.world.pass_time(300)
        assert len(batches.made_prompts) == 30
        batches.is_slack_away = False
        await batches.finished(batch)
        assert batches.slack.posted_rows == list(range(2, 32))

    async def test_edits_that_slack_puts_off_keep_no_rows_from_being_posted(self, batches: BatchWorld) -> None:
        put_off = SlackUnavailable("ratelimited", retry_after=600)
        batches.slack.script.answer("update_batch", *[put_off for _ in range(99)])
        began = batches.world.clock.monotonic()
        await batches.started(a_batch(9), turns=9)
        await batches.until(lambda: batches.slack.posted_rows == list(range(2, 11)))
        assert batches.world.clock.monotonic() - began < 600

    async def test_channel_that_is_archived_meanwhile_ends_nothing(self, batches: BatchWorld) -> None:
        batch = await batches.started(a_batch(9), turns=2)
        batches.slack.script.answer("update_batch", *[SlackRefused("is_archived") for _ in range(99)])
        batches.open_the_line()
        await batches.finished(batch)
        assert batches.slack.posted_rows == list(range(2, 11))

    async def test_message_that_slack_refuses_for_good_keeps_no_others_from_being_posted(
        self, batches: BatchWorld
    ) -> None:
        batches.slack.script.answer("post_rows", SlackRefused("msg_too_long"))
        ended = await batches.finished(await batches.started(a_batch(9)))
        assert batches.slack.posted_rows == [number for number in range(2, 11) if number not in ended.posts[0].numbers]
        assert ended.posts[0].message_id == ""
        assert ended.summary_id

    async def test_row_that_cannot_be_drawn_keeps_no_others_from_being_posted(
        self, batches: BatchWorld, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def room(results: Sequence[RowResult]) -> int:
            assert all(result.row.number != 5 for result in results), "such a row cannot be drawn"
            return len(results)

        monkeypatch.setattr(batches.slack, "rows_in_a_message", room)
        await batches.finished(await batches.started(a_batch(6)))
        assert batches.slack.posted_rows == [2, 3, 4, 5, 6, 7]

    async def test_without_a_place_in_slack_nothing_is_paid(self, batches: BatchWorld) -> None:
        batches.slack.script.answer("announce_batch", SlackRefused("account_inactive"))
        await batches.finished(await batches.started(a_batch(3)))
        assert batches.made_prompts == []

    async def test_batch_message_whose_answer_was_lost_is_not_posted_again(self, batches: BatchWorld) -> None:
        batches.slack.lose_answer("announce_batch", SlackUnavailable("timeout"))
        batches.slack.lose_answer("post_rows", SlackUnavailable("timeout"))
        batches.slack.lose_answer("post_summary", SlackUnavailable("timeout"))
        batches.slack.lose_answer("put_file", SlackUnavailable("timeout"))
        await batches.finished(await batches.started(a_batch(3)))
        assert (len(batches.slack.batch_places), batches.slack.posted_rows) == (1, [2, 3, 4])
        assert (len(batches.slack.summaries), len(batches.slack.files)) == (1, 3)

    async def test_images_that_cannot_be_gathered_keep_no_summary_back(self, batches: BatchWorld) -> None:
        batches.world.packing.script.answer("pack", Parcel())
        batch = await batches.finished(await batches.started(a_batch(2)))
        assert batches.slack.summaries[batch.id, 1][1] == (False, False)
        assert [name for name, _ in batches.slack.files] == ["doors-results.csv"]
