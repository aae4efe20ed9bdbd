"""A home tab shows and takes what Slack's would: filters, menus, pictures, and what was typed over a new version."""

import io
from typing import Any

import pytest
from PIL import Image
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.slack import Person, PersonCannot, SlackSite, SlackStandIn, View
from bot.sandbox.slack.manifest import Manifest
from tests.sandbox.slack.blocks import CONFIRM, actions, button, mrkdwn, section, select
from tests.sandbox.slack.demo_app import form, input_block, option, plain
from tests.sandbox.slack.installing import CLIENT
from tests.sandbox.slack.listener import Listener
from tests.sandbox.slack.refusals import error_of, refused

Json = dict[str, Any]
FILTER = input_block("text", {"type": "plain_text_input"}, dispatch_action=True, optional=True)
BRAND = {"type": "external_select", "action_id": "brand", "min_query_length": 0}
ALLOWED: list[Json] = [
    {"type": "plain_text_input", "dispatch_action_config": {"trigger_actions_on": ["on_enter_pressed"]}},
    {"type": "static_select", "options": [option("A")]},
    {"type": "external_select"},
    {"type": "users_select"},
    {"type": "conversations_select"},
    {"type": "channels_select"},
    {"type": "multi_static_select", "options": [option("A")]},
    {"type": "multi_external_select"},
    {"type": "multi_users_select"},
    {"type": "multi_conversations_select"},
    {"type": "multi_channels_select"},
    {"type": "checkboxes", "options": [option("A")]},
    {"type": "radio_buttons", "options": [option("A")]},
    {"type": "datepicker"},
    {"type": "timepicker"},
]
MODALS_ONLY: list[Json] = [
    {"type": "file_input"},
    {"type": "number_input", "is_decimal_allowed": False},
    {"type": "email_text_input"},
    {"type": "url_text_input"},
]


def home(*blocks: Json, **more: Any) -> Json:
    return {"type": "home", "blocks": list(blocks), **more}


async def publish(client: AsyncWebClient, person: Person, *blocks: Json, **more: Any) -> View:
    """Publish a home and return it as the person sees it."""
    await client.views_publish(user_id=person.id, view=home(*blocks, **more))
    assert person.home
    return person.home


@pytest.mark.parametrize("element", ALLOWED, ids=lambda element: element["type"])
async def test_elements_that_slack_allows_on_a_home_tab(client: AsyncWebClient, mia: Person, element: Json) -> None:
    shown = await publish(client, mia, input_block("x", element, dispatch_action=True))
    assert shown.values["x"]["x"]["type"] == element["type"]


@pytest.mark.parametrize("element", MODALS_ONLY, ids=lambda element: element["type"])
async def test_elements_that_only_modals_show(
    app: Listener, client: AsyncWebClient, mia: Person, element: Json
) -> None:
    answer = await refused(client.views_publish(user_id=mia.id, view=home(input_block("x", element))))
    problem = f"[ERROR] unsupported type: {element['type']} [json-pointer:/view/blocks/0/element/type]"
    assert problem in answer["response_metadata"]["messages"]
    await mia.shortcut("start")
    await client.views_open(trigger_id=app.last["trigger_id"], view=form(blocks=[input_block("x", element)]))


async def test_home_has_a_hundred_blocks_at_most(client: AsyncWebClient, mia: Person) -> None:
    row = section("A brand", accessory=button("Open"))
    await publish(client, mia, *[row] * 100)
    assert await error_of(client.views_publish(user_id=mia.id, view=home(*[row] * 101))) == "invalid_arguments"


async def test_what_the_app_left_for_itself_comes_back_with_every_act(
    app: Listener, client: AsyncWebClient, mia: Person
) -> None:
    shown = await publish(client, mia, actions(button("Next", action_id="next")), private_metadata='{"page": 2}')
    await mia.click(shown, "next")
    assert app.last["view"]["private_metadata"] == '{"page": 2}'
    assert app.last["view"]["hash"] == shown.hash
    await mia.open_home()
    assert app.last["event"]["view"]["private_metadata"] == '{"page": 2}'
    assert app.last["event"]["view"]["hash"] == shown.hash


async def test_filters_are_told_on_enter_and_with_every_other_act(
    app: Listener, client: AsyncWebClient, mia: Person, slack: SlackStandIn
) -> None:
    who = {"type": "users_select", "action_id": "who"}
    shown = await publish(client, mia, FILTER, {**actions(who, BRAND, button("Go", action_id="go")), "block_id": "by"})
    heard = len(app.received)
    await mia.fill(shown, text="lighthouse")
    assert len(app.received) == heard
    await mia.press_enter(shown, "text")
    assert app.last["actions"][0]["value"] == "lighthouse"
    await mia.choose(shown, "who", "Sam")
    assert app.last["actions"][0]["selected_user"] == slack.person("Sam").id
    app.answer = {"options": [option("Acme", "b1")]}
    await mia.choose(shown, "brand", "Acme")
    asked = next(payload for payload in app.received if payload.get("type") == "block_suggestion")
    assert (asked["block_id"], asked["value"], asked["view"]["id"]) == ("by", "", shown.id)
    assert asked["container"] == {"type": "view", "view_id": shown.id}
    await mia.click(shown, "Go")
    values = app.last["view"]["state"]["values"]
    assert values["text"]["text"]["value"] == "lighthouse"
    assert values["by"]["who"]["selected_user"] == slack.person("Sam").id
    assert values["by"]["brand"]["selected_option"] == option("Acme", "b1")


