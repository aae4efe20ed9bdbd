"""The page of history: fields to look for images by, and the images, the newest first."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from slack_sdk.models.blocks import (
    ActionsBlock,
    Block,
    ButtonElement,
    DividerBlock,
    ExternalDataSelectElement,
    ImageBlock,
    ImageElement,
    InteractiveElement,
    UserSelectElement,
)

from bot.core.models import Brand, Derivation, Generation, Operation
from bot.slack.sights import Sight
from bot.slack.views.buttons import ActionId, button, link_button, open_form_button, row
from bot.slack.views.home.search import search_field
from bot.slack.views.menus import brand_option
from bot.slack.views.message import bold, channel, context, escape, is_address, is_direct, mention, section, shorten
from bot.slack.views.wording import brand_text, images_count, parameters_text

PAGE = 8
PROMPT_LENGTH = 300
ALT_LENGTH = 200

USE_AGAIN, GO_TO_THREAD = "Use again", "Go to thread"
OLDER, NEWER = "Older", "Newer"
CLEAR = "Show all"
NOTHING_YET = "*No images yet.* The first one appears here as soon as it is posted."
NOTHING_FITS = "No image matches."
NO_MORE = "There is nothing older."
DERIVED = {
    Derivation.VARY: "a variation of an earlier image",
    Derivation.ENLARGE: "an earlier image in 4K",
    Derivation.REFERENCE: "from an earlier image",
}
"""What their choices do not say of derived images."""
SEARCHING = "Looking for your colleagues' images…"
WHOSE = "You see your own images, and what was made in public channels."
OF_GUEST = "You see your own images."
ONLY_OWN = (
    ":warning: These are only your own: Slack doesn't say just now which other channels are public. "
    "Open this page again in a minute."
)


@dataclass(frozen=True, slots=True)
class Shown:
    """A generation on the page, and where its thread is: nothing while that is not known."""

    generation: Generation
    permalink: str = ""


@dataclass(frozen=True, slots=True)
class History:
    """What the page is made of."""

    sight: Sight
    images: Sequence[Shown] = ()
    has_older: bool = False
    is_guest: bool = False
    """Whether nobody else's images are open to this person, wherever they were made."""
    is_searching: bool = False
    """Whether it is not known yet what else there is for this person to see."""
    brands: Sequence[Brand] = field(default=())
    has_trouble: bool = False
    """Whether Slack does not say just now."""


def history(page: History) -> list[Block]:
    """Return the page."""
    blocks: list[Block] = [*_filters(page), DividerBlock()]
    for shown in page.images:
        blocks += [*_image(shown), DividerBlock()]
    if not page.images:
        blocks += _empty(page)
    blocks.append(context(_whose(page)))
    if turns := _turns(page):
        blocks.append(row(*turns))
    return blocks


def _filters(page: History) -> list[Block]:
    """Return the fields.

    The id of the menus tells what is chosen: they stay open while the page is drawn anew behind people, and show what
    holds when it is another.
    """
    sight = page.sight
    choices: list[InteractiveElement] = [_brand_menu(page), _person_menu(sight)]
    if _is_narrowed(sight):
        choices.append(button(CLEAR, ActionId.HISTORY_CLEAR))
    chosen = f"filters:{sight.brand_id or ''}:{sight.user_id or ''}"
    return [
        search_field(sight.query, "Words of the prompt", "lighthouse"),
        ActionsBlock(elements=choices, block_id=chosen),
    ]


def _brand_menu(page: History) -> ExternalDataSelectElement:
    chosen = page.sight.brand_id
    return ExternalDataSelectElement(
        action_id=ActionId.HISTORY_BRAND,
        min_query_length=0,
        placeholder="Any brand",
        initial_option=brand_option(chosen, page.brands) if chosen else None,
    )


def _person_menu(sight: Sight) -> UserSelectElement:
    return UserSelectElement(
        action_id=ActionId.HISTORY_PERSON, placeholder="Anybody", initial_user=sight.user_id or None
    )


