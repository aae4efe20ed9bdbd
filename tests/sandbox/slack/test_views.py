"""Modals: the right to open them, their stack, their hash, and what people had typed."""

import asyncio
from typing import Any

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.slack import Person, PersonCannot, SlackStandIn
from tests.fakes.clock import ManualClock
from tests.sandbox.slack.demo_app import form, input_block, option, plain
from tests.sandbox.slack.listener import Listener
from tests.sandbox.slack.refusals import error_of


async def trigger(app: Listener, person: Person) -> str:
    await person.shortcut("start")
    return str(app.last["trigger_id"])


async def open_form(app: Listener, client: AsyncWebClient, person: Person, **more: Any) -> Any:
    return (await client.views_open(trigger_id=await trigger(app, person), view=form(**more)))["view"]


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


async def test_a_push_needs_a_view_below(app: Listener, client: AsyncWebClient, mia: Person) -> None:
    push = client.views_push(trigger_id=await trigger(app, mia), view=form())
    assert await error_of(push) == "not_found"


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


@pytest.mark.parametrize("action", ["update", "push"])
async def test_a_submission_may_be_answered_with_a_view(
    app: Listener, client: AsyncWebClient, mia: Person, action: str
) -> None:
    view = await open_form(app, client, mia)
    app.answer = {"response_action": action, "view": form(title=plain("Next"))}
    assert mia.open_view
    assert (await mia.submit(mia.open_view, {"prompt": "x"})).ok
    assert mia.open_view.title == "Next"
    assert mia.open_view.previous_id == (view["id"] if action == "push" else None)


async def test_a_submission_may_clear_everything(app: Listener, client: AsyncWebClient, mia: Person) -> None:
    await open_form(app, client, mia)
    app.answer = {"response_action": "clear"}
    assert mia.open_view
    await mia.submit(mia.open_view, {"prompt": "x"})
    assert mia.open_view is None


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        ({"response_action": "errors", "errors": {"nowhere": "x"}}, "`errors` names no input block: nowhere"),
        ({"response_action": "errors", "errors": {"prompt": 5}}, "`errors` must be texts: prompt"),
        ({"response_action": "errors", "errors": {}}, "not a response to a view submission"),
        ({"response_action": "dance"}, "not a response to a view submission"),
        ("ok", "not a response to a view submission"),
        (
            {"response_action": "update", "view": {"type": "modal"}},
            "missing required field: title [json-pointer:/view]",
        ),
    ],
)
async def test_an_answer_that_slack_cannot_apply_leaves_the_form_open(
    app: Listener, client: AsyncWebClient, mia: Person, answer: Any, problem: str
) -> None:
    await open_form(app, client, mia)
    app.answer = answer
    view = mia.open_view
    assert view
    submitted = await mia.submit(view, {"prompt": "x"})
    assert not submitted.ok
    assert problem in submitted.problems
    assert mia.open_view is view


async def test_a_view_that_the_app_updated_meanwhile_still_closes(
    app: Listener, client: AsyncWebClient, mia: Person, slack: SlackStandIn
) -> None:
    await open_form(app, client, mia)
    view = mia.open_view
    assert view
    app.answer = {"response_action": "clear"}
    await mia.submit(view, {"prompt": "x"})
    app.answer = ""
    again = await slack.redeliver()
    assert again.ok
    assert app.headers["X-Slack-Retry-Num"] == "1"
    with pytest.raises(PersonCannot, match="not in front of Mia"):
        await mia.submit(view)


async def test_a_view_may_be_gone_before_its_submission_is_answered(
    app: Listener, client: AsyncWebClient, mia: Person
) -> None:
    opened = await open_form(app, client, mia)
    view = await mia.wait_for_view()
    app.seconds = 0.02
    submitting = asyncio.create_task(mia.submit(view, {"prompt": "x"}))
    await asyncio.sleep(0)
    await mia.close_view(view)
    assert (await submitting).ok
    assert view.closed
    assert await error_of(client.views_update(view_id=opened["id"], view=form())) == "not_found"


async def test_the_conversation_is_preselected_and_its_response_url_is_sent(
    app: Listener, client: AsyncWebClient, mia: Person, slack: SlackStandIn
) -> None:
    await mia.command("marketing", "/bloom")
    where = {"type": "conversations_select", "default_to_current_conversation": True, "response_url_enabled": True}
    many = {"type": "multi_conversations_select", "default_to_current_conversation": True}
    blocks = [input_block("where", where), input_block("many", many)]
    await client.views_open(trigger_id=app.last["trigger_id"], view=form(blocks=blocks))
    marketing = slack.workspace.channel("marketing").id
    assert mia.open_view
    assert mia.open_view.values["where"]["where"]["selected_conversation"] == marketing
    assert mia.open_view.values["many"]["many"]["selected_conversations"] == [marketing]
    await mia.submit(mia.open_view)
    (url,) = app.last["response_urls"]
    assert (url["channel_id"], url["block_id"]) == (marketing, "where")
    assert await app.post(url["response_url"], {"text": "hi", "response_type": "in_channel"}) == (200, "ok")
    assert slack.messages("marketing")[0].text == "hi"


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
