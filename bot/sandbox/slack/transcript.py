"""The conversations as plain text, for a terminal and for the message of a failed test."""

import html
import re
from collections.abc import Iterator
from datetime import UTC, datetime

from bot.sandbox.slack.errors import Json
from bot.sandbox.slack.form_state import offered
from bot.sandbox.slack.identity import SLACKBOT
from bot.sandbox.slack.messages import Message
from bot.sandbox.slack.views import View
from bot.sandbox.slack.workspace import Channel, Workspace

_LINK = re.compile(r"<([^<>|]+)(?:\|([^<>]*))?>")


def transcript(workspace: Workspace) -> str:
    """Render every conversation that has messages, and every modal that is open."""
    return "\n".join(_lines(workspace))


def _lines(workspace: Workspace) -> Iterator[str]:
    for channel in workspace.channels.values():
        shown = [*channel.messages, *(one for one in workspace.ephemerals if one.channel_id == channel.id)]
        if shown:
            yield _title(workspace, channel)
            for message in _threaded(shown):
                yield from _message(workspace, message)
    for stack in workspace.open_views.values():
        for view in stack:
            yield from _view(workspace, view)


def _title(workspace: Workspace, channel: Channel) -> str:
    if channel.is_im:
        (other,) = channel.members - {workspace.app.bot_user_id}
        return f"{_name(workspace, other)} and {workspace.app.name}"
    return f"{'🔒' if channel.is_private else '#'}{channel.name}" + (" (archived)" if channel.is_archived else "")


def _threaded(messages: list[Message]) -> list[Message]:
    """Sort messages so that replies stand below what they answer."""
    return sorted(messages, key=lambda message: (message.thread_ts or message.ts, message.ts))


def _message(workspace: Workspace, message: Message) -> Iterator[str]:
    indent = "      " if message.is_reply else "  "
    time = datetime.fromtimestamp(float(message.ts), UTC).strftime("%H:%M")
    marks = [f"only {_name(workspace, message.ephemeral_for)} sees this"] if message.ephemeral_for else []
    marks += ["edited"] if message.edited else []
    mark = f" ({', '.join(marks)})" if marks else ""
    lines = list(_blocks(message.blocks)) or message.text.splitlines()
    lines += [f"[file: {file['title']}]" for file in message.files]
    yield f"{indent}{time} {_name(workspace, message.user_id)}{mark}:"
    for line in lines:
        yield f"{indent}    {_readable(workspace, line)}"


def _view(workspace: Workspace, view: View) -> Iterator[str]:
    yield f"{_name(workspace, view.user_id)} sees the form “{view.title}”"
    for block in view.blocks:
        for line in _block(block):
            yield f"    {_readable(workspace, line)}"
        if error := view.errors.get(block["block_id"]):
            yield f"    ⚠ {error}"


def _blocks(blocks: list[Json]) -> Iterator[str]:
    for block in blocks:
        yield from _block(block)


def _block(block: Json) -> Iterator[str]:
    match block["type"]:
        case "divider":
            yield "────"
        case "input":
            yield f"{block['label']['text']}: {_element(block['element'])}"
        case "image" | "video":
            yield _element(block)
        case "rich_text":
            yield from "".join(_rich(block)).splitlines()
        case "actions" | "context":
            yield " ".join(_element(element) for element in block["elements"])
        case _:
            yield from _words(block)


def _words(block: Json) -> Iterator[str]:
    text = block.get("text", "")
    yield from (text if isinstance(text, str) else text["text"]).splitlines()
    yield from (field["text"] for field in block.get("fields", ()))
    if "accessory" in block:
        yield _element(block["accessory"])


def _element(element: Json) -> str:
    match element["type"]:
        case "image" | "video":
            address = element.get("image_url") or element.get("video_url") or str(element.get("slack_file"))
            return f"[image: {element['alt_text']} → {address}]"
        case "button":
            return f"[{element['text']['text']}]"
        case "plain_text" | "mrkdwn":
            return str(element["text"])
        case kind:
            lines = [option["text"]["text"] for option in offered(element)]
            return f"[{kind}: {', '.join(lines)}]" if lines else f"[{kind}]"


def _rich(value: object) -> Iterator[str]:
    match value:
        case {"text": str(text)}:
            yield html.escape(text, quote=False)
        case {"url": str(address)}:
            yield address
        case {"user_id": str(user_id)}:
            yield f"<@{user_id}>"
        case {"channel_id": str(channel_id)}:
            yield f"<#{channel_id}>"
        case {"range": str(audience)}:
            yield f"<!{audience}>"
        case {"name": str(emoji)}:
            yield f":{emoji}:"
        case {"type": "rich_text_list", "elements": list(items)}:
            for item in items:
                yield "\n• "
                yield from _rich(item)
        case {"elements": list(elements)}:
            for element in elements:
                yield from _rich(element)


def _readable(workspace: Workspace, text: str) -> str:
    """Return mrkdwn as words: names instead of ids, links with their address."""

    def words(match: re.Match[str]) -> str:
        target, label = match[1], match[2]
        if target.startswith("@"):
            return f"@{_name(workspace, target[1:])}"
        if target.startswith("#"):
            channel = workspace.channels.get(target[1:])
            return f"#{channel.name if channel else target[1:]}"
        if target.startswith("!subteam^"):
            group = workspace.user_groups.find(target.removeprefix("!subteam^"))
            return f"@{group.handle}" if group else (label or target)
        if target.startswith("!"):
            return f"@{target[1:]}"
        return f"{label} ({target})" if label else target

    return html.unescape(_LINK.sub(words, text))


def _name(workspace: Workspace, user_id: str | None) -> str:
    member = workspace.members.get(user_id or "")
    return member.name if member else {SLACKBOT: "Slackbot"}.get(user_id or "", str(user_id))
