"""Modals and home tabs: the right to open them, their stack, their hash, and what people had typed."""

from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.slack import Person, SlackStandIn
from tests.fakes.clock import ManualClock
from tests.sandbox.slack.blocks import button
from tests.sandbox.slack.demo_app import form, input_block, option, plain
from tests.sandbox.slack.listener import Listener
from tests.sandbox.slack.opening import open_form, trigger
from tests.sandbox.slack.refusals import error_of


async def test_a_trigger_opens_one_view_within_three_seconds(
    app: Listener, client: AsyncWebClient, mia: Person, clock: ManualClock
) -> None:
    first = await trigger(app, mia)
    assert await error_of(client.views_open(trigger_id=first, view={"type": "modal"})) == "invalid_arguments"
    await client.views_open(trigger_id=first, view=form())
    assert await error_of(client.views_open(trigger_id=first, view=form())) == "exchanged_trigger_id"
    second = await trigger(app, mia)
    await clock.advance(3.1)
    assert await error_of(client.views_open(trigger_id=second, view=form())) == "expired_trigger_id"
    assert await error_of(client.views_open(trigger_id="1.2.x", view=form())) == "invalid_trigger_id"
    assert await error_of(client.views_open(view=form())) == "invalid_trigger_id"
    assert await error_of(client.api_call("views.open", json={"trigger_id": second})) == "invalid_arguments"


async def test_a_view_has_the_shape_that_slack_gives_it(
    app: Listener, client: AsyncWebClient, mia: Person, slack: SlackStandIn
) -> None:
    view = await open_form(app, client, mia, private_metadata="m")
    assert view["root_view_id"] == view["id"]
    assert view["previous_view_id"] is None
    assert (view["app_id"], view["team_id"]) == (slack.workspace.app.id, slack.workspace.team.id)
    assert view["private_metadata"] == "m"
    assert view["state"]["values"]["size"]["size"]["selected_option"] == option("Small")
    assert view["state"]["values"]["prompt"]["prompt"] == {"type": "plain_text_input", "value": None}


async def test_views_stack_three_high(app: Listener, client: AsyncWebClient, mia: Person) -> None:
    root = await open_form(app, client, mia)
    for _ in range(2):
        view = mia.open_view
        assert view
        await mia.choose(view, "size", "Large" if view.values["size"]["size"]["selected_option"] else "Small")
        pushed = await client.views_push(trigger_id=app.last["trigger_id"], view=form())
        assert pushed["view"]["previous_view_id"] == view.id
        assert pushed["view"]["root_view_id"] == root["id"]
    assert mia.open_view
    await mia.choose(mia.open_view, "size", "Large")
    push = client.views_push(trigger_id=app.last["trigger_id"], view=form())
    assert await error_of(push) == "push_limit_reached"
    await mia.close_view(mia.open_view)
    assert mia.open_view.previous_id == root["id"]
    await mia.close_view(mia.open_view, everything=True)
    assert mia.open_view is None


async def test_a_push_needs_a_modal_below(app: Listener, client: AsyncWebClient, mia: Person) -> None:
    push = client.views_push(trigger_id=await trigger(app, mia), view=form())
    assert await error_of(push) == "invalid_arguments"
    home = {"type": "home", "blocks": [{"type": "actions", "elements": [button(action_id="add")]}]}
    await client.views_publish(user_id=mia.id, view=home)
    assert mia.home
    await mia.click(mia.home, "add")
    assert await error_of(client.views_push(trigger_id=app.last["trigger_id"], view=form())) == "invalid_arguments"
    await open_form(app, client, mia)
    assert mia.open_view
    await mia.choose(mia.open_view, "size", "Large")
    await mia.close_view(mia.open_view)
    assert await error_of(client.views_push(trigger_id=app.last["trigger_id"], view=form())) == "not_found"


async def test_opening_above_an_open_view_starts_another_stack(
    app: Listener, client: AsyncWebClient, mia: Person
) -> None:
    first = await open_form(app, client, mia)
    second = await open_form(app, client, mia)
    assert second["root_view_id"] == second["id"]
    assert mia.open_view
    await mia.close_view(mia.open_view)
    assert mia.open_view.id == first["id"]


async def test_an_update_needs_the_latest_hash_and_an_open_view(
    app: Listener, client: AsyncWebClient, mia: Person
) -> None:
    view = await open_form(app, client, mia)
    updated = await client.views_update(view_id=view["id"], hash=view["hash"], view=form(title=plain("New")))
    assert mia.open_view
    assert mia.open_view.title == "New"
    assert updated["view"]["hash"] != view["hash"]
    stale = client.views_update(view_id=view["id"], hash=view["hash"], view=form())
    assert await error_of(stale) == "hash_conflict"
    await mia.close_view(mia.open_view)
    assert await error_of(client.views_update(view_id=view["id"], view=form())) == "not_found"


