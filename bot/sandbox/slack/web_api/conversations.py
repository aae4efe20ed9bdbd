"""conversations.*: what there is, who is in it and what was said."""

from bot.sandbox.slack.backend import Backend
from bot.sandbox.slack.errors import Json, SlackRefusal
from bot.sandbox.slack.messages import Message
from bot.sandbox.slack.web_api.access import is_member, person, require_scope_for, visible
from bot.sandbox.slack.web_api.arguments import Arguments
from bot.sandbox.slack.web_api.paging import page
from bot.sandbox.slack.workspace import Channel


async def open_direct(backend: Backend, arguments: Arguments) -> Json:
    """Open the conversation between the bot and one person."""
    users = [user for user in arguments.required("users").split(",") if user]
    if len(users) != 1:
        raise SlackRefusal("method_not_supported_for_channel_type", ["the stand-in opens one person's messages"])
    member = person(backend, users[0])
    known = backend.workspace.find_direct_channel(member.id) is not None
    channel = backend.workspace.direct_channel(member.id)
    opened = channel.payload(backend.workspace.app) if arguments.flag("return_im") else {"id": channel.id}
    return {"channel": opened, "no_op": known, "already_open": known}


async def info(backend: Backend, arguments: Arguments) -> Json:
    channel = visible(backend, arguments.required("channel"))
    require_scope_for(backend, channel, "read")
    shown = channel.payload(backend.workspace.app)
    if arguments.flag("include_num_members"):
        shown["num_members"] = len(channel.members)
    return {"channel": shown}


async def join(backend: Backend, arguments: Arguments) -> Json:
    """Let the bot enter a public channel by itself; where it is already, Slack only remarks on it."""
    channel = visible(backend, arguments.required("channel"))
    if channel.is_private or channel.is_im:
        raise SlackRefusal("method_not_supported_for_channel_type")
    if channel.is_archived:
        raise SlackRefusal("is_archived")
    if is_member(backend, channel):
        remark = "already_in_channel"
        shown = channel.payload(backend.workspace.app)
        return {"channel": shown, "warning": remark, "response_metadata": {"warnings": [remark]}}
    backend.workspace.join(channel.id, backend.workspace.app.bot_user_id)
    return {"channel": channel.payload(backend.workspace.app)}


async def list_all(backend: Backend, arguments: Arguments) -> Json:
    """List the conversations the bot knows of, by type."""
    types = set(arguments.text("types", "public_channel").replace(" ", "").split(","))
    listed = [
        channel
        for channel in backend.workspace.channels.values()
        if _type(channel) in types
        and (is_member(backend, channel) or _type(channel) == "public_channel")
        and not (channel.is_archived and arguments.flag("exclude_archived"))
    ]
    for channel in listed:
        require_scope_for(backend, channel, "read")
    shown, cursor = page(listed, arguments, default=100)
    return {"channels": [channel.payload(backend.workspace.app) for channel in shown], **cursor}


async def members(backend: Backend, arguments: Arguments) -> Json:
    channel = visible(backend, arguments.required("channel"))
    require_scope_for(backend, channel, "read")
    shown, cursor = page(sorted(channel.members), arguments, default=100)
    return {"members": shown, **cursor}


async def history(backend: Backend, arguments: Arguments) -> Json:
    """Return a channel's messages, the newest first, without the replies in threads."""
    channel = _readable(backend, arguments)
    roots = [m for m in reversed(channel.messages) if (not m.is_reply or m.broadcast) and _within(m.ts, arguments)]
    return _shown(backend, roots, arguments, default=100)


async def replies(backend: Backend, arguments: Arguments) -> Json:
    """Return a thread, its first message and then the replies, oldest first."""
    channel = _readable(backend, arguments)
    ts = arguments.required("ts")
    if backend.workspace.find_message(channel.id, ts) is None:
        raise SlackRefusal("thread_not_found")
    thread = [m for m in backend.workspace.thread(channel.id, ts) if m.ts == ts or _within(m.ts, arguments)]
    return _shown(backend, thread, arguments, default=1000)


def _shown(backend: Backend, messages: list[Message], arguments: Arguments, *, default: int) -> Json:
    shown, cursor = page(messages, arguments, default=default)
    full = arguments.flag("include_all_metadata")
    payloads = [message.payload(backend.workspace.team.id, with_metadata=full) for message in shown]
    return {"messages": payloads, "has_more": bool(cursor["response_metadata"]["next_cursor"]), **cursor}


def _readable(backend: Backend, arguments: Arguments) -> Channel:
    channel = visible(backend, arguments.required("channel"))
    require_scope_for(backend, channel, "history")
    if not is_member(backend, channel):
        raise SlackRefusal("not_in_channel")
    return channel


def _within(ts: str, arguments: Arguments) -> bool:
    oldest, latest = arguments.moment("oldest", 0), arguments.moment("latest", float("inf"))
    if arguments.flag("inclusive"):
        return oldest <= float(ts) <= latest
    return oldest < float(ts) < latest


def _type(channel: Channel) -> str:
    return "im" if channel.is_im else "private_channel" if channel.is_private else "public_channel"
