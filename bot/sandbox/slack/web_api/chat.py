"""chat.*: posting, editing and deleting messages."""

import json
from typing import Final

from bot.sandbox.slack.content import LONGEST_EDIT, LONGEST_TEXT
from bot.sandbox.slack.errors import Json, SlackRefusal
from bot.sandbox.slack.messages import Message
from bot.sandbox.slack.parts import Parts
from bot.sandbox.slack.web_api.access import own_message, visible, writable
from bot.sandbox.slack.web_api.arguments import Arguments
from bot.sandbox.slack.workspace import Channel

LARGEST_METADATA: Final = 8 * 1024


async def post_message(parts: Parts, arguments: Arguments) -> Json:
    channel = writable(parts, arguments.required("channel"))
    text, blocks = await parts.judge.message(content(arguments))
    message = bot_message(parts, channel, text, blocks)
    message.thread_ts = thread(parts, channel, arguments.optional("thread_ts"))
    message.broadcast = message.thread_ts is not None and arguments.flag("reply_broadcast")
    message.metadata = metadata(arguments)
    parts.workspace.post(message)
    shown = message.payload(parts.workspace.team.id, with_metadata=True)
    return {"channel": channel.id, "ts": message.ts, "message": shown}


async def update(parts: Parts, arguments: Arguments) -> Json:
    """Edit a message; what is not given stays as it was."""
    channel = visible(parts, arguments.required("channel"))
    message = own_message(parts, channel, arguments.required("ts"), "cant_update_message")
    if channel.is_archived:
        raise SlackRefusal("is_inactive")
    if "text" not in arguments and "blocks" not in arguments:
        raise SlackRefusal("no_text")
    given = content(arguments)
    longest = LONGEST_EDIT if "text" in given else LONGEST_TEXT
    text, blocks = await parts.judge.message({"text": message.text, **given}, longest=longest)
    if "metadata" in arguments:
        message.metadata = metadata(arguments)
    message.revise(text, blocks if "blocks" in given else message.blocks)
    message.edited = {"user": message.user_id, "ts": parts.workspace.new_ts()}
    parts.workspace.edited(message)
    shown = message.payload(parts.workspace.team.id, with_metadata=True)
    return {"channel": channel.id, "ts": message.ts, "text": text, "message": shown}


async def post_ephemeral(parts: Parts, arguments: Arguments) -> Json:
    """Show something to one person in a channel; both they and the bot must be in it."""
    channel = writable(parts, arguments.required("channel"), member_only=True)
    user_id = arguments.required("user")
    if user_id not in channel.members:
        raise SlackRefusal("user_not_in_channel")
    text, blocks = await parts.judge.message(content(arguments))
    if any("slack_file" in block for block in blocks):
        raise SlackRefusal("invalid_blocks", ["ephemeral messages cannot carry files"])
    message = bot_message(parts, channel, text, blocks)
    message.ephemeral_for = user_id
    message.thread_ts = thread(parts, channel, arguments.optional("thread_ts"))
    parts.workspace.post(message)
    return {"message_ts": message.ts}


async def delete(parts: Parts, arguments: Arguments) -> Json:
    channel = visible(parts, arguments.required("channel"))
    message = own_message(parts, channel, arguments.required("ts"), "cant_delete_message")
    parts.workspace.delete(message)
    return {"channel": channel.id, "ts": message.ts}


async def get_permalink(parts: Parts, arguments: Arguments) -> Json:
    channel = visible(parts, arguments.required("channel"))
    message = parts.workspace.find_message(channel.id, arguments.required("message_ts"))
    if message is None:
        raise SlackRefusal("message_not_found")
    link = f"https://{parts.workspace.team.domain}.slack.com/archives/{channel.id}/p{message.ts.replace('.', '')}"
    within = f"?thread_ts={message.thread_ts}&cid={channel.id}" if message.is_reply else ""
    return {"channel": channel.id, "permalink": link + within}


def content(arguments: Arguments) -> Json:
    """Return the arguments that make up a message's content, as far as they were given."""
    structures = {
        name: arguments.structure(name, error)
        for name, error in (("blocks", "invalid_blocks_format"), ("attachments", "invalid_attachments"))
        if name in arguments
    }
    return structures | ({"text": arguments.values["text"]} if "text" in arguments else {})


def bot_message(parts: Parts, channel: Channel, text: str, blocks: list[Json]) -> Message:
    """Build a message from the bot, not yet posted."""
    app = parts.workspace.app
    return Message(
        channel_id=channel.id,
        ts=parts.workspace.new_ts(),
        user_id=app.bot_user_id,
        text=text,
        blocks=blocks,
        bot_id=app.bot_id,
        app_id=app.id,
    )


def thread(parts: Parts, channel: Channel, ts: str | None) -> str | None:
    """Return the thread to reply in: that of the named message, or the one it is itself a reply in."""
    if ts is None:
        return None
    parent = parts.workspace.find_message(channel.id, ts)
    if parent is None:
        raise SlackRefusal("thread_not_found")
    return parent.thread_ts or parent.ts


def metadata(arguments: Arguments) -> Json | None:
    """Return a message's metadata; an empty object is none."""
    given = arguments.structure("metadata", "invalid_metadata_format")
    if not given:
        return None
    match given:
        case {"event_type": str(), "event_payload": dict(), **rest} if not rest.keys() - {"entities"}:
            if len(json.dumps(given)) > LARGEST_METADATA:
                raise SlackRefusal("metadata_too_large")
            return dict(given)
        case _:
            raise SlackRefusal("invalid_metadata_format")
