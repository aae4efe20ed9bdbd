"""A wish for images and what becomes of it."""

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Self

from bot.core.models.images import Image, ImageState
from bot.core.models.parameters import Parameters
from bot.core.models.results import Source


@dataclass(frozen=True, slots=True)
class RowOf:
    """Which row of which batch something is made for."""

    batch_id: str
    row: int


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
    source: Source | None = None
    """The image that this was derived from, if it was."""
    is_preview: bool = False
    """Whether only the person sees it, in a direct message, until they share it where it was asked for."""
    batch: RowOf | None = None
    """The row that this is an attempt at: then it has no request message and no reply of its own."""


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
    REFERENCE_UNREADABLE = "reference_unreadable"
    """A picture that Slack does not give out, `detail` being its name."""


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
    """In the order of the orders, and of each one's variants."""
    yields: tuple[int, ...] = ()
    """How many of the ids came of each order that Bloom has taken so far; one number an order.

    Nothing came of a last one that Bloom may have taken, but whose answer was given up.
    """
    gathered_ids: tuple[str, ...] = ()
    """What the attachments are at Bloom, as far as they were handed over, in their order."""
    images: tuple[Image, ...] = ()
    failure: Failure | None = None
    """Why there are no images. Of one on its way, what it failed of before: it is looked for, not paid for anew."""
    shortfall: Failure | None = None
    """Why the rest of a set was not made: Bloom is not asked for more of it, and what it took goes on."""
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
    def is_doubtful(self) -> bool:
        """Whether nobody knows if Bloom took the last of the orders, which were given up then."""
        return self.yields[-1:] == (0,)

    @property
    def is_ordered(self) -> bool:
        """Whether Bloom took all orders, as far as anybody knows."""
        return len(self.yields) >= len(self.request.parameters.orders)

    @property
    def next_order(self) -> Parameters:
        """Return what Bloom is to be asked for next, or may have been just now, unless all `is_ordered`.

        Its attachments are among the references by then.
        """
        order = self.request.parameters.orders[len(self.yields)]
        references = dict.fromkeys((*order.reference_ids, *self.gathered_ids))  # the same picture twice is one image
        return order.but(reference_ids=tuple(references), attachments=())

    @property
    def ordered_credits(self) -> int:
        """Return what the orders cost that Bloom took, or may have taken."""
        return sum(order.credits for order in self.request.parameters.orders[: max(1, len(self.yields))])

    @property
    def spent_credits(self) -> int:
        """Return what Bloom was paid, or may have been; while it is under way, all that it may come to.

        So does the database count it, in `m005`.
        """
        parameters = self.request.parameters
        if self.submitted_at is None and self.state.is_final:
            return 0
        return self.ordered_credits if self.state.is_final else parameters.credits

    @property
    def missing(self) -> tuple[int, ...]:
        """Return how many images were not made, by the orders."""
        orders = self.request.parameters.orders
        made = Counter(self.order_of(image.id).aspect_ratio for image in self.pictures if image.id in self.image_ids)
        return tuple(max(0, order.variants - made[order.aspect_ratio]) for order in orders)

    @property
    def is_untold(self) -> bool:
        """Whether it failed without the reply that says why; that of an attempt is its batch's."""
        return self.state is GenerationState.FAILED and self.reply_id is None and self.request.batch is None

    @property
    def is_unposted(self) -> bool:
        """Whether there are images that could not be posted."""
        return self.is_untold and bool(self.pictures)

    @property
    def pictures(self) -> tuple[Image, ...]:
        """Return the images that were made, also those that somebody deleted since."""
        return tuple(image for image in self.images if image.state is ImageState.COMPLETED and image.url)

    @property
    def present(self) -> tuple[Image, ...]:
        """Return the images that were made and are there still."""
        return tuple(image for image in self.pictures if image.deleted_by is None)

    def order_of(self, image_id: str) -> Parameters:
        """Return what Bloom was asked for when it made this image: its shape is the image's own."""
        position, orders = self.image_ids.index(image_id), self.request.parameters.orders
        for order, count in zip(orders, self.yields, strict=False):
            if position < count:
                return order
            position -= count
        return orders[-1]
