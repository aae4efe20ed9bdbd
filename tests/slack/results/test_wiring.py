"""What stands under images reaches its listener, by the payloads that Slack sends."""

import json
from typing import Any

import pytest
from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.request.async_request import AsyncBoltRequest

from bot.core.models import Derivation
from bot.slack import _results
from bot.slack.results.pressed import GONE
from bot.slack.views.buttons import ActionId, Field, More
from bot.slack.views.results import confirm_form, delete_form, resize_form, share_form
from bot.slack.views.results.subject import Subject, Wish
from tests.core.made import a_source, delivered
from tests.core.world import TEAM
from tests.fakes.eventually import eventually
from tests.slack.results.room import IMAGE, Room

BUTTONS = (
    ActionId.VARY,
    ActionId.EDIT_IMAGE,
    ActionId.RESIZE,
    ActionId.SHARE,
    ActionId.SHARE_HERE,
    ActionId.DISCARD,
)
ABOUT = Subject(image_id="image-9-9").model_dump_json()
WISH = Wish(source=a_source("image-9-9", Derivation.VARY), key="press:t1").model_dump_json()
FORMS = (
    (confirm_form.CALLBACK_ID, WISH),
    (resize_form.CALLBACK_ID, WISH),
    (share_form.CALLBACK_ID, ABOUT),
    (delete_form.CALLBACK_ID, ABOUT),
)
MESSAGE = {"container": {"type": "message", "message_ts": "9.1", "channel_id": "C1", "is_ephemeral": False}}


@pytest.fixture
def app(room: Room) -> AsyncApp:
    async def authorize(**_: Any) -> AuthorizeResult:
        return AuthorizeResult(enterprise_id=None, team_id=TEAM, bot_user_id="UBOT", bot_id="B1", bot_token="xoxb-1")

    app = AsyncApp(
        client=room.stage.client, authorize=authorize, request_verification_enabled=False, ssl_check_enabled=False
    )
    _results(app, room.results)
    return app


async def send(app: AsyncApp, body: dict[str, Any]) -> tuple[int, str]:
    who = {"team": {"id": TEAM}, "user": {"id": "U1", "team_id": TEAM}, "trigger_id": "t1", "api_app_id": "A1"}
    answer = await app.async_dispatch(AsyncBoltRequest(mode="socket_mode", body={**who, **body}))
    return answer.status, answer.body


def pressed(action: dict[str, Any], **body: Any) -> dict[str, Any]:
    channel = {"id": "C1", "name": "general"}
    return {"type": "block_actions", "channel": channel, **MESSAGE, "actions": [{"block_id": "b", **action}], **body}


def option(value: str) -> dict[str, Any]:
    text = {"type": "plain_text", "text": "Vectorize"}
    return {"type": "overflow", "action_id": ActionId.MORE, "selected_option": {"text": text, "value": value}}


@pytest.mark.parametrize("action", BUTTONS)
async def test_every_button_is_answered(room: Room, app: AsyncApp, action: ActionId) -> None:
    button = {"type": "button", "action_id": action, "value": "image-9-9"}
    assert (await send(app, pressed(button)))[0] == 200
    await eventually(room.told)
    assert room.told() == [GONE]


@pytest.mark.parametrize("more", More)
async def test_every_option_of_the_menu_is_answered(room: Room, app: AsyncApp, more: More) -> None:
    assert (await send(app, pressed(option(f"{more}:image-9-9"))))[0] == 200
    await eventually(room.told)
    assert room.told() == [GONE]


async def test_press_starts_what_it_says(room: Room, app: AsyncApp) -> None:
    await delivered(room.world)
    assert (await send(app, pressed(option(f"{More.VECTORIZE}:{IMAGE}"))))[0] == 200
    (row,) = await room.rows()
    assert (row.request.channel_id, row.request.thread_id, row.request.key) == ("C1", "9.1", "press:t1")


@pytest.mark.parametrize(("callback_id", "metadata"), FORMS)
async def test_every_form_is_answered(room: Room, app: AsyncApp, callback_id: str, metadata: str) -> None:
    values = {
        Field.NEW_RATIOS: {Field.NEW_RATIOS: {"selected_options": [{"value": "16:9"}]}},
        Field.SHARE_CHANNEL: {Field.SHARE_CHANNEL: {"selected_conversation": "C2"}},
    }
    view = {"type": "modal", "id": "V1", "hash": "h", "callback_id": callback_id, "private_metadata": metadata}
    status, answer = await send(app, {"type": "view_submission", "view": {**view, "state": {"values": values}}})
    await room.stage.quiet()
    assert status == 200
    assert json.loads(answer)["response_action"] == "update"


async def test_choice_of_shapes_is_answered(room: Room, app: AsyncApp) -> None:
    chosen = {"type": "multi_static_select", "action_id": Field.NEW_RATIOS, "selected_options": []}
    view = {"type": "modal", "id": "V1", "hash": "h", "callback_id": "resize", "private_metadata": WISH, "state": {}}
    body = pressed(chosen, view=view)
    del body["channel"], body["container"]
    assert (await send(app, body))[0] == 200
    await room.stage.quiet()
