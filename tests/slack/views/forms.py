"""The form as it stands on a screen, for the tests of what it shows and of what is read in it."""

import json
from typing import Any

from bot.slack.form.drafts import Draft, Origin
from bot.slack.views.form.brand import BrandPicker, Empty, Loading, Ready, Unreachable
from bot.slack.views.form.cost import Means
from bot.slack.views.form.form import form
from bot.slack.views.form.subject import EditedImage
from tests.slack.views.judge import approve_view, of_type
from tests.slack.views.samples import brands

CHANNEL = Origin(channel_id="C123", thread_id="1.0", brand="acme")
READY = Ready(brands(3))
PICKERS = [Loading(), READY, Ready(brands(2), "No brand is called “<x>”."), Unreachable("Not & now."), Empty()]
INPUTS = ["prompt", "brand", "ratio", "model", "size", "variants", "preview"]
EDIT_INPUTS = ["prompt", "model", "size"]


def shown(
    draft: Draft | None = None,
    origin: Origin = CHANNEL,
    picker: BrandPicker = READY,
    means: Means | None = None,
    refusal: str = "",
    subject: EditedImage | None = None,
) -> dict[str, Any]:
    view = form(draft or Draft(), origin, picker=picker, means=means or Means(), subject=subject, refusal=refusal)
    return approve_view(view)


def asked_for(view: dict[str, Any]) -> list[str]:
    """Return the inputs in their order, but for those of references."""
    return [name for name in inputs(view) if not name.startswith("reference_")]


def on_screen(view: dict[str, Any], **chosen: Any) -> dict[str, Any]:
    """Return the view as Slack sends it back, with its initial values and then what was chosen."""
    values: dict[str, Any] = {}
    for block_id, block in inputs(view).items():
        element = block["element"]
        state = {"type": element["type"], **_initial(element)}
        values[block_id] = {element["action_id"]: state | chosen.get(block_id, {})}
    return json.loads(json.dumps({**view, "state": {"values": values}}))  # type: ignore[no-any-return]


def _initial(element: dict[str, Any]) -> dict[str, Any]:
    match element["type"]:
        case "multi_static_select" | "multi_external_select" | "checkboxes":
            return {"selected_options": element.get("initial_options") or []}
        case "file_input":
            return {"files": []}
        case _:
            return {"value": element.get("initial_value"), "selected_option": element.get("initial_option")}


def inputs(view: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {block["block_id"]: block for block in of_type(view, "input")}
