"""A brand, and where it is on its way to being ready."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


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
