"""The form as it stands on a screen, for the tests of what it shows and of what is read in it."""

from typing import Any

from bot.slack.form.drafts import Draft, Origin
from bot.slack.views.form.cost import Means
from bot.slack.views.form.form import BrandPicker, Empty, Loading, Ready, Unreachable, form
from tests.slack.views.judge import approve_view, of_type
from tests.slack.views.samples import brands

CHANNEL = Origin(channel_id="C123", thread_id="1.0", brand="acme")
READY = Ready(brands(3))
PICKERS = [Loading(), READY, Ready(brands(2), "No brand is called “<x>”."), Unreachable("Not & now."), Empty()]
INPUTS = ["prompt", "brand", "ratio", "model", "size", "variants"]


def shown(
    draft: Draft | None = None,
    origin: Origin = CHANNEL,
    picker: BrandPicker = READY,
    means: Means | None = None,
    refusal: str = "",
) -> dict[str, Any]:
    return approve_view(form(draft or Draft(), origin, picker=picker, means=means or Means(), refusal=refusal))


def inputs(view: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {block["block_id"]: block for block in of_type(view, "input")}
