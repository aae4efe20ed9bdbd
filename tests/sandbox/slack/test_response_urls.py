"""Response URLs: five uses, thirty minutes, wherever the person acted."""

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.slack import Person, SlackStandIn
from tests.fakes.clock import ManualClock
from tests.sandbox.slack.demo_app import plain
from tests.sandbox.slack.listener import Listener

BUTTONS = [{"type": "actions", "elements": [{"type": "button", "action_id": "go", "text": plain("Go")}]}]


@pytest.fixture
async def url(app: Listener, mia: Person) -> str:
    await mia.command("secret-launch", "/bloom")
    return str(app.last["response_url"])


async def test_a_response_is_for_the_person_unless_it_says_otherwise(
    app: Listener, mia: Person, slack: SlackStandIn, url: str
) -> None:
    assert await app.post(url, {"text": "psst"}) == (200, "ok")
    assert await app.post(url, {"text": "all", "response_type": "in_channel"}) == (200, "ok")
    assert [message.text for message in mia.ephemerals] == ["psst"]
    assert [message.text for message in slack.messages("secret-launch")] == ["all"]


async def test_five_uses_and_no_more(app: Listener, url: str) -> None:
    for _ in range(5):
        assert (await app.post(url, {"text": "x"}))[0] == 200
    assert await app.post(url, {"text": "x"}) == (404, "used_url")


async def test_thirty_minutes_and_no_longer(app: Listener, url: str, clock: ManualClock) -> None:
    await clock.advance(30 * 60)
    assert (await app.post(url, {"text": "x"}))[0] == 200
    await clock.advance(1)
    assert await app.post(url, {"text": "x"}) == (404, "expired_url")
    assert await app.post(url + "x", {"text": "x"}) == (404, "expired_url")


async def test_what_cannot_be_shown_is_refused(app: Listener, url: str) -> None:
    assert await app.post(url, "{") == (400, "invalid_payload")
    assert await app.post(url, []) == (400, "invalid_payload")
    assert await app.post(url, {"text": "x", "blocks": [{"type": "marquee"}]}) == (400, "invalid_blocks")


async def test_the_source_of_a_click_is_replaced_or_deleted(
    app: Listener, mia: Person, slack: SlackStandIn, client: AsyncWebClient
) -> None:
    await client.chat_postMessage(channel="general", text="choose", blocks=BUTTONS)
    (message,) = slack.messages("general")
    await mia.click(message, "Go")
    url = app.last["response_url"]
    await app.post(url, {"text": "chosen", "replace_original": True})
    assert (message.text, message.blocks) == ("chosen", [])
    await app.post(url, {"text": "aside"})
    assert mia.ephemerals[0].text == "aside"
    for _ in range(2):
        await app.post(url, {"delete_original": True})
        assert slack.messages("general") == []
    await app.post(url, {"text": "new", "replace_original": True})
    assert mia.ephemerals[1].text == "new"


async def test_an_ephemeral_message_is_changed_only_through_its_url(
    app: Listener, mia: Person, slack: SlackStandIn, url: str
) -> None:
    await app.post(url, {"text": "choose", "blocks": BUTTONS})
    (message,) = mia.ephemerals
    await mia.click(message, "Go")
    assert app.last["container"]["is_ephemeral"]
    assert "message" not in app.last
    await app.post(app.last["response_url"], {"text": "chosen", "replace_original": True})
    assert message.text == "chosen"
    await app.post(app.last["response_url"], {"delete_original": True})
    assert mia.ephemerals == []
