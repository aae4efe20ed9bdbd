"""What a person does at the page reaches the app as from Slack, and what Slack's screen refuses is refused."""

from typing import Any

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.slack import SlackStandIn, View
from tests.sandbox.page.conftest import show
from tests.sandbox.page.visitor import Json, Visitor, on
from tests.sandbox.slack.demo_app import form, input_block, option, plain
from tests.sandbox.slack.listener import Listener

REQUIRED = "Please complete this required field."
FINDER = {"type": "multi_external_select", "min_query_length": 1, "max_selected_items": 2}


@pytest.fixture
async def view(app: Listener, client: AsyncWebClient, mia: Visitor, slack: SlackStandIn) -> View:
    """The demo's form in front of Mia, with a search and a file."""
    await mia.act("shortcut", callback_id="from_anywhere")
    blocks = [
        *form()["blocks"],
        input_block("finder", FINDER, optional=True),
        input_block("file", {"type": "file_input", "filetypes": ["png"]}, optional=True),
        {"type": "actions", "block_id": "more", "elements": [{"type": "button", "action_id": "b", "text": plain("B")}]},
    ]
    await client.views_open(trigger_id=app.last["trigger_id"], view=form(blocks=blocks, private_metadata="between us"))
    return await slack.person("Mia").wait_for_view("create")


def sent(app: Listener) -> Json:
    """Return what stood in each block of the last form that the app got."""
    values = app.last["view"]["state"]["values"]
    return {block: next(iter(held.values())) for block, held in values.items()}


async def test_command_reaches_the_app(app: Listener, mia: Visitor, general: str) -> None:
    assert await mia.act("write", channel=general, text="/bloom a boat --n 2") == {"ok": True}
    assert (app.last["command"], app.last["text"]) == ("/bloom", "a boat --n 2")


async def test_command_that_the_app_does_not_answer_is_said(app: Listener, mia: Visitor, general: str) -> None:
    app.status = 500
    answer = await mia.act("write", channel=general, text="/bloom")
    assert answer == {"ok": False, "error": "dispatch_failed", "problems": []}
    app.status, app.seconds = 200, 0.6
    assert (await mia.act("write", channel=general, text="/bloom"))["error"] == "operation_timeout"


async def test_message_is_said_and_answered_in_its_thread(mia: Visitor, sam: Visitor, general: str) -> None:
    said = await mia.act("write", channel=general, text="hello @sam")
    async with mia.look() as live:
        await sam.act("write", channel=general, text="hi", thread_ts=said["ts"])
        parent = (await live.until("message", lambda frame: frame["message"]["reply_ts"]))["message"]
    assert parent["ts"] == said["ts"]
    reply, *_ = [frame["message"] for frame in live.frames if frame["kind"] == "message"]
    assert parent["reply_ts"] == [reply["ts"]]
    assert reply["thread_ts"] == said["ts"]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"channel": "C404", "text": "x"}, 422),
        ({"channel": "general", "text": "  "}, 422),
        ({"channel": "general", "text": "x" * 12_001}, 422),
        ({"channel": "general", "text": "x", "files": ["F404"]}, 422),
        ({"channel": "general", "text": 5}, 422),
        ({"channel": "general", "text": "x", "colour": "red"}, 422),
        ({"text": "x"}, 422),
        ({"channel": "general", "text": "x", "thread_ts": "1.2"}, 409),
    ],
)
async def test_what_cannot_be_written_is_refused(mia: Visitor, slack: SlackStandIn, body: Json, status: int) -> None:
    refused, answer = await mia.try_to("write", **body)
    assert (refused, bool(answer["problem"])) == (status, True)
    assert slack.workspace.messages == []


async def test_what_another_person_uploaded_is_not_theirs_to_send(mia: Visitor, sam: Visitor, general: str) -> None:
    _, file = await sam.upload("a.png", b"x")
    assert (await mia.try_to("write", channel=general, files=[file["id"]]))[0] == 422


