"""What people put into the inputs of a form, as Slack tells of it: the same for every form."""

from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

from bot.slack.views.buttons import Field

T = TypeVar("T")


def has_answer(view: Mapping[str, Any], field: Field) -> bool:
    """Whether the form asks for it; what was left empty is an answer too."""
    return any(field in block for block in _values(view))


def entry(view: Mapping[str, Any], field: Field) -> Mapping[str, Any]:
    """Return what Slack says of one input, whatever the id of its block is; nothing when it says nothing."""
    found: Mapping[str, Any] | None = next((block[field] for block in _values(view) if field in block), None)
    return found or {}


def typed(view: Mapping[str, Any], field: Field) -> str:
    """Return what was typed, without the space around it."""
    return str(entry(view, field).get("value") or "").strip()


def chosen(view: Mapping[str, Any], field: Field) -> str | None:
    """Return the value of the option that was chosen."""
    return (entry(view, field).get("selected_option") or {}).get("value")


def member(members: Iterable[T], value: str | None) -> T | None:
    """Return the one that a value stands for; None for what another version of the bot offered."""
    return next((member for member in members if member == value), None)


def _values(view: Mapping[str, Any]) -> Iterable[Mapping[str, Any]]:
    values: Mapping[str, Mapping[str, Any]] = (view.get("state") or {}).get("values") or {}
    return filter(None, values.values())
