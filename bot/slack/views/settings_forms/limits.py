"""Who may make images, where, and for how many credits."""

from collections.abc import Mapping, Sequence
from typing import Any

from slack_sdk.models.blocks import (
    Block,
    ConversationMultiSelectElement,
    ExternalDataMultiSelectElement,
    InputBlock,
    NumberInputElement,
    Option,
    UserMultiSelectElement,
)

from bot.core.errors import ChangedMeanwhile
from bot.core.models import Limits, Preferences, UserGroup
from bot.slack.views.buttons import Field
from bot.slack.views.inputs import entry, has_answer, typed
from bot.slack.views.menus import CHANNELS, option, options
from bot.slack.views.message import context, escape
from bot.slack.views.settings_forms.frame import LABELS, Opened, block_of, faster, field_block, settings_form

CALLBACK_ID = "settings_limits"
TITLE = "Limits"
LIST_LIMIT = 100
MOST = 1_000_000

CHANNELS_HINT = "Leave it empty to allow all. Otherwise only these channels and their threads, and no direct messages."
PEOPLE_HINT = "Leave this and the user groups empty to allow everybody. Managers always may."
CREDITS_HINT = "Leave it empty for no limit. Months are calendar months in UTC; images under way count."
PERSON_HINT = "Leave it empty for no limit."
CONFIRM_HINT = "Credits for one request. Leave it empty never to ask."
NO_GROUPS = "This workspace has no user groups to choose."
GROUPS_NEED_SCOPE = (
    "User groups can't be chosen: this app may not see them. An admin grants it (`usergroups:read`) by installing the "
    "app again."
)
GROUPS_UNKNOWN = "User groups can't be chosen just now: Slack doesn't say which there are. Those chosen before stay."
NOT_A_NUMBER = f"Type a whole number from 0 to {MOST:,}, or nothing."

_NUMBERS = {
    "credits_per_month": (Field.CREDITS_PER_MONTH, "No limit", CREDITS_HINT),
    "credits_per_person": (Field.CREDITS_PER_PERSON, "No limit", PERSON_HINT),
    "confirm_above": (Field.CONFIRM_ABOVE, "Never ask", CONFIRM_HINT),
}


def form(
    preferences: Preferences,
    opened: Opened,
    groups: Sequence[UserGroup] | str,
    *,
    changed: ChangedMeanwhile | None = None,
) -> dict[str, Any]:
    """Return the form, filled in; ``groups`` are the user groups, or why they are not known, in plain text."""
    limits = preferences.limits
    blocks: list[Block] = [*faster(changed, ()), _channels(opened, limits), _people(opened, limits)]
    blocks.append(_groups(opened, limits, groups))
    blocks += [_number(name, opened, getattr(limits, name)) for name in _NUMBERS]
    return settings_form(CALLBACK_ID, TITLE, opened, blocks)


def read(view: Mapping[str, Any], base: Limits) -> Limits:
    """Return what was chosen; what the form does not ask for stays as it was. Numbers are checked by `errors` first."""
    return Limits(
        channels=_ids(view, Field.LIMIT_CHANNELS, "selected_conversations", base.channels),
        people=_ids(view, Field.LIMIT_PEOPLE, "selected_users", base.people),
        groups=_groups_chosen(view, base.groups),
        credits_per_month=_amount(view, Field.CREDITS_PER_MONTH),
        credits_per_person=_amount(view, Field.CREDITS_PER_PERSON),
        confirm_above=_amount(view, Field.CONFIRM_ABOVE),
    )


def errors(view: Mapping[str, Any], opened: Opened) -> dict[str, str]:
    """Return a sentence for each input that holds no number."""
    fields = [field for field, *_ in _NUMBERS.values()]
    return {block_of(field, opened): NOT_A_NUMBER for field in fields if not _is_number(typed(view, field))}


def group_options(groups: Sequence[UserGroup], query: str) -> dict[str, list[dict[str, Any]]]:
    """Return the answer to a search among the user groups, at most 100 of them."""
    wanted = query.strip().removeprefix("@").casefold()
    found = [group for group in groups if wanted in group.name.casefold() or wanted in group.handle.casefold()]
    return options([_group_option(group.id, groups) for group in found])


def _channels(opened: Opened, limits: Limits) -> InputBlock:
    element = ConversationMultiSelectElement(
        action_id=Field.LIMIT_CHANNELS,
        placeholder="Everywhere",
        initial_conversations=sorted(limits.channels) or None,
        max_selected_items=max(LIST_LIMIT, len(limits.channels)),
        filter=CHANNELS,
    )
    return field_block(Field.LIMIT_CHANNELS, opened, LABELS["channels"], element, hint=CHANNELS_HINT, optional=True)


def _people(opened: Opened, limits: Limits) -> InputBlock:
    element = UserMultiSelectElement(
        action_id=Field.LIMIT_PEOPLE,
        placeholder="Everybody",
        initial_users=sorted(limits.people) or None,
        max_selected_items=max(LIST_LIMIT, len(limits.people)),
    )
    return field_block(Field.LIMIT_PEOPLE, opened, LABELS["people"], element, hint=PEOPLE_HINT, optional=True)


def _groups(opened: Opened, limits: Limits, groups: Sequence[UserGroup] | str) -> Block:
    if isinstance(groups, str):
        return context(escape(groups))
    if not groups and not limits.groups:
        return context(NO_GROUPS)
    element = ExternalDataMultiSelectElement(
        action_id=Field.LIMIT_GROUPS,
        placeholder="Search user groups",
        min_query_length=0,
        initial_options=[_group_option(group_id, groups) for group_id in sorted(limits.groups)] or None,
        max_selected_items=max(LIST_LIMIT, len(limits.groups)),
    )
    return field_block(Field.LIMIT_GROUPS, opened, "User groups", element, optional=True)


def _group_option(group_id: str, groups: Sequence[UserGroup]) -> Option:
    group = next((one for one in groups if one.id == group_id), None)
    text = f"{group.name} · @{group.handle}" if group else f"A user group that is gone ({group_id})"
    return option(group_id, text)


def _number(name: str, opened: Opened, value: int | None) -> InputBlock:
    field, placeholder, hint = _NUMBERS[name]
    element = NumberInputElement(
        action_id=field,
        is_decimal_allowed=False,
        initial_value=None if value is None else str(value),
        min_value="0",
        max_value=str(MOST),
        placeholder=placeholder,
    )
    return field_block(field, opened, LABELS[name], element, hint=hint, optional=True)


def _ids(view: Mapping[str, Any], field: Field, key: str, base: frozenset[str]) -> frozenset[str]:
    return frozenset(entry(view, field).get(key) or ()) if has_answer(view, field) else base


def _groups_chosen(view: Mapping[str, Any], base: frozenset[str]) -> frozenset[str]:
    if not has_answer(view, Field.LIMIT_GROUPS):
        return base
    return frozenset(one["value"] for one in entry(view, Field.LIMIT_GROUPS).get("selected_options") or ())


def _is_number(text: str) -> bool:
    return not text or (text.isascii() and text.isdigit() and int(text[:9]) <= MOST and len(text) < 9)


def _amount(view: Mapping[str, Any], field: Field) -> int | None:
    number = typed(view, field)
    return int(number) if number else None
