"""A wish for images and what becomes of it."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from bot.core.models.images import AspectRatio, Image, ImageModel, ImageSize, ImageState

PROMPT_LIMIT = 2000
VARIANT_LIMIT = 5
REFERENCE_LIMIT = 10


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

    @property
    def is_before_result(self) -> bool:
        """Whether nothing has come of it yet, so that it may still be cancelled."""
        return self in (GenerationState.QUEUED, GenerationState.SUBMITTING, GenerationState.WAITING)


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
    UNINSTALLED = "uninstalled"
    NOT_MADE = "not_made"


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
    """When a request was sent to Bloom that may have been accepted, and so paid for; None when none was."""
    attempts: int = 0
    """How often the request message may have been posted."""
    faults: int = 0
    """How often this state went wrong for no known reason, the death of the process included."""
    image_ids: tuple[str, ...] = ()
    images: tuple[Image, ...] = ()
    failure: Failure | None = None
    """Why there are no images. Of one on its way, what it failed of before: it is looked for, not paid for anew."""
    reply_id: str | None = None
    finished_at: datetime | None = None
    cancelled_by: str | None = None
    connection_id: str | None = None
    """Whose Bloom account was asked for it, from when it is sent there until its end; None before."""
    is_stale: bool = field(default=False, compare=False)
    """Whether the request message may say what holds no more: a place in line that was left, or no word of the end."""
    owner: str | None = field(default=None, compare=False)
    """The worker that had it when it was read; nobody when nobody works on it."""

    def but(self, **changes: object) -> Self:
        """Return the same generation with some fields changed."""
        return replace(self, **changes)  # type: ignore[arg-type]

    def as_found(self) -> Self:
        """Return it as whoever did not make it just now has to take it: its request message may stand already."""
        return self.but(attempts=max(self.attempts, 1))

    @property
    def is_undecided(self) -> bool:
        """Whether a message to Slack or a request to Bloom is on its way, without whose answer nothing is cancelled."""
        is_unannounced = self.state is GenerationState.QUEUED and self.place is None
        return is_unannounced or self.state is GenerationState.SUBMITTING

    @property
    def is_untold(self) -> bool:
        """Whether it failed without the reply that says why."""
        return self.state is GenerationState.FAILED and self.reply_id is None

    @property
    def is_unposted(self) -> bool:
        """Whether there are images that could not be posted."""
        return self.is_untold and bool(self.pictures)

    @property
    def pictures(self) -> tuple[Image, ...]:
        """Return the images that can be shown."""
        return tuple(image for image in self.images if image.state is ImageState.COMPLETED and image.url)
