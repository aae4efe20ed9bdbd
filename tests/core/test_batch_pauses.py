"""What makes a batch wait for somebody, and what is a row's own misfortune."""

from typing import Any

import pytest

from bot.core.errors import BloomRefused, BloomTimeout, BloomUnavailable
from bot.core.models import BatchState, ImageSize, Limits, PauseReason, UserGroup
from bot.core.policy import PATIENCE
from tests.core.batch_world import ME, NO_CREDITS, BatchWorld, a_batch
from tests.core.world import BOSS, TEAM
from tests.fakes.script import Call


async def let_slack_take_its_time_to_say_who_may(batches: BatchWorld) -> None:
    """Limit who may, and let Slack answer later than anybody who waits at a form would have it."""
    world = batches.world

    async def slowly(_: Call) -> None:
        await world.clock.sleep(PATIENCE + 1)

    world.directory.teams = {UserGroup("S1", "Designers", "designers"): frozenset({ME})}
    world.directory.script.watch = slowly
    await world.decide(limits=Limits(groups=frozenset({"S1"})))


class TestPauses:
    async def test_rows_that_bloom_draws_while_it_goes_away_wait_for_it_and_are_not_paid_again(
        self, batches: BatchWorld
    ) -> None:
        for number in range(2, 6):
            batches.draw_slowly(f"Door {number}")
        batch = await batches.started(a_batch(4), turns=4)
        batches.bloom.script.answer("watch", *[BloomUnavailable("unreachable", sent=False) for _ in range(99)])
        pause = await batches.pause_of(batch)
        assert pause.reason is PauseReason.UNAVAILABLE
        assert batches.slack.posted_rows == []
        batches.bloom.script.forget("watch")
        batches.bloom.complete()
        await batches.desk.resume(batch.id, ME)
        await batches.finished(batch)
        assert batches.slack.posted_rows == [2, 3, 4, 5]
        assert len(batches.asked_for) == 4

    async def test_4k_that_the_plan_lacks_keeps_no_other_row_waiting(self, batches: BatchWorld) -> None:
        batches.bloom.script.answer("generate", BloomRefused("FORBIDDEN", 403, "Plan upgrade required"))
        batch = await batches.finished(await batches.started(a_batch(3, size=ImageSize.SIZE_4K)))
        said = batches.slack.batch_message[batch.id].progress
        assert (said.made, said.failed) == (2, 1)

    async def test_plan_that_lacks_all_of_it_makes_every_row_wait(self, batches: BatchWorld) -> None:
        batches.refuse_from(0, BloomRefused("FORBIDDEN", 403, "Plan upgrade required"))
        paused = await batches.rested(await batches.started(a_batch(30)))
        said = batches.slack.batch_message[paused.id].progress
        assert (said.waiting, said.failed, batches.slack.posted_rows) == (30, 0, [])

    async def test_slack_that_takes_its_time_to_say_who_may_makes_no_row_wait_for_somebody(
        self, batches: BatchWorld
    ) -> None:
        await let_slack_take_its_time_to_say_who_may(batches)
        await batches.finished(await batches.started(a_batch(2)))
        assert batches.slack.posted_rows == [2, 3]

    async def test_nor_does_a_row_that_is_gone_on_with(self, batches: BatchWorld) -> None:
        batches.draw_slowly("Door 2")
        batch = await batches.finished(await batches.started(a_batch(1)))
        batches.bloom.complete()
        await let_slack_take_its_time_to_say_who_may(batches)
        await batches.desk.retry(batch.id, ME)
        await batches.finished(batch)
        assert (len(batches.asked_for), batches.slack.batch_message[batch.id].progress.made) == (1, 1)

    async def test_nothing_of_a_workspace_that_is_left_while_rows_are_begun_stays_behind(
        self, batches: BatchWorld, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        store, begun = batches.world.store, 0
        add = store.add_generation

        async def add_and_leave(*args: Any, **fields: Any) -> Any:
            nonlocal begun
            added, begun = await add(*args, **fields), begun + 1
            if begun == 3:
                await batches.world.departures.leave(TEAM)
            return added

        monkeypatch.setattr(store, "add_generation", add_and_leave)
        batch = await batches.started(a_batch(9))
        await batches.until(lambda: not batches.is_conducted(batch))
        assert (begun, await batches.attempts(batch)) == (3, ())

    async def test_no_credits_pause_it_and_only_what_was_not_paid_is_asked_for_again(self, batches: BatchWorld) -> None:
        batches.refuse_from(10, NO_CREDITS)
        batch = await batches.started(a_batch(40))
        pause = await batches.pause_of(batch)
        assert (pause.reason, pause.action_url) == (PauseReason.CREDITS, NO_CREDITS.action_url)
        said = batches.slack.batch_message[batch.id].progress
        assert (said.made, said.failed, said.waiting) == (10, 0, 30)
        assert batches.slack.posted_rows == list(range(2, 12))
        batches.refuse_from(None, NO_CREDITS)
        await batches.desk.resume(batch.id, ME)
        await batches.finished(batch)
        assert sorted(batches.made_prompts) == sorted(f"Door {number}" for number in range(2, 42))
        assert batches.slack.batch_message[batch.id].progress.credits == 40 * a_batch(1).credits
        assert batches.slack.posted_rows == list(range(2, 42))

    async def test_bloom_away_for_long_pauses_it_and_what_may_be_paid_is_looked_for_then(
        self, batches: BatchWorld
    ) -> None:
        batches.bloom.lose_answer(BloomTimeout("no answer"))  # of the first row, which Bloom makes all the same
        batches.is_bloom_away = True
        batch = await batches.started(a_batch(4))
        pause = await batches.pause_of(batch)
        assert pause.reason is PauseReason.UNAVAILABLE
        batches.is_bloom_away = False
        await batches.desk.resume(batch.id, ME)
        await batches.finished(batch)
        assert sorted(batches.made_prompts) == ["Door 2", "Door 3", "Door 4", "Door 5"]
        assert batches.slack.posted_rows == [2, 3, 4, 5]

    async def test_limits_pause_it_and_what_they_let_in_is_made(self, batches: BatchWorld) -> None:
        await batches.cap(credits=5 * a_batch(1).credits)
        batch = await batches.started(a_batch(8), turns=2)
        await batches.until(lambda: batches.slack.batch_message[batch.id].state is BatchState.PAUSED)
        await batches.world.pass_time(10)
        batches.open_the_line()
        pause = await batches.pause_of(batch)
        assert (pause.reason, pause.limit) == (PauseReason.LIMIT, "workspace_credits")
        assert batches.slack.posted_rows == [2, 3, 4, 5, 6]
        await batches.cap(credits=None)
        await batches.desk.resume(batch.id, ME)
        await batches.finished(batch)
        assert len(batches.made_prompts) == 8

    async def test_disconnecting_pauses_it_and_it_goes_on_with_another_connection(self, batches: BatchWorld) -> None:
        batch = await batches.started(a_batch(30), turns=3)
        await batches.world.connections.disconnect("T1", BOSS)
        batches.open_the_line()
        pause = await batches.pause_of(batch)
        assert pause.reason is PauseReason.NOT_CONNECTED
        await batches.world.connect()
        await batches.desk.resume(batch.id, ME)
        await batches.finished(batch)
        assert sorted(batches.made_prompts) == sorted(f"Door {number}" for number in range(2, 32))

    async def test_leaving_the_workspace_ends_it_silently(self, batches: BatchWorld) -> None:
        batch = await batches.started(a_batch(30), turns=3)
        await batches.world.departures.leave("T1")
        posted = len(batches.slack.rows)
        batches.open_the_line()
        await batches.world.passing(batches.world.idle())
        assert not batches.is_conducted(batch)
        assert (len(batches.slack.rows), batches.slack.summaries) == (posted, {})