async def test_private_channel_of_others_does_not_exist(mia: Visitor, slack: SlackStandIn) -> None:
    channel = slack.workspace.add_channel(
        "plans", private=True, people=[slack.workspace.members[slack.person("Sam").id]]
    )
    _, answer = await mia.try_to("write", channel=channel.id, text="x")
    assert "plans" not in answer["problem"]


async def test_button_is_clicked_with_everything_typed_beside_it(app: Listener, mia: Visitor, view: View) -> None:
    values = {"prompt": {"prompt": "a boat"}, "size": {"size": "large"}, "gone": {"gone": "x"}, "more": {"b": "x"}}
    heard = len(app.received)
    await mia.act("act", **on(view), block_id="more", action_id="b", values=values)
    assert len(app.received) == heard + 1
    assert app.last["actions"][0]["action_id"] == "b"
    assert sent(app)["prompt"]["value"] == "a boat"
    assert sent(app)["size"]["selected_option"] == option("Large")


async def test_choice_that_the_app_wants_to_know_is_told(app: Listener, mia: Visitor, view: View) -> None:
    await mia.act("act", **on(view), block_id="size", action_id="size", values={"size": {"size": "large"}})
    assert app.last["actions"][0]["selected_option"] == option("Large")
    status, _ = await mia.try_to("act", **on(view), block_id="brand", action_id="brand", values={})
    assert status == 422


async def test_enter_key_is_told_where_the_app_asked_for_it(
    app: Listener, client: AsyncWebClient, mia: Visitor, slack: SlackStandIn
) -> None:
    await mia.act("shortcut", callback_id="from_anywhere")
    blocks = [input_block("live", {"type": "plain_text_input"}, dispatch_action=True), *form()["blocks"][:1]]
    await client.views_open(trigger_id=app.last["trigger_id"], view=form(blocks=blocks))
    view = await slack.person("Mia").wait_for_view()
    entered = {"values": {"live": {"live": "abc"}}, "enter": True}
    await mia.act("act", **on(view), block_id="live", action_id="live", **entered)
    assert app.last["actions"][0]["value"] == "abc"
    status, _ = await mia.try_to("act", **on(view), block_id="prompt", action_id="prompt", enter=True)
    assert status == 422


async def test_overflow_menu_and_confirmation_on_a_message(
    app: Listener, client: AsyncWebClient, mia: Visitor, slack: SlackStandIn
) -> None:
    sure = {"title": plain("Sure?"), "text": plain("Spend?"), "confirm": plain("Yes"), "deny": plain("No")}
    menu = {"type": "overflow", "action_id": "menu", "options": [option("Hide"), option("Delete")]}
    button = {"type": "button", "action_id": "go", "text": plain("Go"), "confirm": sure}
    message = await show(client, slack, menu, button)
    await mia.act("act", **on(message), block_id="b", action_id="menu", value="delete")
    assert app.last["actions"][0]["selected_option"] == option("Delete")
    assert (await mia.try_to("act", **on(message), block_id="b", action_id="menu", value="none"))[0] == 422
    assert (await mia.try_to("act", **on(message), block_id="b", action_id="go"))[0] == 422
    await mia.act("act", **on(message), block_id="b", action_id="go", confirmed=True)
    assert app.last["actions"][0]["action_id"] == "go"
    status, answer = await mia.try_to("act", **on(message), block_id="b", action_id="gone")
    assert (status, answer["problem"]) == (409, "That is no longer there.")


async def test_each_person_chooses_for_themselves_on_a_message(
    app: Listener, client: AsyncWebClient, mia: Visitor, sam: Visitor, slack: SlackStandIn
) -> None:
    boxes = {"type": "checkboxes", "action_id": "boxes", "options": [option("A"), option("B")]}
    message = await show(client, slack, boxes)
    for person, chosen in ((mia, ["a"]), (sam, ["a", "b"])):
        await person.act("act", **on(message), block_id="b", action_id="boxes", values={"b": {"boxes": chosen}})
        held = app.last["state"]["values"]["b"]["boxes"]["selected_options"]
        assert [one["value"] for one in held] == chosen
    async with mia.look() as live:
        (shown,) = live.frames[0]["messages"]
    assert shown["state"]["values"]["b"]["boxes"]["selected_options"] == [option("A")]


