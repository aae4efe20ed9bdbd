"""chat.*: posting, editing and deleting messages."""

import json
from typing import Final

from bot.sandbox.slack.backend import Backend
from bot.sandbox.slack.errors import Json, SlackRefusal
from bot.sandbox.slack.judge import LONGEST_EDIT, LONGEST_TEXT
from bot.sandbox.slack.web_api.access import own_message, visible, writable
from bot.sandbox.slack.web_api.arguments import Arguments
from bot.sandbox.slack.workspace import Channel

LARGEST_METADATA: Final = 8 * 1024


async def post_message(backend: Backend, arguments: Arguments) -> Json:
    channel = writable(backend, arguments.required("channel"))
    text, blocks = await backend.judge.message(content(arguments))
    message = backend.workspace.bot_message(channel.id, text, blocks)
    message.thread_ts = thread(backend, channel, arguments.optional("thread_ts"))
    message.broadcast = message.thread_ts is not None and arguments.flag("reply_broadcast")
    message.metadata = metadata(arguments)
    backend.workspace.post(message)
    shown = message.payload(backend.workspace.team.id, with_metadata=True)
    return {"channel": channel.id, "ts": message.ts, "message": shown}


async def update(backend: Backend, arguments: Arguments) -> Json:
    """Edit a message; what is not given stays as it was."""
    channel = visible(backend, arguments.required("channel"))
    message = own_message(backend, channel, arguments.required("ts"), "cant_update_message")
    if channel.is_archived:
        raise SlackRefusal("is_inactive")
    if "text" not in arguments and "blocks" not in arguments:
        raise SlackRefusal("no_text")
    given = content(arguments)
    longest = LONGEST_EDIT if "text" in given else LONGEST_TEXT
    text, blocks = await backend.judge.message({"text": message.text, **given}, longest=longest)
    if "metadata" in arguments:
        message.metadata = metadata(arguments)
    message.revise(text, blocks if "blocks" in given else message.blocks)
    message.edited = {"user": message.user_id, "ts": backend.workspace.new_ts()}
    backend.workspace.edited(message)
    shown = message.payload(backend.workspace.team.id, with_metadata=True)
    return {"channel": channel.id, "ts": message.ts, "text": text, "message": shown}


async def post_ephemeral(backend: Backend, arguments: Arguments) -> Json:
    """Show something to one person in a channel; both they and the bot must be in it."""
    channel = writable(backend, arguments.required("channel"), member_only=True)
    user_id = arguments.required("user")
    if user_id not in channel.members:
        raise SlackRefusal("user_not_in_channel")
    text, blocks = await backend.judge.message(content(arguments))
    if any("slack_file" in block for block in blocks):
        raise SlackRefusal("invalid_blocks", ["ephemeral messages cannot carry files"])
    message = backend.workspace.bot_message(channel.id, text, blocks)
    message.ephemeral_for = user_id
    message.thread_ts = thread(backend, channel, arguments.optional("thread_ts"))
    backend.workspace.post(message)
    return {"message_ts": message.ts}


async def delete(backend: Backend, arguments: Arguments) -> Json:
    channel = visible(backend, arguments.required("channel"))
    message = own_message(backend, channel, arguments.required("ts"), "cant_delete_message")
    backend.workspace.delete(message)
    return {"channel": channel.id, "ts": message.ts}


async def get_permalink(backend: Backend, arguments: Arguments) -> Json:
    channel = visible(backend, arguments.required("channel"))
    message = backend.workspace.find_message(channel.id, arguments.required("message_ts"))
    if message is None:
        raise SlackRefusal("message_not_found")
    thread_ts = message.thread_ts if message.is_reply else None
    return {"channel": channel.id, "permalink": backend.workspace.team.permalink(channel.id, message.ts, thread_ts)}


def content(arguments: Arguments) -> Json:
    """Return the arguments that make up a message's content, as far as they were given."""
    structures = {
        name: arguments.structure(name, error)
        for name, error in (("blocks", "invalid_blocks_format"), ("attachments", "invalid_attachments"))
        if name in arguments
    }
    return structures | ({"text": arguments.values["text"]} if "text" in arguments else {})


def thread(backend: Backend, channel: Channel, ts: str | None) -> str | None:
    """Return the thread to reply in: that of the named message, or the one it is itself a reply in."""
    if ts is None:
        return None
    parent = backend.workspace.find_message(channel.id, ts)
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
