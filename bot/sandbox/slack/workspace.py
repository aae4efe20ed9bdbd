"""The workspace itself: people, channels, messages and views, and the rules of who is in what.

It knows neither HTTP nor the app's tokens, so that a page can show it and a test can ask it.
"""

import itertools
import secrets
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

from bot.core.clock import Clock
from bot.sandbox.slack.changes import Change, ChangeFeed, ChangeKind
from bot.sandbox.slack.errors import Json
from bot.sandbox.slack.identity import App, Member, Team
from bot.sandbox.slack.messages import Message, thread_of
from bot.sandbox.slack.user_groups import UserGroups
from bot.sandbox.slack.views import View

MESSAGES_KEPT: Final = 2000
EPHEMERALS_KEPT: Final = 500


@dataclass(eq=False)
class Channel:
    """A channel, or a direct conversation between a person and the bot."""

    id: str
    name: str
    is_private: bool = False
    is_im: bool = False
    is_archived: bool = False
    members: set[str] = field(default_factory=set)
    messages: deque[Message] = field(default_factory=lambda: deque(maxlen=MESSAGES_KEPT))

    def is_seen_by(self, user_id: str) -> bool:
        """Tell whether someone can find it: they are in it, or it is open to all."""
        return user_id in self.members or not (self.is_private or self.is_im)

    def payload(self, app: App) -> Json:
        """Return the conversation object of conversations.info."""
        if self.is_im:
            (user_id,) = self.members - {app.bot_user_id}
            return {"id": self.id, "is_im": True, "user": user_id, "is_archived": self.is_archived}
        return {
            "id": self.id,
            "name": self.name,
            "name_normalized": self.name,
            "is_channel": not self.is_private,
            "is_group": self.is_private,
            "is_im": False,
            "is_mpim": False,
            "is_private": self.is_private,
            "is_archived": self.is_archived,
            "is_general": self.name == "general",
            "is_member": app.bot_user_id in self.members,
        }