async def test_options_come_from_the_app_flat_or_in_groups(app: Listener, mia: Visitor, view: View) -> None:
    finding = {**on(view), "block_id": "finder", "action_id": "finder"}
    app.answer = {"options": [option("Acme")]}
    assert await mia.act("options", **finding, query="A") == {"ok": True, "options": [option("Acme")]}
    groups = [{"label": plain("Ready"), "options": [option("Borg")]}]
    app.answer = {"option_groups": groups}
    assert await mia.act("options", **finding, query="B") == {"ok": True, "option_groups": groups}
    assert app.last["value"] == "B"
    assert (await mia.try_to("options", **finding, query=""))[0] == 422


async def test_options_that_do_not_come_are_said(app: Listener, mia: Visitor, view: View) -> None:
    finding = {**on(view), "block_id": "finder", "action_id": "finder", "query": "A"}
    app.answer = {"options": [option("x" * 76, "x")]}
    answer = await mia.act("options", **finding)
    assert (answer["ok"], answer["error"]) == (False, "dispatch_failed")
    assert "invalid_arguments" in answer["problems"]
    app.seconds = 0.6
    assert (await mia.act("options", **finding))["error"] == "operation_timeout"


async def test_choices_of_two_searches_are_sent_together(app: Listener, mia: Visitor, view: View) -> None:
    finding = {**on(view), "block_id": "finder", "action_id": "finder"}
    app.answer = {"options": [option("Acme")]}
    await mia.act("options", **finding, query="A")
    app.answer = {"options": [option("Borg"), option("Bits")]}
    await mia.act("options", **finding, query="B", values={"finder": {"finder": ["acme"]}})
    app.answer = ""
    values = {"prompt": {"prompt": "x"}, "finder": {"finder": ["acme", "bits"]}}
    assert await mia.act("submit", **on(view), values=values) == {"ok": True}
    assert sent(app)["finder"]["selected_options"] == [option("Acme"), option("Bits")]


async def test_choice_made_from_an_older_answer_is_taken(app: Listener, mia: Visitor, view: View) -> None:
    finding = {**on(view), "block_id": "finder", "action_id": "finder"}
    for name in ("Acme", "Borg"):
        app.answer = {"options": [option(name)]}
        await mia.act("options", **finding, query=name)
    app.answer = ""
    await mia.act("submit", **on(view), values={"prompt": {"prompt": "x"}, "finder": {"finder": ["acme"]}})
    assert sent(app)["finder"]["selected_options"] == [option("Acme")]


async def test_choice_that_the_form_started_with_can_be_left_and_taken_again(
    app: Listener, client: AsyncWebClient, mia: Visitor, slack: SlackStandIn
) -> None:
    await mia.act("shortcut", callback_id="from_anywhere")
    element = {"type": "external_select", "initial_option": option("Acme"), "min_query_length": 0}
    blocks = [input_block("brand", element, optional=True), *form()["blocks"][:2]]
    await client.views_open(trigger_id=app.last["trigger_id"], view=form(blocks=blocks))
    view = await slack.person("Mia").wait_for_view()
    app.answer = {"options": [option("Borg")]}
    emptied = {"brand": {"brand": None}}
    await mia.act("options", **on(view), block_id="brand", action_id="brand", values=emptied)
    app.answer = ""
    await mia.act("submit", **on(view), values={"prompt": {"prompt": "x"}, "brand": {"brand": "acme"}})
    assert sent(app)["brand"]["selected_option"] == option("Acme")


