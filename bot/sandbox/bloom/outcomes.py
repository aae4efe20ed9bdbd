"""How the analysis of an address ends, which a word in it decides: the sandbox fetches nothing.

What a real website or profile would show by chance, a visitor sees on purpose, and a test every time.
"""

from dataclasses import dataclass
from typing import Final, Literal
from urllib.parse import urlsplit

BrandStatus = Literal["analyzing", "ready", "logo_required", "failed"]

FAILURES: Final = {
    "INVALID_URL": "This address leads to no website.",
    "SCRAPE_FAILED": "We could not read this website.",
    "INSTAGRAM_FETCH_FAILED": "We could not read this Instagram profile. It may be private.",
    "VISUAL_DNA_FAILED": "We could not find out what this brand looks like.",
    "INTERNAL_ERROR": "Something went wrong on our side.",
}
LOGO_ERROR: Final = "Logo could not be downloaded or validated"
LOGO_SUFFIXES: Final = (".png", ".jpg", ".jpeg", ".webp", ".svg")
INSTAGRAM: Final = ("instagram.com", "www.instagram.com")
_WEBSITES: Final = {
    "unreachable": "SCRAPE_FAILED",
    "nowhere": "INVALID_URL",
    "colourless": "VISUAL_DNA_FAILED",
    "crashing": "INTERNAL_ERROR",
}


@dataclass(frozen=True)
class Outcome:
    """The end of an analysis; ``failure`` is Bloom's code for why it failed."""

    status: BrandStatus
    failure: str | None = None
    logo_error: str | None = None


READY: Final = Outcome("ready")


@dataclass(frozen=True)
class Example:
    """An address to try, and what comes of it."""

    address: str
    what: str


WEBSITES: Final = (
    Example("https://harbor-bakery.example", "is ready after a few seconds"),
    Example("https://instagram.com/harbor_bakery", "is ready, from a profile"),
    Example("https://nologo.example", "asks for a logo"),
    Example("https://unreachable.example", "fails: nobody answers there"),
    Example("https://instagram.com/private_bakery", "fails: the profile cannot be read"),
    Example("https://colourless.example", "fails: there is nothing to learn from"),
    Example("http://localhost", "is refused at once"),
)
LOGOS: Final = (
    Example("https://harbor-bakery.example/logo.png", "is taken, and the brand analysed anew"),
    Example("https://harbor-bakery.example/missing.png", "is refused"),
)


def outcome_of(url: str, logo_url: str) -> Outcome:
    """Return how the analysis of an address ends, given a logo's address or none."""
    if (failure := _failure(url)) is not None:
        return Outcome("failed", failure)
    if logo_url and not is_logo(logo_url):
        return Outcome("logo_required", logo_error=LOGO_ERROR)
    return Outcome("logo_required") if "nologo" in url.lower() and not logo_url else READY


def is_logo(url: str) -> bool:
    """Tell whether there is a logo at an address, which its looks decide."""
    path = urlsplit(url).path.lower()
    return path.endswith(LOGO_SUFFIXES) and "missing" not in path


def _failure(url: str) -> str | None:
    parts = urlsplit(url.lower())
    if parts.hostname in INSTAGRAM and "private" in parts.path:
        return "INSTAGRAM_FETCH_FAILED"
    return next((code for word, code in _WEBSITES.items() if word in url.lower()), None)
