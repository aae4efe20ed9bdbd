"""Brands and how they come to be: analysed for a while, then ready, in want of a logo, or failed."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from bot.core.clock import Clock
from bot.sandbox.bloom.accounts import Account, Workspace
from bot.sandbox.bloom.addresses import brand_name, public_url
from bot.sandbox.bloom.agenda import ROUNDING, Agenda
from bot.sandbox.bloom.errors import Refused
from bot.sandbox.bloom.identifiers import Identifiers
from bot.sandbox.bloom.outcomes import READY, BrandStatus, Outcome, is_logo, outcome_of

MAX_BRANDS = 500

PALETTES = (
    ("#0F4C5C", "#E36414", "#FB8B24", "#F4F1DE", "#5F0F40"),
    ("#22223B", "#4A4E69", "#C9ADA7", "#F2E9E4", "#E07A5F"),
    ("#1B4332", "#40916C", "#95D5B2", "#FFF8E7", "#F4A261"),
    ("#2B2D42", "#EF233C", "#EDF2F4", "#8D99AE", "#FFD166"),
    ("#3A0CA3", "#F72585", "#4CC9F0", "#FFFFFF", "#7209B7"),
)


@dataclass(eq=False)
class Brand:
    """A brand session: what Bloom learned from a website."""

    id: str
    sequence: int
    name: str
    url: str
    workspace: Workspace
    created_at: datetime
    colors: tuple[str, ...]
    fonts: tuple[str, ...] = ("Inter", "Source Serif")
    aesthetic: str = "Clean, confident and contemporary"
    summary: str = ""
    status: BrandStatus = "analyzing"
    outcome: Outcome = READY
    failure: str | None = None
    logo_error: str | None = None
    has_logo: bool = True
    collects_images: bool = True
    settles_at: float = 0.0


class Brands:
    """The brands of every account, newest first, and the rules for them."""

    def __init__(self, clock: Clock, agenda: Agenda, identifiers: Identifiers, rng: random.Random) -> None:
        self._clock, self._agenda, self._identifiers, self._rng = clock, agenda, identifiers, rng
        self._brands: dict[str, Brand] = {}
        self.analysis_seconds = (6.0, 10.0)
        self.on_ready: list[Callable[[Brand], None]] = []
        self.on_removed: list[Callable[[Brand], None]] = []

    def add(
        self,
        name: str,
        url: str,
        workspace: Workspace,
        *,
        status: BrandStatus = "ready",
        colors: tuple[str, ...] | None = None,
        created_at: datetime | None = None,
    ) -> Brand:
        """Put a brand there as it is; one that is analyzing becomes ready after a while."""
        brand = Brand(
            *self._identifiers.next(), name, url, workspace, created_at or self._clock.now(), colors or _palette(url)
        )
        self._brands[brand.id] = brand
        while len(self._brands) > MAX_BRANDS:
            self.remove(next(iter(self._brands.values())))
        if status == "analyzing":
            self._analyse(brand, READY)
        else:
            self._conclude(brand, Outcome(status, "SCRAPE_FAILED" if status == "failed" else None))
        return brand

    def create(self, url: str, workspace: Workspace, *, logo_url: str = "", collect_images: bool = True) -> Brand:
        """Start the analysis of a website; its address decides how that ends."""
        parts = public_url(url)
        if logo_url:
            public_url(logo_url)
        brand = self.add(brand_name(parts), url, workspace, status="analyzing")
        brand.collects_images = collect_images
        brand.outcome = outcome_of(url, logo_url)
        return brand

    def of(self, account: Account, workspace_id: str | None = None) -> list[Brand]:
        """Return what an account can see, newest first, in one workspace or in all."""
        seen = [w for w in account.workspaces if workspace_id in (None, w.id)]
        return [brand for brand in reversed(self._brands.values()) if brand.workspace in seen]

    def find(self, brand_id: str) -> Brand | None:
        """Return a brand whoever asks, as the public address of its logo does."""
        return self._brands.get(brand_id)

    def get(self, account: Account, brand_id: str) -> Brand:
        """Return one brand; another account's is as good as none."""
        brand = self._brands.get(brand_id)
        if brand is None or brand.workspace not in account.workspaces:
            raise Refused("BRAND_NOT_FOUND")
        return brand

    def remove(self, brand: Brand) -> None:
        """Forget a brand and what belongs to it."""
        del self._brands[brand.id]
        for forget in self.on_removed:
            forget(brand)

    def give_logo(self, brand: Brand) -> None:
        """Accept a logo: the visual DNA is extracted anew."""
        brand.has_logo = True
        self._analyse(brand, READY)

    def give_logo_address(self, brand: Brand, url: str) -> None:
        """Accept a logo by its address, which is judged by its looks: the sandbox fetches nothing."""
        try:
            public_url(url)
        except Refused as reason:
            raise Refused("INVALID_LOGO") from reason
        if not is_logo(url):
            raise Refused("INVALID_LOGO")
        self.give_logo(brand)

    def _analyse(self, brand: Brand, outcome: Outcome) -> None:
        brand.status, brand.outcome, brand.failure, brand.logo_error = "analyzing", outcome, None, None
        seconds = self._rng.uniform(*self.analysis_seconds)
        brand.settles_at = self._agenda.after(seconds, lambda: self._finish(brand))

    def _finish(self, brand: Brand) -> None:
        restarted = brand.settles_at > self._clock.monotonic() + ROUNDING
        if brand.id in self._brands and not restarted:
            self._conclude(brand, brand.outcome)

    def _conclude(self, brand: Brand, outcome: Outcome) -> None:
        brand.status, brand.failure, brand.logo_error = outcome.status, outcome.failure, outcome.logo_error
        brand.has_logo = brand.status == "ready"
        if brand.status == "ready":
            brand.summary = brand.summary or f"{brand.name} as its website at {urlsplit(brand.url).hostname} shows it."
            for welcome in self.on_ready:
                welcome(brand)


def _palette(url: str) -> tuple[str, ...]:
    return random.Random(url).choice(PALETTES)
