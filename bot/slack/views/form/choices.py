"""What there is to choose in the form beside the prompt and the brand, and how many images the choices make."""

from collections.abc import Mapping

from slack_sdk.models.blocks import (
    Block,
    CheckboxesElement,
    ConversationSelectElement,
    InputBlock,
    Option,
    StaticMultiSelectElement,
    StaticSelectElement,
)

from bot.core.models import VARIANT_LIMIT, ImageModel, ImageSize
from bot.slack.form.drafts import Draft, Origin
from bot.slack.views.buttons import Field
from bot.slack.views.command_errors import too_many_images
from bot.slack.views.menus import CHANNELS, MODELS, RATIOS, SIZES
from bot.slack.views.message import context, is_direct, warning
from bot.slack.views.wording import images_count

SET_BLOCK = "set"
VARIANTS = tuple(str(number) for number in range(1, VARIANT_LIMIT + 1))
PREVIEW = Option(
    value=Field.PREVIEW,
    text="Show it to me first",
    description="It comes as a direct message. You share it from there, or discard it.",
)


def choose_shapes(draft: Draft) -> InputBlock:
    """Ask for the shapes; none lets Bloom choose."""
    choices = {value: Option(value=value, text=text) for value, text in RATIOS.items()}
    element = StaticMultiSelectElement(
        action_id=Field.RATIO,
        placeholder="Let Bloom choose",
        options=list(choices.values()),
        initial_options=[choices[shape] for shape in draft.shapes or ()] or None,
    )
    return InputBlock(
        block_id=Field.RATIO,
        label="Shapes",
        element=element,
        hint="Several make a set: the same prompt in every shape, in this order.",
        optional=True,
        dispatch_action=True,
    )


def choose_model(draft: Draft) -> InputBlock:
    """Ask for the model."""
    return select_one(Field.MODEL, "Model", MODELS, draft.model or ImageModel.PRO)


def choose_size(draft: Draft) -> InputBlock:
    """Ask for the size."""
    return select_one(Field.SIZE, "Size", SIZES, draft.size or ImageSize.SIZE_2K, dispatches=True)


def choose_variants(draft: Draft) -> InputBlock:
    """Ask how many images, of each shape."""
    options = {number: images_count(int(number)) for number in VARIANTS}
    return select_one(Field.VARIANTS, "How many", options, str(draft.variants), dispatches=True)


def choose_preview(draft: Draft) -> InputBlock:
    """Ask whether only the person is to see it first."""
    element = CheckboxesElement(
        action_id=Field.PREVIEW, options=[PREVIEW], initial_options=[PREVIEW] if draft.is_preview else None
    )
    return InputBlock(block_id=Field.PREVIEW, label="Preview", element=element, optional=True)


def choose_channel(origin: Origin) -> InputBlock:
    """Ask where to post it."""
    suggested = origin.suggested_channel
    if suggested and is_direct(suggested):
        suggested = None  # the menu has none to choose
    element = ConversationSelectElement(
        action_id=Field.CHANNEL,
        placeholder="Choose a channel",
        initial_conversation=suggested,
        default_to_current_conversation=None if suggested else True,
        filter=CHANNELS,
    )
    return InputBlock(block_id=Field.CHANNEL, label="Post it in", element=element, dispatch_action=True)


def set_line(draft: Draft) -> list[Block]:
    """Return the line that says how many images a set has."""
    shapes = len(draft.shapes or ())
    if draft.is_too_many:
        return [context(warning(too_many_images(shapes, draft.variants)), block_id=SET_BLOCK)]
    count = f"{images_count(draft.image_count)} in {shapes} shapes, in one reply"
    return [context(count, block_id=SET_BLOCK)] if shapes > 1 else []


def select_one(
    field: Field, label: str, options: Mapping[str, str], chosen: str, *, dispatches: bool = False
) -> InputBlock:
    """Ask for one of a few options, by value, of which one is chosen already."""
    choices = {value: Option(value=value, text=text) for value, text in options.items()}
    element = StaticSelectElement(action_id=field, options=list(choices.values()), initial_option=choices[chosen])
    return InputBlock(block_id=field, label=label, element=element, dispatch_action=dispatches or None)
