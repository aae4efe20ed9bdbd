"""What is said of a brand wherever it is shown: its state, its site, and where it is the default."""

from bot.core.brands import site
from bot.core.models import Brand, BrandDetail, BrandState, Preferences
from bot.slack.views.message import NAME_LIMIT, channel, escape, link, shorten, shorten_middle
from bot.slack.views.wording import images_count

CHANNELS_NAMED = 3
LINK_LIMIT = 800
REASON_LIMIT = 300

STATES = {
    BrandState.READY: ":white_check_mark: Ready",
    BrandState.ANALYZING: ":hourglass_flowing_sand: Bloom is looking at it",
    BrandState.LOGO_REQUIRED: ":warning: Needs a logo",
    BrandState.FAILED: ":x: Could not be set up",
}
FAILURES = {
    "INVALID_URL": "Bloom can't open its address.",
    "SCRAPE_FAILED": "Bloom couldn't read its website; check that it is right and public.",
    "INSTAGRAM_FETCH_FAILED": "Bloom couldn't read the Instagram profile; check that it is right and public.",
    "VISUAL_DNA_FAILED": "Bloom found too little there to learn what the brand looks like.",
    "INTERNAL_ERROR": "Something went wrong at Bloom.",
}
"""By Bloom's code."""
NO_LOGO = "Bloom found no logo it can use."
UNKNOWN_FAILURE = "Bloom doesn't say why."
WORKSPACE_DEFAULT = "default in this workspace"


def reason_text(detail: BrandDetail) -> str:
    """Return why a brand is not ready, escaped; nothing where there is nothing to explain."""
    match detail.brand.state:
        case BrandState.FAILED:
            told = escape(shorten(detail.failure_message or "", REASON_LIMIT))
            return FAILURES.get(detail.failure_code or "", told or UNKNOWN_FAILURE)
        case BrandState.LOGO_REQUIRED:
            why = escape(shorten(detail.logo_error or "", REASON_LIMIT))
            return f"{NO_LOGO} {why}".rstrip()
    return ""


def facts_text(brand: Brand, preferences: Preferences) -> str:
    """Return state, images and where it is the default, in one line; an unready one lacks no images."""
    has_images = brand.image_count > 0 or brand.state is BrandState.READY
    images = images_count(brand.image_count) if has_images else ""
    return " · ".join(filter(None, [STATES[brand.state], images, defaults_text(brand.id, preferences)]))


def site_text(brand: Brand) -> str:
    """Return a link to what the brand was made from, escaped."""
    label = shorten_middle(site(brand), NAME_LIMIT) or "no website"
    linked = link(brand.url, label)
    return linked if len(linked) <= LINK_LIMIT else escape(label)


def title_text(brand: Brand, name: str) -> str:
    """Return what tells a brand from others where its site stands beside it, and need not be said twice."""
    return name.replace(f" · {site(brand)}", "", 1)


def short_address(address: str) -> str:
    """Return an address without its scheme, which nobody says."""
    return address.partition("://")[2] or address


def defaults_text(brand_id: str, preferences: Preferences) -> str:
    """Return where the brand is the default, nothing where it is none: "default in this workspace, #a and 2 more"."""
    channels = channels_of(brand_id, preferences)
    named = [channel(one) for one in channels[:CHANNELS_NAMED]]
    if len(channels) > CHANNELS_NAMED:
        named[-1] += f" and {len(channels) - CHANNELS_NAMED} more"
    if preferences.defaults.brand_id == brand_id:
        return ", ".join([WORKSPACE_DEFAULT, *named])
    return f"default in {', '.join(named)}" if named else ""


def channels_of(brand_id: str, preferences: Preferences) -> list[str]:
    """Return the channels where the brand is the default."""
    return sorted(key for key, defaults in preferences.channels.items() if defaults.brand_id == brand_id)
