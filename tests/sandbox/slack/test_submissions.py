"""Submitting a form: what the app may answer, and what becomes of the form."""

import asyncio
from typing import Any

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.slack import Person, PersonCannot, SlackStandIn
from tests.sandbox.slack.demo_app import form, input_block, plain
from tests.sandbox.slack.listener import Listener
from tests.sandbox.slack.opening import open_form
from tests.sandbox.slack.refusals import error_of


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
