"""Batches from their start to their end: what is made, what is said, what is paid, whatever people decide meanwhile."""

import csv
import io
from dataclasses import replace

import pytest

from bot.core.batches.batches import OPEN_LIMIT
from bot.core.batches.feeding import MOST_IN_LINE
from bot.core.errors import (
    BloomRateLimited,
    BloomRefused,
    NotAllowed,
    TooManyBatches,
)
from bot.core.models import BatchState, ImageState, PauseReason
from tests.core.batch_world import ME, BatchWorld, a_batch
from tests.core.world import BOSS

B = BatchState


class TestTheWholeWay:
    async def test_every_row_is_made_once_and_posted_in_order_with_a_summary_and_files(
        self, batches: BatchWorld
    ) -> None:
        batch = await batches.finished(await batches.started(a_batch(30)))
        batches.expect_all_made(batch)
        assert batches.slack.batch_message[batch.id].state is B.FINISHED
        assert batches.slack.batch_message[batch.id].progress.made == 30
        assert [name for name, _ in batches.slack.files] == [
            "doors-results.csv",
            "doors-contact-sheet.jpg",
            "doors-images.zip",
        ]
        table = list(csv.DictReader(io.StringIO(batches.slack.files[0][1].decode("utf-8-sig"))))
        assert [(row["row"], row["status"]) for row in table] == [(str(number), "made") for number in range(2, 32)]
        assert (batch.state, batch.summary_id, len(batch.files)) == (B.FINISHED, "summary-1", 3)

    async def test_attempts_say_nothing_of_their_own_and_stand_in_line_as_a_person_of_their_own(
        self, batches: BatchWorld
    ) -> None:
        batch = await batches.finished(await batches.started(a_batch(2)))
        assert (batches.slack.announced, batches.slack.replies, batches.slack.shown) == ([], [], {})
        turns = batches.bloom.script.named("turn")
        assert {turn.arguments["asker"] for turn in turns} == {f"batch:{ME}/{batch.id}"}
        for attempt in await batches.attempts(batch):
            assert (attempt.reply_id, attempt.is_stale, attempt.place) == (None, False, batch.place)

    async def test_few_stand_in_line_at_a_time(self, batches: BatchWorld) -> None:
        gate = batches.bloom.script.hold("turn")
        batch = await batches.started(a_batch(50))
        await batches.until(lambda: batches.bloom.script.count("turn") == MOST_IN_LINE)
        await batches.world.pass_time(5)
        assert len(await batches.attempts(batch)) == MOST_IN_LINE
        gate.set()
        await batches.finished(batch)
        assert len(batches.made_prompts) == 50

    async def test_row_that_takes_long_holds_up_only_what_is_posted_behind_it(self, batches: BatchWorld) -> None:
        batches.draw_slowly("Door 5")
        batch = await batches.started(a_batch(30))
        await batches.until(lambda: len(batches.made_prompts) == 30)
        await batches.world.pass_time(20)
        assert batches.slack.posted_rows == [2, 3, 4]
        batches.bloom.complete()
        await batches.finished(batch)
        assert batches.slack.posted_rows == list(range(2, 32))

    async def test_images_are_found_by_the_message_that_shows_them_and_go_from_it_when_deleted(
        self, batches: BatchWorld
    ) -> None:
        await batches.finished(await batches.started(a_batch(3)))
        made = await batches.world.results.made("image-2-1")
        assert made is not None
        (showing,) = await batches.world.results.showings(made)
        numbers = {message_id: post.numbers for message_id, post, _ in batches.slack.rows}
        await batches.world.results.delete(made, ME)
        drawn_post, results, showings = batches.slack.redrawn_rows[-1]
        assert (drawn_post.message_id, drawn_post.numbers) == (showing.message_id, numbers[showing.message_id])
        assert [image.id for one in results for _, image in one.images if image.deleted_by] == ["image-2-1"]
        assert batches.slack.redrawn == []
        assert showing in showings

    async def test_image_that_is_deleted_while_its_rows_are_posted_does_not_stay_in_the_message(
        self, batches: BatchWorld
    ) -> None:
        gate = batches.slack.script.hold("post_rows")
        batch = await batches.started(a_batch(1))
        await batches.until(lambda: batches.slack.script.count("post_rows"))
        made = await batches.world.results.made("image-1-1")
        assert made is not None
        await batches.world.results.delete(made, ME)
        gate.set()
        await batches.finished(batch)
        assert [image.deleted_by for one in batches.slack.redrawn_rows[-1][1] for _, image in one.images] == [ME]


