"""Making an image again: only of what somebody may see."""

from typing import Any

import pytest

from bot.core.models import AspectRatio, Attachment, Generation, GenerationState, Image, ImageState, Operation
from bot.slack.directory.names import ASK_AFTER, SlackNames
from bot.slack.form.drafts import Origin
from bot.slack.home.history.actions import GONE, NOT_TOLD, HistoryActions
from bot.slack.views.buttons import ActionId
from bot.slack.views.form.answers import read
from tests.core.world import TEAM
from tests.slack.home.stage import Stage
from tests.slack.views.forms import on_screen
from tests.store.test_history import made

GUEST = {"user": {"id": "U7", "is_restricted": True}}


@pytest.fixture
def names(stage: Stage) -> SlackNames:
    """Return names in a workspace where C1 is public."""
    stage.slack.answer("users.info", {"user": {"id": "U7"}})
    stage.slack.answer("conversations.list", {"channels": [{"id": "C1", "name": "general", "is_private": False}]})
    return SlackNames(stage.clients, stage.world.clock, stage.world.tasks)


async def use_again(stage: Stage, names: SlackNames, generation: Generation) -> list[str]:
    """Let U7 press the button, and return what they are told by direct message."""
    await press(stage, names, generation)
    await stage.quiet()
    return told(stage)


async def press(stage: Stage, names: SlackNames, generation: Generation) -> None:
    args = stage.args("U7", actions=[{"action_id": ActionId.USE_AGAIN, "value": generation.id}])
    await HistoryActions(stage.world.core, stage.home, stage.form, names).use_again(args)
    assert args.ack.response is not None


def told(stage: Stage) -> list[str]:
    return [asked.form["text"] for asked in stage.slack.named("chat.postMessage")]


@pytest.mark.parametrize(
    "where", [{"user": "U7", "channel": "C2"}, {"channel": "C1"}, {"channel": "C2", "place": "C1"}]
)
async def test_own_images_and_those_of_public_channels_are_made_again(
    stage: Stage, names: SlackNames, where: dict[str, Any]
) -> None:
    assert await use_again(stage, names, await made(stage.world.store, **where)) == []
    assert stage.slack.named("views.open")


@pytest.mark.parametrize("where", [{"channel": "C2"}, {"channel": "C1", "place": "D1"}, {"user": "U7", "team": "T9"}])
async def test_what_somebody_does_not_see_is_unknown(stage: Stage, names: SlackNames, where: dict[str, Any]) -> None:
    assert await use_again(stage, names, await made(stage.world.store, **where)) == [GONE]
    assert not stage.slack.named("views.open")


async def test_guests_make_only_their_own_again(stage: Stage, names: SlackNames) -> None:
    stage.slack.answer("users.info", GUEST)
    assert await use_again(stage, names, await made(stage.world.store)) == [GONE]


async def test_who_may_see_an_image_is_not_guessed_while_slack_is_away(stage: Stage, names: SlackNames) -> None:
    stage.slack.answer("conversations.list", "internal_error")
    assert await use_again(stage, names, await made(stage.world.store)) == [NOT_TOLD]
    assert not stage.slack.named("views.open")


async def test_slow_slack_holds_no_press_up(stage: Stage, names: SlackNames, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.slack.home.history.actions.PATIENCE", 0.02)
    gate = stage.slack.hold("conversations.list")
    await press(stage, names, await made(stage.world.store))
    gate.set()
    assert told(stage) == [NOT_TOLD]


async def test_what_is_known_is_not_asked_for_again(stage: Stage, names: SlackNames) -> None:
    await names.look_up(TEAM, "U7")
    await stage.world.clock.advance(ASK_AFTER)
    assert await use_again(stage, names, await made(stage.world.store)) == []
    assert len(stage.slack.named("conversations.list")) == 1


async def used_again(stage: Stage, names: SlackNames, prompt: str = "a cat", **chosen: Any) -> dict[str, Any]:
    """Let U7 use their own image again, and return the form that opens."""
    generation = await made(stage.world.store, prompt, user="U7", **chosen)
    assert await use_again(stage, names, generation) == []
    view: dict[str, Any] = stage.slack.named("views.open")[0].form["view"]
    return view


async def test_set_is_made_again_with_all_its_shapes_and_references(stage: Stage, names: SlackNames) -> None:
    chosen: dict[str, Any] = {
        "aspect_ratio": "16:9",
        "further_ratios": ("1:1",),
        "attachments": ({"id": "F1", "name": "a.png"},),
    }
    view = await used_again(stage, names, **chosen)
    draft, origin = read(on_screen(view))
    assert draft.shapes == (AspectRatio.WIDE, AspectRatio.SQUARE)
    assert draft.attachments == origin.offered == (Attachment(id="F1", name="a.png"),)
    assert (origin.channel_id, origin.suggested_channel) == (None, "C1")


async def test_edit_is_made_again_of_the_same_image_and_in_its_thread(stage: Stage, names: SlackNames) -> None:
    image = Image("i-first", ImageState.COMPLETED, url="https://bloom.test/i")
    await stage.world.put(GenerationState.DELIVERED, image_ids=("i-first",), images=(image,))
    view = await used_again(stage, names, "darker", operation=Operation.EDIT, subject_id="i-first")
    origin = Origin.of_view(view)
    assert (view["title"]["text"], origin.subject_id, origin.channel_id) == ("Edit this image", "i-first", "C1")
    assert origin.thread_id is not None