async def test_submission_is_sent_with_every_kind_of_value(app: Listener, mia: Visitor, view: View) -> None:
    _, file = await mia.upload("a.png", b"x")
    values = {"prompt": {"prompt": "a boat"}, "size": {"size": "large"}, "file": {"file": [file["id"]]}}
    assert await mia.act("submit", **on(view), values=values) == {"ok": True}
    assert sent(app)["prompt"]["value"] == "a boat"
    assert sent(app)["file"]["files"][0]["id"] == file["id"]
    assert app.last["view"]["private_metadata"] == "between us"
    status, answer = await mia.try_to("submit", **on(view), values=values)
    assert (status, answer["problem"]) == (409, "That window has closed.")


async def test_wrong_fields_are_all_named_at_once(app: Listener, mia: Visitor, view: View) -> None:
    heard = len(app.received)
    wrong = {"size": {"size": "huge"}, "finder": {"finder": ["nobody"]}, "file": {"file": ["F404"]}}
    status, answer = await mia.try_to("submit", **on(view), values=wrong)
    assert status == 422
    assert answer["fields"] == {
        "prompt": REQUIRED,
        "size": "This menu offers Small, Large; not 'huge'.",
        "finder": "This menu offers nothing; not 'nobody'.",
        "file": "Choose a file from your computer.",
    }
    too_long = {"prompt": {"prompt": "x" * 21}}
    _, answer = await mia.try_to("submit", **on(view), values=too_long)
    assert answer["fields"] == {"prompt": "Must be 20 characters or fewer; this is 21."}
    assert len(app.received) == heard


async def test_only_the_element_in_use_must_be_right(app: Listener, mia: Visitor, view: View) -> None:
    values = {"prompt": {"prompt": "x" * 21}, "size": {"size": "large"}}
    await mia.act("act", **on(view), block_id="size", action_id="size", values=values)
    values = {"size": {"size": "huge"}}
    status, answer = await mia.try_to("act", **on(view), block_id="size", action_id="size", values=values)
    assert (status, list(answer["fields"])) == (422, ["size"])


async def test_errors_of_the_app_stand_at_their_fields(app: Listener, mia: Visitor, view: View) -> None:
    app.answer = {"response_action": "errors", "errors": {"prompt": "Not that."}}
    async with mia.look() as live:
        assert await mia.act("submit", **on(view), values={"prompt": {"prompt": "bad"}}) == {"ok": True}
        shown = (await live.until("views"))["views"][-1]
    assert shown["errors"] == {"prompt": "Not that."}
    assert shown["state"]["values"]["prompt"]["prompt"]["value"] == "bad"


async def test_form_that_the_app_does_not_take_stays(app: Listener, mia: Visitor, view: View) -> None:
    app.status = 500
    answer = await mia.act("submit", **on(view), values={"prompt": {"prompt": "x"}})
    assert answer == {"ok": False, "error": "dispatch_failed", "problems": []}
    app.status, app.answer = 200, {"response_action": "dance"}
    answer = await mia.act("submit", **on(view), values={"prompt": {"prompt": "x"}})
    assert "not a response to a view submission" in answer["problems"]
    assert not view.closed


async def test_form_is_closed_and_the_app_told_where_it_asked(
    app: Listener, client: AsyncWebClient, mia: Visitor, slack: SlackStandIn
) -> None:
    await mia.act("shortcut", callback_id="from_anywhere")
    await client.views_open(trigger_id=app.last["trigger_id"], view=form(notify_on_close=True))
    view = await slack.person("Mia").wait_for_view()
    assert await mia.act("close", view_id=view.id) == {"ok": True}
    assert (app.last["type"], app.last["is_cleared"]) == ("view_closed", False)
    assert (await mia.try_to("close", view_id=view.id))[0] == 409


