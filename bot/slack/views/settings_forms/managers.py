"""Who is a manager beside those whom Slack and the installation make one."""

from collections.abc import Mapping
from typing import Any

from slack_sdk.models.blocks import UserMultiSelectElement

from bot.slack.views.buttons import Field
from bot.slack.views.inputs import entry
from bot.slack.views.message import section
from bot.slack.views.settings_forms.frame import Opened, field_block, settings_form

CALLBACK_ID = "settings_managers"
TITLE = "Managers"
MANAGERS_LIMIT = 20
"""People who may be chosen; the picker stays readable."""
WHAT = (
    "Managers connect and disconnect Bloom, look after its brands, decide its defaults and limits, and can cancel "
    "anybody's images. Admins and owners of this workspace, and whoever installed Bloom, always may."
)
HINT = "Whoever is new here is told by direct message."


def form(opened: Opened) -> dict[str, Any]:
    """Return the form with those who were named."""
    element = UserMultiSelectElement(
        action_id=Field.MANAGERS,
        placeholder="Choose people",
        initial_users=list(opened.seen) or None,
        max_selected_items=max(MANAGERS_LIMIT, len(opened.seen)),
    )
    people = field_block(Field.MANAGERS, opened, "Also managers", element, hint=HINT, optional=True)
    return settings_form(CALLBACK_ID, TITLE, opened, [section(WHAT), people])


def read(view: Mapping[str, Any]) -> frozenset[str]:
    """Return who was chosen."""
    return frozenset(entry(view, Field.MANAGERS).get("selected_users") or ())
