"""What a person may type or choose in one element: Slack's screen lets nothing else through.

What is refused is said in words that stand at the field.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from bot.sandbox.slack.backend import Backend
from bot.sandbox.slack.block_kit import Control
from bot.sandbox.slack.errors import Json, PersonCannot
from bot.sandbox.slack.files import SlackFile
from bot.sandbox.slack.form_state import KINDS, FormState
from bot.sandbox.slack.workspace import Channel

LONGEST: Final = 3000
MOST_FILES: Final = 10
LARGEST_FILE: Final = 10 * 1024 * 1024
"""Bytes that a file input takes, which is less than a message does."""
_EMAIL: Final = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_URL: Final = re.compile(r"https?://\S+")
_DATE: Final = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_TIME: Final = re.compile(r"\d{2}:\d{2}", re.ASCII)
_NUMBER: Final = re.compile(r"-?\d+(\.\d+)?", re.ASCII)


class NotTaken(Exception):
    """The words that stand at the field."""


@dataclass(frozen=True)
class Entry:
    """One person entering something in one element."""

    backend: Backend
    user_id: str
    form: FormState
    control: Control

    def accept(self, wanted: Any) -> Any:
        """Return what the element holds after this, or raise PersonCannot with the reason at its block."""
        try:
            return self._held(wanted)
        except NotTaken as reason:
            label, block_id = self.control.label or self.control.place[1], self.control.place[0]
            raise PersonCannot(f"{label}: {reason}", {block_id: str(reason)}) from None

    def _held(self, wanted: Any) -> Any:
        kind = KINDS[self.control.type]
        if wanted is None or wanted in ("", []):
            return kind.empty
        if kind.empty is None:
            return self._one(wanted)
        several = wanted if isinstance(wanted, list | tuple) else [wanted]
        element = self.control.element
        most = element.get("max_selected_items", len(several))
        if self.control.type == "file_input":
            most = element.get("max_files", MOST_FILES)
        if len(several) > most:
            raise NotTaken(f"Choose at most {most}.")
        return [self._one(one) for one in several]

    def _one(self, wanted: Any) -> Any:
        control = self.control
        if KINDS[control.type].key in ("selected_option", "selected_options"):
            return _option(self.form.options(control.place), wanted)
        if "users" in control.type:
            return self._user(wanted)
        if "conversations" in control.type or "channels" in control.type:
            return self._conversation(wanted)
        if control.type == "file_input":
            return self._file(wanted)
        return _typed(control, wanted)

    def _user(self, wanted: Any) -> str:
        member = self.backend.workspace.find_person(str(wanted))
        if member is None:
            raise NotTaken(f"There is nobody called {wanted}.")
        return member.id

    def _conversation(self, wanted: Any) -> str:
        channel = self.backend.workspace.find_channel(str(wanted))
        if channel is None or not channel.is_seen_by(self.user_id) or not _admitted(self.control, channel):
            raise NotTaken(f"There is no {wanted} to choose here.")
        return channel.id

    def _file(self, wanted: Any) -> Json:
        file = self.backend.files.find(wanted) if isinstance(wanted, str) else wanted
        if not isinstance(file, SlackFile) or file.user_id != self.user_id:
            raise NotTaken("Choose a file from your computer.")
        if file.size > LARGEST_FILE:
            raise NotTaken(f"Choose a file of up to {LARGEST_FILE // 2**20} MB.")
        filetypes = self.control.element.get("filetypes")
        if filetypes and file.name.rpartition(".")[2].lower() not in filetypes:
            raise NotTaken(f"Choose a file of type {', '.join(filetypes)}; {file.name} is none.")
        return self.backend.files.payload(file)


def option(offered: list[Json], control: Control, wanted: Any) -> Json:
    """Return the offered option with this value or these words, or raise PersonCannot."""
    try:
        return _option(offered, wanted)
    except NotTaken as reason:
        raise PersonCannot(f"{control.label or control.place[1]}: {reason}", {control.place[0]: str(reason)}) from None


def _option(offered: list[Json], wanted: Any) -> Json:
    by_words, by_value = ({name(one): one for one in reversed(offered)} for name in (_words, _value))
    if isinstance(wanted, str) and (found := by_value.get(wanted) or by_words.get(wanted)):
        return found
    known = ", ".join(one["text"]["text"] for one in offered) or "nothing"
    raise NotTaken(f"This menu offers {known}; not {wanted!r}.")


def _words(one: Json) -> str:
    return str(one["text"]["text"])


def _value(one: Json) -> str:
    return str(one["value"])


def _typed(control: Control, wanted: Any) -> str:
    """Return typed text that the element's own rules let through."""
    if not isinstance(wanted, str):
        raise NotTaken("Must be text.")
    _CHECKS[control.type](control, wanted)
    return wanted


def _check_length(control: Control, text: str) -> None:
    longest = control.element.get("max_length", LONGEST)
    shortest = control.element.get("min_length", 0)
    if len(text) > longest:
        raise NotTaken(f"Must be {_characters(longest)} or fewer; this is {len(text)}.")
    if len(text) < shortest:
        raise NotTaken(f"Must be at least {_characters(shortest)}.")


def _characters(count: int) -> str:
    return "1 character" if count == 1 else f"{count} characters"


def _check_number(control: Control, text: str) -> None:
    element = control.element
    if not _NUMBER.fullmatch(text):
        raise NotTaken("Must be a number.")
    number = Decimal(text)
    if not element["is_decimal_allowed"] and number != number.to_integral_value():
        raise NotTaken("Must be a whole number.")
    if number < Decimal(element.get("min_value", text)):
        raise NotTaken(f"Must be {element['min_value']} or more.")
    if number > Decimal(element.get("max_value", text)):
        raise NotTaken(f"Must be {element['max_value']} or less.")


def _check_pattern(pattern: re.Pattern[str], words: str) -> Callable[[Control, str], None]:
    def check(control: Control, text: str) -> None:
        if not pattern.fullmatch(text):
            raise NotTaken(words)

    return check


_CHECKS: Final[dict[str, Callable[[Control, str], None]]] = {
    "plain_text_input": _check_length,
    "number_input": _check_number,
    "email_text_input": _check_pattern(_EMAIL, "Must be an email address."),
    "url_text_input": _check_pattern(_URL, "Must be a link that starts with https:// or http://."),
    "datepicker": _check_pattern(_DATE, "Must be a date, as in 2026-11-22."),
    "timepicker": _check_pattern(_TIME, "Must be a time, as in 09:30."),
}


def _admitted(control: Control, channel: Channel) -> bool:
    kind = "im" if channel.is_im else "private" if channel.is_private else "public"
    if "channels" in control.type:
        return kind == "public"
    return kind in control.element.get("filter", {}).get("include", (kind,))
