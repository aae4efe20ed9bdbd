"""How a change of what a workspace has decided stands on record: in plain words, old and new."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from bot.core.merging import LIMITS, changed_fields, channel_of, fields_of
from bot.core.models import ANY_RATIO, AuditAction, Preferences

NOTHING: Final = "none"
_WORDS: Final = {
    "brand_id": "brand",
    "model": "model",
    "shape": "aspect ratio",
    "size": "size",
    "channels": "channels",
    "people": "people",
    "groups": "user groups",
    "credits_per_month": "credits a month",
    "credits_per_person": "credits a person and month",
    "confirm_above": "confirm above",
}
_EVERY: Final = {"channels": "everywhere", "people": NOTHING, "groups": NOTHING}
"""What an empty list means; without people and groups, everybody may."""


@dataclass(frozen=True, slots=True)
class PreferenceChange:
    """One line of the record; ``subject`` is the channel whose defaults were changed."""

    action: AuditAction
    subject: str
    detail: str


def describe(before: Preferences, after: Preferences, brand_names: Mapping[str, str]) -> Iterator[PreferenceChange]:
    """Yield what was changed: the workspace's defaults, each channel's, and the limits."""
    old, new = fields_of(before), fields_of(after)
    details: dict[str, list[str]] = defaultdict(list)
    for name in changed_fields(before, after):
        owner, _, field = name.rpartition(".")
        was, now = (_said(field, values.get(name), brand_names) for values in (old, new))
        details[owner].append(f"{_WORDS[field]}: {was} → {now}")
    for owner, parts in details.items():
        action = AuditAction.LIMITS_CHANGED if owner == LIMITS else AuditAction.DEFAULTS_CHANGED
        yield PreferenceChange(action, channel_of(owner) or "", "; ".join(parts))


def _said(field: str, value: Any, brand_names: Mapping[str, str]) -> str:
    if isinstance(value, frozenset):
        return ", ".join(sorted(value)) or _EVERY[field]
    if value is None:
        return NOTHING
    if field == "brand_id":
        return brand_names.get(value, value)
    return "Bloom's choice" if value == ANY_RATIO else str(value)
