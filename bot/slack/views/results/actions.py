"""What people can do with an image: the row of buttons under it, each with the image's id."""

from collections.abc import Sequence

from slack_sdk.models.blocks import (
    ActionsBlock,
    ButtonElement,
    ConfirmObject,
    InteractiveElement,
    Option,
    OverflowMenuElement,
    PlainTextObject,
)

from bot.core.derivations import Made
from bot.core.models import Derivation
from bot.slack.views.buttons import ActionId, More, button
from bot.slack.views.message import NAME_LIMIT, is_direct, shorten

VARY, EDIT, RESIZE, SHARE = "Vary", "Edit…", "Resize…", "Share to…"
SHARE_HERE, SHARE_THERE, DISCARD = "Share to #{channel}", "Share to the channel", "Discard"
LABELS = {
    More.ENLARGE: "Make it in 4K",
    More.REMOVE_BACKGROUND: "Remove background",
    More.VECTORIZE: "Vectorize",
    More.REFERENCE: "Use as reference",
    More.DELETE: "Delete…",
}
GOES = "It is deleted here, at Bloom, and wherever you have shared it. What it cost stays spent."
_BUTTONS = (
    (Derivation.VARY, VARY, ActionId.VARY),
    (Derivation.EDIT, EDIT, ActionId.EDIT_IMAGE),
    (Derivation.RESIZE, RESIZE, ActionId.RESIZE),
)
DERIVATIONS = {
    More.ENLARGE: Derivation.ENLARGE,
    More.REMOVE_BACKGROUND: Derivation.REMOVE_BACKGROUND,
    More.VECTORIZE: Derivation.VECTORIZE,
    More.REFERENCE: Derivation.REFERENCE,
}


def actions_of(
    made: Made,
    *,
    is_preview: bool,
    channel_id: str | None,
    is_shared: bool,
    channel_name: str = "",
    more: Sequence[ButtonElement] = (),
) -> ActionsBlock | None:
    """Return the row under an image; nothing for one that is deleted.

    Of a preview that is not shared yet, ``channel_id`` is where that would be, and ``channel_name`` what people call
    it, as far as that is known: a button shows no id as a name. What there is ``more`` stands at the end.
    """
    if made.image.deleted_by:
        return None
    image_id = made.image.id
    can_go_there = is_preview and not is_shared and channel_id is not None and not is_direct(channel_id)
    shared = _share_here(image_id, channel_name) if can_go_there else button(SHARE, ActionId.SHARE, value=image_id)
    derived = [button(text, action, value=image_id) for kind, text, action in _BUTTONS if made.allows(kind)]
    elements: list[InteractiveElement] = [shared, *derived] if is_preview else [*derived, shared]
    if is_preview:
        elements.append(_discard(image_id))
    elements += [*_more(made, can_delete=not is_preview), *more]
    return ActionsBlock(block_id=f"image:{image_id}", elements=elements)


def _share_here(image_id: str, channel_name: str) -> ButtonElement:
    text = SHARE_HERE.format(channel=shorten(channel_name, NAME_LIMIT // 2)) if channel_name.strip() else SHARE_THERE
    return button(text, ActionId.SHARE_HERE, value=image_id, primary=True)


def _discard(image_id: str) -> ButtonElement:
    """Return the button that deletes a preview, once it is sure that this is meant."""
    sure = ConfirmObject(
        title="Discard this image?",
        text=PlainTextObject(text=GOES),
        confirm="Yes, discard",
        deny="Keep it",
        style="danger",
    )
    return ButtonElement(text=DISCARD, action_id=ActionId.DISCARD, value=image_id, confirm=sure)


def _more(made: Made, *, can_delete: bool) -> list[InteractiveElement]:
    """Return the menu of the other things to do; a button where there is only one, which hides behind no dots."""
    kinds = [kind for kind, derivation in DERIVATIONS.items() if made.allows(derivation)]
    kinds += [More.DELETE] if can_delete else []
    values = {kind: f"{kind}:{made.image.id}" for kind in kinds}
    if len(kinds) == 1:
        return [button(LABELS[kinds[0]], ActionId.MORE, value=values[kinds[0]])]
    options = [Option(value=value, text=PlainTextObject(text=LABELS[kind])) for kind, value in values.items()]
    return [OverflowMenuElement(action_id=ActionId.MORE, options=options)] if options else []