class Workspace:
    """One Slack workspace: #general and #marketing with our bot in them, Mia, Sam, a group of each, and a secret.

    Ids are told apart by ``numbers``, which workspaces of one Slack share.
    """

    def __init__(
        self,
        clock: Clock,
        team: Team | None = None,
        app: App | None = None,
        numbers: Iterator[int] | None = None,
    ) -> None:
        self.clock = clock
        self.team = team or Team()
        self.app = app or App()
        self.changes = ChangeFeed()
        self.members: dict[str, Member] = {}
        self.channels: dict[str, Channel] = {}
        self.ephemerals: deque[Message] = deque(maxlen=EPHEMERALS_KEPT)
        self.open_views: dict[str, list[View]] = {}
        self.homes: dict[str, View] = {}
        self._numbers = numbers or itertools.count(1)
        self.user_groups = UserGroups(clock, self.new_id)
        self._latest_microsecond = 0
        self._furnish()

    def _furnish(self) -> None:
        self.members[self.app.bot_user_id] = Member(self.app.bot_user_id, self.app.name, is_bot=True)
        mia, sam = self.add_person("Mia", is_admin=True), self.add_person("Sam")
        for name in ("general", "marketing"):
            self.add_channel(name, people=(mia, sam))
        self.add_channel("secret-launch", private=True, bot=False, people=(mia, sam))
        self.user_groups.add("Design team", "design", people=(mia,))
        self.user_groups.add("Sales team", "sales", people=(sam,))

    def new_id(self, prefix: str) -> str:
        """Return an id like Slack's: a letter for the kind and nine capitals or digits."""
        return f"{prefix}0{next(self._numbers):09d}"

    def new_ts(self) -> str:
        """Return a message's time stamp, which is its name too: later than any before."""
        now = int(self.clock.now().timestamp() * 1_000_000)
        self._latest_microsecond = max(now, self._latest_microsecond + 100)
        seconds, rest = divmod(self._latest_microsecond, 1_000_000)
        return f"{seconds}.{rest:06d}"

    def new_hash(self) -> str:
        return f"{int(self.clock.now().timestamp())}.{secrets.token_hex(4)}"

    @property
    def messages(self) -> list[Message]:
        """Return every message there is, oldest first, without the ephemeral ones."""
        everything = (message for channel in self.channels.values() for message in channel.messages)
        return sorted(everything, key=lambda message: message.ts)

    def add_person(self, name: str, *, is_admin: bool = False, is_owner: bool = False) -> Member:
        member = Member(self.new_id("U"), name, is_admin=is_admin, is_owner=is_owner)
        self.members[member.id] = member
        return member

    def add_channel(
        self, name: str, *, private: bool = False, bot: bool = True, people: Iterable[Member] | None = None
    ) -> Channel:
        """Make a channel with these people in it, by default everyone."""
        everyone = [member for member in self.members.values() if not member.is_bot]
        ids = {member.id for member in (everyone if people is None else people)}
        members = ids | ({self.app.bot_user_id} if bot else set())
        channel = Channel(self.new_id("C"), name, is_private=private, members=members)
        self.channels[channel.id] = channel
        self._changed(channel)
        return channel

    def archive(self, channel: str) -> None:
        """Archive a channel: nobody can write there any more."""
        self.channel(channel).is_archived = True
        self._changed(self.channel(channel))

    def join(self, channel: str, member_id: str) -> None:
        self.channel(channel).members.add(member_id)
        self._changed(self.channel(channel))

    def leave(self, channel: str, member_id: str) -> None:
        self.channel(channel).members.discard(member_id)
        self._changed(self.channel(channel))

    def deactivate(self, person: str) -> None:
        """Let someone leave the company: they are in no channel and no group any more and cannot be written to."""
        member = self.member(person)
        member.deleted = True
        self.user_groups.leave(member.id)
        for channel in self.channels.values():
            if not channel.is_im and member.id in channel.members:
                self.leave(channel.id, member.id)

    def readmit_bot(self) -> None:
        """Let the bot work here again after it was deactivated; it is in no channel until someone invites it."""
        self.members[self.app.bot_user_id].deleted = False

    def find_channel(self, reference: str) -> Channel | None:
        """Find a channel by id, name or #name."""
        name = reference.removeprefix("#")
        named = (channel for channel in self.channels.values() if channel.name == name and not channel.is_im)
        return self.channels.get(reference) or next(named, None)

    def channel(self, reference: str) -> Channel:
        """Return a channel by id, name or #name; a test's typo is a KeyError."""
        if (found := self.find_channel(reference)) is None:
            raise KeyError(f"no channel {reference!r} in this workspace")
        return found

    def find_person(self, reference: str) -> Member | None:
        """Find a member by id, name or @name."""
        name = reference.removeprefix("@").lower()
        named = (member for member in self.members.values() if member.handle == name)
        return self.members.get(reference) or next(named, None)

    def member(self, reference: str) -> Member:
        """Return a member by id, name or @name; a test's typo is a KeyError."""
        if (found := self.find_person(reference)) is None:
            raise KeyError(f"nobody called {reference!r} in this workspace")
        return found

    def direct_channel(self, user_id: str) -> Channel:
        """Return the conversation between the bot and a person, opening it if need be."""
        if (channel := self.find_direct_channel(user_id)) is None:
            members = {user_id, self.app.bot_user_id}
            channel = Channel(self.new_id("D"), "directmessage", is_im=True, members=members)
            self.channels[channel.id] = channel
            self._changed(channel)
        return channel

    def find_direct_channel(self, user_id: str) -> Channel | None:
        theirs = (channel for channel in self.channels.values() if channel.is_im and user_id in channel.members)
        return next(theirs, None)

    def bot_message(self, channel_id: str, text: str, blocks: list[Json]) -> Message:
        """Build a message from the bot, not yet posted."""
        app = self.app
        return Message(channel_id, self.new_ts(), app.bot_user_id, text, blocks, bot_id=app.bot_id, app_id=app.id)

    def post(self, message: Message) -> Message:
        """Put a message where it belongs: into its channel, or before one person's eyes only."""
        if message.ephemeral_for is not None:
            self.ephemerals.append(message)
            self._tell("ephemeral.posted", message)
            return message
        channel = self.channels[message.channel_id]
        channel.messages.append(message)
        if message.is_reply and (parent := self.find_message(channel.id, message.thread_ts or "")):
            parent.reply_ts.append(message.ts)
        self._tell("message.posted", message)
        return message

    def edited(self, message: Message) -> None:
        """Tell everyone that a message looks different now."""
        self._tell("message.changed" if message.ephemeral_for is None else "ephemeral.changed", message)

    def delete(self, message: Message) -> None:
        """Take a message away; where it has replies, a word of it stays."""
        if message.reply_ts:
            message.bury()
            self.edited(message)
        else:
            message.deleted = True
            self._remove(message)
            self._tell("message.deleted" if message.ephemeral_for is None else "ephemeral.deleted", message)

    def _remove(self, message: Message) -> None:
        shelf = self.channels[message.channel_id].messages if message.ephemeral_for is None else self.ephemerals
        shelf.remove(message)
        parent = self.find_message(message.channel_id, message.thread_ts or "") if message.is_reply else None
        if parent is not None and message.ts in parent.reply_ts:
            parent.reply_ts.remove(message.ts)
            if parent.deleted:
                self.delete(parent)

    def find_message(self, channel_id: str, ts: str) -> Message | None:
        messages = self.channels[channel_id].messages
        return next((message for message in reversed(messages) if message.ts == ts), None)

    def thread(self, channel_id: str, ts: str) -> list[Message]:
        """Return a message and its replies, oldest first."""
        return thread_of(list(self.channels[channel_id].messages), ts)

    def _tell(self, kind: ChangeKind, message: Message) -> None:
        self.changes.tell(
            Change(kind, message.channel_id, message.ephemeral_for, message.ts, thread_ts=message.thread_ts)
        )

    def _changed(self, channel: Channel) -> None:
        self.changes.tell(Change("channel.changed", channel.id))
