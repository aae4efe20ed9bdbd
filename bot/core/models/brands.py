"""A brand, and where it is on its way to being ready."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from bot.core.models.accounts import BloomWorkspace

OWNER_NEEDED = "owner_needed"
"""The code, beside Bloom's own, of a brand that may be of several Bloom workspaces: who wants it has to choose."""


class BrandState(StrEnum):
    """Where a brand is on its way; only ``ready`` generates."""

    ANALYZING = "analyzing"
    READY = "ready"
    LOGO_REQUIRED = "logo_required"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Brand:
    """A brand as the list of brands shows it."""

    id: str
    name: str
    url: str
    state: BrandState
    image_count: int = 0
    bloom_workspace_id: str | None = None
    bloom_workspace_name: str = ""
    created_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class BrandDetail:
    """A brand with everything Bloom learned about it."""

    brand: Brand
    failure_code: str | None = None
    failure_message: str | None = None
    logo_url: str | None = None
    logo_error: str | None = None
    colors: tuple[str, ...] = ()
    fonts: tuple[str, ...] = ()
    aesthetic: str | None = None
    summary: str | None = None


@dataclass(frozen=True, slots=True)
class NewBrand:
    """A brand that somebody wants: a website or an Instagram profile for Bloom to analyze, and whose it is to be."""

    url: str
    logo_url: str | None = None
    collect_images: bool = True
    bloom_workspace: BloomWorkspace | None = None
    """Which of Bloom's workspaces owns it; None: nobody has chosen yet."""


@dataclass(frozen=True, slots=True)
class BrandLogo:
    """A logo as a file."""

    name: str
    content: bytes = field(repr=False)
    mime_type: str


@dataclass(frozen=True, slots=True)
class BrandJob:
    """A brand that Bloom analyzes for somebody who is told what comes of it.

    ``brand_id`` is None as long as it is not sure that Bloom has taken the ``wanted`` brand on; ``wanted`` is None
    for one that only got a new logo. ``connection_id`` is whose account at Bloom it is in.
    """

    id: str
    workspace_id: str
    connection_id: str
    asked_by: str
    created_at: datetime
    brand_id: str | None = None
    wanted: NewBrand | None = None
