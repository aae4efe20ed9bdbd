"""What a person sees is what the workspace holds for them, in the words of the page."""

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.page.sight import Sight
from bot.sandbox.slack import Person, SlackStandIn
from bot.sandbox.slack.manifest import Manifest
from tests.sandbox.page.conftest import show
from tests.sandbox.page.visitor import Json
from tests.sandbox.slack.demo_app import form, option, plain
from tests.sandbox.slack.listener import Listener


@pytest.fixture
def person(slack: SlackStandIn) -> Person:
    return slack.person("Mia")


@pytest.fixture
def sight(slack: SlackStandIn, person: Person) -> Sight:
    return Sight(slack, slack.workspace.members[person.id])


def test_app_is_what_its_manifest_says() -> None:
    manifest = Manifest.read()
    slack = SlackStandIn(manifest=manifest)
    app = Sight(slack, slack.workspace.members[slack.person("Mia").id]).everything()["app"]
    assert (app["name"], app["bot_user_id"], app["read_only"]) == (
        "Bloom",
        "U0BLOOMBOT",
        manifest.messages_are_read_only,
    )
    assert app["commands"][0]["command"] == "/bloom"
    assert [(one["type"], one["callback_id"]) for one in app["shortcuts"]] == [
        ("global", "make_image"),
        ("message", "make_image_from_message"),
        ("message", "make_batch_from_message"),
    ]


def test_channels_say_who_is_in_them(slack: SlackStandIn, sight: Sight, person: Person) -> None:
    slack.workspace.leave("marketing", person.id)
    slack.workspace.direct_channel(slack.person("Sam").id)
    slack.workspace.add_channel("hidden", private=True, people=())
    shown = {one["name"]: one for one in sight.channels()}
    assert sorted(shown) == ["general", "marketing", "secret-launch"]
    assert (shown["marketing"]["member"], shown["marketing"]["has_app"]) == (False, True)
    assert (shown["secret-launch"]["kind"], shown["secret-launch"]["has_app"]) == ("private", False)
    assert person.id in shown["general"]["members"]


async def test_message_carries_everything_that_is_shown(
    client: AsyncWebClient, slack: SlackStandIn, sight: Sight, person: Person, app: Listener
) -> None:
    root = await person.say("general", "root", files=[person.upload("a.txt", b"abc")])
    await client.chat_postMessage(channel="general", text="reply", thread_ts=root.ts, reply_broadcast=True)
    reply = slack.messages("general")[-1]
    shown = sight.message(root.channel_id, root.ts)
    file_id = root.files[0]["id"]
    assert shown == {
        "channel": root.channel_id,
        "ts": root.ts,
        "user": person.id,
        "text": "root",
        "blocks": [],
        "thread_ts": None,
        "reply_ts": [reply.ts],
        "files": [
            {
                "id": file_id,
                "name": "a.txt",
                "title": "a.txt",
                "mimetype": "text/plain",
                "size": 3,
                "url": f"/files/{file_id}",
            }
        ],
        "edited": False,
        "ephemeral": False,
        "broadcast": False,
        "state": {"values": {}},
    }
    answered = sight.message(reply.channel_id, reply.ts) or {}
    assert (answered["user"], answered["thread_ts"], answered["broadcast"]) == ("U0BLOOMBOT", root.ts, True)


async def test_looking_at_a_message_chooses_nothing_on_it(
    client: AsyncWebClient, slack: SlackStandIn, sight: Sight
) -> None:
    menu = {"type": "static_select", "action_id": "m", "options": [option("A")], "initial_option": option("A")}
    message = await show(client, slack, menu)
    shown: Json = sight.message(message.channel_id, message.ts) or {}
    assert shown["state"]["values"]["b"]["m"]["selected_option"] == option("A")
    assert message.forms == {}


async def test_form_is_shown_without_what_is_between_app_and_slack(
    app: Listener, client: AsyncWebClient, sight: Sight, person: Person
) -> None:
    await person.shortcut("from_anywhere")
    sent = form(private_metadata="hush", external_id="ours", notify_on_close=True, close=plain("Stop"))
    await client.views_open(trigger_id=app.last["trigger_id"], view=sent)
    (view,) = sight.views()
    shown = {"id", "callback_id", "title", "submit", "close", "blocks", "hash", "state", "errors", "previous_view_id"}
    assert (set(view), view["close"]["text"]) == (shown, "Stop")
    assert view["state"]["values"]["size"]["size"]["selected_option"] == option("Small")
    assert (view["previous_view_id"], view["errors"]) == (None, {})


async def test_home_is_what_the_app_published(client: AsyncWebClient, sight: Sight, person: Person) -> None:
    assert sight.home() is None
    await client.views_publish(user_id=person.id, view={"type": "home", "blocks": [{"type": "divider"}]})
    home: Json = sight.home() or {}
    assert (home["submit"], [block["type"] for block in home["blocks"]]) == (None, ["divider"])
