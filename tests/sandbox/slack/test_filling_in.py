"""A form takes from a person what Slack's screen would take, and tells the app when Slack would."""

from typing import Any

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.slack import Person, PersonCannot, SlackStandIn, View
from bot.sandbox.slack.errors import NoLongerThere
from tests.sandbox.slack.demo_app import form, input_block, option, plain
from tests.sandbox.slack.listener import Listener
from tests.sandbox.slack.opening import open_form

ELEMENTS: dict[str, dict[str, Any]] = {
    "text": {"type": "plain_text_input", "min_length": 2, "max_length": 5},
    "whole": {"type": "number_input", "is_decimal_allowed": False, "min_value": "1", "max_value": "4"},
    "decimal": {"type": "number_input", "is_decimal_allowed": True},
    "email": {"type": "email_text_input"},
    "link": {"type": "url_text_input"},
    "one": {"type": "static_select", "option_groups": [{"label": plain("G"), "options": [option("A"), option("B")]}]},
    "many": {"type": "multi_static_select", "options": [option("A"), option("B")], "max_selected_items": 1},
    "boxes": {"type": "checkboxes", "options": [option("A"), option("B")]},
    "radio": {"type": "radio_buttons", "options": [option("A")]},
    "who": {"type": "users_select"},
    "whom": {"type": "multi_users_select"},
    "channel": {"type": "channels_select"},
    "places": {"type": "multi_conversations_select", "max_selected_items": 2},
    "brands": {"type": "multi_external_select", "min_query_length": 0},
    "where": {"type": "conversations_select", "filter": {"include": ["public", "private"]}},
    "day": {"type": "datepicker"},
    "time": {"type": "timepicker"},
    "file": {"type": "file_input", "filetypes": ["png"], "max_files": 1},
}


@pytest.fixture
async def view(app: Listener, client: AsyncWebClient, mia: Person) -> View:
    await mia.shortcut("start")
    blocks = [input_block(name, element, optional=name != "text") for name, element in ELEMENTS.items()]
    await client.views_open(trigger_id=app.last["trigger_id"], view=form(blocks=blocks))
    return await mia.wait_for_view("create")


async def test_everything_that_is_entered_is_sent(app: Listener, mia: Person, view: View, slack: SlackStandIn) -> None:
    picture = mia.upload("a.png", b"x")
    app.answer = {"options": [option("Acme"), option("Lumen")]}
    await mia.fill(view, brands=["Lumen", "acme"])
    app.answer = ""
    entered = {
        "text": "abc",
        "whole": "3",
        "decimal": "0.5",
        "email": "mia@example.com",
        "link": "https://example.com",
        "one": "B",
        "many": ["a"],
        "boxes": ["B", "A"],
        "radio": "a",
        "who": "Sam",
        "whom": ["Mia", "Sam"],
        "channel": "#general",
        "where": "secret-launch",
        "places": ["#general", "secret-launch"],
        "day": "2026-11-22",
        "time": "09:30",
        "file": picture,
    }
    assert (await mia.submit(view, entered)).ok
    values = {block: next(iter(held.values())) for block, held in app.last["view"]["state"]["values"].items()}
    sam, secret = slack.person("Sam"), slack.workspace.channel("secret-launch")
    assert values["text"] == {"type": "plain_text_input", "value": "abc"}
    assert values["one"]["selected_option"] == option("B")
    assert values["many"]["selected_options"] == [option("A")]
    assert values["boxes"]["selected_options"] == [option("B"), option("A")]
    assert values["who"]["selected_user"] == sam.id
    assert values["whom"]["selected_users"] == [mia.id, sam.id]
    assert values["where"]["selected_conversation"] == secret.id
    assert values["places"]["selected_conversations"] == [slack.workspace.channel("general").id, secret.id]
    assert values["brands"]["selected_options"] == [option("Lumen"), option("Acme")]
    assert values["whole"] == {"type": "number_input", "value": "3"}
    assert values["link"] == {"type": "url_text_input", "value": "https://example.com"}
    assert (values["day"]["selected_date"], values["time"]["selected_time"]) == ("2026-11-22", "09:30")
    assert values["file"]["files"][0]["id"] == picture.id


