"""A person can do what Slack's screen lets them do, and nothing else."""

from typing import Any

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.slack import Person, PersonCannot, SlackStandIn, View
from tests.sandbox.slack.demo_app import option, plain
from tests.sandbox.slack.listener import Listener
from tests.sandbox.slack.opening import open_form


@pytest.fixture
async def view(app: Listener, client: AsyncWebClient, mia: Person) -> View:
    await open_form(app, client, mia)
    return await mia.wait_for_view("create")


async def show(client: AsyncWebClient, slack: SlackStandIn, *elements: dict[str, Any]) -> Any:
    await client.chat_postMessage(
        channel="general", text="x", blocks=[{"type": "actions", "block_id": "b", "elements": list(elements)}]
    )
    return slack.messages("general")[-1]


async def test_a_button_that_asks_first_needs_a_yes(
    app: Listener, client: AsyncWebClient, slack: SlackStandIn, mia: Person
) -> None:
    confirm = {
        "title": plain("Sure?"),
        "text": plain("Spend 40 credits?"),
        "confirm": plain("Yes"),
        "deny": plain("No"),
    }
    message = await show(client, slack, {"type": "button", "text": plain("Go"), "value": "1", "confirm": confirm})
    with pytest.raises(PersonCannot, match=r"asks first: 'Spend 40 credits\?'"):
        await mia.click(message, "Go")
    assert app.received == []
    assert (await mia.click(message, "Go", confirm=True)).ok
    assert app.last["actions"][0]["text"]["text"] == "Go"
    reply = await client.chat_postMessage(channel="general", text="x", thread_ts=message.ts, blocks=message.blocks)
    await mia.click(slack.thread("general", message.ts)[1], "Go", confirm=True)
    assert app.last["container"]["thread_ts"] == message.ts
    assert app.last["message"]["ts"] == reply["ts"]
    with pytest.raises(PersonCannot, match="there is no 'Stop' here, but Go"):
        await mia.click(message, "Stop")
    with pytest.raises(PersonCannot, match="there is no 'Go' here, but nothing"):
        await mia.choose(message, "Go", "x")


async def test_menus_of_a_message_offer_what_they_offer(
    app: Listener, client: AsyncWebClient, slack: SlackStandIn, mia: Person
) -> None:
    message = await show(
        client,
        slack,
        {"type": "overflow", "action_id": "more", "options": [option("Hide"), option("Delete")]},
        {"type": "external_select", "action_id": "find"},
        {"type": "multi_external_select", "action_id": "finds", "min_query_length": 0},
    )
    await mia.choose(message, "more", "Hide")
    assert app.last["actions"][0]["selected_option"] == option("Hide")
    assert app.last["response_url"]
    with pytest.raises(PersonCannot, match="offers Hide, Delete"):
        await mia.choose(message, "more", "Copy")
    app.answer = {"options": [option("Acme")]}
    with pytest.raises(PersonCannot, match="only after more than 2 characters"):
        await mia.load_options(message, "find", "Ac")
    await mia.choose(message, "find", "Acme")
    suggestion, chosen = app.received[-2:]
    assert (suggestion["type"], suggestion["value"], suggestion["action_id"]) == ("block_suggestion", "Acme", "find")
    assert suggestion["channel"]["name"] == "general"
    assert chosen["actions"][0]["selected_option"] == option("Acme")
    await mia.choose(message, "finds", ["Acme"])
    assert app.received[-2]["value"] == ""
    heard = len(app.received)
    await mia.choose(message, "find", "acme")
    assert len(app.received) == heard + 1


async def test_options_that_slack_cannot_show_are_not_offered(
    app: Listener, client: AsyncWebClient, slack: SlackStandIn, mia: Person
) -> None:
    message = await show(client, slack, {"type": "external_select", "action_id": "find", "min_query_length": 0})
    app.answer = {"options": [option("x" * 76, "x")]}
    with pytest.raises(PersonCannot, match="cannot be shown: invalid_arguments"):
        await mia.load_options(message, "find")
    app.status = 500
    with pytest.raises(PersonCannot, match="did not load: dispatch_failed"):
        await mia.load_options(message, "find")


async def test_only_what_is_in_front_of_a_person_can_be_used(
    app: Listener, client: AsyncWebClient, slack: SlackStandIn, mia: Person, view: View
) -> None:
    message = await show(client, slack, {"type": "button", "text": plain("Go")})
    slack.workspace.leave("general", mia.id)
    for attempt in (mia.click(message, "Go"), mia.message_shortcut("x", message), slack.person("Sam").fill(view)):
        with pytest.raises(PersonCannot, match=r"does not see|not in front"):
            await attempt
    await client.chat_delete(channel=message.channel_id, ts=message.ts)
    with pytest.raises(PersonCannot, match="Sam does not see that message"):
        await slack.person("Sam").click(message, "Go")


async def test_where_a_person_is_not_they_cannot_write(slack: SlackStandIn, mia: Person) -> None:
    slack.workspace.archive("marketing")
    slack.workspace.leave("general", mia.id)
    for channel in ("marketing", "general"):
        with pytest.raises(PersonCannot, match=f"Mia cannot write in {channel}"):
            await mia.command(channel, "/bloom")
    slack.workspace.join("general", mia.id)
    await mia.say("general", "back")
    assert slack.messages("general")[0].text == "back"


async def test_waiting_in_vain_says_what_is_there_instead(mia: Person, view: View) -> None:
    with pytest.raises(TimeoutError, match=r"waited 0\.01 s for settings and sees create"):
        await mia.wait_for_view("settings", seconds=0.01)
    await mia.close_view(view)
    with pytest.raises(TimeoutError, match="for a view and sees no view"):
        await mia.wait_for_view(seconds=0.01)
