"""Three-way merges of what a workspace has decided, so that managers who change it at once lose nothing.

A field has a name: ``defaults.brand_id``, ``channels.C1.model``, ``limits.people``. A set is merged one member after
another, except that the empty one is no smaller list but the choice of everybody: no merge may come to it by itself.
People and user groups are one such set, for either allows somebody.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final

from bot.core.models import Defaults, Limits, Preferences

DEFAULTS: Final = "defaults"
LIMITS: Final = "limits"
PEOPLE: Final = "limits.people"
GROUPS: Final = "limits.groups"
_CHANNELS: Final = "channels."

Fields = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Merge:
    """What came of a merge: ``merged`` has the wanted value wherever another one was chosen meanwhile."""

    merged: Preferences
    conflicts: frozenset[str]


def of_channel(channel_id: str) -> str:
    """Return what the names of the fields of a channel's defaults begin with."""
    return f"{_CHANNELS}{channel_id}"


def channel_of(owner: str) -> str | None:
    """Return the id of the channel that the fields are of, if they are a channel's."""
    return owner.removeprefix(_CHANNELS) if owner.startswith(_CHANNELS) else None


def fields_of(preferences: Preferences) -> dict[str, Any]:
    """Return every field by its name; those of a channel without choices are left out."""
    owners: dict[str, Defaults | Limits] = {DEFAULTS: preferences.defaults, LIMITS: preferences.limits}
    owners |= {of_channel(channel_id): defaults for channel_id, defaults in preferences.channels.items()}
    return {f"{owner}.{field}": value for owner, choices in owners.items() for field, value in asdict(choices).items()}


def changed_fields(before: Preferences, after: Preferences) -> tuple[str, ...]:
    """Return the names of the fields that differ, in order."""
    old, new = fields_of(before), fields_of(after)
    return tuple(name for name in _names(old, new) if old.get(name) != new.get(name))


def merge(base: Preferences, wanted: Preferences, current: Preferences) -> Merge:
    """Bring what was changed from ``base`` to ``wanted`` into ``current``."""
    old, mine, theirs = (_with_groups_among_people(fields_of(one)) for one in (base, wanted, current))
    values, conflicts = {}, set()
    for name in _names(theirs, mine):
        values[name], is_conflict = _merge_value(old.get(name), mine.get(name), theirs.get(name))
        if is_conflict:
            conflicts.add(name)
    groups = base.limits.groups | wanted.limits.groups | current.limits.groups
    values[GROUPS], values[PEOPLE] = values[PEOPLE] & groups, values[PEOPLE] - groups
    return Merge(_with_fields(current, values), frozenset(conflicts))


def _with_groups_among_people(fields: Fields) -> dict[str, Any]:
    together = {**fields, PEOPLE: fields[PEOPLE] | fields[GROUPS]}
    del together[GROUPS]
    return together


def _names(*fields: Fields) -> dict[str, None]:
    return dict.fromkeys(name for one in fields for name in one)


def _merge_value(old: Any, mine: Any, theirs: Any) -> tuple[Any, bool]:
    """Return the value, and whether mine would replace what somebody else chose."""
    if mine in (old, theirs):
        return theirs, False
    if theirs == old:
        return mine, False
    if isinstance(old, frozenset) and mine and theirs and (both := (theirs | (mine - old)) - (old - mine)):
        return both, False
    return mine, True


def _with_fields(preferences: Preferences, values: Fields) -> Preferences:
    owners: dict[str, dict[str, Any]] = defaultdict(dict)
    for name, value in values.items():
        owner, _, field = name.rpartition(".")
        owners[owner][field] = value
    channels = {channel_of(owner): Defaults(**choices) for owner, choices in owners.items() if channel_of(owner)}
    return preferences.but(
        defaults=Defaults(**owners[DEFAULTS]),
        limits=Limits(**owners[LIMITS]),
        channels={channel_id: chosen for channel_id, chosen in channels.items() if chosen != Defaults()},
    )