async def test_closing_everything_clears_the_stack(
    app: Listener, client: AsyncWebClient, mia: Visitor, slack: SlackStandIn, view: View
) -> None:
    await mia.act("act", **on(view), block_id="more", action_id="b")
    await client.views_push(trigger_id=app.last["trigger_id"], view=form(callback_id="second"))
    top = await slack.person("Mia").wait_for_view("second")
    status, _ = await mia.try_to("submit", **on(view), values={})
    assert status == 422
    await mia.act("close", view_id=top.id, everything=True)
    assert slack.person("Mia").open_view is None


async def test_one_persons_form_is_nobody_elses(mia: Visitor, sam: Visitor, view: View) -> None:
    attempts: list[tuple[str, Json]] = [
        ("submit", {"view_id": view.id}),
        ("close", {"view_id": view.id}),
        ("act", {"view_id": view.id, "block_id": "more", "action_id": "b"}),
        ("options", {"view_id": view.id, "block_id": "finder", "action_id": "finder", "query": "x"}),
    ]
    for what, body in attempts:
        assert (await sam.try_to(what, **body))[0] == 409
    assert not view.closed


async def test_shortcuts_are_those_of_the_manifest(
    app: Listener, client: AsyncWebClient, mia: Visitor, slack: SlackStandIn
) -> None:
    message = await show(client, slack, {"type": "button", "text": plain("Go")})
    await mia.act("shortcut", callback_id="from_message", **on(message))
    assert (app.last["type"], app.last["message_ts"]) == ("message_action", message.ts)
    await mia.act("shortcut", callback_id="from_anywhere")
    assert app.last["type"] == "shortcut"
    for wrong in ({"callback_id": "from_message"}, {"callback_id": "from_anywhere", **on(message)}):
        assert (await mia.try_to("shortcut", **wrong))[0] == 422
    assert (await mia.try_to("shortcut", callback_id="from_message", channel="C404", ts="1.2"))[0] == 409


async def test_message_for_one_persons_eyes_has_no_shortcuts_and_others_cannot_touch_it(
    client: AsyncWebClient, mia: Visitor, sam: Visitor, slack: SlackStandIn, general: str
) -> None:
    blocks = [
        {"type": "actions", "block_id": "b", "elements": [{"type": "button", "action_id": "g", "text": plain("G")}]}
    ]
    me = slack.person("Mia").id
    posted = await client.chat_postEphemeral(channel=general, user=me, text="psst", blocks=blocks)
    where = {"channel": general, "ts": posted["message_ts"]}
    assert (await mia.try_to("shortcut", callback_id="from_message", **where))[0] == 422
    assert await mia.act("act", **where, block_id="b", action_id="g") == {"ok": True}
    assert (await sam.try_to("act", **where, block_id="b", action_id="g"))[0] == 409


async def test_home_is_opened(app: Listener, mia: Visitor) -> None:
    assert await mia.act("home", tab="home") == {"ok": True}
    assert (app.last["event"]["type"], app.last["event"]["tab"]) == ("app_home_opened", "home")
    await mia.act("home", tab="messages")
    assert app.last["event"]["tab"] == "messages"
    assert (await mia.try_to("home", tab="attic"))[0] == 422


@pytest.mark.parametrize(
    "values", [{"prompt": "x"}, {"prompt": {"prompt": 5}}, {"prompt": {"prompt": {"value": "x"}}}, [], "x"]
)
async def test_values_of_another_shape_are_refused(mia: Visitor, view: View, values: Any) -> None:
    assert (await mia.try_to("submit", **on(view), values=values))[0] == 422


async def test_home_tab_is_not_closed(client: AsyncWebClient, mia: Visitor, slack: SlackStandIn) -> None:
    person = slack.person("Mia")
    await client.views_publish(user_id=person.id, view={"type": "home", "blocks": [{"type": "divider"}]})
    home = person.home
    assert home
    for everything in (False, True):
        status, answer = await mia.try_to("close", view_id=home.id, everything=everything)
        assert (status, answer["problem"]) == (422, "The home tab is no window that can be closed.")
    assert not home.closed
    assert person.home is home
