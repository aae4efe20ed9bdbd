"""Buttons under messages: what is asked for in one workspace is nobody's business in another."""

import pytest

from bot.core.models import Generation, GenerationState
from bot.slack.actions import GONE, Actions
from bot.slack.views.buttons import ActionId
from tests.core.world import BOSS
from tests.slack.home.stage import Stage
from tests.store.test_history import made

PRESSES = ((ActionId.TRY_AGAIN, "again"), (ActionId.CANCEL, "cancel"), (ActionId.EDIT_REQUEST, "edit_request"))


async def press(stage: Stage, generation: Generation, action: ActionId, listener: str, channel: str) -> list[str]:
    """Press a button that stands in a channel, and return what the person is told by direct message."""
    actions = Actions(stage.world.core, stage.form, stage.refusals)
    args = stage.args(actions=[{"action_id": action, "value": generation.id}])
    args.context["channel_id"] = channel
    await getattr(actions, listener)(args)
    await stage.quiet()
    return [asked.form["text"] for asked in stage.slack.named("chat.postMessage")]


@pytest.mark.parametrize(("action", "listener"), PRESSES)
async def test_request_of_another_workspace_is_unknown(stage: Stage, action: ActionId, listener: str) -> None:
    generation = await made(stage.world.store, user=BOSS, team="T9", state=GenerationState.FAILED)
    assert await press(stage, generation, action, listener, "C9") == [GONE]
    assert not stage.slack.named("views.open")
    assert await stage.world.generations.get(generation.id) == generation


@pytest.mark.parametrize("team", ["T1", "T9"])
async def test_button_works_where_its_request_was_posted_whichever_workspace_of_theirs_people_press_it_in(
    stage: Stage, team: str
) -> None:
    generation = await made(stage.world.store, team=team, place="D1", state=GenerationState.FAILED)
    assert await press(stage, generation, ActionId.EDIT_REQUEST, "edit_request", "D1") == []
    assert stage.slack.named("views.open")
