"""Looking at the screen: which views and messages are before a person, and where the elements in them are."""

from collections.abc import Mapping
from typing import Any

from bot.sandbox.slack.backend import Backend
from bot.sandbox.slack.block_kit import Control
from bot.sandbox.slack.delivery.answers import Answer, Delivery
from bot.sandbox.slack.errors import Json, NoLongerThere, PersonCannot
from bot.sandbox.slack.form_state import FormState
from bot.sandbox.slack.messages import Message
from bot.sandbox.slack.payloads import Payloads
from bot.sandbox.slack.views import View

Surface = View | Message
Key = str | tuple[str, str]
"""An element's block_id, action_id or words; or its place, block_id and action_id together."""
Typed = Mapping[str, Mapping[str, Any]]
"""What stands in the elements of a surface: block_id → action_id → text, option value, id, a list of these, or None."""


class Looking:
    """What one person sees, and can therefore use."""

    def __init__(self, backend: Backend, user_id: str) -> None:
        self._backend = backend
        self._member = backend.workspace.members[user_id]
        self._payloads = Payloads(backend, self._member)

    @property
    def id(self) -> str:
        return self._member.id

    @property
    def name(self) -> str:
        return self._member.name

    @property
    def open_view(self) -> View | None:
        """Return the modal in front of this person."""
        stack = self._backend.modals.stack(self.id)
        return stack[-1] if stack else None

    @property
    def home(self) -> View | None:
        """Return the app's home tab as published for this person."""
        return self._backend.workspace.homes.get(self.id)

    def _form(self, surface: Surface) -> FormState:
        return surface.form if isinstance(surface, View) else surface.form_of(self.id)

    def _control(self, surface: Surface, key: Key, *, buttons: bool = False) -> Control:
        if not isinstance(key, str):
            return self._at(surface, key)
        there = [control for control in surface.controls if (control.type == "button") is buttons]
        for control in there:
            if key in (*control.place, control.label):
                return control
        known = ", ".join(control.label or control.place[1] for control in there) or "nothing of that sort"
        raise PersonCannot(f"there is no {key!r} here, but {known}")

    def _at(self, surface: Surface, place: tuple[str, str]) -> Control:
        for control in surface.controls:
            if control.place == place:
                return control
        raise NoLongerThere("That is no longer there.")

    def _look_at(self, surface: Surface) -> None:
        """Raise unless this person can act on it right now."""
        if isinstance(surface, View):
            if surface is not self.home and surface is not self.open_view:
                raise PersonCannot(f"the view {surface.title!r} is not in front of {self.name}")
            return
        members = self._backend.workspace.channels[surface.channel_id].members
        if surface.deleted or surface.ephemeral_for not in (None, self.id) or self.id not in members:
            raise PersonCannot(f"{self.name} does not see that message")

    async def _deliver(self, kind: str, payload: Json) -> Answer:
        if self._backend.installation is None:
            raise PersonCannot("This app is not installed in this workspace.")
        return await self._backend.courier.deliver(Delivery(kind, payload))
