"""What is said to the bot, and by whom: everything else that Slack tells of messages is nobody's wish."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from slack_bolt.kwargs_injection.async_args import AsyncArgs

from bot.slack.payloads import workspace_of
from bot.slack.views.message import is_direct

MENTION, MESSAGE, DIRECT = "app_mention", "message", "im"
SAID = (None, "file_share", "thread_broadcast")
"""Kinds of messages in which a person says something; the others are joins, edits, deletions, bots and the like."""
SLACKBOT = "USLACKBOT"

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Spoken:
    """A message to the bot. ``event_id`` is the same however often Slack tells of it; ``text`` is mrkdwn."""

    event_id: str
    workspace_id: str
    channel_id: str
    user_id: str
    message_id: str
    text: str
    files: tuple[Json, ...] = ()
    thread_id: str | None = None
    """The thread that it is a reply in; None for a message that begins one, if anything does."""
    bot_user_id: str = ""

    @property
    def key(self) -> str:
        """Return what the request that comes of it is known by, so that a message is one request."""
        return f"event:{self.event_id}"

    @property
    def root_id(self) -> str:
        """Return the thread that the answer belongs to."""
        return self.thread_id or self.message_id


def spoken_in(args: AsyncArgs) -> Spoken | None:
    """Return what an event says to the bot, if it does."""
    event = args.event or {}
    if is_direct(str(event.get("channel") or "")):  # as a message, whether or not it mentions the bot
        is_heard = event.get("type") == MESSAGE and event.get("channel_type") == DIRECT
    else:  # channels are heard where the bot is mentioned, and nowhere else
        is_heard = event.get("type") == MENTION
    is_new = not event.get("edited") and not event.get("hidden")
    if not is_heard or not is_new or not is_said_by_person(event, own=args.context.bot_user_id):
        return None
    return spoken(args, event, event_id=str(args.body["event_id"]), channel_id=str(event["channel"]))


def spoken(args: AsyncArgs, message: Json, *, event_id: str, channel_id: str) -> Spoken:
    """Return a message as what is said to the bot."""
    thread_id, message_id = message.get("thread_ts"), str(message["ts"])
    return Spoken(
        event_id=event_id,
        workspace_id=workspace_of(args),
        channel_id=channel_id,
        user_id=str(message["user"]),
        message_id=message_id,
        text=str(message.get("text") or ""),
        files=files_of(message),
        thread_id=str(thread_id) if thread_id and thread_id != message_id else None,
        bot_user_id=args.context.bot_user_id or "",
    )


def is_said_by_person(message: Json, *, own: str | None) -> bool:
    """Whether a person said this: no bot, and not ourselves."""
    user_id = message.get("user")
    is_person = bool(user_id) and user_id not in (own, SLACKBOT) and not message.get("bot_id")
    return is_person and message.get("subtype") in SAID and bool(message.get("ts"))


def files_of(message: Json) -> tuple[Json, ...]:
    """Return the files of a message."""
    files = message.get("files")
    listed = files if isinstance(files, Sequence) and not isinstance(files, str) else ()
    return tuple(file for file in listed if isinstance(file, Mapping))
