"""files.*: uploading in two steps, and looking a file up."""

import re
from typing import Final

from bot.sandbox.slack.backend import Backend
from bot.sandbox.slack.errors import Json, SlackRefusal
from bot.sandbox.slack.files import LARGEST_OF_APPS, SlackFile
from bot.sandbox.slack.messages import Message
from bot.sandbox.slack.web_api.access import writable
from bot.sandbox.slack.web_api.arguments import Arguments
from bot.sandbox.slack.web_api.chat import thread

CHANNEL_ID: Final = re.compile(r"[CGDZ][A-Z0-9]{8,}")
"""Unlike chat.postMessage, an upload takes neither a channel's name nor a person's id."""


async def get_upload_url(backend: Backend, arguments: Arguments) -> Json:
    """Announce a file and learn where to send its content."""
    size = arguments.number("length", 0)
    if not 0 < size <= LARGEST_OF_APPS:
        raise SlackRefusal("invalid_arguments", [f"must be 1 to {LARGEST_OF_APPS} bytes: length"])
    file = SlackFile(
        id=backend.workspace.new_id("F"),
        name=arguments.required("filename"),
        user_id=backend.workspace.app.bot_user_id,
        size=size,
        alt_text=arguments.text("alt_txt"),
    )
    backend.files.add(file)
    return {"upload_url": backend.addresses.upload(file.id), "file_id": file.id}


async def complete_upload(backend: Backend, arguments: Arguments) -> Json:
    """Finish uploads and share them where the arguments say, if anywhere."""
    announced = arguments.structure("files")
    if not isinstance(announced, list) or not all(isinstance(one, dict) and "id" in one for one in announced):
        raise SlackRefusal("invalid_arguments", ["must provide an array of files [json-pointer:/files]"])
    messages = await _messages(backend, arguments)
    completed = [backend.files.complete(one["id"], one.get("title") or "") for one in announced]
    shown = [backend.files.payload(file) for file in completed]
    for message in messages:
        message.files = shown
        backend.workspace.post(message)
    return {"files": shown}


async def _messages(backend: Backend, arguments: Arguments) -> list[Message]:
    """Return the messages that are to show the files, not yet posted; a comment takes the place of blocks."""
    comment = arguments.text("initial_comment")
    given = None if comment else arguments.structure("blocks", "invalid_blocks_format")
    blocks = (await backend.judge.message({"blocks": given}))[1] if given else []
    messages = []
    for reference in _channel_ids(arguments):
        channel = writable(backend, reference, member_only=True)
        message = backend.workspace.bot_message(channel.id, comment, blocks)
        message.thread_ts = thread(backend, channel, arguments.optional("thread_ts"))
        messages.append(message)
    return messages


def _channel_ids(arguments: Arguments) -> list[str]:
    """Return where to share, from ``channel_id`` or from ``channels``, which may name several; nowhere is possible."""
    name = "channel_id" if arguments.text("channel_id") else "channels"
    given = [one for one in arguments.text(name).split(",") if one]
    if any(CHANNEL_ID.fullmatch(one) is None for one in given):
        pattern = f"^{CHANNEL_ID.pattern}$"
        raise SlackRefusal("invalid_arguments", [f"input must match regex pattern: {pattern} [json-pointer:/{name}]"])
    return given


async def delete(backend: Backend, arguments: Arguments) -> Json:
    """Delete a file of the app's own; messages that showed it say that it is gone."""
    file = backend.files.find(arguments.required("file"))
    if file is None:
        raise SlackRefusal("file_not_found")
    if file.user_id != backend.workspace.app.bot_user_id:
        raise SlackRefusal("cant_delete_file")
    backend.files.remove(file.id)
    for message in backend.workspace.messages:
        if message.lose(file.id):
            backend.workspace.edited(message)
    return {}


async def info(backend: Backend, arguments: Arguments) -> Json:
    file = backend.files.find(arguments.required("file"))
    if file is None:
        raise SlackRefusal("file_not_found")
    return {"file": backend.files.payload(file) | {"shares": _shares(backend, file.id)}}


def _shares(backend: Backend, file_id: str) -> Json:
    """Return which messages show a file below them, by kind of channel and channel."""
    shares: Json = {}
    for message in backend.workspace.messages:
        if any(one["id"] == file_id for one in message.files):
            channel = backend.workspace.channels[message.channel_id]
            kind = "private" if channel.is_private or channel.is_im else "public"
            place = {"ts": message.ts, "channel_name": channel.name, "team_id": backend.workspace.team.id}
            thread = {"thread_ts": message.thread_ts} if message.is_reply else {}
            shares.setdefault(kind, {}).setdefault(channel.id, []).append(place | thread)
    return shares
