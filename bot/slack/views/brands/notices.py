"""What who added a brand, or gave it a logo, is told when Bloom is done with it, or did not take it on after all."""

from collections.abc import Callable

from slack_sdk.models.blocks import ButtonElement

from bot.core.models import Brand, BrandDetail, BrandState, Failure, FailureCode, Notice
from bot.slack.views.brands.detail import GIVE_LOGO, another_address_button
from bot.slack.views.brands.facts import reason_text, short_address, site_text
from bot.slack.views.buttons import MAKE_AN_IMAGE, ActionId, button, row
from bot.slack.views.message import NAME_LIMIT, Message, bold, context, escape, message, section, shorten_middle
from bot.slack.views.problems import explain
from bot.slack.views.wording import NEXT

DETAILS = "See what Bloom learned"
LOOK = "Look at it"

READY = ":white_check_mark: {brand} is ready: everybody here can make images with it."
NEEDS_LOGO = ":warning: {brand} is almost ready: it needs a logo. {reason}"
FAILED = ":warning: Bloom couldn't set up {brand}. {reason}"
STILL_ANALYZING = (
    ":hourglass_flowing_sand: Bloom has been looking at {brand} for an hour, much longer than usual. I've stopped "
    "waiting; how it stands is on my Home tab under Brands."
)
ELSEWHERE = {
    BrandState.READY: "{brand} is ready at Bloom.",
    BrandState.LOGO_REQUIRED: "{brand} needs a logo at Bloom.",
    BrandState.FAILED: "Bloom couldn't set up {brand}.",
    BrandState.ANALYZING: "Bloom is still looking at {brand}.",
}
NOT_HERE = (
    "It is in another Bloom account or workspace than the one used here by now, so it isn't among the brands here; "
    "find it at trybloom.ai."
)
SETTLED = "Bloom is done with your brand; how it stands is on my Home tab under Brands."
REFUSED = ":warning: Bloom didn't take on {address}. {reason}"
A_BRAND = "the brand you asked for"


def brand_settled(notice: Notice) -> Message:
    """Return what came of the analysis, with what to do next."""
    if notice.brand is None:
        return message(SETTLED, section(SETTLED))
    if notice.is_elsewhere:
        return _elsewhere(notice.brand.brand)
    return _BY_STATE[notice.brand.brand.state](notice.brand)


def brand_refused(notice: Notice) -> Message:
    """Return why Bloom did not take a brand on."""
    address = bold(shorten_middle(short_address(notice.address), NAME_LIMIT)) or A_BRAND
    reason = explain(Failure(notice.reason or FailureCode.UNEXPECTED)).sentence
    text = REFUSED.format(address=address, reason=escape(reason))
    return message(text, section(text), row(another_address_button(notice.address)))


def _elsewhere(brand: Brand) -> Message:
    """Promise nothing: whoever presses a button here would meet the account that is used now."""
    text = f"{ELSEWHERE[brand.state].format(brand=_named(brand))} {NOT_HERE}"
    return message(text, section(text))


def _ready(detail: BrandDetail) -> Message:
    text = READY.format(brand=_named(detail.brand))
    make = button(MAKE_AN_IMAGE, ActionId.MAKE_FOR_BRAND, value=detail.brand.id, primary=True)
    return message(text, section(text), context(NEXT), row(make, _details(detail, DETAILS)))


def _needs_logo(detail: BrandDetail) -> Message:
    text = NEEDS_LOGO.format(brand=_named(detail.brand), reason=reason_text(detail))
    give = button(GIVE_LOGO, ActionId.GIVE_LOGO, value=detail.brand.id, primary=True)
    return message(text, section(text), row(give, _details(detail, LOOK)))


def _failed(detail: BrandDetail) -> Message:
    text = FAILED.format(brand=_named(detail.brand), reason=reason_text(detail))
    return message(text, section(text), row(another_address_button(detail.brand.url), _details(detail, LOOK)))


def _still_analyzing(detail: BrandDetail) -> Message:
    text = STILL_ANALYZING.format(brand=_named(detail.brand))
    return message(text, section(text), row(_details(detail, LOOK)))


_BY_STATE: dict[BrandState, Callable[[BrandDetail], Message]] = {
    BrandState.READY: _ready,
    BrandState.LOGO_REQUIRED: _needs_logo,
    BrandState.FAILED: _failed,
    BrandState.ANALYZING: _still_analyzing,
}


def _named(brand: Brand) -> str:
    return bold(shorten_middle(brand.name, NAME_LIMIT)) or site_text(brand)


def _details(detail: BrandDetail, label: str) -> ButtonElement:
    return button(label, ActionId.BRAND_DETAILS, value=detail.brand.id)
