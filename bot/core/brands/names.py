"""What brands are called, so that no two are called the same, and finding them by what somebody types."""

from collections.abc import Callable, Iterable, Sequence
from urllib.parse import urlsplit

from bot.core.models import Brand, BrandState

STATE_NOTES = {
    BrandState.READY: "",
    BrandState.ANALYZING: "still being analyzed",
    BrandState.LOGO_REQUIRED: "needs a logo",
    BrandState.FAILED: "could not be set up",
}


def site(brand: Brand) -> str:
    """Return the host a brand was made from, without `www.`; for Instagram the profile."""
    try:
        parts = urlsplit(brand.url if "//" in brand.url else f"//{brand.url}")
    except ValueError:
        return brand.url
    host = (parts.hostname or brand.url).removeprefix("www.")
    return f"{host}{parts.path.rstrip('/')}" if host.endswith("instagram.com") else host


def labels(brands: Iterable[Brand]) -> dict[str, str]:
    """Return a name for each brand id that no other brand shares.

    Equal names are told apart by their site, then by Bloom's workspace, then by the start of the id.
    """
    brands = tuple(brands)
    names = {brand.id: brand.name.strip() or site(brand) for brand in brands}
    for distinguish in (site, lambda brand: brand.bloom_workspace_name, lambda brand: brand.id[:8]):
        alike: dict[str, list[Brand]] = {}
        for brand in brands:
            alike.setdefault(names[brand.id].casefold(), []).append(brand)
        for group in alike.values():
            additions = {brand.id: distinguish(brand) for brand in group}
            if len(set(additions.values())) > 1:
                names |= {key: f"{names[key]} · {addition}" for key, addition in additions.items() if addition}
    return names


def search(brands: Sequence[Brand], query: str) -> list[Brand]:
    """Return the brands whose name or site holds the query, ready ones first, then by name."""
    names, wanted = labels(brands), query.strip().casefold()
    found = [b for b in brands if wanted in names[b.id].casefold() or wanted in site(b).casefold()]
    return sorted(found, key=lambda b: (b.state is not BrandState.READY, names[b.id].casefold()))


def named(brands: Sequence[Brand], text: str) -> list[Brand]:
    """Return the brands that a typed name can mean: exact matches alone if any, else those that start with it."""
    return finder(brands)(text)


def finder(brands: Sequence[Brand]) -> Callable[[str], list[Brand]]:
    """Return a function that does what `named` does, prepared once for many names."""
    names = labels(brands)
    called = {b.id: (names[b.id].casefold(), b.name.casefold(), site(b).casefold(), b.id.casefold()) for b in brands}

    def find(text: str) -> list[Brand]:
        wanted = text.strip().casefold()
        if not wanted:
            return []
        exact = [b for b in brands if wanted in called[b.id]]
        return exact or [b for b in brands if any(name.startswith(wanted) for name in called[b.id][:3])]

    return find
