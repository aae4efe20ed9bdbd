"""A message as Slack keeps it: what it says, shows and offers, and whom it called upon."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from bot.sandbox.slack.block_kit import Control, controls
from bot.sandbox.slack.errors import Json
from bot.sandbox.slack.form_state import FormState
from bot.sandbox.slack.identity import SLACKBOT

GONE: Final = "This message was deleted."
_PING = re.compile(r"<(![a-z]+|!subteam\^\w+|@[UW]\w+)(?:\|[^>]*)?>")


@dataclass(eq=False)
class Message:
    """One message; the same object for as long as it exists, whatever is edited."""

    channel_id: str
    ts: str
    user_id: str
    text: str
    blocks: list[Json]
    bot_id: str | None = None
    app_id: str | None = None
    thread_ts: str | None = None
    metadata: Json | None = None
    files: list[Json] = field(default_factory=list)
    edited: Json | None = None
    ephemeral_for: str | None = None
    broadcast: bool = False
    deleted: bool = False
    pings: list[str] = field(default_factory=list)
    reply_ts: list[str] = field(default_factory=list)
    forms: dict[str, FormState] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.note_pings()

    def note_pings(self) -> None:
        """Record everyone the text calls upon, be it now or after an edit."""
        found = (ping for words in (self.text, *mrkdwn_texts(self.blocks)) for ping in _PING.findall(words))
        called = [f"<{ping}>" for ping in found] + list(_rich_pings(self.blocks))
        self.pings.extend(ping for ping in dict.fromkeys(called) if ping not in self.pings)

    @property
    def images(self) -> list[str]:
        """Return the addresses of the image blocks."""
        return [block["image_url"] for block in self.blocks if "image_url" in block]

    @property
    def buttons(self) -> list[str]:
        """Return the words on the buttons."""
        return [control.label for control in self.controls if control.type == "button"]

    @property
    def controls(self) -> list[Control]:
        return list(controls(self.blocks))

    @property
    def is_reply(self) -> bool:
        return self.thread_ts is not None and self.thread_ts != self.ts

    def form_of(self, user_id: str) -> FormState:
        """Return what this person has chosen on the message so far."""
        return self.forms.setdefault(user_id, FormState(self.blocks))

    def revise(self, text: str, blocks: list[Json]) -> None:
        """Put other content in place; people keep what they had chosen in elements that remain."""
        self.text, self.blocks = text, blocks
        self.forms = {user: FormState(blocks, previous=form) for user, form in self.forms.items()}
        self.note_pings()

    def bury(self) -> None:
        """Leave only a word of it, for the sake of the replies beneath."""
        self.deleted, self.user_id, self.bot_id, self.app_id = True, SLACKBOT, None, None
        self.files, self.metadata = [], None
        self.revise(GONE, [])

    def lose(self, file_id: str) -> bool:
        """Leave only a word of a file that was deleted; return whether it was here."""
        lost = any(one["id"] == file_id for one in self.files)
        self.files = [{"id": file_id, "mode": "tombstone"} if one["id"] == file_id else one for one in self.files]
        return lost

    def payload(self, team_id: str, *, with_metadata: bool = False) -> Json:
        """Return the message as Slack's API and payloads show it."""
        shown: Json = {"type": "message", "user": self.user_id, "ts": self.ts, "text": self.text, "team": team_id}
        optional = {
            "bot_id": self.bot_id,
            "app_id": self.app_id,
            "thread_ts": self.thread_ts,
            "edited": self.edited,
            "blocks": self.blocks or None,
            "files": self.files or None,
            "metadata": self.metadata if with_metadata else None,
        }
        shown.update({key: value for key, value in optional.items() if value is not None})
        if self.deleted:
            shown |= {"subtype": "tombstone", "hidden": True}
        if self.broadcast:
            shown["subtype"] = "thread_broadcast"
        if self.reply_ts:
            shown |= {"reply_count": len(self.reply_ts), "latest_reply": self.reply_ts[-1], "thread_ts": self.ts}
        return shown


def mrkdwn_texts(value: object) -> Iterator[str]:
    """Yield every formatted text within blocks, in reading order."""
    if isinstance(value, dict):
        if value.get("type") == "mrkdwn":
            yield value["text"]
        for child in value.values():
            yield from mrkdwn_texts(child)
    elif isinstance(value, list):
        for child in value:
            yield from mrkdwn_texts(child)


def _rich_pings(value: object) -> Iterator[str]:
    match value:
        case {"type": "broadcast", "range": str(audience)}:
            yield f"<!{audience}>"
        case {"type": "user", "user_id": str(user_id)}:
            yield f"<@{user_id}>"
        case dict():
            yield from _rich_pings(list(value.values()))
        case list():
            for child in value:
                yield from _rich_pings(child)


def thread_of(messages: Sequence[Message], ts: str) -> list[Message]:
    """Return a message and its replies, oldest first."""
    return [message for message in messages if ts in (message.ts, message.thread_ts)]
