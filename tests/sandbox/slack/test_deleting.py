"""What stays of messages and files that are deleted: nothing, or a word where people have replied."""

from typing import Any

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.page.sight import Sight
from bot.sandbox.slack import Person, PersonCannot, SlackStandIn
from bot.sandbox.slack.identity import SLACKBOT
from tests.sandbox.slack.blocks import actions, button
from tests.sandbox.slack.refusals import error_of

VECTOR = "<svg/>"


async def vector(client: AsyncWebClient, channel: str, thread_ts: str) -> Any:
    """Post an SVG in a thread and return its file."""
    uploaded = await client.files_upload_v2(
        channel=channel, thread_ts=thread_ts, filename="fox.svg", content=VECTOR, title="fox.svg"
    )
    return uploaded["files"][0]


async def test_message_with_replies_leaves_a_word_until_they_are_gone_too(
    slack: SlackStandIn, client: AsyncWebClient, mia: Person, general: str
) -> None:
    root = await client.chat_postMessage(channel=general, text="x", blocks=[actions(button("Vary"))])
    reply = await client.chat_postMessage(channel=general, text="reply", thread_ts=root["ts"])
    await client.chat_delete(channel=general, ts=root["ts"])
    left, _ = slack.thread("general", root["ts"])
    assert (left.text, left.blocks, left.user_id) == ("This message was deleted.", [], SLACKBOT)
    (told, _) = (await client.conversations_replies(channel=general, ts=root["ts"]))["messages"]
    assert (told["subtype"], told["reply_count"]) == ("tombstone", 1)
    with pytest.raises(PersonCannot, match="does not see"):
        await mia.click(left, "Vary")
    where = {"channel": general, "ts": root["ts"]}
    for method in ("chat.delete", "chat.update"):
        assert await error_of(client.api_call(method, json={**where, "text": "y"})) == "message_not_found"
    await client.chat_delete(channel=general, ts=reply["ts"])
    assert slack.messages("general") == []


async def test_file_says_where_it_is_shown(
    slack: SlackStandIn, client: AsyncWebClient, mia: Person, general: str
) -> None:
    root = await client.chat_postMessage(channel=general, text="root")
    file = await vector(client, general, root["ts"])
    reply = slack.thread("general", root["ts"])[-1]
    shares = (await client.files_info(file=file["id"]))["file"]["shares"]
    assert shares["public"][general][0] == {
        "ts": reply.ts,
        "thread_ts": root["ts"],
        "channel_name": "general",
        "team_id": slack.team_id,
    }
    loose = mia.upload("a.txt", b"a")
    assert (await client.files_info(file=loose.id))["file"]["shares"] == {}


async def test_deleted_file_leaves_a_word_below_its_message(
    slack: SlackStandIn, client: AsyncWebClient, mia: Person, general: str
) -> None:
    root = await client.chat_postMessage(channel=general, text="root")
    file = await vector(client, general, root["ts"])
    reply = slack.thread("general", root["ts"])[-1]
    await client.files_delete(file=file["id"])
    assert reply.files == [{"id": file["id"], "mode": "tombstone"}]
    seen = Sight(slack, slack.workspace.members[mia.id]).message(reply.channel_id, reply.ts)
    assert seen is not None
    assert seen["files"] == [{"id": file["id"], "gone": True}]
    assert await error_of(client.files_info(file=file["id"])) == "file_not_found"
