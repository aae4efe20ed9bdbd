"""What a person may type or choose in one element: Slack's screen lets nothing else through."""

import re
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from bot.sandbox.slack.backend import Backend
from bot.sandbox.slack.block_kit import Control
from bot.sandbox.slack.errors import Json, PersonCannot
from bot.sandbox.slack.files import SlackFile
from bot.sandbox.slack.form_state import KINDS, FormState
from bot.sandbox.slack.workspace import Channel

LONGEST: Final = 3000
_EMAIL: Final = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_URL: Final = re.compile(r"https?://\S+")
_DATE: Final = re.compile(r"\d{4}-\d{2}-\d{2}")
_TIME: Final = re.compile(r"\d{2}:\d{2}")


def accept_input(backend: Backend, form: FormState, control: Control, wanted: Any) -> Any:
    """Return what the element holds after a person enters this, or raise why they cannot."""
    kind = KINDS[control.type]
    if wanted is None or wanted in ("", []):
        return kind.empty
    if kind.empty is None:
        return _one(backend, form, control, wanted)
    several = wanted if isinstance(wanted, list | tuple) else [wanted]
    most: int = control.element.get("max_selected_items") or control.element.get("max_files") or len(several)
    if len(several) > most:
        raise PersonCannot(f"{control.label!r} takes at most {most}")
    return [_one(backend, form, control, one) for one in several]


def option(offered: list[Json], control: Control, wanted: Any) -> Json:
    """Return the offered option with this value or these words."""
    for one in offered:
        if wanted in (one["value"], one["text"]["text"]):
            return one
    known = ", ".join(one["text"]["text"] for one in offered) or "nothing"
    raise PersonCannot(f"{control.label!r} offers {known}; not {wanted!r}")


def _one(backend: Backend, form: FormState, control: Control, wanted: Any) -> Any:
    if KINDS[control.type].key in ("selected_option", "selected_options"):
        return option(form.options(control.place), control, wanted)
    if "users" in control.type:
        return _user(backend, wanted)
    if "conversations" in control.type or "channels" in control.type:
        return _conversation(backend, control, wanted)
    if control.type == "file_input":
        return _file(backend, control, wanted)
    return _typed(control, wanted)


def _typed(control: Control, wanted: Any) -> str:
    """Return typed text that the element's own rules let through."""
    if not isinstance(wanted, str):
        raise PersonCannot(f"{control.label!r} takes text, not {wanted!r}")
    _CHECKS[control.type](control, wanted)
    return wanted


def _check_length(control: Control, text: str) -> None:
    longest = control.element.get("max_length", LONGEST)
    shortest = control.element.get("min_length", 0)
    if not shortest <= len(text) <= longest:
        raise PersonCannot(f"{control.label!r} takes {shortest} to {longest} characters; these are {len(text)}")


def _check_number(control: Control, text: str) -> None:
    element = control.element
    try:
        number = Decimal(text)
    except InvalidOperation:
        raise PersonCannot(f"{control.label!r} takes a number, not {text!r}") from None
    if not element["is_decimal_allowed"] and number != number.to_integral_value():
        raise PersonCannot(f"{control.label!r} takes a whole number, not {text}")
    lowest, highest = element.get("min_value", text), element.get("max_value", text)
    if not Decimal(lowest) <= number <= Decimal(highest):
        raise PersonCannot(f"{control.label!r} takes {lowest} to {highest}, not {text}")


def _check_pattern(pattern: re.Pattern[str]) -> Callable[[Control, str], None]:
    def check(control: Control, text: str) -> None:
        if not pattern.fullmatch(text):
            raise PersonCannot(f"{control.label!r} does not take {text!r}")

    return check


_CHECKS: Final[dict[str, Callable[[Control, str], None]]] = {
    "plain_text_input": _check_length,
    "number_input": _check_number,
    "email_text_input": _check_pattern(_EMAIL),
    "url_text_input": _check_pattern(_URL),
    "datepicker": _check_pattern(_DATE),
    "timepicker": _check_pattern(_TIME),
}


def _user(backend: Backend, wanted: Any) -> str:
    member = backend.workspace.find_person(str(wanted))
    if member is None:
        raise PersonCannot(f"there is nobody called {wanted!r}")
    return member.id


def _conversation(backend: Backend, control: Control, wanted: Any) -> str:
    channel = backend.workspace.find_channel(str(wanted))
    if channel is None or not _admitted(control, channel):
        raise PersonCannot(f"{control.label!r} does not offer {wanted!r}")
    return channel.id


def _admitted(control: Control, channel: Channel) -> bool:
    kind = "im" if channel.is_im else "private" if channel.is_private else "public"
    if "channels" in control.type:
        return kind == "public"
    return kind in control.element.get("filter", {}).get("include", (kind,))


def _file(backend: Backend, control: Control, wanted: Any) -> Json:
    if not isinstance(wanted, SlackFile):
        raise PersonCannot(f"{control.label!r} takes an uploaded file, not {wanted!r}")
    filetypes = control.element.get("filetypes")
    if filetypes and wanted.name.rpartition(".")[2].lower() not in filetypes:
        raise PersonCannot(f"{control.label!r} takes {', '.join(filetypes)}; not {wanted.name}")
    return backend.files.payload(wanted)
