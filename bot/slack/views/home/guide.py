"""The first steps: connect Bloom, add a brand, make an image; each ticks itself off, the next one has the button."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from slack_sdk.models.blocks import Block, ButtonElement, HeaderBlock

from bot.core.models import Brand, BrandState, Connection
from bot.slack.sights import PageName
from bot.slack.views.buttons import ActionId, ask_button, button, connect_button, open_form_button
from bot.slack.views.home.frame import page_button
from bot.slack.views.managers import ADD_A_BRAND, CONNECT, can
from bot.slack.views.message import bold, escape, section
from bot.slack.views.wording import LOADING_BRANDS, NO_BRAND, NOT_CONNECTED, THEIR_KEYS

WELCOME = "Welcome to Bloom"
THREE_STEPS = "Images in your brand, right where your team talks. Three steps, each of them once:"

CONNECT_STEP, BRAND_STEP, IMAGE_STEP = "Connect Bloom", "Add a brand", "Make the first image"
BY_KEY = "Paste an API key from {keys}. Everyone in this workspace then makes images with that account."
BY_SIGN_IN = "Sign in with Bloom, or paste an API key from {keys}. Everyone here then makes images with that account."
CONNECTED_AS = "Connected as {who}."

LEARNS = "Bloom learns your colors, fonts and style from your website or your Instagram profile."
ANALYZING = "Bloom is analyzing {brand}; that takes a few minutes. This page changes when it is ready."
NEEDS = "None of your brands is ready yet. See what they need."
READY = "{brand} is ready."
SEVERAL_READY = "{count} brands are ready."

HOW = "Type `/bloom` in any channel, or press the button, and say what you want to see."
HOW_LATER = "Then `/bloom` in any channel makes images for everybody."


class Mark(StrEnum):
    """Where a step is."""

    DONE = ":white_check_mark:"
    NOW = ":point_right:"
    LATER = ":white_circle:"


@dataclass(frozen=True, slots=True)
class FirstSteps:
    """What the steps look at, for one person; ``trouble`` is plain text, ``brands`` None when nobody knows them yet."""

    connection: Connection | None
    is_manager: bool
    to_ask: Sequence[str] = ()
    offers_sign_in: bool = False
    brands: Sequence[Brand] | None = None
    has_images: bool = False
    trouble: str = ""

    @property
    def ready(self) -> list[Brand]:
        """Return the brands that can be drawn for."""
        return [brand for brand in self.brands or () if brand.state is BrandState.READY]

    @property
    def are_done(self) -> bool:
        """Whether nobody needs the guide any more."""
        return self.connection is not None and bool(self.ready) and self.has_images


@dataclass(frozen=True, slots=True)
class _Step:
    title: str
    text: str
    is_done: bool
    button: ButtonElement | None = None
    is_now: bool = False


def guide(first: FirstSteps) -> list[Block]:
    """Return the guide."""
    steps = _in_order([_connect(first), _brand(first), _image(first)])
    blocks: list[Block] = [HeaderBlock(text=WELCOME), section(THREE_STEPS)]
    return [*blocks, *(_shown(number, step) for number, step in enumerate(steps, 1))]


def _in_order(steps: Sequence[_Step]) -> list[_Step]:
    """Point at the first step that is not done: the others have no button, for it would be refused."""
    now = next((step for step in steps if not step.is_done), None)
    return [replace(step, is_now=True) if step is now else replace(step, button=None) for step in steps]


def _shown(number: int, step: _Step) -> Block:
    mark = Mark.DONE if step.is_done else Mark.NOW if step.is_now else Mark.LATER
    return section(f"{mark} *{number}. {step.title}*\n{step.text}", f"step_{number}", accessory=step.button)


def _connect(first: FirstSteps) -> _Step:
    if first.connection:
        return _Step(CONNECT_STEP, CONNECTED_AS.format(who=bold(first.connection.account.email)), is_done=True)
    if not first.is_manager:
        ask = ask_button() if first.to_ask else None
        return _Step(CONNECT_STEP, f"{NOT_CONNECTED} {can(CONNECT, first.to_ask)}", is_done=False, button=ask)
    how = BY_SIGN_IN if first.offers_sign_in else BY_KEY
    return _Step(CONNECT_STEP, how.format(keys=THEIR_KEYS), is_done=False, button=connect_button())


def _brand(first: FirstSteps) -> _Step:
    if len(first.ready) == 1:
        return _Step(BRAND_STEP, READY.format(brand=bold(first.ready[0].name) or "One"), is_done=True)
    if first.ready:
        return _Step(BRAND_STEP, SEVERAL_READY.format(count=len(first.ready)), is_done=True)
    return _Step(BRAND_STEP, _brand_text(first), is_done=False, button=_brand_button(first))


def _brand_text(first: FirstSteps) -> str:
    if first.connection is None:
        return LEARNS
    if first.brands is None:
        return escape(first.trouble) or LOADING_BRANDS
    if analyzing := [brand for brand in first.brands if brand.state is BrandState.ANALYZING]:
        return ANALYZING.format(brand=bold(analyzing[0].name) or "it")
    if first.brands:
        return NEEDS
    return f"{NO_BRAND}. {LEARNS}" if first.is_manager else f"{NO_BRAND}. {can(ADD_A_BRAND, first.to_ask)}"


def _brand_button(first: FirstSteps) -> ButtonElement | None:
    """Open the form to managers where there is no brand; else lead to what is wrong with those there are."""
    if first.brands:
        return page_button(PageName.BRANDS, "See the brands")
    is_possible = first.is_manager and first.brands is not None
    return button(BRAND_STEP, ActionId.ADD_BRAND, primary=True) if is_possible else None


def _image(first: FirstSteps) -> _Step:
    how = HOW if first.connection and first.ready else HOW_LATER
    return _Step(IMAGE_STEP, how, is_done=first.has_images, button=open_form_button())
