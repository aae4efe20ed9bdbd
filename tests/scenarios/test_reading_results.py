"""The steps that scenarios of results share read and press what stands in Slack, and notice what does not."""

import io
from asyncio import gather
from collections.abc import AsyncIterator
from typing import Any

import pytest
from PIL import Image
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.slack import Message, SlackStandIn
from bot.slack.views.buttons import ActionId
from tests.sandbox.slack.blocks import CONFIRM, actions, button, section
from tests.sandbox.slack.demo_app import form, option
from tests.sandbox.slack.listener import Listener
from tests.scenarios.results import (
    Thread,
    files_to_save,
    image_ids,
    kinds_shown,
    labels,
    mention,
    picture,
    press,
    press_for_view,
    previews,
    refused,
    result_of,
    send,
)

Json = dict[str, Any]
TOKEN = "xoxb-test"


@pytest.fixture
async def slack() -> AsyncIterator[SlackStandIn]:
    async with SlackStandIn(bot_token=TOKEN) as stand_in:
        yield stand_in


@pytest.fixture
async def app(slack: SlackStandIn) -> AsyncIterator[Listener]:
    listener = Listener(slack)
    await listener.start()
    yield listener
    await listener.stop()


@pytest.fixture
def client(slack: SlackStandIn) -> AsyncWebClient:
    return AsyncWebClient(token=TOKEN, base_url=slack.api_url)


def row(image_id: str) -> Json:
    more = {
        "type": "overflow",
        "action_id": ActionId.MORE.value,
        "options": [option("Vectorize", f"vectorize:{image_id}"), option("Delete…", f"delete:{image_id}")],
    }
    discard = button("Discard", action_id=ActionId.DISCARD.value, value=image_id, confirm=CONFIRM)
    return actions(button("Vary", action_id=ActionId.VARY.value, value=image_id), discard, more)


async def post(client: AsyncWebClient, slack: SlackStandIn, *blocks: Json, **more: Any) -> Message:
    answer = await client.chat_postMessage(channel="general", text="x", blocks=list(blocks), **more)
    found = slack.workspace.find_message(answer["channel"], answer["ts"])
    assert found is not None
    return found


async def shown(slack: SlackStandIn, kind: str) -> Json:
    file = picture(slack.person("Mia"), "a.png", kind=kind)
    return {"type": "image", "slack_file": {"id": file.id}, "alt_text": "a"}


async def test_the_button_of_the_right_image_is_pressed_and_asked_for(
    app: Listener, client: AsyncWebClient, slack: SlackStandIn
) -> None:
    cancel = actions(button("Cancel", action_id=ActionId.CANCEL.value, value="of-a-generation"))
    message, mia = await post(client, slack, cancel, row("one"), row("two")), slack.person("Mia")
    assert image_ids(message) == ["one", "two"]
    assert labels(message, 1) == ["Vary", "Discard", "Vectorize", "Delete…"]
    for label, which, value in (("Vary", 1, "two"), ("Discard", "one", "one")):
        await press(mia, message, label, which)
        assert app.last["actions"][0]["value"] == value
    await press(mia, message, "Delete…", 1)
    assert app.last["actions"][0]["selected_option"]["value"] == "delete:two"
    with pytest.raises(AssertionError, match="no 'Enlarge' under image 0, but Vary, Discard"):
        await press(mia, message, "Enlarge")
    with pytest.raises(AssertionError, match="no image 2"):
        await press(mia, message, "Vary", 2)
    app.status = 500
    with pytest.raises(AssertionError, match="dispatch_failed"):
        await press(mia, message, "Vary")


async def test_results_of_a_thread_are_told_from_what_else_is_said(
    app: Listener, client: AsyncWebClient, slack: SlackStandIn
) -> None:
    root = await post(client, slack, section("Mia is making an image"))
    thread, mia = Thread(slack, root), slack.person("Mia")
    first = await post(client, slack, row("one"), thread_ts=root.ts)
    assert await thread.wait() == [first]
    call = await mention(mia, "darker", within=first, files=[picture(mia, "sketch.webp", kind="WEBP")])
    assert (call.thread_ts, call.files[0]["mimetype"]) == (root.ts, "image/webp")
    later = client.chat_postMessage

    async def answer_press() -> None:
        await slack.wait_until(lambda: any(one.get("actions") for one in app.received))
        await later(channel=root.channel_id, thread_ts=root.ts, text="x", blocks=[section("of it"), row("two")])

    async def pressed() -> Message:
        return await result_of(slack, thread, mia, first, "Vary")

    result, _ = await gather(pressed(), answer_press())
    assert image_ids(result) == ["two"]
    assert await thread.saying("of it") is result
    await client.chat_postMessage(channel=mia.id, text="x", blocks=[row("three")])
    assert [image_ids(message) for message in await previews(slack, mia)] == [["three"]]


async def test_windows_are_opened_and_sent_or_refused(
    app: Listener, client: AsyncWebClient, slack: SlackStandIn
) -> None:
    message, mia = await post(client, slack, row("one")), slack.person("Mia")

    async def open_form() -> None:
        await slack.wait_until(lambda: any(one.get("actions") for one in app.received))
        await client.views_open(trigger_id=app.last["trigger_id"], view=form())

    view, _ = await gather(press_for_view(mia, message, "Vary", "create"), open_form())
    app.answer = {"response_action": "errors", "errors": {"prompt": "Not that."}}
    assert await refused(mia, view, prompt="a fox") == {"prompt": "Not that."}
    with pytest.raises(AssertionError, match="Not that"):
        await send(mia, view, prompt="a fox")
    app.answer = ""
    await send(mia, view, prompt="a fox")
    assert mia.open_view is None


async def test_what_slack_shows_is_looked_at(client: AsyncWebClient, slack: SlackStandIn) -> None:
    message = await post(client, slack, await shown(slack, "PNG"), await shown(slack, "JPEG"))
    assert await kinds_shown(slack, message) == ["PNG", "JPEG"]
    vector = await client.files_upload_v2(channel=message.channel_id, filename="a.svg", content="<svg/>")
    saved = slack.messages("general")[-1]
    assert [file.name for file in files_to_save(slack, saved)] == ["a.svg"]
    await client.files_delete(file=vector["files"][0]["id"])
    assert files_to_save(slack, saved) == []
    drawn = io.BytesIO()
    Image.new("RGB", (2, 2)).save(drawn, "WEBP")
    file = slack.file(message.blocks[0]["slack_file"]["id"])
    assert file is not None
    file.data = drawn.getvalue()
    with pytest.raises(AssertionError, match="WEBP"):
        await kinds_shown(slack, message)
