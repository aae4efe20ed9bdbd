"""The Home tab: where to start, and once connected, who pays and which brands there are."""

from collections.abc import Sequence
from typing import Any

from slack_sdk.models.blocks import (
    Block,
    DividerBlock,
    HeaderBlock,
    RichTextElementParts,
)
from slack_sdk.models.views import View

from bot.core.brands import labels
from bot.core.models import Brand, Connection, Credits
from bot.slack.views.buttons import connect_button, open_form_button, row
from bot.slack.views.message import (
    NAME_LIMIT,
    bold,
    bullets,
    context,
    escape,
    link,
    mention,
    section,
    shorten_middle,
    words,
)
from bot.slack.views.wording import ADD_BRAND, API_KEYS_URL, LOADING_BRANDS, NO_BRAND, credits_text, state_suffix

BRANDS_SHOWN = 20

START = (
    "Three steps to images in your brand, right where your team talks:",
    "*1.* Get an API key from {keys}.",
    "*2.* Press _Connect Bloom_ and paste it.",
    "*3.* Type `/bloom` in any channel and say what you want to see.",
)
HOW_TO = (
    "`/bloom` opens a form, `/bloom a launch banner --ar 16:9` makes it at once, and `/bloom help` explains the rest."
)
NO_BRANDS = f"{NO_BRAND}. {ADD_BRAND} and it appears here once Bloom has analyzed it."


def home(
    connection: Connection | None, brands: Sequence[Brand] | None, credits: Credits | None, *, trouble: str = ""
) -> dict[str, Any]:
    """Return the Home tab. ``brands`` is None until Bloom has named them; ``trouble`` says what is wrong with Bloom."""
    if connection is None:
        return View(type="home", blocks=_start()).to_dict()
    listed = [] if brands is None else _brands(brands)
    if trouble or not listed:
        listed.append(context(escape(trouble) or LOADING_BRANDS))
    blocks = _connected(connection, listed, credits)
    return View(type="home", blocks=blocks).to_dict()


def _start() -> list[Block]:
    steps = "\n".join(START).format(keys=link(API_KEYS_URL, "your settings at Bloom"))
    return [HeaderBlock(text="Welcome to Bloom"), section(steps), row(connect_button())]


def _connected(connection: Connection, brands: Sequence[Block], credits: Credits | None) -> list[Block]:
    return [
        HeaderBlock(text="Bloom"),
        section(HOW_TO),
        row(open_form_button()),
        DividerBlock(),
        section("*Brands*"),
        *brands,
        DividerBlock(),
        context(_who(connection, credits)),
    ]


def _who(connection: Connection, credits: Credits | None) -> str:
    facts = [f"Connected as {bold(connection.account.email)}"]
    if connection.connected_by:
        facts[0] += f" by {mention(connection.connected_by)}"
    if credits:
        facts.append("unlimited credits" if credits.unlimited else f"{credits_text(credits.balance)} left")
    return " · ".join(facts)


def _brands(brands: Sequence[Brand]) -> list[Block]:
    if not brands:
        return [section(NO_BRANDS)]
    names = labels(brands)
    ordered = sorted(brands, key=lambda brand: names[brand.id].casefold())
    blocks: list[Block] = [bullets(*(_brand(brand, names[brand.id]) for brand in ordered[:BRANDS_SHOWN]))]
    if len(brands) > BRANDS_SHOWN:
        blocks.append(context(f"and {len(brands) - BRANDS_SHOWN} more"))
    return blocks


def _brand(brand: Brand, name: str) -> list[RichTextElementParts.Text]:
    label = words(shorten_middle(name, NAME_LIMIT), is_bold=True)
    suffix = state_suffix(brand)
    return [label, words(suffix)] if suffix else [label]