@pytest.mark.parametrize(
    ("name", "wanted", "reason"),
    [
        ("text", "a", "Text: Must be at least 2 characters"),
        ("text", "abcdef", "Text: Must be 5 characters or fewer; this is 6"),
        ("text", 5, "Must be text"),
        ("whole", "x", "Must be a number"),
        ("whole", "NaN", "Must be a number"),
        ("whole", "1.5", "Must be a whole number"),
        ("whole", "5", "Must be 4 or less"),
        ("whole", "0", "Must be 1 or more"),
        ("email", "mia", "Must be an email address"),
        ("link", "example.com", "Must be a link"),
        ("one", "C", "offers A, B; not 'C'"),
        ("many", ["A", "B"], "Choose at most 1"),
        ("boxes", ["A", "C"], "offers A, B; not 'C'"),
        ("who", "Nobody", "nobody called Nobody"),
        ("channel", "secret-launch", "no secret-launch to choose"),
        ("where", "nowhere", "no nowhere to choose"),
        ("places", ["general", "marketing", "secret-launch"], "Choose at most 2"),
        ("whom", ["Mia", "Nobody"], "nobody called Nobody"),
        ("day", "tomorrow", "Must be a date"),
        ("file", "a.png", "Choose a file"),
        ("colour", "red", "there is no 'colour' here"),
    ],
)
async def test_what_the_screen_does_not_take_cannot_be_entered(
    mia: Person, view: View, name: str, wanted: Any, reason: str
) -> None:
    with pytest.raises(PersonCannot, match=reason):
        await mia.fill(view, {name: wanted})


async def test_a_file_of_another_type_cannot_be_picked(mia: Person, view: View) -> None:
    with pytest.raises(PersonCannot, match=r"of type png; a\.svg is none"):
        await mia.fill(view, file=mia.upload("a.svg", b"x"))


async def test_a_required_input_cannot_be_left_empty(mia: Person, view: View, app: Listener) -> None:
    heard = len(app.received)
    with pytest.raises(PersonCannot, match="Still to fill in: Text"):
        await mia.submit(view, {"whole": "1"})
    await mia.fill(view, text="abc")
    await mia.fill(view, text="")
    with pytest.raises(PersonCannot, match="Still to fill in"):
        await mia.submit(view)
    assert len(app.received) == heard


async def test_inputs_are_found_by_label_and_may_be_emptied(mia: Person, view: View) -> None:
    await mia.fill(view, {"Boxes": ["A"], "One": "A"})
    await mia.fill(view, boxes=[], one=None)
    assert view.values["boxes"]["boxes"]["selected_options"] == []
    assert view.values["one"]["one"]["selected_option"] is None


async def test_what_the_form_keeps_to_itself_cannot_be_sent_alone(mia: Person, view: View) -> None:
    with pytest.raises(PersonCannot, match="sent with the form only"):
        await mia.choose(view, "one", "A")
    with pytest.raises(PersonCannot, match="does not tell the app of the enter key"):
        await mia.press_enter(view, "text")
    with pytest.raises(PersonCannot, match="does not ask the app for options"):
        await mia.load_options(view, "one")


async def test_typing_is_told_when_the_app_wants_to_know(app: Listener, client: AsyncWebClient, mia: Person) -> None:
    await mia.shortcut("start")
    live = {"type": "plain_text_input", "dispatch_action_config": {"trigger_actions_on": ["on_character_entered"]}}
    blocks = [
        input_block("quiet", {"type": "plain_text_input"}, dispatch_action=True),
        input_block("live", live, dispatch_action=True),
    ]
    await client.views_open(trigger_id=app.last["trigger_id"], view=form(blocks=blocks))
    view = await mia.wait_for_view()
    heard = len(app.received)
    await mia.fill(view, quiet="a")
    assert len(app.received) == heard
    await mia.press_enter(view, "quiet")
    assert app.last["actions"][0]["value"] == "a"
    await mia.fill(view, live="b")
    assert app.last["actions"][0]["value"] == "b"
    await mia.fill(view, live="b")
    assert len(app.received) == heard + 2


async def test_nothing_is_entered_into_a_button_menu_and_no_form_without_submit_is_sent(
    app: Listener, client: AsyncWebClient, mia: Person
) -> None:
    await mia.shortcut("start")
    menu = {"type": "overflow", "action_id": "more", "options": [option("Hide")]}
    view: dict[str, Any] = form(blocks=[{"type": "actions", "elements": [menu]}])
    del view["submit"]
    await client.views_open(trigger_id=app.last["trigger_id"], view=view)
    shown = await mia.wait_for_view()
    with pytest.raises(PersonCannot, match="nothing can be entered here: overflow"):
        await mia.fill(shown, more="Hide")
    with pytest.raises(PersonCannot, match="has no submit button"):
        await mia.submit(shown)


