"""A person: writes, reads, opens things and waits for them; what their hands do is in ``hands``."""

import html
import re
from collections.abc import Sequence

from bot.sandbox.slack.delivery.answers import Answer
from bot.sandbox.slack.errors import Json, PersonCannot
from bot.sandbox.slack.files import SlackFile
from bot.sandbox.slack.hands import Hands
from bot.sandbox.slack.messages import Message
from bot.sandbox.slack.payloads import event
from bot.sandbox.slack.screen import show_command_answer
from bot.sandbox.slack.views import View
from bot.sandbox.slack.waiting import until
from bot.sandbox.slack.workspace import Channel


class Person(Hands):
    """One member of the workspace."""

    @property
    def ephemerals(self) -> list[Message]:
        """Return the messages only this person sees, oldest first."""
        return [message for message in self._backend.workspace.ephemerals if message.ephemeral_for == self.id]

    def direct_messages(self) -> list[Message]:
        """Return what was said between this person and the bot, oldest first."""
        channel = self._backend.workspace.find_direct_channel(self.id)
        return list(channel.messages) if channel else []

    async def command(self, channel: str, command: str, text: str = "") -> Answer:
        """Type a slash command into a channel, or to the bot itself with ``@bloom``."""
        place = self._writable(channel)
        payload = self._payloads.command(place, command, text)
        answer = await self._deliver("slash_commands", payload)
        return await show_command_answer(self._backend, self.id, place, command, answer)

    async def say(
        self, channel: str, text: str, *, thread_ts: str | None = None, files: Sequence[SlackFile] = ()
    ) -> Message:
        """Write a message; the app hears of it where it is mentioned, or spoken to directly."""
        place = self._writable(channel)
        workspace = self._backend.workspace
        shown = [self._backend.files.payload(file) for file in files]
        message = Message(
            place.id, workspace.new_ts(), self.id, self._linked(text), [], thread_ts=thread_ts, files=shown
        )
        workspace.post(message)
        if (heard := self._heard_as(place, message.text)) is not None:
            said = message.payload(workspace.team.id) | heard | {"channel": place.id}
            await self._event({**said, "event_ts": message.ts})
        return message

    async def shortcut(self, callback_id: str) -> Answer:
        """Choose a global shortcut from the menu."""
        return await self._deliver("interactive", self._payloads.shortcut(callback_id))

    async def message_shortcut(self, callback_id: str, message: Message) -> Answer:
        """Choose a shortcut from a message's own menu."""
        self._look_at(message)
        return await self._deliver("interactive", self._payloads.message_shortcut(callback_id, message))

    async def open_home(self, tab: str = "home") -> Answer:
        """Open the app's home, or its messages tab."""
        channel = self._backend.workspace.direct_channel(self.id)
        opened: Json = {
            "type": "app_home_opened",
            "user": self.id,
            "channel": channel.id,
            "tab": tab,
            "event_ts": self._backend.workspace.new_ts(),
        }
        if tab == "home" and self.home is not None:
            opened["view"] = self.home.payload(self._backend.workspace.team, self._backend.workspace.app)
        return await self._event(opened)

    async def wait_for_view(self, callback_id: str | None = None, *, seconds: float = 3.0) -> View:
        """Wait until a modal is in front of this person, optionally a certain one."""

        def visible() -> View | None:
            view = self.open_view
            return view if view is not None and callback_id in (None, view.callback_id) else None

        found = await until(self._backend.workspace.changes, visible, seconds)
        if found is None:
            shown = self.open_view.callback_id if self.open_view else "no view"
            raise TimeoutError(f"{self.name} waited {seconds} s for {callback_id or 'a view'} and sees {shown}")
        return found

    def upload(self, name: str, data: bytes) -> SlackFile:
        """Pick a file from this person's disk, for a file input or a message."""
        file = SlackFile(self._backend.workspace.new_id("F"), name, self.id, len(data), data=data, completed=True)
        return self._backend.files.add(file)

    def _writable(self, reference: str) -> Channel:
        workspace = self._backend.workspace
        channel = workspace.direct_channel(self.id) if reference.startswith("@") else workspace.channel(reference)
        if self.id not in channel.members or channel.is_archived:
            raise PersonCannot(f"{self.name} cannot write in {channel.name}")
        return channel

    def _linked(self, text: str) -> str:
        """Return text as Slack keeps it: escaped, with mentions of members as links."""

        def link(match: re.Match[str]) -> str:
            member = self._backend.workspace.find_person(match[1])
            return f"<@{member.id}>" if member else match[0]

        return re.sub(r"@(\w+)", link, html.escape(text, quote=False))

    def _heard_as(self, channel: Channel, text: str) -> Json | None:
        app = self._backend.workspace.app
        subscribed = self._backend.settings.subscribed_events
        if channel.is_im:
            return {"type": "message", "channel_type": "im"} if "message.im" in subscribed else None
        mentioned = f"<@{app.bot_user_id}>" in text and app.bot_user_id in channel.members
        return {"type": "app_mention"} if mentioned and "app_mention" in subscribed else None

    async def _event(self, inner: Json) -> Answer:
        return await self._deliver("events_api", event(self._backend, inner))
