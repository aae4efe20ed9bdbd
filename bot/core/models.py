"""The nouns of the product. All frozen; nothing here does I/O.

Two kinds of workspace meet in this bot. ``workspace_id`` is always the Slack workspace that the people are in;
Bloom's own workspaces, which own brands and credits, are ``bloom_workspace_id``.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Generic, Self, TypeVar

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

T = TypeVar("T")

PROMPT_LIMIT = 2000
VARIANT_LIMIT = 5
REFERENCE_LIMIT = 10


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


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """One page of a listing; ``next_cursor`` is None on the last."""

    items: tuple[T, ...]
    next_cursor: str | None = None


@dataclass(frozen=True, slots=True)
class Account:
    """Whose credential it is."""

    email: str
    name: str | None = None


@dataclass(frozen=True, slots=True)
class BloomWorkspace:
    """A workspace at Bloom, which owns brands and credits; the personal one has no id."""

    id: str | None
    name: str
    is_personal: bool


@dataclass(frozen=True, slots=True)
class Credits:
    """What is left to spend in one of Bloom's workspaces."""

    balance: float
    unlimited: bool = False


@dataclass(frozen=True, slots=True)
class Connection:
    """A Slack workspace's access to Bloom. The credential never shows in a repr."""

    workspace_id: str
    credential: str = field(repr=False)
    account: Account
    connected_by: str | None
    connected_at: datetime


class Parameters(BaseModel):
    """What to draw: everything of a generation that Bloom is told.

    Raises pydantic's ValidationError, naming the field, for what Bloom would refuse.
    """

    model_config = ConfigDict(frozen=True)

    prompt: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=PROMPT_LIMIT)]
    brand_id: str = Field(min_length=1)
    aspect_ratio: AspectRatio | None = None
    size: ImageSize = ImageSize.SIZE_2K
    model: ImageModel = ImageModel.PRO
    variants: int = Field(default=1, ge=1, le=VARIANT_LIMIT)
    reference_ids: tuple[str, ...] = Field(default=(), max_length=REFERENCE_LIMIT)

    @property
    def credits(self) -> int:
        """Return what this costs, in credits."""
        return self.size.credits * self.variants

    def but(self, **changes: object) -> Self:
        """Return the same with some fields changed, validated anew."""
        return self.model_validate({**self.model_dump(), **changes})


@dataclass(frozen=True, slots=True)
class GenerationRequest:
    """Someone's wish for images. ``key`` names what Slack sent, so that a redelivery is the same generation.

    ``thread_id`` is the thread to answer in; None starts a thread of its own.
    """

    key: str
    workspace_id: str
    channel_id: str
    user_id: str
    parameters: Parameters
    brand_name: str
    thread_id: str | None = None


class GenerationState(StrEnum):
    """The way of a generation. Every arrow is written down before the side effect that follows it."""

    QUEUED = "queued"
    SUBMITTING = "submitting"
    WAITING = "waiting"
    FINISHED = "finished"
    POSTING = "posting"
    DELIVERED = "delivered"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def is_final(self) -> bool:
        """Whether nothing more will happen by itself."""
        return self in (GenerationState.DELIVERED, GenerationState.FAILED, GenerationState.CANCELLED)


class FailureCode(StrEnum):
    """Reasons of our own, beside the codes that Bloom gives."""

    CONTENT_SAFETY = "content_safety"
    RATE_LIMITED = "rate_limited"
    IMAGE_FAILED = "image_failed"
    NOT_CONNECTED = "not_connected"
    UNAVAILABLE = "unavailable"
    TIMED_OUT = "timed_out"
    SLACK = "slack"
    UNEXPECTED = "unexpected"


@dataclass(frozen=True, slots=True)
class Failure:
    """Why there is no image. ``code`` is Bloom's own or a FailureCode; people never see ``detail`` raw."""

    code: str
    detail: str = ""
    action_url: str | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """Where messages about a generation stand. ``message_id`` is the request message, the root of its thread."""

    channel_id: str
    message_id: str
    thread_id: str
    is_fallback: bool = False
    """True for a direct message that stands in for a channel the bot may not post in."""


@dataclass(frozen=True, slots=True)
class Generation:
    """One request on its way, as the store keeps it."""

    id: str
    request: GenerationRequest
    state: GenerationState
    created_at: datetime
    place: Place | None = None
    submitted_at: datetime | None = None
    attempts: int = 0
    image_ids: tuple[str, ...] = ()
    images: tuple[Image, ...] = ()
    failure: Failure | None = None
    reply_id: str | None = None
    finished_at: datetime | None = None

    def but(self, **changes: object) -> Self:
        """Return the same generation with some fields changed."""
        return replace(self, **changes)  # type: ignore[arg-type]

    @property
    def pictures(self) -> tuple[Image, ...]:
        """Return the images that can be shown."""
        return tuple(image for image in self.images if image.state is ImageState.COMPLETED and image.url)
