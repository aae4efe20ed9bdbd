"""Bringing an image into other shapes: which ones, and what that costs."""

from collections.abc import Mapping, Sequence
from typing import Any

from slack_sdk.models.blocks import Block, ImageElement, InputBlock
from slack_sdk.models.blocks.block_elements import StaticMultiSelectElement

from bot.core.derivations import Made
from bot.core.models import AspectRatio
from bot.slack.views.buttons import Field
from bot.slack.views.form.cost import COST_BLOCK, Means, ask_for, price, yes
from bot.slack.views.inputs import entry, member
from bot.slack.views.menus import option
from bot.slack.views.message import context, modal, section
from bot.slack.views.results.subject import Wish, about, told
from bot.slack.views.wording import credits_text, ratio_text

CALLBACK_ID = "resize"
TITLE = "Resize this image"
LABEL = "New shapes"
HINT = "Bloom redraws the image in each shape. Several shapes come in one reply, in the order you choose them."
MISSING = "Choose a shape."
SAME = "This image has the shape {ratio} already. Choose others."
EACH = "{credits} for each shape"
RESIZE = "Resize"


def resize_form(
    made: Made,
    wish: Wish,
    means: Means,
    ratios: Sequence[AspectRatio] = (),
    *,
    picture: ImageElement | None = None,
    refusal: str = "",
) -> dict[str, Any]:
    """Return the form with these shapes chosen; ``refusal``, in mrkdwn, says why it could not be sent as it is."""
    credits = len(ratios)
    is_asked = means.confirm_above is not None and means.confirm_above < credits <= wish.confirmed
    blocks: list[Block] = [section(f":no_entry: {refusal}", "refusal")] if refusal else []
    blocks += [ask_for(credits, means.confirm_above or 0)] if is_asked else []
    blocks += [about(made, picture), _shapes(made, ratios)]
    blocks.append(
        price(credits, means) if ratios else context(EACH.format(credits=credits_text(1)), block_id=COST_BLOCK)
    )
    return modal(
        CALLBACK_ID,
        TITLE,
        blocks,
        close="Cancel",
        submit=yes(credits) if is_asked else RESIZE,
        private_metadata=wish.model_dump_json(),
    )


def read(view: Mapping[str, Any]) -> tuple[AspectRatio, ...]:
    """Return the shapes in the order they were chosen in."""
    chosen = entry(view, Field.NEW_RATIOS).get("selected_options") or ()
    found = (member(AspectRatio, str(one.get("value"))) for one in chosen)
    return tuple(dict.fromkeys(ratio for ratio in found if ratio is not None))


def errors(made: Made, ratios: Sequence[AspectRatio]) -> dict[str, str]:
    """Return a sentence at the field where Bloom would refuse what was chosen."""
    if not ratios:
        return {Field.NEW_RATIOS: MISSING}
    return {Field.NEW_RATIOS: SAME.format(ratio=made.ratio)} if made.ratio in ratios else {}


def refused(sentence: str) -> dict[str, Any]:
    """Return what the form becomes when the image cannot be resized after all; ``sentence`` is mrkdwn."""
    return told(CALLBACK_ID, TITLE, sentence)


def _shapes(made: Made, ratios: Sequence[AspectRatio]) -> InputBlock:
    options = {ratio: option(ratio.value, ratio_text(ratio)) for ratio in made.other_ratios}
    element = StaticMultiSelectElement(
        action_id=Field.NEW_RATIOS,
        placeholder="Choose one or more",
        options=list(options.values()),
        initial_options=[options[ratio] for ratio in ratios if ratio in options] or None,
    )
    return InputBlock(block_id=Field.NEW_RATIOS, label=LABEL, element=element, hint=HINT, dispatch_action=True)
