"""What the app hears of a conversation with one person: all that is said there, its own words included."""

from typing import Any

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.slack import Person, SlackStandIn
from bot.sandbox.slack.errors import PersonCannot
from tests.sandbox.slack.blocks import section
from tests.sandbox.slack.listener import Listener


async def heard(slack: SlackStandIn, app: Listener, count: int) -> list[Any]:
    """Wait for so many messages that the app was told of, and return them."""
    return await slack.wait_until(lambda: _events(app) if len(_events(app)) >= count else None)


def _events(app: Listener) -> list[Any]:
    return [one["event"] for one in app.received if one.get("type") == "event_callback"]


async def test_words_and_files_are_told_with_their_thread(app: Listener, mia: Person) -> None:
    root = await mia.say("@bloom", "a red fox")
    assert (app.last["event"]["type"], app.last["event"]["channel_type"]) == ("message", "im")
    assert "subtype" not in app.last["event"]
    await mia.say("@bloom", "like this", thread_ts=root.ts, files=[mia.upload("fox.txt", b"fox")])
    told = app.last["event"]
    assert (told["subtype"], told["thread_ts"], told["user"]) == ("file_share", root.ts, mia.id)
    assert told["files"][0]["name"] == "fox.txt"


async def test_mention_in_a_thread_brings_its_files(app: Listener, mia: Person) -> None:
    root = await mia.say("general", "root")
    await mia.say("general", "@bloom draw this", thread_ts=root.ts, files=[mia.upload("fox.txt", b"fox")])
    told = app.last["event"]
    assert (told["type"], told["thread_ts"], told["files"][0]["name"]) == ("app_mention", root.ts, "fox.txt")
    assert "subtype" not in told


async def test_app_hears_itself_there(
    app: Listener, client: AsyncWebClient, slack: SlackStandIn, mia: Person, general: str
) -> None:
    posted = await client.chat_postMessage(channel=mia.id, text="hello")
    (own,) = await heard(slack, app, 1)
    assert (own["text"], own["user"]) == ("hello", slack.workspace.app.bot_user_id)
    assert own["bot_id"] == slack.workspace.app.bot_id
    await client.chat_update(channel=posted["channel"], ts=posted["ts"], text="bye", blocks=[section("bye")])
    edit = (await heard(slack, app, 2))[-1]
    assert (edit["subtype"], edit["message"]["text"], edit["hidden"]) == ("message_changed", "bye", True)
    await client.chat_delete(channel=posted["channel"], ts=posted["ts"])
    gone = (await heard(slack, app, 3))[-1]
    assert (gone["subtype"], gone["deleted_ts"]) == ("message_deleted", posted["ts"])
    await client.chat_postMessage(channel=general, text="not here")
    await client.chat_postMessage(channel=mia.id, text="here")
    assert (await heard(slack, app, 4))[-1]["text"] == "here"


async def test_person_changes_and_takes_back_what_they_said(app: Listener, slack: SlackStandIn, mia: Person) -> None:
    message = await mia.say("@bloom", "a red fox")
    mia.edit(message, "a blue fox")
    edit = (await heard(slack, app, 2))[-1]
    assert (edit["subtype"], edit["message"]["text"], edit["message"]["edited"]["user"]) == (
        "message_changed",
        "a blue fox",
        mia.id,
    )
    with pytest.raises(PersonCannot, match="Sam did not say that"):
        slack.person("Sam").delete(message)
    mia.delete(message)
    assert (await heard(slack, app, 3))[-1]["subtype"] == "message_deleted"
    assert mia.direct_messages() == []
