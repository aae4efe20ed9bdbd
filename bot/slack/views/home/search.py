"""The field that a page is searched by: sent with Enter on the Home tab, with the modal's button in a modal."""

from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from slack_sdk.models.blocks import InputBlock, PlainTextInputElement
from slack_sdk.models.blocks.basic_components import DispatchActionConfig

from bot.slack.views.buttons import ActionId

LONGEST = 100


def search_field(query: str, label: str, placeholder: str) -> InputBlock:
    """Return the field with what is looked for.

    Its id tells what that is: so what somebody types stays while the page is drawn anew behind them, and gives way
    when something else is looked for.
    """
    element = PlainTextInputElement(
        action_id=ActionId.SEARCH,
        placeholder=placeholder,
        initial_value=query or None,
        max_length=LONGEST,
        dispatch_action_config=DispatchActionConfig(trigger_actions_on=["on_enter_pressed"]),
    )
    block_id = f"{ActionId.SEARCH}:{sha256(query.encode()).hexdigest()[:8]}"
    return InputBlock(block_id=block_id, label=label, element=element, dispatch_action=True, optional=True)


def typed_in(view: Mapping[str, Any]) -> str | None:
    """Return what stands in the field; None where there is none."""
    for fields in ((view.get("state") or {}).get("values") or {}).values():
        if ActionId.SEARCH in fields:
            return (fields[ActionId.SEARCH].get("value") or "").strip()[:LONGEST]
    return None
