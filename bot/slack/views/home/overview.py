"""The first page: where to start, and once connected, the brands, whose account pays, and who manages it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from slack_sdk.models.blocks import (
    Block,
    DividerBlock,
    HeaderBlock,
    RichTextElementParts,
)

from bot.core.brands import labels
from bot.core.models import BloomWorkspace, Brand, Connection, Credits
from bot.slack.views.buttons import CONNECT_BLOOM, SIGN_IN, connect_button, open_form_button, row
from bot.slack.views.connection import controls, facts
from bot.slack.views.managers import CONNECT, CONNECT_AGAIN, who_can
from bot.slack.views.message import (
    NAME_LIMIT,
    bullets,
    context,
    escape,
    section,
    shorten_middle,
    words,
)
from bot.slack.views.wording import ADD_BRAND, LOADING_BRANDS, NO_BRAND, NOT_CONNECTED, THEIR_KEYS, state_suffix

BRANDS_SHOWN = 20

WELCOME = "Welcome to Bloom"
STEPS = "Three steps to images in your brand, right where your team talks:"
BY_KEY = (
    "*1.* Get an API key from {keys}.",
    f"*2.* Press _{CONNECT_BLOOM}_ and paste it.",
)
BY_SIGN_IN = (
    f"*1.* Press _{CONNECT_BLOOM}_.",
    f"*2.* Press _{SIGN_IN}_, or paste an API key from {{keys}}.",
)
THEN = "*3.* Type `/bloom` in any channel and say what you want to see."
START = f"Images in your brand, right where your team talks. {NOT_CONNECTED}"
HOW_TO = (
    "`/bloom` opens a form, `/bloom a launch banner --ar 16:9` makes it at once, and `/bloom help` explains the rest."
)
NO_BRANDS = f"{NO_BRAND}. {ADD_BRAND} and it appears here once Bloom has analyzed it."


@dataclass(frozen=True, slots=True)
class Overview:
    """What the page is made of for one person; what is not known yet is None."""

    connection: Connection | None
    manager: str | None = None
    """Who looks at it, if they are a manager."""
    named: Collection[str] = ()
    """Who was chosen as a manager; managers see it."""
    to_ask: Sequence[str] = ()
    """Whom everybody else can ask to connect Bloom."""
    offers_sign_in: bool = False
    brands: Sequence[Brand] | None = None
    credits: Credits | None = None
    workspaces: Sequence[BloomWorkspace] | None = None
    """What there is to choose from at Bloom; managers see it."""
    payer_trouble: str = ""
    """Why Bloom has not named its workspaces, in plain text."""
    trouble: str = ""
    """What is wrong with Bloom, in plain text."""


def overview(tab: Overview) -> list[Block]:
    """Return the page."""
    return _start(tab) if tab.connection is None else _connected(tab, tab.connection)


def _start(tab: Overview) -> list[Block]:
    header = HeaderBlock(text=WELCOME)
    if tab.manager is None:
        return [header, section(START), *who_can(CONNECT, tab.to_ask)]
    steps = "\n".join((STEPS, *(BY_SIGN_IN if tab.offers_sign_in else BY_KEY), THEN))
    return [header, section(steps.format(keys=THEIR_KEYS)), row(connect_button())]


def _connected(tab: Overview, connection: Connection) -> list[Block]:
    return [
        HeaderBlock(text="Bloom"),
        section(HOW_TO),
        row(open_form_button()),
        DividerBlock(),
        section("*Brands*"),
        *_brands(tab, connection),
        DividerBlock(),
        *_account(tab, connection),
    ]


def _account(tab: Overview, connection: Connection) -> list[Block]:
    known = facts(connection, tab.credits, is_manager=tab.manager is not None)
    if tab.manager is not None:
        return [*known, *controls(connection, tab.manager, tab.workspaces, trouble=tab.payer_trouble)]
    return [*known, *who_can(CONNECT_AGAIN, tab.to_ask)] if connection.is_broken else known


def _brands(tab: Overview, connection: Connection) -> list[Block]:
    """List the brands, and say what is wrong unless that is the connection, which is spoken of below."""
    blocks = [] if tab.brands is None else _listed(tab.brands)
    if not blocks or (tab.trouble and not connection.is_broken):
        blocks.append(context(escape(tab.trouble) or LOADING_BRANDS))
    return blocks


def _listed(brands: Sequence[Brand]) -> list[Block]:
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
