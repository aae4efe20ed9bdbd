"""Submitting a form: what the app may answer, and what becomes of the form."""

import asyncio
from typing import Any

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.slack import Answer, Person, PersonCannot, SlackStandIn, View
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


@pytest.mark.parametrize(
    "answer",
    [
        {"response_action": "push", "view": form(title=plain("Next"))},
        {"response_action": "update", "view": form(title=plain("Next"))},
        {"response_action": "errors", "errors": {"prompt": "No."}},
        {"response_action": "clear"},
    ],
    ids=lambda answer: answer["response_action"],
)
async def test_an_answer_for_a_view_that_the_person_closed_changes_nothing(
    app: Listener, client: AsyncWebClient, mia: Person, answer: Any
) -> None:
    await open_form(app, client, mia)
    below = await mia.wait_for_view()
    await client.views_push(trigger_id=await trigger_in(app, mia, below), view=form(title=plain("Above")))
    view = await mia.wait_for_view()
    submitting = asyncio.create_task(submit_slowly(app, mia, view, answer))
    await asyncio.sleep(0)
    await mia.close_view(view)
    assert (await submitting).ok
    assert mia.open_view is below
    assert view.errors == {}


async def test_a_wrong_answer_for_a_view_that_the_person_closed_is_still_wrong(
    app: Listener, client: AsyncWebClient, mia: Person
) -> None:
    await open_form(app, client, mia)
    view = await mia.wait_for_view()
    wrong = {"response_action": "update", "view": {"type": "modal"}}
    submitting = asyncio.create_task(submit_slowly(app, mia, view, wrong))
    await asyncio.sleep(0)
    await mia.close_view(view)
    assert "missing required field: title [json-pointer:/view]" in (await submitting).problems


async def test_what_was_wrong_is_forgotten_when_the_form_is_sent_again(
    app: Listener, client: AsyncWebClient, mia: Person, slack: SlackStandIn
) -> None:
    await open_form(app, client, mia)
    view = await mia.wait_for_view()
    app.answer = {"response_action": "errors", "errors": {"prompt": "No."}}
    await mia.submit(view, {"prompt": "x"})
    assert view.errors == {"prompt": "No."}
    with slack.workspace.changes.listening() as changes:
        app.status = 500
        await mia.submit(view)
        assert changes.get_nowait().kind == "view.changed"
    assert view.errors == {}


async def test_a_form_that_is_on_its_way_is_not_sent_twice(app: Listener, client: AsyncWebClient, mia: Person) -> None:
    await open_form(app, client, mia)
    view = await mia.wait_for_view()
    heard, failing = len(app.received), {"response_action": "errors", "errors": {"prompt": "No."}}
    submitting = asyncio.create_task(submit_slowly(app, mia, view, failing))
    await asyncio.sleep(0)
    with pytest.raises(PersonCannot, match="sent already"):
        await mia.submit_typed(view, {})
    await submitting
    assert len(app.received) == heard + 1
    await mia.submit(view)
    assert len(app.received) == heard + 2


async def submit_slowly(app: Listener, person: Person, view: View, answer: Any) -> Answer:
    app.answer, app.seconds = answer, 0.02
    return await person.submit(view, {"prompt": "x"})


async def trigger_in(app: Listener, person: Person, view: View) -> str:
    """Use something in a view, and return the trigger that the app got by that."""
    await person.choose(view, "size", "large")
    return str(app.last["trigger_id"])
