"""An image where somebody shared it: with their words, its buttons, and the way back to where it was made."""

from slack_sdk.models.blocks import Block

from bot.core.derivations import Made
from bot.core.models import Showing
from bot.slack.views.message import Message, bold, context, link, mention, message, preview, quote, section
from bot.slack.views.results.lineage import URL_LIMIT
from bot.slack.views.results.picture import Picture, picture_blocks
from bot.slack.views.wording import brand_text

FROM_THREAD = "From this thread"


def shared_message(made: Made, showing: Showing, *, origin_url: str = "") -> Message:
    """Show one image with who shared it, and who had asked for it; ``origin_url`` leads to where that was.

    Of a preview nothing leads there: nobody else sees it.
    """
    request = made.generation.request
    by = showing.shared_by or request.user_id
    headline = f"{mention(by)} shared an image for {bold(brand_text(request.brand_name))}."
    blocks: list[Block] = [section(headline)]
    if showing.note.strip():
        blocks.append(quote(showing.note))
    blocks += picture_blocks(Picture(made, showing))
    if origin := _origin(made, by, origin_url):
        blocks.append(context(origin))
    return message(f"{headline} {preview(showing.note or request.parameters.prompt)}", *blocks)


def _origin(made: Made, by: str, origin_url: str) -> str:
    request = made.generation.request
    asked = f"asked for by {mention(request.user_id)}" if by != request.user_id else ""
    is_open = not request.is_preview and 0 < len(origin_url) <= URL_LIMIT
    facts = [link(origin_url, FROM_THREAD) if is_open else "", asked]
    text = " · ".join(fact for fact in facts if fact)
    return text[:1].upper() + text[1:]
