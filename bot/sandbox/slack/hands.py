"""Hands on the screen: typing, choosing, clicking and submitting, and nothing that Slack's screen would refuse."""

from collections.abc import Mapping
from typing import Any, Final

from bot.sandbox.slack.block_kit import Control, check_options
from bot.sandbox.slack.delivery.answers import Answer
from bot.sandbox.slack.errors import Json, PersonCannot, SlackRefusal
from bot.sandbox.slack.form_state import KINDS, offered
from bot.sandbox.slack.input_rules import Entry, option
from bot.sandbox.slack.looking import Key, Looking, Surface, Typed
from bot.sandbox.slack.screen import apply_submission, unshowable
from bot.sandbox.slack.views import View

CLICKED: Final = ("text", "value", "style", "url")
DEFAULT_QUERY_LENGTH: Final = 3
REQUIRED: Final = "Please complete this required field."


class Hands(Looking):
    """What one person does to views and messages."""

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

    def enter(self, surface: Surface, typed: Typed) -> dict[str, str]:
        """Put everything that is typed on a surface where it belongs, without a word to the app.

        Return what the screen does not take, by block_id. Elements that are no longer there do not matter.
        """
        self._look_at(surface)
        form, refused = self._form(surface), dict[str, str]()
        for place, control in form.fields.items():
            block_id, action_id = place
            if action_id not in typed.get(block_id, ()):
                continue
            try:
                form.put(place, self._accepted(surface, control, typed[block_id][action_id]))
            except PersonCannot as problem:
                refused |= problem.fields
        return refused

    async def press_enter(self, surface: Surface, key: Key) -> Answer:
        """Press the enter key in an input that tells the app of it."""
        self._look_at(surface)
        control = self._control(surface, key)
        if not control.dispatches:
            raise PersonCannot(f"{control.label!r} does not tell the app of the enter key")
        return await self._dispatch(surface, control)

    async def submit(self, view: View, values: Mapping[str, Any] | None = None) -> Answer:
        """Fill in the rest and press the submit button."""
        await self.fill(view, values)
        return await self._send_form(view, {})

    async def submit_typed(self, view: View, typed: Typed) -> Answer:
        """Press the submit button of a form in which all this is typed."""
        return await self._send_form(view, self.enter(view, typed))

    async def _send_form(self, view: View, refused: Mapping[str, str]) -> Answer:
        if not view.definition.get("submit"):
            raise PersonCannot(f"the view {view.title!r} has no submit button")
        missing = [control for control in view.form.missing() if control.place[0] not in refused]
        if missing or refused:
            empty = f"Still to fill in: {', '.join(control.label for control in missing)}."
            problem = empty if missing else "Some fields need another look."
            raise PersonCannot(problem, {**{control.place[0]: REQUIRED for control in missing}, **refused})
        with self._backend.modals.submitting(view):
            answer = await self._deliver("interactive", self._payloads.submission(view))
            return await apply_submission(self._backend, view, answer)

    async def close_view(self, view: View, *, everything: bool = False) -> list[Answer]:
        """Press cancel, or the cross that closes everything; return the app's answers where it wants to know."""
        self._look_at(view)
        if view is self.home:
            raise PersonCannot("The home tab is no window that can be closed.")
        cleared = everything or bool(view.definition.get("clear_on_close"))
        if cleared:
            gone = self._backend.modals.clear(view)
        else:
            gone = [view]
            self._backend.modals.close(view)
        told = [self._payloads.closed(one, is_cleared=cleared) for one in gone if one.notifies_on_close]
        return [await self._deliver("interactive", payload) for payload in told]

    async def load_options(self, surface: Surface, key: Key, query: str = "") -> list[Json]:
        """Type into an external select and return what the app offers."""
        answer = await self.ask_for_options(surface, key, query)
        if answer.problems:
            raise PersonCannot(f"results for {key!r} cannot be shown: {': '.join(answer.problems)}")
        if not answer.ok:
            raise PersonCannot(f"results for {key!r} did not load: {answer.error}")
        return check_options(answer.body)

    async def ask_for_options(self, surface: Surface, key: Key, query: str = "") -> Answer:
        """Type into an external select and return the app's answer; from now on its options can be chosen."""
        self._look_at(surface)
        control = self._control(surface, key)
        if "external" not in control.type:
            raise PersonCannot(f"{control.label!r} does not ask the app for options")
        if len(query) < control.element.get("min_query_length", DEFAULT_QUERY_LENGTH):
            raise PersonCannot(f"{control.label!r} asks the app only after more than {len(query)} characters")
        answer = await self._deliver("interactive", self._payloads.suggestion(surface, control.place, query))
        try:
            if answer.ok:
                self._form(surface).remember(control.place, check_options(answer.body))
        except SlackRefusal as refusal:
            return unshowable(self._backend, answer, refusal)
        return answer

    async def choose(self, surface: Surface, key: Key, value: Any, *, confirm: bool = False) -> Answer:
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

    async def act(
        self, surface: Surface, place: tuple[str, str], *, value: Any = None, enter: bool = False, confirm: bool = False
    ) -> Answer:
        """Use whatever is at a place: click it, choose in it, or tell the app of what was entered in it before."""
        control = self._control(surface, place)
        if control.type == "button":
            return await self.click(surface, place, confirm=confirm)
        if control.type == "overflow":
            return await self.choose(surface, place, value, confirm=confirm)
        if enter:
            return await self.press_enter(surface, place)
        self._look_at(surface)
        if not control.dispatches:
            raise PersonCannot(f"{control.label!r} is sent with the form only")
        if not control.speaks_up:
            raise PersonCannot(f"{control.label!r} tells the app of the enter key only")
        _confirm(control, confirm)
        return await self._dispatch(surface, control)

    async def click(self, surface: Surface, key: Key, *, confirm: bool = False) -> Answer:
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
        return self._form(surface).put(control.place, self._accepted(surface, control, wanted))

    def _accepted(self, surface: Surface, control: Control, wanted: Any) -> Any:
        return Entry(self._backend, self.id, self._form(surface), control).accept(wanted)

    async def _find_options(self, surface: Surface, control: Control, wanted: Any) -> None:
        """Open an external select, and type what is looked for unless it is on the screen by then."""
        shortest = control.element.get("min_query_length", DEFAULT_QUERY_LENGTH)
        for one in wanted if isinstance(wanted, list | tuple) else [wanted]:
            for query in ("", str(one)):
                if not self._offers(surface, control, one) and len(query) >= shortest:
                    await self.load_options(surface, control.place, query)

    def _offers(self, surface: Surface, control: Control, wanted: Any) -> bool:
        known = self._form(surface).options(control.place)
        return any(wanted in (one["value"], one["text"]["text"]) for one in known)

    async def _dispatch(self, surface: Surface, control: Control) -> Answer:
        return await self._act(surface, control, self._form(surface).entry(control.place))

    async def _act(self, surface: Surface, control: Control, what: Json) -> Answer:
        block_id, action_id = control.place
        action = {**what, "type": control.type, "block_id": block_id, "action_id": action_id}
        return await self._deliver("interactive", self._payloads.action(surface, action))


def _confirm(control: Control, confirmed: bool) -> None:
    if "confirm" in control.element and not confirmed:
        asked = control.element["confirm"]["text"]["text"]
        raise PersonCannot(f"{control.label!r} asks first: {asked!r}; confirm=True says yes")