class TestDeciding:
    async def test_start_twice_is_one_batch_and_only_ones_own(self, batches: BatchWorld) -> None:
        draft = await batches.drafted(a_batch(3))
        with pytest.raises(NotAllowed):
            await batches.desk.start(draft.id, BOSS)
        started = await batches.together(batches.desk.start(draft.id, ME), batches.desk.start(draft.id, ME))
        assert started[0] == started[1]
        await batches.finished(draft)
        assert len(batches.made_prompts) == 3

    async def test_draft_that_nobody_starts_is_forgotten_after_a_day(self, batches: BatchWorld) -> None:
        draft = await batches.drafted(a_batch(1))
        await batches.world.clock.advance(25 * 3600)
        await batches.desk.go_on()
        assert await batches.desk.get(draft.id) is None
        with pytest.raises(NotAllowed):
            await batches.desk.start(draft.id, ME)

    async def test_nobody_has_more_than_a_few_unfinished(self, batches: BatchWorld) -> None:
        batches.bloom.script.hold("turn")
        for number in range(OPEN_LIMIT):
            await batches.started(replace(a_batch(1), id=f"batch-{number}"))
        with pytest.raises(TooManyBatches):
            await batches.started(replace(a_batch(1), id="one-more"))
        await batches.started(replace(a_batch(1), id="somebody-elses", user_id="U2"))

    async def test_finished_batch_is_not_retried_beside_too_many_unfinished(self, batches: BatchWorld) -> None:
        batches.bloom.script.answer("generate", BloomRefused("BRAND_NOT_READY", 409, "not yet"))
        ended = await batches.finished(await batches.started(a_batch(1)))
        batches.bloom.script.hold("turn")
        for number in range(OPEN_LIMIT):
            await batches.started(replace(a_batch(1), id=f"batch-{number + 2}"))
        with pytest.raises(TooManyBatches):
            await batches.desk.retry(ended.id, ME)

    async def test_pause_takes_back_what_was_not_asked_for_and_resume_goes_on_there(self, batches: BatchWorld) -> None:
        batches.slack.has_room_for_news = False
        gate = batches.bloom.script.hold("watch")
        batch = await batches.started(a_batch(30), turns=8)
        assert (await batches.desk.pause(batch.id, BOSS)).state is B.PAUSED
        await batches.world.pass_time(3)
        gate.set()
        pause = await batches.pause_of(batch)
        made = len(batches.made_prompts)
        assert made < 30
        assert batches.slack.posted_rows == list(range(2, 2 + made))
        said = batches.slack.batch_message[batch.id]
        assert (said.state, said.progress.made, said.progress.waiting) == (B.PAUSED, made, 30 - made)
        assert (pause.reason, pause.by) == (PauseReason.ASKED, BOSS)
        batches.open_the_line()
        await batches.desk.resume(batch.id, ME)
        await batches.finished(batch)
        batches.expect_all_made(batch)

    async def test_what_is_just_sent_to_bloom_is_made_unless_bloom_sends_it_back(self, batches: BatchWorld) -> None:
        gate = batches.bloom.script.hold("generate")
        batches.bloom.script.answer("generate", BloomRateLimited("TOO_MANY_REQUESTS", 429))
        batch = await batches.started(a_batch(30))
        await batches.until(lambda: batches.bloom.script.count("generate") == MOST_IN_LINE)
        await batches.desk.pause(batch.id, ME)
        await batches.world.pass_time(3)
        assert (await batches.states(batch)) == {"submitting": MOST_IN_LINE}
        gate.set()
        await batches.rested(batch)
        assert (await batches.states(batch)) == {"delivered": MOST_IN_LINE - 1, "cancelled": 1}
        await batches.desk.resume(batch.id, ME)
        await batches.finished(batch)
        assert (len(batches.made_prompts), batches.slack.posted_rows) == (30, list(range(2, 32)))

    async def test_cancel_pays_for_nothing_more_and_sums_up_what_came(self, batches: BatchWorld) -> None:
        batch = await batches.started(a_batch(30), turns=8)
        states = await batches.together(batches.desk.pause(batch.id, ME), batches.desk.cancel(batch.id, ME))
        assert states[1].state is B.STOPPING
        ended = await batches.finished(batch)
        made = len(batches.made_prompts)
        assert made < 30
        assert batches.slack.posted_rows == list(range(2, 2 + made))
        results, _ = batches.slack.summaries[batch.id, 1]
        assert [len(result.images) for result in results] == [1] * made + [0] * (30 - made)
        assert (await batches.states(batch))["cancelled"] + made == len(await batches.attempts(batch))
        assert (ended.stopped_by, (await batches.desk.pause(batch.id, ME)).state) == (ME, B.FINISHED)

    async def test_only_they_themselves_and_managers_decide(self, batches: BatchWorld) -> None:
        batch = await batches.started(a_batch(1))
        for decide in (batches.desk.pause, batches.desk.resume, batches.desk.cancel, batches.desk.retry):
            with pytest.raises(NotAllowed):
                await decide(batch.id, "U9")

    async def test_retry_asks_for_what_is_missing_alone_and_posts_it_as_a_round_of_its_own(
        self, batches: BatchWorld
    ) -> None:
        refused = BloomRefused("BRAND_NOT_READY", 409, "not yet")
        batches.bloom.script.answer("generate", refused)
        batches.draw_in_part("Door 4")
        batch = await batches.started(a_batch(4, variants=2))
        ended = await batches.finished(batch)
        assert batches.slack.batch_message[ended.id].progress.partly_made == 1
        assert batches.slack.batch_message[ended.id].progress.failed == 1
        again = await batches.desk.retry(ended.id, ME)
        assert (again.round, again.wanted) == (2, (2, 4))
        await batches.finished(batch)
        asked = [(one.prompt, one.variants) for one in batches.asked_for[4:]]
        assert sorted(asked) == [("Door 2", 2), ("Door 4", 1)]
        assert batches.slack.posted_rows == [2, 3, 4, 5, 2, 4]
        results, _ = batches.slack.summaries[batch.id, 2]
        assert [len(result.images) for result in results] == [2, 2, 2, 2]
        assert [name for name, _ in batches.slack.files[3:]] == [
            "doors-2-results.csv",
            "doors-2-contact-sheet.jpg",
            "doors-2-images.zip",
        ]
        assert (await batches.desk.retry(batch.id, ME)).state is B.FINISHED

    async def test_retry_waits_once_more_for_what_is_paid_instead_of_paying_again(self, batches: BatchWorld) -> None:
        batches.draw_slowly("Door 3")
        batches.draw_slowly("Door 4")
        batch = await batches.finished(await batches.started(a_batch(3)))
        assert batches.slack.batch_message[batch.id].progress.failed == 2
        await batches.desk.retry(batch.id, ME)
        await batches.world.pass_time(5)
        lost = next(image for image in batches.bloom.gallery if image.prompt == "Door 4")
        batches.bloom.change(lost.id, state=ImageState.FAILED)
        batches.bloom.complete()
        await batches.finished(batch)
        assert sorted(batches.made_prompts) == ["Door 2", "Door 3", "Door 4"]
        assert batches.slack.posted_rows == [2, 3, 4, 3, 4]
        said = batches.slack.batch_message[batch.id].progress
        assert (said.made, said.failed) == (2, 1)
