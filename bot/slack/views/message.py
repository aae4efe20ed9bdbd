"""What every message and view is built from. People's words stay words: they go into rich text, or escaped."""

import html
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from slack_sdk.errors import SlackObjectFormationError
from slack_sdk.models.blocks import (
    Block,
    BlockElement,
    ContextBlock,
    MarkdownTextObject,
    RichTextBlock,
    RichTextElementParts,
    RichTextListElement,
    RichTextPreformattedElement,
    RichTextQuoteElement,
    RichTextSectionElement,
    SectionBlock,
)
from slack_sdk.models.views import View

BLOCK_LIMIT = 50
SECTION_LIMIT = 3000
NAME_LIMIT = 80
PREVIEW_LIMIT = 150
URL_LIMIT = 2000
TYPED_LIMIT = 9000
"""All text of a message together may have about 12,000 characters: slackapi/bolt-js#2509."""

_CHARACTERS = {"&amp;": "&", "&lt;": "<", "&gt;": ">"}
_LINK = re.compile(r"<([@#!]?)([^>|]+)(?:\|([^>]*))?>")
_BREAKS_A_LINK = {"<": "%3C", ">": "%3E", "|": "%7C"}

Line = TypeVar("Line")


@dataclass(frozen=True, slots=True)
class Message:
    """What to post: blocks, and a text for notifications and screen readers."""

    text: str
    blocks: list[dict[str, Any]]


def message(text: str, *blocks: Block) -> Message:
    """Build a message, checked against Slack's limits; ``text`` is escaped already."""
    if len(blocks) > BLOCK_LIMIT:
        raise SlackObjectFormationError(f"a message has at most {BLOCK_LIMIT} blocks, not {len(blocks)}")
    return Message(text, [block.to_dict() for block in blocks])


def modal(
    callback_id: str, title: str, blocks: Sequence[Block], *, close: str, submit: str | None = None, **more: Any
) -> dict[str, Any]:
    """Build a modal; ``more`` is what else slack_sdk's View takes."""
    view = View(type="modal", callback_id=callback_id, title=title, blocks=blocks, close=close, submit=submit, **more)
    return view.to_dict()


def escape(text: str) -> str:
    """Make a text safe where Slack reads markup: `<!channel>` stays five words nobody is called by."""
    return html.escape(text, quote=False)


def escape_within(text: str, limit: int) -> str:
    """Return a text escaped, and shortened until it has at most ``limit`` characters then."""
    kept = shorten(text, limit)
    while (excess := len(escape(kept)) - limit) > 0:
        kept = shorten(kept, len(kept) - 1 - excess // len("&amp;"))
    return escape(kept)


def unescape(text: str) -> str:
    """Return a text that Slack sent as the person typed it: Slack writes these three as entities, once."""
    return re.sub("&(?:amp|lt|gt);", lambda match: _CHARACTERS[match[0]], text)


def plain(mrkdwn: str) -> str:
    """Return a message's text as people read it; whom it calls is left out where Slack names them by id only."""

    def shown(found: re.Match[str]) -> str:
        kind, target, label = found.groups()
        return label or ("" if kind else target)

    return unescape(_LINK.sub(shown, mrkdwn)).strip()


def shorten(text: str, limit: int) -> str:
    """Put a text on one line of at most ``limit`` characters."""
    line = " ".join(text.split())
    return line if len(line) <= limit else f"{line[: limit - 1].rstrip()}…"


def shorten_middle(text: str, limit: int) -> str:
    """Put a text on one line of at most ``limit`` characters that keeps its end, where equal names differ."""
    line = " ".join(text.split())
    tail = limit // 2
    return line if len(line) <= limit else f"{line[: limit - tail - 1]}…{line[-tail:]}"


def bold(text: str) -> str:
    """Return a name in bold, escaped, whatever is in it."""
    name = escape(shorten(text, NAME_LIMIT)).replace("*", "∗")
    return f"*{name}*" if name else ""


def warning(text: str) -> str:
    """Return what went wrong as a warning, escaped."""
    return f":warning: {escape(text)}"


def preview(text: str) -> str:
    """Return the beginning of a longer text, escaped, for a notification."""
    return escape(shorten(text, PREVIEW_LIMIT))


def mention(user_id: str) -> str:
    """Return what Slack shows as the person's name, and notifies them by."""
    return f"<@{escape(user_id)}>"


def channel(channel_id: str) -> str:
    """Return what Slack shows as a link to the channel."""
    return f"<#{escape(channel_id)}>"


def is_direct(channel_id: str) -> bool:
    """Whether this is a direct message, which has no name to be linked by."""
    return channel_id.startswith("D")


def is_address(url: str, limit: int) -> bool:
    """Whether this is an address of at most ``limit`` characters that people, and Slack, can open."""
    return url.startswith(("https://", "http://")) and len(url) <= limit


def link(url: str, label: str) -> str:
    """Return a link, or the bare label when the address is none that people can open."""
    if not is_address(url, URL_LIMIT):
        return escape(label)
    safe = re.sub(r"[<>|]", lambda match: _BREAKS_A_LINK[match[0]], url)
    return f"<{escape(safe)}|{escape(label)}>"


def section(text: str, block_id: str | None = None, *, accessory: BlockElement | None = None) -> SectionBlock:
    """Show mrkdwn as it stands, with a control or a picture beside it.

    With ``verbatim`` Slack finds no @here, #channel or address of its own in the text.
    """
    mrkdwn = MarkdownTextObject(text=text, verbatim=True)
    return SectionBlock(text=mrkdwn, block_id=block_id, accessory=accessory)


def in_sections(lines: Iterable[Line]) -> Iterator[list[Line]]:
    """Yield as many lines together as one section has room for; what a line says is its ``str``."""
    together: list[Line] = []
    room = SECTION_LIMIT
    for line in lines:
        if together and len(str(line)) > room:
            yield together
            together, room = [], SECTION_LIMIT
        together.append(line)
        room -= len(str(line)) + len("\n")
    if together:
        yield together


def context(text: str, *more: str, block_id: str | None = None) -> ContextBlock:
    """Show a small grey line of mrkdwn; what there is ``more`` stands beside it, as far as there is room."""
    elements = [MarkdownTextObject(text=part, verbatim=True) for part in (text, *more)]
    return ContextBlock(elements=elements, block_id=block_id)


def words(text: str, *, is_bold: bool = False) -> RichTextElementParts.Text:
    """Return text in which Slack interprets nothing: no mention, no markup, no emoji."""
    style = RichTextElementParts.TextStyle(bold=True) if is_bold else None
    return RichTextElementParts.Text(text=text or " ", style=style)


def quote(text: str) -> RichTextBlock:
    """Quote what a person wrote, to the letter."""
    return RichTextBlock(elements=[RichTextQuoteElement(elements=[words(text)])])


def typed_text(text: str) -> RichTextBlock:
    """Show a command as it was typed, to be copied and corrected."""
    kept = text if len(text) <= TYPED_LIMIT else f"{text[:TYPED_LIMIT]}…"
    return RichTextBlock(elements=[RichTextPreformattedElement(elements=[words(f"/bloom {kept}".rstrip())])])


def bullets(*lines: Iterable[RichTextElementParts.Text]) -> RichTextBlock:
    """Show a list, each line of it made of words."""
    sections = [RichTextSectionElement(elements=list(line)) for line in lines]
    return RichTextBlock(elements=[RichTextListElement(elements=sections, style="bullet")])