def _image(shown: Shown) -> list[Block]:
    generation, buttons = shown.generation, _buttons(shown)
    prompt = escape(shorten(generation.request.parameters.prompt, PROMPT_LENGTH))
    words = "\n".join([_facts(generation), prompt, _chosen(generation)])
    return [section(words, accessory=_thumbnail(generation)), *([row(*buttons)] if buttons else [])]


def _chosen(generation: Generation) -> str:
    """Say what was chosen, what came of it, and what is left of that."""
    request, made = generation.request, len(generation.pictures)
    facts = [parameters_text(request.parameters, generation.spent_credits if generation.image_ids else None)]
    if request.source and (derived := DERIVED.get(request.source.derivation)):
        facts.append(derived)
    if made > 1:
        facts.append(images_count(made))
    if deleted := made - len(generation.present):
        facts.append(f"{deleted} deleted" if made > 1 else "deleted")
    return " · ".join(facts)


def _facts(generation: Generation) -> str:
    request = generation.request
    brand = bold(brand_text(request.brand_name))
    return f"{brand} · {mention(request.user_id)} {_where(generation)} · {_when(generation.created_at)}"


def _where(generation: Generation) -> str:
    request = generation.request
    channel_id = generation.place.channel_id if generation.place and not request.is_preview else request.channel_id
    if is_direct(channel_id):
        return "as a preview" if request.is_preview else "in a direct message"
    return f"as a preview for {channel(channel_id)}" if request.is_preview else f"in {channel(channel_id)}"


def _when(moment: datetime) -> str:
    """Return a moment where the reader is, in their words."""
    fallback = f"{moment:%B} {moment.day}, {moment.year}"
    return f"<!date^{int(moment.timestamp())}^{{date_short_pretty}}, {{time}}|{fallback}>"


def _thumbnail(generation: Generation) -> ImageElement | None:
    """Return the first image that is there still; none of vectors, which Slack does not show."""
    request = generation.request
    first = next((image.url for image in generation.present), None) or ""
    is_vector = request.parameters.operation is Operation.VECTORIZE
    if is_vector or not is_address(first, ImageBlock.image_url_max_length):
        return None
    words = f"Image for {brand_text(request.brand_name)}: {shorten(request.parameters.prompt, ALT_LENGTH)}"
    return ImageElement(image_url=first, alt_text=escape(words))


def _buttons(shown: Shown) -> list[ButtonElement]:
    """Return what can be done: the form holds only what starts from no image."""
    generation_id, operation = shown.generation.id, shown.generation.request.parameters.operation
    is_of_form = operation is Operation.GENERATE
    buttons = [button(USE_AGAIN, ActionId.USE_AGAIN, value=generation_id)] if is_of_form else []
    if shown.permalink:
        buttons.append(link_button(GO_TO_THREAD, f"thread:{generation_id}", shown.permalink))
    return buttons


def _empty(page: History) -> list[Block]:
    if page.is_searching and not page.has_trouble:
        return []
    if page.sight.trail:
        return [section(NO_MORE)]
    if _is_narrowed(page.sight):
        return [section(NOTHING_FITS)]
    return [section(NOTHING_YET), row(open_form_button())]


def _whose(page: History) -> str:
    if not page.is_searching:
        return OF_GUEST if page.is_guest else WHOSE
    return ONLY_OWN if page.has_trouble else SEARCHING


def _turns(page: History) -> list[ButtonElement]:
    turns = [button(NEWER, ActionId.HISTORY_NEWER)] if page.sight.trail else []
    if page.has_older:
        turns.append(button(OLDER, ActionId.HISTORY_OLDER, value=page.images[-1].generation.id))
    return turns


def _is_narrowed(sight: Sight) -> bool:
    return bool(sight.query or sight.brand_id or sight.user_id)
