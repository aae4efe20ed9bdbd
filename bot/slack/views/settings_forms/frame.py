"""What the forms of settings share: where they were opened, what stands in them, and who was faster.

Slack keeps what is typed in an input of the same ids, whatever it is given later. A form that has to show what somebody
else has changed meanwhile is of another revision, which is part of the ids of its blocks.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pydantic import BaseModel, ConfigDict
from slack_sdk.models.blocks import Block, InputBlock, InputInteractiveElement

from bot.core.errors import ChangedMeanwhile
from bot.core.merging import fields_of
from bot.core.models import Brand
from bot.slack.views.buttons import Field
from bot.slack.views.decisions import value_text
from bot.slack.views.message import mention, modal, section

LABELS = {
    "brand_id": "Brand",
    "shape": "Shape",
    "model": "Model",
    "size": "Size",
    "channels": "Where",
    "people": "Who",
    "credits_per_month": "Credits a month, for the workspace",
    "credits_per_person": "Credits a month, for each person",
    "confirm_above": "Ask before spending more than",
}
FASTER = ":warning: {who} changed this while you had it open:"
YOURS = "What you chose stands below: *Save* puts it in place of that, *Cancel* leaves it."


class Opened(BaseModel):
    """What a form was opened over; travels in its ``private_metadata`` and holds no secret."""

    model_config = ConfigDict(frozen=True)

    revision: int = 0
    channel_id: str | None = None
    """Whose defaults are decided, unless those of the workspace."""
    is_new_channel: bool = False
    """Whether the channel is chosen in the form."""
    seen: tuple[str, ...] = ()
    """Who was a manager when the form was opened."""


def settings_form(callback_id: str, title: str, opened: Opened, blocks: Sequence[Block]) -> dict[str, Any]:
    """Return a form."""
    metadata = opened.model_dump_json(exclude_defaults=True)
    return modal(callback_id, title, blocks, close="Cancel", submit="Save", private_metadata=metadata)


def opened_over(view: Mapping[str, Any]) -> Opened:
    """Return what a form was opened over."""
    return Opened.model_validate_json(view.get("private_metadata") or "{}")


def field_block(
    field: Field,
    opened: Opened,
    label: str,
    element: InputInteractiveElement,
    *,
    hint: str | None = None,
    optional: bool = False,
) -> InputBlock:
    """Return an input of the form."""
    block_id = block_of(field, opened)
    return InputBlock(block_id=block_id, label=label, element=element, hint=hint, optional=optional or None)


def block_of(field: Field, opened: Opened) -> str:
    """Return the id of the block of an input, which errors are said at."""
    return f"{field}:{opened.revision}"


def faster(changed: ChangedMeanwhile | None, brands: Sequence[Brand]) -> list[Block]:
    """Say who has changed what meanwhile, above what somebody chose."""
    if changed is None:
        return []
    by = {changed.by.get(name) for name in changed.fields}
    only = by.pop() if len(by) == 1 else None
    who = mention(only) if only else "Other managers"
    return [section("\n".join([FASTER.format(who=who), *_changes(changed, brands), YOURS]))]


def _changes(changed: ChangedMeanwhile, brands: Sequence[Brand]) -> Iterator[str]:
    now = fields_of(changed.current)
    for name in sorted(changed.fields):
        field = name.rpartition(".")[2]
        said = value_text(field, now.get(name), brands, changed.current.limits.groups)
        yield f"• *{LABELS[field]}* is now {said}"
