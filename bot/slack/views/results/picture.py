"""One image in a message of ours: the picture itself, the line under it, and its buttons.

All text of a message together may have about 12,000 characters, and a set has twelve images: what they are called, and
where they are, shares that room. Links that do not fit become buttons, whose addresses do not count.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from slack_sdk.models.blocks import ActionsBlock, Block, ImageBlock

from bot.core.derivations import Made
from bot.core.models import Operation, Showing
from bot.slack.views.buttons import link_button
from bot.slack.views.message import channel, context, escape_within, is_address, is_direct, link, mention, shorten
from bot.slack.views.pictures import shown_by
from bot.slack.views.results.actions import actions_of
from bot.slack.views.wording import BLOOM_URL, brand_text, ratio_text

ALT_PROMPT_LIMIT = 200
ROOM = 2700
"""Characters, escaped, that the alt texts of a message have together, and the links as well."""
SHARE_URL_LIMIT = 150
OPEN_ORIGINAL, OPEN_SVG, OPEN_BLOOM = "Open original", "Open the SVG", "Open Bloom"
SVG_HERE = "The SVG is in this thread."
DELETED = "{image} was deleted by {who}."
_KINDS = {
    Operation.EDIT: "Edited image",
    Operation.REMOVE_BACKGROUND: "Image without its background",
    Operation.VECTORIZE: "Vector image",
}


@dataclass(frozen=True, slots=True)
class Picture:
    """An image, and the message that shows it. ``neighbours`` are the images of the message, itself included."""

    made: Made
    showing: Showing | None = None
    shares: Sequence[Showing] = ()
    """Where else it was shown since, as its preview says."""
    share_urls: Mapping[Showing, str] = field(default_factory=dict)
    neighbours: int = 1
    channel_name: str = ""

    @property
    def is_link(self) -> bool:
        """Whether Slack took neither the image nor our file."""
        return self.showing is not None and self.showing.is_link and self.made.image.deleted_by is None


def picture_blocks(picture: Picture) -> list[Block]:
    """Return the blocks of one image, three at most; of a deleted one, who did that."""
    made = picture.made
    if deleted_by := made.image.deleted_by:
        return [context(DELETED.format(image=subject(made), who=mention(deleted_by)))]
    caption = _caption(picture)
    blocks = (_image(picture), context(caption) if caption else None, _actions(picture))
    return [block for block in blocks if block]


def label(made: Made) -> str:
    """Return what tells an image from its neighbours: "Image 2 of 4", of a set "9:16 · story"; nothing if alone."""
    number, count = _position(made)
    if made.generation.request.parameters.further_ratios and made.order.aspect_ratio:
        shape = ratio_text(made.order.aspect_ratio)
        return f"{shape} · {number} of {count}" if count > 1 else shape
    return f"Image {number} of {count}" if count > 1 else ""


def subject(made: Made) -> str:
    """Return what an image is called in a sentence: "Image 2", "The image in 9:16"."""
    number, count = _position(made)
    name = f"Image {number}" if count > 1 else "The image"
    return f"{name} in {made.order.aspect_ratio}" if made.generation.request.parameters.further_ratios else name


def _position(made: Made) -> tuple[int, int]:
    """Return which one it is of those that were made of the same order, and how many those are."""
    generation, order = made.generation, made.order
    same = [image.id for image in generation.pictures if generation.order_of(image.id) == order]
    return same.index(made.image.id) + 1, len(same)


def _image(picture: Picture) -> ImageBlock | None:
    shown = shown_by(picture.made.image, picture.showing)
    return ImageBlock(**shown, alt_text=_alt_text(picture)) if shown else None


def _alt_text(picture: Picture) -> str:
    """Say what the image shows, its shape and its brand."""
    made = picture.made
    number, count = _position(made)
    name = _KINDS.get(made.order.operation, "Image") + (f" {number} of {count}" if count > 1 else "")
    shape = f" in {made.ratio}" if made.ratio else ""
    shows = shorten(made.image.description or made.order.prompt, ALT_PROMPT_LIMIT)
    text = f"{name}{shape} for {brand_text(made.generation.request.brand_name)}: {shows}"
    return escape_within(text, ROOM // picture.neighbours)


def _caption(picture: Picture) -> str:
    made, showing, image = picture.made, picture.showing, picture.made.image
    is_alone = showing is not None and showing.shared_by is not None
    facts = ["" if is_alone else label(made), _link(picture)]
    if image.width and image.height:
        facts.append(f"{image.width} × {image.height}")
    if showing and showing.vector_id:
        facts.append(SVG_HERE)
    facts.append(_shared(picture))
    return " · ".join(fact for fact in facts if fact)


def _link(picture: Picture) -> str:
    """Return the link to the image; nothing where a button leads there, to Bloom where nothing else can."""
    opened = link(picture.made.image.url or "", _open_text(picture.made))
    if opened.startswith("<") and len(opened) <= ROOM // picture.neighbours:
        return opened
    return "" if _is_opened_by_button(picture) else link(BLOOM_URL, OPEN_BLOOM)


def _is_opened_by_button(picture: Picture) -> bool:
    url = picture.made.image.url or ""
    opened = link(url, _open_text(picture.made))
    is_said = opened.startswith("<") and len(opened) <= ROOM // picture.neighbours
    return not is_said and is_address(url, ImageBlock.image_url_max_length)


def _open_text(made: Made) -> str:
    return OPEN_SVG if made.order.operation is Operation.VECTORIZE else OPEN_ORIGINAL


def _shared(picture: Picture) -> str:
    """Return where a preview was shared last."""
    if not picture.shares:
        return ""
    last = picture.shares[-1]
    where = "in a direct message" if is_direct(last.channel_id) else f"to {channel(last.channel_id)}"
    url = picture.share_urls.get(last, "")
    opened = f" · {link(url, 'Open it there')}" if 0 < len(url) <= SHARE_URL_LIMIT else ""
    others = len(picture.shares) - 1
    more = f" and {others} more {'time' if others == 1 else 'times'}" if others else ""
    return f"Shared {where}{more}{opened}"


def _actions(picture: Picture) -> ActionsBlock | None:
    made, showing, request = picture.made, picture.showing, picture.made.generation.request
    opened = link_button(_open_text(made), "original", made.image.url or "") if _is_opened_by_button(picture) else None
    return actions_of(
        made,
        is_preview=request.is_preview and not (showing and showing.shared_by),
        channel_id=request.channel_id,
        is_shared=bool(picture.shares),
        channel_name=picture.channel_name,
        more=[opened] if opened else [],
    )
