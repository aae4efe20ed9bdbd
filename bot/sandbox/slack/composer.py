"""What Slack does with what a person types below a conversation: a message, a command of the app, or one of its own."""

import html
import re
from collections.abc import Sequence
from typing import Final

from bot.sandbox.slack.delivery.answers import Answer
from bot.sandbox.slack.errors import Json, NoLongerThere, PersonCannot
from bot.sandbox.slack.events import event
from bot.sandbox.slack.files import SlackFile
from bot.sandbox.slack.hands import Hands
from bot.sandbox.slack.identity import Member
from bot.sandbox.slack.messages import Message
from bot.sandbox.slack.screen import show_command_answer, tell_privately
from bot.sandbox.slack.workspace import Channel

LONGEST: Final = 12_000
_REFERENCE: Final = re.compile(
    r"https?://[^\s<>|]*[^\s<>|.,;:!?'\")\]*_~`]"
    r"|(?<!\w)@(?P<person>\w+)"
    r"|(?<![\w#])#(?P<channel>[\w-]+)"
    r"|[&<>]"
)
"""What Slack keeps otherwise than it was typed."""
BUILT_IN: Final = ("/invite", "/remove")
UNKNOWN_COMMAND: Final = (
    "{} is not a valid command. In Slack, anything that begins with a / is a command. "
    "To send it as a message, put a space before the /."
)


