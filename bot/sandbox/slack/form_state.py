"""What a person has typed and chosen on one surface: the ``state`` of a view or a message."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from bot.sandbox.slack.block_kit import Control, controls
from bot.sandbox.slack.errors import Json

Place = tuple[str, str]
OPTIONS_KEPT: Final = 1000


@dataclass(frozen=True)
class Kind:
    """How one type of element appears in ``state.values``."""

    key: str
    initial: str | None
    empty: Any = None


KINDS: Final[dict[str, Kind]] = {
    "plain_text_input": Kind("value", "initial_value"),
    "email_text_input": Kind("value", "initial_value"),
    "url_text_input": Kind("value", "initial_value"),
    "number_input": Kind("value", "initial_value"),
    "file_input": Kind("files", None, ()),
    "static_select": Kind("selected_option", "initial_option"),
    "external_select": Kind("selected_option", "initial_option"),
    "radio_buttons": Kind("selected_option", "initial_option"),
    "checkboxes": Kind("selected_options", "initial_options", ()),
    "multi_static_select": Kind("selected_options", "initial_options", ()),
    "multi_external_select": Kind("selected_options", "initial_options", ()),
    "users_select": Kind("selected_user", "initial_user"),
    "multi_users_select": Kind("selected_users", "initial_users", ()),
    "conversations_select": Kind("selected_conversation", "initial_conversation"),
    "multi_conversations_select": Kind("selected_conversations", "initial_conversations", ()),
    "channels_select": Kind("selected_channel", "initial_channel"),
    "multi_channels_select": Kind("selected_channels", "initial_channels", ()),
    "datepicker": Kind("selected_date", "initial_date"),
    "timepicker": Kind("selected_time", "initial_time"),
}


class FormState:
    """The values of the elements of some blocks.

    An element that was already there, of the same type and under the same block_id and action_id, keeps its
    value: initial values are for new elements only. A choice that is no longer offered is gone.
    """

    def __init__(
        self, blocks: Sequence[Json], *, channel_id: str | None = None, previous: "FormState | None" = None
    ) -> None:
        self._channel_id: str | None = channel_id if previous is None else previous._channel_id
        self.loaded: dict[Place, list[Json]] = {} if previous is None else previous.loaded
        self.fields = {control.place: control for control in controls(blocks) if control.type in KINDS}
        self._values = {place: self._initial(control) for place, control in self.fields.items()}
        if previous is not None:
            kept = (place for place, control in self.fields.items() if self._keeps(control, previous))
            self._values |= {place: previous._values[place] for place in kept}

    def value(self, place: Place) -> Any:
        """Return what the element holds, None or an empty list when that is nothing."""
        value = self._values[place]
        return list(value) if isinstance(value, tuple) else value

    def put(self, place: Place, value: Any) -> bool:
        """Hold another value; return whether it is another."""
        before, self._values[place] = self._values[place], value
        return bool(before != value)

    def entry(self, place: Place) -> Json:
        """Return one element's part of ``state.values``."""
        kind = self.fields[place].type
        return {"type": kind, KINDS[kind].key: self.value(place)}

    def values(self) -> dict[str, dict[str, Json]]:
        """Return ``state.values``: block_id → action_id → what it holds."""
        state: dict[str, dict[str, Json]] = {}
        for block_id, action_id in self.fields:
            state.setdefault(block_id, {})[action_id] = self.entry((block_id, action_id))
        return state

    def missing(self) -> list[Control]:
        """Return the required inputs that hold nothing."""
        return [control for place, control in self.fields.items() if control.required and not self.value(place)]

    def options(self, place: Place) -> list[Json]:
        """Return what the element offers to choose from, as far as it is known.

        What is chosen already, or was from the start, can be chosen again although the app's latest answer to a
        search does not name it.
        """
        element = self.fields[place].element
        if listed := offered(element):
            return listed
        initial = element.get(KINDS[self.fields[place].type].initial or "")
        known: dict[str, Json] = {}
        for one in (*self.loaded.get(place, ()), *_several(self.value(place)), *_several(initial)):
            known.setdefault(one["value"], one)
        return list(known.values())

    def remember(self, place: Place, options: list[Json]) -> None:
        """Keep what the app answered to a search, before what it answered earlier."""
        earlier = [one for one in self.loaded.get(place, ()) if one not in options]
        self.loaded[place] = [*options, *earlier][:OPTIONS_KEPT]

    def _initial(self, control: Control) -> Any:
        kind, element = KINDS[control.type], control.element
        value = element.get(kind.initial or "", kind.empty)
        if not value and element.get("default_to_current_conversation") and self._channel_id:
            return [self._channel_id] if kind.empty == () else self._channel_id
        return value

    def _keeps(self, control: Control, previous: "FormState") -> bool:
        before = previous.fields.get(control.place)
        if before is None or before.type != control.type:
            return False
        choices = offered(control.element)
        return not choices or all(one in choices for one in _several(previous._values[control.place]))


def _several(value: Any) -> list[Any]:
    """Return what an element holds as a list, be it one thing, several or nothing."""
    return list(value) if isinstance(value, list | tuple) else [] if value is None else [value]


def offered(element: Json) -> list[Json]:
    """Return the options that stand in an element itself, whether grouped or not."""
    groups = element.get("option_groups", [])
    return [*element.get("options", []), *(option for group in groups for option in group["options"])]
