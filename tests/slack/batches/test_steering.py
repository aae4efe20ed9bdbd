"""The buttons of the batch message: for whoever asked for it, and told to all others."""

import pytest

from bot.core.errors import TooManyBatches
from bot.core.models import BatchRequest, RowDefaults
from bot.slack.batches.buttons import GONE, STILL_AT_WORK
from bot.slack.views.buttons import ActionId
from tests.core.world import BOSS, TEAM
from tests.slack.batches.desk import Desk

ACTS = {
    ActionId.PAUSE_BATCH: "pause",
    ActionId.RESUME_BATCH: "resume",
    ActionId.CANCEL_BATCH: "cancel",
    ActionId.RETRY_BATCH: "retry",
}


async def begun(desk: Desk) -> str:
    """Have a batch of U1's in C1, and return its id."""
    batch = await desk.batches.draft(BatchRequest(TEAM, "U1", "C123", RowDefaults(), lines="a cat"))
    return batch.id


@pytest.mark.parametrize(("action", "act"), ACTS.items())
async def test_press_of_the_asker_does_what_it_says(desk: Desk, action: ActionId, act: str) -> None:
    assert await desk.press(action, await begun(desk)) == ""
    assert desk.batches.acts == [(act, "batch-1", "U1")]


@pytest.mark.parametrize("action", ACTS)
async def test_press_of_another_is_answered_with_who_may(desk: Desk, action: ActionId) -> None:
    told = await desk.press(action, await begun(desk), user="U2")
    assert told.startswith(f"Only <@U1>, and managers of Bloom such as <@{BOSS}>, can ")
    assert desk.batches.acts == []


async def test_retry_of_who_has_too_many_unfinished_is_told_so(desk: Desk) -> None:
    batch_id = await begun(desk)
    desk.batches.trouble = TooManyBatches(5)
    told = await desk.press(ActionId.RETRY_BATCH, batch_id)
    assert told.startswith("<@U1> has 5 batches that aren't finished yet.")


async def test_batch_of_another_workspace_is_steered_only_where_its_message_stands(desk: Desk) -> None:
    batch_id = await begun(desk)
    assert await desk.press(ActionId.PAUSE_BATCH, batch_id, channel="C9", team="T9") == GONE
    assert desk.batches.acts == []
    await desk.press(ActionId.PAUSE_BATCH, batch_id, channel="C123", team="T9")
    assert desk.batches.acts == [("pause", "batch-1", "U1")]


async def test_press_that_comes_to_nothing_is_told_what_has_become_of_the_batch(desk: Desk) -> None:
    batch_id = await begun(desk)
    assert await desk.press(ActionId.PAUSE_BATCH, batch_id) == ""
    assert await desk.press(ActionId.PAUSE_BATCH, batch_id) == "This batch is paused."
    await desk.press(ActionId.RETRY_BATCH, batch_id)
    assert (await desk.press(ActionId.RETRY_BATCH, batch_id)).endswith(STILL_AT_WORK)


async def test_batch_that_nobody_knows_is_told(desk: Desk) -> None:
    assert await desk.press(ActionId.RETRY_BATCH, "batch-9") == GONE
