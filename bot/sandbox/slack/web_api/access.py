"""What the bot may see and where it may write, by membership and scope."""

from bot.sandbox.slack.backend import Backend
from bot.sandbox.slack.errors import SlackRefusal
from bot.sandbox.slack.identity import Member
from bot.sandbox.slack.messages import Message
from bot.sandbox.slack.workspace import Channel


def require_scope(backend: Backend, scope: str) -> None:
    """Raise ``missing_scope`` unless the app was granted this one."""
    granted = backend.granted_scopes
    if granted is not None and scope not in granted:
        raise SlackRefusal("missing_scope", needed=scope, provided=",".join(sorted(granted)))


def require_scope_for(backend: Backend, channel: Channel, verb: str) -> None:
    """Require the scope of a verb for this kind of conversation, as in ``groups:history``."""
    kind = "im" if channel.is_im else "groups" if channel.is_private else "channels"
    require_scope(backend, f"{kind}:{verb}")


def is_member(backend: Backend, channel: Channel) -> bool:
    return backend.workspace.app.bot_user_id in channel.members


def visible(backend: Backend, reference: str) -> Channel:
    """Return a channel that the bot knows of; a private one it is not in does not exist for it."""
    channel = backend.workspace.channels.get(reference)
    if channel is None or (channel.is_private and not is_member(backend, channel)):
        raise SlackRefusal("channel_not_found")
    return channel


def writable(backend: Backend, reference: str, *, member_only: bool = False) -> Channel:
    """Return the conversation to post into: a channel's id or name, or a person's id for their messages."""
    workspace = backend.workspace
    if reference in workspace.members:
        channel = workspace.direct_channel(person(backend, reference).id)
    else:
        found = workspace.find_channel(reference)
        channel = visible(backend, found.id if found is not None else reference)
    if channel.is_archived:
        raise SlackRefusal("is_archived")
    anywhere = backend.grants("chat:write.public") and not member_only
    if not is_member(backend, channel) and not anywhere:
        raise SlackRefusal("not_in_channel")
    return channel


def person(backend: Backend, user_id: str) -> Member:
    """Return someone the bot can write to."""
    member = backend.workspace.members.get(user_id)
    if member is None:
        raise SlackRefusal("user_not_found")
    if member.is_bot:
        raise SlackRefusal("cannot_dm_bot")
    if member.deleted:
        raise SlackRefusal("user_disabled")
    return member


def own_message(backend: Backend, channel: Channel, ts: str, error: str) -> Message:
    """Return a message that the bot wrote, or raise ``error`` when someone else did."""
    message = backend.workspace.find_message(channel.id, ts)
    if message is None or message.deleted:
        raise SlackRefusal("message_not_found")
    if message.user_id != backend.workspace.app.bot_user_id:
        raise SlackRefusal(error)
    return message
