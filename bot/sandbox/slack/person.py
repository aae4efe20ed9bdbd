"""A person: reads, opens and awaits things; what they write is in ``composer``, what they click in ``hands``."""

from bot.sandbox.slack.composer import Composer
from bot.sandbox.slack.delivery.answers import Answer
from bot.sandbox.slack.errors import Json, PersonCannot
from bot.sandbox.slack.files import SlackFile, from_disk
from bot.sandbox.slack.messages import Message
from bot.sandbox.slack.payloads import shown
from bot.sandbox.slack.views import View
from bot.sandbox.slack.waiting import until


class Person(Composer):
    """One member of the workspace."""

    @property
    def ephemerals(self) -> list[Message]:
        """Return the messages only this person sees, oldest first."""
        return [message for message in self._backend.workspace.ephemerals if message.ephemeral_for == self.id]

    def direct_messages(self) -> list[Message]:
        """Return what was said between this person and the bot, oldest first."""
        channel = self._backend.workspace.find_direct_channel(self.id)
        return list(channel.messages) if channel else []

    def edit(self, message: Message, text: str) -> None:
        """Change what this person said; the app hears of it in their own conversation with it."""
        self._own(message)
        message.revise(self._linked(text), [])
        message.edited = {"user": self.id, "ts": self._backend.workspace.new_ts()}
        self._backend.workspace.edited(message)

    def delete(self, message: Message) -> None:
        """Take back what this person said."""
        self._own(message)
        self._backend.workspace.delete(message)

    def _own(self, message: Message) -> None:
        if message.user_id != self.id or message.deleted:
            raise PersonCannot(f"{self.name} did not say that")

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
            opened["view"] = shown(self._backend, self.home)
        return await self._event(opened)

    async def wait_for_view(self, callback_id: str | None = None, *, seconds: float = 3.0) -> View:
        """Wait until a modal is in front of this person, optionally a certain one."""

        def visible() -> View | None:
            view = self.open_view
            return view if view is not None and callback_id in (None, view.callback_id) else None

        found = await until(self._backend.workspace.changes, visible, seconds)
        if found is None:
            seen = self.open_view.callback_id if self.open_view else "no view"
            raise TimeoutError(f"{self.name} waited {seconds} s for {callback_id or 'a view'} and sees {seen}")
        return found

    def upload(self, name: str, data: bytes) -> SlackFile:
        """Pick a file from this person's disk, for a file input or a message."""
        return self._backend.files.add(from_disk(self._backend.workspace.new_id("F"), name, self.id, data))
