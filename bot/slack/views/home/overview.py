"""The first page: the first steps until they are done, then what is left and spent, the brands, and who pays."""

from collections.abc import Sequence
from dataclasses import dataclass

from slack_sdk.models.blocks import (
    Block,
    DividerBlock,
    HeaderBlock,
    MarkdownTextObject,
    RichTextElementParts,
    SectionBlock,
)

from bot.core.brands import labels
from bot.core.models import BloomWorkspace, Brand, BrandState, Connection, Credits, Standing
from bot.slack.sights import PageName
from bot.slack.views.buttons import open_form_button
from bot.slack.views.connection import broken, controls, facts
from bot.slack.views.home.frame import page_button
from bot.slack.views.home.guide import FirstSteps, guide
from bot.slack.views.managers import CONNECT_AGAIN, who_can
from bot.slack.views.message import NAME_LIMIT, bold, bullets, context, escape, link, section, shorten_middle, words
from bot.slack.views.wording import LOADING_BRANDS, NO_BRAND, PRICING_URL, amount, credits_text, state_suffix

READY_SHOWN = 6
"""Brands that are named: each name may take 400 characters of the 3,000."""
TROUBLED_SHOWN = 5

HOW_TO = "`/bloom` opens a form. `/bloom a launch banner --ar 16:9` makes it at once.\n`/bloom help` explains the rest."
TITLE, AT_BLOOM, MONTH, BRANDS = "Images in your brand", "*Credits at Bloom*", "*This month*", "*Brands*"
EACH_ITS_OWN = "Each brand's own Bloom workspace pays."
ASKING, NOT_KNOWN = "Asking Bloom…", "Bloom doesn't say just now."
UNLIMITED = "unlimited credits"
SPEND = "You can use {credits} more."
NOTHING_LEFT = "You can't use any more until next month."
NONE_READY = "None is ready yet."
ADD, SEE_ALL = "Add a brand", "See all brands"
URGENCY = (BrandState.LOGO_REQUIRED, BrandState.FAILED, BrandState.ANALYZING)
"""The states that need attention, those first where somebody has to do something."""


@dataclass(frozen=True, slots=True)
class Overview:
    """What the page is made of for one person; what is not known yet is None."""

    connection: Connection | None
    manager: str | None = None
    """Who looks at it, if they are a manager."""
    to_ask: Sequence[str] = ()
    """Whom everybody else can ask where ``asks_managers``."""
    offers_sign_in: bool = False
    has_images: bool = False
    brands: Sequence[Brand] | None = None
    credits: Credits | None = None
    has_one_purse: bool = True
    """Whether one balance is that of all brands."""
    standing: Standing | None = None
    workspaces: Sequence[BloomWorkspace] | None = None
    """What there is to choose from at Bloom; managers see it."""
    payer_trouble: str = ""
    """Why Bloom has not named its workspaces, in plain text."""
    trouble: str = ""
    """What is wrong with Bloom, in plain text."""

    @property
    def asks_managers(self) -> bool:
        """Whether only somebody else can do what comes next."""
        has_no_brand = self.brands is not None and not self.brands
        return self.manager is None and (self.connection is None or self.connection.is_broken or has_no_brand)

    @property
    def first_steps(self) -> FirstSteps:
        """Return what the guide looks at."""
        return FirstSteps(
            self.connection,
            self.manager is not None,
            self.to_ask,
            self.offers_sign_in,
            self.brands,
            self.has_images,
            self.trouble,
        )


def overview(tab: Overview) -> list[Block]:
    """Return the page."""
    if tab.connection is None:
        return guide(tab.first_steps)
    if tab.connection.is_broken:
        return [*_broken(tab, tab.connection), DividerBlock(), *_brands(tab)]
    if not tab.first_steps.are_done and not (tab.brands is None and tab.has_images):
        brands = [DividerBlock(), *_brands(tab)] if tab.brands else []
        account = [DividerBlock(), *_account(tab, tab.connection)]
        return [*guide(tab.first_steps), DividerBlock(), _numbers(tab), *brands, *account]
    return [
        HeaderBlock(text=TITLE),
        SectionBlock(text=MarkdownTextObject(text=HOW_TO, verbatim=True), accessory=open_form_button()),
        DividerBlock(),
        _numbers(tab),
        DividerBlock(),
        *_brands(tab),
        DividerBlock(),
        *_account(tab, tab.connection),
    ]