async def test_conversation_of_others_cannot_be_chosen(mia: Person, view: View, slack: SlackStandIn) -> None:
    sam = slack.workspace.members[slack.person("Sam").id]
    private = slack.workspace.add_channel("plans", private=True, people=[sam])
    direct = slack.workspace.direct_channel(sam.id)
    for channel in (private, direct):
        with pytest.raises(PersonCannot, match="to choose here"):
            await mia.fill(view, where=channel.id)


async def test_element_is_found_by_its_exact_place_among_others_of_its_name(
    app: Listener, client: AsyncWebClient, mia: Person
) -> None:
    await mia.shortcut("start")
    find = {"type": "external_select", "action_id": "find", "min_query_length": 0}
    blocks = [input_block(name, find, optional=True) for name in ("first", "second")]
    await client.views_open(trigger_id=app.last["trigger_id"], view=form(blocks=blocks))
    view = await mia.wait_for_view()
    app.answer = {"options": [option("Acme")]}
    await mia.load_options(view, ("second", "find"))
    assert app.last["block_id"] == "second"
    assert mia.enter(view, {"second": {"find": "acme"}, "first": {"find": "acme"}}).keys() == {"first"}
    assert view.values["second"]["find"]["selected_option"] == option("Acme")
    with pytest.raises(NoLongerThere):
        await mia.load_options(view, ("third", "find"))


async def test_number_is_what_slack_takes_for_one(mia: Person, view: View) -> None:
    for wrong in ("1e3", "١", "1_000", " 1", "+1", ".5", "5.", "Infinity"):
        with pytest.raises(PersonCannot, match="Must be a number"):
            await mia.fill(view, decimal=wrong)
    for right in ("-1.5", "007", "0"):
        await mia.fill(view, decimal=right)


async def test_file_input_takes_at_most_ten_unless_it_says_otherwise(
    app: Listener, client: AsyncWebClient, mia: Person
) -> None:
    await open_form(app, client, mia, blocks=[input_block("files", {"type": "file_input"})])
    view = await mia.wait_for_view()
    files = [mia.upload("a.png", b"x") for _ in range(11)]
    with pytest.raises(PersonCannot, match="Choose at most 10"):
        await mia.fill(view, files=files)
    await mia.fill(view, files=files[:10])


@pytest.mark.parametrize("trigger", [["on_enter_pressed"], None])
async def test_text_that_the_app_hears_on_enter_is_not_told_before(
    app: Listener, client: AsyncWebClient, mia: Person, trigger: list[str] | None
) -> None:
    config = {"dispatch_action_config": {"trigger_actions_on": trigger}} if trigger else {}
    block = input_block("note", {"type": "plain_text_input", **config}, dispatch_action=True)
    await open_form(app, client, mia, blocks=[block])
    view = await mia.wait_for_view()
    heard = len(app.received)
    with pytest.raises(PersonCannot, match="enter key only"):
        await mia.act(view, ("note", "note"))
    assert len(app.received) == heard
    assert (await mia.act(view, ("note", "note"), enter=True)).ok


async def test_element_of_another_kind_does_not_inherit_a_value(
    app: Listener, client: AsyncWebClient, mia: Person
) -> None:
    opened = await open_form(app, client, mia, blocks=[input_block("x", {"type": "plain_text_input"})])
    view = await mia.wait_for_view()
    await mia.fill(view, x="a boat")
    await client.views_update(view_id=opened["id"], view=form(blocks=[input_block("x", {"type": "users_select"})]))
    assert view.values == {"x": {"x": {"type": "users_select", "selected_user": None}}}


async def test_file_for_a_form_is_smaller_than_one_for_a_message(mia: Person, view: View) -> None:
    file = mia.upload("a.png", b"x" * (10 * 1024 * 1024 + 1))
    with pytest.raises(PersonCannot, match="up to 10 MB"):
        await mia.fill(view, file=file)


async def test_what_is_not_among_the_first_options_is_typed(app: Listener, client: AsyncWebClient, mia: Person) -> None:
    block = input_block("brand", {"type": "external_select", "min_query_length": 0})
    await open_form(app, client, mia, blocks=[block])
    view = await mia.wait_for_view()
    app.answer = {"options": [option("Acme")]}
    with pytest.raises(PersonCannot, match="offers Acme; not 'Lumen'"):
        await mia.fill(view, brand="Lumen")
    assert [asked["value"] for asked in app.received if asked["type"] == "block_suggestion"] == ["", "Lumen"]
