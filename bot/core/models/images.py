"""An image at Bloom, and what can be chosen about one."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

FILE_LIMIT = 10 * 1024 * 1024
"""Bytes of a file that Bloom takes."""
TABLE_LIMIT = 5 * 1024 * 1024
"""Bytes of a table that is read: many times what the longest prompts in every row come to."""
PICTURE_TYPES = frozenset({"image/png", "image/jpeg", "image/webp", "image/avif"})
"""Kinds of files that Bloom takes as pictures; a vector it takes as a logo alone."""


class AspectRatio(StrEnum):
    """The ten shapes Bloom draws; no ratio at all lets Bloom choose."""

    SQUARE = "1:1"
    PORTRAIT_2_3 = "2:3"
    LANDSCAPE_3_2 = "3:2"
    PORTRAIT_3_4 = "3:4"
    LANDSCAPE_4_3 = "4:3"
    PORTRAIT_4_5 = "4:5"
    LANDSCAPE_5_4 = "5:4"
    STORY = "9:16"
    WIDE = "16:9"
    CINEMA = "21:9"


class ImageSize(StrEnum):
    """The two sizes Bloom draws, by their longer side."""

    SIZE_2K = "2K"
    SIZE_4K = "4K"

    @property
    def credits(self) -> int:
        """Return what one image of this size costs, in credits."""
        return 2 if self is ImageSize.SIZE_4K else 1


class ImageModel(StrEnum):
    """Bloom's model tiers; ``pro`` is Bloom's default, ``standard`` the most permissive."""

    FAST = "fast"
    STANDARD = "standard"
    PRO = "pro"


class ImageState(StrEnum):
    """Where an image is on its way. Uploaded and scraped images were never on one: their state is None."""

    PENDING = "pending"
    GENERATING = "generating"
    COMPLETED = "completed"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Image:
    """One image at Bloom. ``url`` is absolute; ``state`` is None for images that were not generated."""

    id: str
    state: ImageState | None = None
    failure_reason: str | None = None
    url: str | None = None
    prompt: str | None = None
    description: str | None = None
    aspect_ratio: AspectRatio | None = None
    width: int | None = None
    height: int | None = None
    source: str | None = None
    action: str | None = None
    brand_id: str | None = None
    variant_group_id: str | None = None
    bloom_workspace_id: str | None = None
    created_at: datetime | None = None
    deleted_by: str | None = None
    """Who deleted it, by a button of ours; it is not at Bloom any more then."""

    @property
    def is_settled(self) -> bool:
        """Whether waiting longer would change nothing."""
        return self.state not in (ImageState.PENDING, ImageState.GENERATING)


@dataclass(frozen=True, slots=True)
class UploadedImage:
    """What Bloom stored of an upload; ``existing`` when the brand already had the very same file."""

    id: str
    url: str
    width: int
    height: int
    mime_type: str
    existing: bool


@dataclass(frozen=True, slots=True)
class LibraryMatch:
    """An image of a brand's library that resembles a query; the smaller ``distance``, the closer."""

    id: str
    url: str
    description: str
    distance: float
    width: int | None = None
    height: int | None = None
    aspect_ratio: AspectRatio | None = None