def _broken(tab: Overview, connection: Connection) -> list[Block]:
    """Say first of all what keeps everybody from making images, and who can mend it."""
    if tab.manager is not None:
        return [*broken(connection), *controls(connection, tab.manager, None)]
    return [*broken(connection), *who_can(CONNECT_AGAIN, tab.to_ask)]


def _account(tab: Overview, connection: Connection) -> list[Block]:
    if tab.manager is None:
        return facts(connection)
    return [*facts(connection), *controls(connection, tab.manager, tab.workspaces, trouble=tab.payer_trouble)]


def _numbers(tab: Overview) -> Block:
    """Put what is left at Bloom beside what was spent this month."""
    texts = [f"{AT_BLOOM}\n{_left(tab)}"]
    if tab.standing:
        texts.append("\n".join([MONTH, *_spent(tab.standing, is_manager=tab.manager is not None)]))
    return SectionBlock(fields=[MarkdownTextObject(text=text, verbatim=True) for text in texts])


def _left(tab: Overview) -> str:
    if not tab.has_one_purse:
        return EACH_ITS_OWN
    if tab.credits is None:
        return NOT_KNOWN if tab.trouble else ASKING
    if tab.credits.unlimited:
        return UNLIMITED
    left = f"{credits_text(tab.credits.balance)} left"
    return f"{left} · {link(PRICING_URL, 'Top up')}" if tab.manager is not None else left


def _spent(standing: Standing, *, is_manager: bool) -> list[str]:
    lines = [f"You: {_of(standing.spent.person, standing.person_cap)}"]
    if is_manager:
        lines.append(f"Everybody: {_of(standing.spent.workspace, standing.workspace_cap)}")
    if standing.left is not None:
        lines.append(SPEND.format(credits=credits_text(standing.left)) if standing.left else NOTHING_LEFT)
    return lines


def _of(spent: int, cap: int | None) -> str:
    return credits_text(spent) if cap is None else f"{amount(spent)} of {credits_text(cap)}"


def _brands(tab: Overview) -> list[Block]:
    """Name those that are ready, and list those that need attention; say what is wrong unless the connection is."""
    blocks = [] if tab.brands is None else _listed(tab.brands, is_manager=tab.manager is not None)
    is_broken = tab.connection is not None and tab.connection.is_broken
    if not blocks or (tab.trouble and not is_broken):
        blocks = blocks or [section(BRANDS)]
        blocks.append(context(escape(tab.trouble) or LOADING_BRANDS))
    return blocks


def _listed(brands: Sequence[Brand], *, is_manager: bool) -> list[Block]:
    if not brands:
        return [_headline(f"{NO_BRAND}.", ADD if is_manager else "")]
    names = labels(brands)
    ready = [names[brand.id] for brand in brands if brand.state is BrandState.READY]
    troubled = [brand for state in URGENCY for brand in brands if brand.state is state]
    blocks = [_headline(_named(sorted(ready, key=str.casefold)), SEE_ALL)]
    if troubled:
        blocks.append(bullets(*(_brand(brand, names[brand.id]) for brand in troubled[:TROUBLED_SHOWN])))
    if len(troubled) > TROUBLED_SHOWN:
        blocks.append(context(f"and {len(troubled) - TROUBLED_SHOWN} more"))
    return blocks


def _headline(text: str, button: str) -> Block:
    accessory = page_button(PageName.BRANDS, button) if button else None
    return section(f"{BRANDS}\n{text}", accessory=accessory)


def _named(ready: Sequence[str]) -> str:
    if not ready:
        return NONE_READY
    more = f" and {len(ready) - READY_SHOWN:,} more" if len(ready) > READY_SHOWN else ""
    return f"{', '.join(bold(shorten_middle(name, NAME_LIMIT)) for name in ready[:READY_SHOWN])}{more}"


def _brand(brand: Brand, name: str) -> list[RichTextElementParts.Text]:
    label = words(shorten_middle(name, NAME_LIMIT), is_bold=True)
    suffix = state_suffix(brand)
    return [label, words(suffix)] if suffix else [label]