async def test_what_was_typed_outlives_a_new_version(client: AsyncWebClient, mia: Person) -> None:
    shown = await publish(client, mia, FILTER, section("page 1"))
    await mia.fill(shown, text="lighthouse")
    again = await publish(client, mia, section("page 2"), FILTER)
    assert again.values["text"]["text"]["value"] == "lighthouse"
    other = {**FILTER, "block_id": "text-2"}
    assert (await publish(client, mia, other)).values["text-2"]["text"]["value"] is None


async def test_two_who_publish_at_once_do_not_overwrite_each_other(client: AsyncWebClient, mia: Person) -> None:
    seen = await publish(client, mia, section("one"))
    before = seen.hash
    await client.views_publish(user_id=mia.id, view=home(section("two")), hash=before)
    assert await error_of(client.views_publish(user_id=mia.id, view=home(), hash=before)) == "hash_conflict"
    assert seen.blocks[0]["text"]["text"] == "two"


async def test_names_that_the_app_gives_are_unique_among_homes_too(
    client: AsyncWebClient, mia: Person, slack: SlackStandIn
) -> None:
    await publish(client, mia, external_id="home")
    await publish(client, mia, external_id="home")
    call = client.views_publish(user_id=slack.person("Sam").id, view=home(external_id="home"))
    assert await error_of(call) == "duplicate_external_id"


async def test_app_without_a_home_tab_publishes_none() -> None:
    manifest = Manifest.model_validate({"features": {"app_home": {"home_tab_enabled": False}}})
    async with SlackSite(manifest=manifest, **CLIENT) as site:
        slack = site.add_workspace("Acme", bot_token="xoxb-1")
        client = AsyncWebClient(token="xoxb-1", base_url=site.api_url)
        assert await error_of(client.views_publish(user_id=slack.person("Mia").id, view=home())) == "not_enabled"


async def test_pictures_stand_on_a_home_tab_by_address_and_by_file(
    client: AsyncWebClient, mia: Person, slack: SlackStandIn
) -> None:
    drawn = io.BytesIO()
    Image.new("RGB", (4, 4)).save(drawn, "PNG")
    uploaded = await client.files_upload_v2(filename="chart.png", content=drawn.getvalue())
    by_file = {"type": "image", "slack_file": {"id": uploaded["files"][0]["id"]}, "alt_text": "A chart"}
    by_address = {"type": "image", "image_url": "https://example.com/logo.png", "alt_text": "A logo"}
    await publish(client, mia, by_file, by_address, section(accessory=by_file), section(accessory=by_address))
    nothing = {**by_file, "slack_file": {"id": "F0NOTHING1"}}
    answer = await refused(client.views_publish(user_id=mia.id, view=home(section(accessory=nothing))))
    assert (
        "[ERROR] invalid slack file [json-pointer:/view/blocks/0/accessory/slack_file]"
        in (answer["response_metadata"]["messages"])
    )


async def test_menu_behind_the_dots_and_question_before_it(app: Listener, client: AsyncWebClient, mia: Person) -> None:
    more = {"type": "overflow", "action_id": "more", "options": [option("Delete"), option("Rename")]}
    rows = [section(name, block_id=name, accessory={**more, "confirm": CONFIRM}) for name in ("acme", "lumen")]
    shown = await publish(client, mia, *rows, actions(select(action_id="tab", confirm=CONFIRM)))
    with pytest.raises(PersonCannot, match="asks first"):
        await mia.choose(shown, ("lumen", "more"), "delete")
    await mia.choose(shown, ("lumen", "more"), "Delete", confirm=True)
    (action,) = app.last["actions"]
    assert (action["block_id"], action["type"]) == ("lumen", "overflow")
    assert action["selected_option"] == option("Delete")
    with pytest.raises(PersonCannot, match="offers Delete, Rename"):
        await mia.choose(shown, ("acme", "more"), "Explode", confirm=True)
    with pytest.raises(PersonCannot, match="asks first"):
        await mia.choose(shown, "tab", "a")
    await mia.choose(shown, "tab", "a", confirm=True)


async def test_fields_and_rich_text_stand_on_a_home_tab(client: AsyncWebClient, mia: Person) -> None:
    code = {"type": "rich_text_preformatted", "elements": [{"type": "text", "text": "Mia   12"}]}
    fields = {"type": "section", "fields": [mrkdwn("*Credits*\n12"), plain("Brands")]}
    await publish(client, mia, fields, {"type": "rich_text", "elements": [code]})


async def test_modal_opens_above_a_home_tab(app: Listener, client: AsyncWebClient, mia: Person) -> None:
    shown = await publish(client, mia, actions(button("Add", action_id="add")))
    await mia.click(shown, "add")
    await client.views_open(trigger_id=app.last["trigger_id"], view=form())
    assert (await mia.wait_for_view("create")).root_id != shown.id
