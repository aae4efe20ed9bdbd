"""Hands on the screen: typing, choosing, clicking and submitting, and nothing that Slack's screen would refuse."""

from collections.abc import Mapping
from typing import Any, Final

from bot.sandbox.slack.backend import Backend
from bot.sandbox.slack.block_kit import Control, check_options
from bot.sandbox.slack.delivery.answers import Answer, Delivery
from bot.sandbox.slack.errors import Json, PersonCannot, SlackRefusal
from bot.sandbox.slack.form_state import KINDS, FormState, offered
from bot.sandbox.slack.input_rules import accept_input, option
from bot.sandbox.slack.messages import Message
from bot.sandbox.slack.payloads import Payloads
from bot.sandbox.slack.screen import apply_submission
from bot.sandbox.slack.views import View

Surface = View | Message
CLICKED: Final = ("text", "value", "style", "url")
DEFAULT_QUERY_LENGTH: Final = 3


class Hands:
    """What one person does to views and messages."""

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

    async def fill(self, view: View, values: Mapping[str, Any] | None = None, /, **named: Any) -> None:
        """Type and choose, by block_id, action_id or label.

        What the app wants to hear of at once is sent to it, as from the real screen; typed text waits for
        ``press_enter`` unless the app asked for every character.
        """
        self._look_at(view)
        for key, wanted in {**(values or {}), **named}.items():
            control = self._control(view, key)
            if await self._enter(view, control, wanted) and control.speaks_up:
                await self._dispatch(view, control)

    async def press_enter(self, view: View, key: str) -> Answer:
        """Press the enter key in an input that tells the app of it."""
        self._look_at(view)
        control = self._control(view, key)
        if not control.dispatches:
            raise PersonCannot(f"{control.label!r} does not tell the app of the enter key")
        return await self._dispatch(view, control)

    async def submit(self, view: View, values: Mapping[str, Any] | None = None) -> Answer:
        """Fill in the rest and press the submit button."""
        await self.fill(view, values)
        if not view.definition.get("submit"):
            raise PersonCannot(f"the view {view.title!r} has no submit button")
        if empty := [control.label for control in view.form.missing()]:
            raise PersonCannot(f"required and empty: {', '.join(empty)}")
        answer = await self._deliver("interactive", self._payloads.submission(view))
        return await apply_submission(self._backend, view, answer)

    async def close_view(self, view: View, *, everything: bool = False) -> list[Answer]:
        """Press cancel, or the cross that closes everything; return the app's answers where it wants to know."""
        self._look_at(view)
        cleared = everything or bool(view.definition.get("clear_on_close"))
        if cleared:
            gone = self._backend.modals.clear(view)
        else:
            gone = [view]
            self._backend.modals.close(view)
        told = [self._payloads.closed(one, is_cleared=cleared) for one in gone if one.notifies_on_close]
        return [await self._deliver("interactive", payload) for payload in told]

    async def load_options(self, surface: Surface, key: str, query: str = "") -> list[Json]:
        """Type into an external select and return what the app offers."""
        self._look_at(surface)
        control = self._control(surface, key)
        if "external" not in control.type:
            raise PersonCannot(f"{control.label!r} does not ask the app for options")
        if len(query) < control.element.get("min_query_length", DEFAULT_QUERY_LENGTH):
            raise PersonCannot(f"{control.label!r} asks the app only after more than {len(query)} characters")
        answer = await self._deliver("interactive", self._payloads.suggestion(surface, control.place, query))
        try:
            options = check_options(answer.body) if answer.ok else []
        except SlackRefusal as refusal:
            raise PersonCannot(f"results for {control.label!r} cannot be shown: {refusal}") from refusal
        if not answer.ok:
            raise PersonCannot(f"results for {control.label!r} did not load: {answer.error}")
        self._form(surface).loaded[control.place] = options
        return options

    async def choose(self, surface: Surface, key: str, value: Any, *, confirm: bool = False) -> Answer:
        """Choose in a menu that tells the app at once."""
        self._look_at(surface)
        control = self._control(surface, key)
        if not control.dispatches:
            raise PersonCannot(f"{control.label!r} is sent with the form only: fill it in")
        _confirm(control, confirm)
        if control.type == "overflow":
            chosen = option(offered(control.element), control, value)
            return await self._act(surface, control, {"selected_option": chosen})
        await self._enter(surface, control, value)
        return await self._dispatch(surface, control)

    async def click(self, surface: Surface, key: str, *, confirm: bool = False) -> Answer:
        """Press a button, found by its action_id, block_id or words."""
        self._look_at(surface)
        control = self._control(surface, key, buttons=True)
        _confirm(control, confirm)
        clicked: Json = {name: control.element[name] for name in CLICKED if name in control.element}
        return await self._act(surface, control, clicked)

    async def _enter(self, surface: Surface, control: Control, wanted: Any) -> bool:
        """Enter something and return whether it changed anything."""
        if control.type not in KINDS:
            raise PersonCannot(f"nothing can be entered here: {control.type}")
        if "external" in control.type and wanted:
            await self._find_options(surface, control, wanted)
        form = self._form(surface)
        return form.put(control.place, accept_input(self._backend, form, control, wanted))

    async def _find_options(self, surface: Surface, control: Control, wanted: Any) -> None:
        """Open an external select and type what is looked for, unless it is on the screen already."""
        known = [
            word for one in self._form(surface).options(control.place) for word in (one["value"], one["text"]["text"])
        ]
        several = wanted if isinstance(wanted, list | tuple) else [wanted]
        if all(one in known for one in several):
            return
        shortest = control.element.get("min_query_length", DEFAULT_QUERY_LENGTH)
        await self.load_options(surface, control.place[1], str(several[0]) if shortest else "")

    async def _dispatch(self, surface: Surface, control: Control) -> Answer:
        return await self._act(surface, control, self._form(surface).entry(control.place))

    async def _act(self, surface: Surface, control: Control, what: Json) -> Answer:
        block_id, action_id = control.place
        action = {**what, "type": control.type, "block_id": block_id, "action_id": action_id}
        return await self._deliver("interactive", self._payloads.action(surface, action))

    def _form(self, surface: Surface) -> FormState:
        return surface.form if isinstance(surface, View) else surface.form_of(self.id)

    def _control(self, surface: Surface, key: str, *, buttons: bool = False) -> Control:
        there = [control for control in surface.controls if (control.type == "button") is buttons]
        for control in there:
            if key in (*control.place, control.label):
                return control
        known = ", ".join(control.label or control.place[1] for control in there) or "nothing of that sort"
        raise PersonCannot(f"there is no {key!r} here, but {known}")

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
        return await self._backend.courier.deliver(Delivery(kind, payload))


def _confirm(control: Control, confirmed: bool) -> None:
    if "confirm" in control.element and not confirmed:
        asked = control.element["confirm"]["text"]["text"]
        raise PersonCannot(f"{control.label!r} asks first: {asked!r}; confirm=True says yes")