class Composer(Hands):
    """A person who writes."""

    async def write(
        self, channel: str, text: str, *, thread_ts: str | None = None, files: Sequence[SlackFile] = ()
    ) -> Answer | Message:
        """Send what is typed in a composer; return the message, or the app's answer to a command.

        A command that Slack itself answers, or refuses, leaves the message that says so.
        """
        place = self._composer_of(channel)
        root = self._thread_root(place, thread_ts)
        if len(text) > LONGEST:
            raise PersonCannot(f"Messages may have up to {LONGEST:,} characters; this one has {len(text):,}.")
        if not text.startswith("/"):
            return await self._send(place, text, root, files)
        if files:
            raise PersonCannot("A command takes no files along.")
        name, _, rest = (*re.split(r"(\s+)", text, maxsplit=1), "", "")[:3]
        return await self._run(place, name.lower(), rest, root)

    async def command(self, channel: str, command: str, text: str = "") -> Answer:
        """Type a slash command into a channel, or to the bot itself with ``@bloom``."""
        return await self._command(self._writable(channel), command, text)

    async def say(
        self, channel: str, text: str, *, thread_ts: str | None = None, files: Sequence[SlackFile] = ()
    ) -> Message:
        """Write a message; the app hears of it where it is mentioned, or spoken to directly."""
        place = self._writable(channel)
        workspace = self._backend.workspace
        shown = self._backend.files.share(files)
        message = Message(
            place.id, workspace.new_ts(), self.id, self._linked(text), [], thread_ts=thread_ts, files=shown
        )
        workspace.post(message)
        if (heard := self._heard_as(place, message.text, has_files=bool(shown))) is not None:
            said = message.payload(workspace.team.id) | heard | {"channel": place.id}
            await self._event({**said, "event_ts": message.ts})
        return message

    async def _send(self, channel: Channel, text: str, root: str | None, files: Sequence[SlackFile]) -> Message:
        if not text.strip() and not files:
            raise PersonCannot("There is nothing to send yet.")
        return await self.say(channel.id, text.strip(), thread_ts=root, files=files)

    async def _run(self, channel: Channel, name: str, text: str, root: str | None) -> Answer | Message:
        backend = self._backend
        is_known = backend.installation is not None and backend.settings.manifest.has_command(name)
        if not is_known and name not in BUILT_IN:
            return self._whisper(channel, UNKNOWN_COMMAND.format(name), root)
        if root is not None:
            return self._whisper(channel, f"{name} is not supported in threads. Sorry!", root)
        if is_known:
            return await self._command(channel, name, text.strip())
        return self._change_members(channel, name, text.strip())

    async def _command(self, channel: Channel, command: str, text: str) -> Answer:
        answer = await self._deliver("slash_commands", self._payloads.command(channel, command, text))
        return await show_command_answer(self._backend, self.id, channel, command, answer)

    def _change_members(self, channel: Channel, command: str, who: str) -> Message:
        """Invite someone, or remove them, as ``/invite @Bloom`` and ``/remove @Bloom`` do."""
        member = self._backend.workspace.find_person(who) if who.startswith("@") else None
        if channel.is_im:
            return self._whisper(channel, f"{command} works in channels only.")
        if member is None or member.deleted:
            return self._whisper(channel, f"Whom? Type it like this: {command} @{self._backend.workspace.app.name}")
        return (self._invite if command == "/invite" else self._remove)(channel, member)

    def _invite(self, channel: Channel, member: Member) -> Message:
        if member.id in channel.members:
            return self._whisper(channel, f"<@{member.id}> is already in this channel.")
        self._backend.workspace.join(channel.id, member.id)
        return self._note(channel, member, "added to")

    def _remove(self, channel: Channel, member: Member) -> Message:
        if member.id not in channel.members:
            return self._whisper(channel, f"<@{member.id}> is not in this channel.")
        if member.id == self.id:
            return self._whisper(channel, "You cannot remove yourself from a channel.")
        self._backend.workspace.leave(channel.id, member.id)
        return self._note(channel, member, "removed from")

    def _note(self, channel: Channel, member: Member, what: str) -> Message:
        workspace = self._backend.workspace
        text = f"was {what} <#{channel.id}|{channel.name}> by <@{self.id}>"
        return workspace.post(Message(channel.id, workspace.new_ts(), member.id, text, []))

    def _whisper(self, channel: Channel, text: str, thread_ts: str | None = None) -> Message:
        return tell_privately(self._backend, self.id, channel, text, thread_ts)

    def _composer_of(self, reference: str) -> Channel:
        """Return the conversation if there is anything to write in below it."""
        manifest = self._backend.settings.manifest
        channel = self._writable(reference)
        if channel.is_im and (manifest.messages_are_read_only or not manifest.has_messages):
            raise PersonCannot("Sending messages to this app has been turned off.")
        return channel

    def _thread_root(self, channel: Channel, ts: str | None) -> str | None:
        if ts is None:
            return None
        parent = self._backend.workspace.find_message(channel.id, ts)
        if parent is None:
            raise NoLongerThere("That message is no longer there.")
        return parent.thread_ts or parent.ts

    def _writable(self, reference: str) -> Channel:
        workspace = self._backend.workspace
        own = reference.startswith("@")
        channel = workspace.direct_channel(self.id) if own else workspace.find_channel(reference)
        if channel is None or (channel.is_private and self.id not in channel.members):
            raise PersonCannot(f"there is no channel {reference!r}")
        if self.id not in channel.members or channel.is_archived:
            raise PersonCannot(f"{self.name} cannot write in {channel.name}")
        return channel

    def _linked(self, text: str) -> str:
        """Return text as Slack keeps it: escaped, with addresses, people and channels as links."""
        return _REFERENCE.sub(self._link, text)

    def _link(self, match: re.Match[str]) -> str:
        workspace, escaped = self._backend.workspace, html.escape(match[0], quote=False)
        if match["person"]:
            return self._called(match[0]) or escaped
        if match["channel"]:
            channel = workspace.find_channel(match[0])
            return f"<#{channel.id}|{channel.name}>" if channel and channel.is_seen_by(self.id) else escaped
        return f"<{escaped}>" if match[0].startswith("http") else escaped

    def _called(self, reference: str) -> str | None:
        """Return a person or a group as Slack keeps whom somebody calls upon."""
        workspace = self._backend.workspace
        if (member := workspace.find_person(reference)) is not None:
            return f"<@{member.id}>"
        group = workspace.user_groups.find(reference)
        return f"<!subteam^{group.id}|@{group.handle}>" if group and not group.is_disabled else None

    def _heard_as(self, channel: Channel, text: str, *, has_files: bool) -> Json | None:
        app = self._backend.workspace.app
        if channel.is_im:
            subtype = {"subtype": "file_share"} if has_files else {}
            said = {"type": "message", "channel_type": "im", **subtype}
            return said if self._backend.hears("message.im") else None
        mentioned = f"<@{app.bot_user_id}>" in text and app.bot_user_id in channel.members
        return {"type": "app_mention"} if mentioned and self._backend.hears("app_mention") else None

    async def _event(self, inner: Json) -> Answer:
        return await self._deliver("events_api", event(self._backend, inner))