async def test_an_update_names_one_view(client: AsyncWebClient) -> None:
    for named in ({"view_id": "V1", "external_id": "x"}, {}):
        assert await error_of(client.api_call("views.update", json={"view": form(), **named})) == "invalid_arguments"


async def test_external_ids_name_a_view_and_are_unique(app: Listener, client: AsyncWebClient, mia: Person) -> None:
    await open_form(app, client, mia, external_id="mine")
    await client.views_update(external_id="mine", view=form(external_id="mine", title=plain("New")))
    assert mia.open_view
    assert mia.open_view.title == "New"
    again = client.views_open(trigger_id=await trigger(app, mia), view=form(external_id="mine"))
    assert await error_of(again) == "duplicate_external_id"


async def test_an_update_keeps_what_was_typed_and_initial_values_are_for_new_inputs(
    app: Listener, client: AsyncWebClient, mia: Person
) -> None:
    view = await open_form(app, client, mia)
    assert mia.open_view
    await mia.fill(mia.open_view, prompt="mine", size="Large")
    blocks = [
        input_block("prompt", {"type": "plain_text_input", "initial_value": "theirs"}),
        input_block("size", {"type": "static_select", "options": [option("Small")]}),
        input_block("style", {"type": "plain_text_input", "initial_value": "new"}),
    ]
    await client.views_update(view_id=view["id"], view=form(blocks=blocks))
    values = mia.open_view.values
    assert values["prompt"]["prompt"]["value"] == "mine"
    assert values["size"]["size"]["selected_option"] is None
    assert values["style"]["style"]["value"] == "new"


async def test_a_view_can_be_too_large(app: Listener, client: AsyncWebClient, mia: Person) -> None:
    section = {"type": "section", "text": {"type": "mrkdwn", "text": "x" * 3000}}
    call = client.views_open(trigger_id=await trigger(app, mia), view=form(blocks=[section] * 100))
    assert await error_of(call) == "view_too_large"


async def test_closing_is_told_where_the_app_asked(app: Listener, client: AsyncWebClient, mia: Person) -> None:
    await open_form(app, client, mia, notify_on_close=True)
    assert mia.open_view
    (answer,) = await mia.close_view(mia.open_view)
    assert answer.ok
    assert (app.last["type"], app.last["is_cleared"]) == ("view_closed", False)
    await open_form(app, client, mia, notify_on_close=True, clear_on_close=True)
    await mia.close_view(mia.open_view)
    assert app.last["is_cleared"]
    assert mia.open_view is None


async def test_a_home_tab_is_published_and_guarded_by_its_hash(
    app: Listener, client: AsyncWebClient, mia: Person
) -> None:
    home = {"type": "home", "blocks": [{"type": "divider"}]}
    assert await error_of(client.views_publish(user_id=mia.id, view=home, hash="x")) == "hash_conflict"
    view = (await client.views_publish(user_id=mia.id, view=home))["view"]
    await client.views_publish(user_id=mia.id, view=home, hash=view["hash"])
    assert await error_of(client.views_publish(user_id=mia.id, view=home, hash=view["hash"])) == "hash_conflict"
    assert await error_of(client.views_publish(user_id="U404", view=home)) == "invalid_arguments"
    assert await error_of(client.views_publish(user_id=mia.id, view=form())) == "invalid_arguments"
    await client.views_update(view_id=view["id"], view={"type": "home", "blocks": []})
    assert mia.home
    assert mia.home.blocks == []


async def test_buttons_of_the_home_tab_reach_the_app(app: Listener, client: AsyncWebClient, mia: Person) -> None:
    button = {"type": "button", "action_id": "connect", "text": plain("Connect"), "url": "https://example.com"}
    home = {"type": "home", "blocks": [{"type": "actions", "elements": [button]}]}
    await client.views_publish(user_id=mia.id, view=home)
    assert mia.home
    assert mia.home.buttons == ["Connect"]
    assert (await mia.click(mia.home, "connect")).ok
    assert app.last["actions"][0]["url"] == "https://example.com"
    assert app.last["container"] == {"type": "view", "view_id": mia.home.id}
    assert "response_url" not in app.last
    await mia.open_home()
    assert app.last["event"]["view"]["id"] == mia.home.id
    await mia.open_home("messages")
    assert app.last["event"]["tab"] == "messages"
