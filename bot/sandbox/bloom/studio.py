"""The making of images: what is allowed, what it costs, how long it takes and whether it succeeds."""

import random
from collections import deque

from bot.core.clock import Clock
from bot.sandbox.bloom.accounts import Account
from bot.sandbox.bloom.agenda import Agenda
from bot.sandbox.bloom.brands import Brand
from bot.sandbox.bloom.errors import Refused
from bot.sandbox.bloom.identifiers import Identifiers
from bot.sandbox.bloom.images import (
    LONG_SIDE,
    ActionType,
    AspectRatio,
    FailureReason,
    FileFormat,
    Gallery,
    Image,
    ImageSize,
    dimensions,
)
from bot.sandbox.bloom.prompts import Model, failure_of, format_of

COST: dict[ImageSize, int] = {"2K": 1, "4K": 2}
PENDING_SHARE = 0.25
"""How much of an image's time passes before its status turns from pending to generating."""
MINIMUM_VECTOR_SIDE = 128


class Studio:
    """Takes orders, charges for them at once and delivers by the clock; a failure is refunded."""

    def __init__(
        self, clock: Clock, agenda: Agenda, identifiers: Identifiers, gallery: Gallery, rng: random.Random
    ) -> None:
        self._clock, self._agenda, self._identifiers = clock, agenda, identifiers
        self._gallery, self._rng = gallery, rng
        self.generation_seconds = (2.0, 4.0)
        self.file_format: FileFormat = "PNG"
        self.next_failures: deque[FailureReason] = deque()

    def generate(
        self,
        account: Account,
        brand: Brand,
        prompt: str,
        *,
        ratio: AspectRatio = "1:1",
        size: ImageSize = "2K",
        model: Model = "pro",
        count: int = 1,
        references: list[str] | None = None,
    ) -> list[Image]:
        """Begin the variants of one generation."""
        self._check_order(account, brand, size, references or [])
        brand.workspace.charge(COST[size] * count)
        group = self._identifiers.uuid() if count > 1 else None
        images = [self._blank(brand, prompt, "generation", ratio, size=size) for _ in range(count)]
        for place, image in enumerate(images):
            image.variant_group_id = group
            self._begin(image, model, place)
        return images

    def edit(
        self,
        account: Account,
        brand: Brand,
        image_id: str,
        prompt: str,
        *,
        size: ImageSize = "2K",
        model: Model = "pro",
        references: list[str] | None = None,
    ) -> Image:
        """Begin an edit; its ratio is that of the image it starts from."""
        subject = self._gallery.get(account, image_id, "EDIT_SUBJECT_NOT_FOUND")
        _require_file(subject, "EDIT_SUBJECT_NOT_COMPLETED")
        self._check_order(account, brand, size, references or [])
        brand.workspace.charge(COST[size])
        image = self._blank(brand, prompt, "edit", subject.aspect_ratio or "1:1", size=size, parent=subject)
        return self._begin(image, model)

    def resize(self, account: Account, brand: Brand, image_id: str, ratio: AspectRatio) -> Image:
        """Begin the same picture in another ratio."""
        source = self._source(account, image_id)
        if source.file_format == "SVG":
            raise Refused("IMAGE_NOT_RESIZABLE")
        if source.aspect_ratio == ratio:
            raise Refused("SAME_ASPECT_RATIO")
        brand.workspace.charge(1)
        size: ImageSize = "4K" if max(source.width, source.height) > LONG_SIDE["2K"] else "2K"
        return self._begin(self._blank(brand, source.prompt, "resize", ratio, size=size, parent=source))

    def remove_background(self, account: Account, brand: Brand, image_id: str) -> Image:
        """Begin a cut-out: a PNG whose background is transparent."""
        source = self._source(account, image_id)
        if source.file_format == "SVG":
            raise Refused("IMAGE_NOT_REMOVABLE_BACKGROUND")
        brand.workspace.charge(1)
        image = self._copy(brand, source, "remove-background")
        image.file_format, image.transparent = "PNG", True
        return self._begin(image)

    def vectorize(self, account: Account, brand: Brand, image_id: str) -> Image:
        """Begin the picture as SVG."""
        source = self._source(account, image_id)
        if source.file_format == "SVG":
            raise Refused("IMAGE_NOT_VECTORIZABLE")
        if min(source.width, source.height) < MINIMUM_VECTOR_SIDE:
            raise Refused("IMAGE_TOO_SMALL")
        brand.workspace.charge(1)
        image = self._copy(brand, source, "vectorize")
        image.file_format, image.transparent = "SVG", source.transparent
        return self._begin(image)

    def _check_order(self, account: Account, brand: Brand, size: ImageSize, references: list[str]) -> None:
        if brand.status != "ready":
            raise Refused("BRAND_NOT_READY")
        for reference in references:
            self._gallery.get(account, reference, "REFERENCE_IMAGE_NOT_FOUND")
        if size == "4K" and not account.plan_4k:
            raise Refused("FEATURE_NOT_ENTITLED")

    def _source(self, account: Account, image_id: str) -> Image:
        source = self._gallery.get(account, image_id)
        _require_file(source, "IMAGE_NOT_COMPLETED")
        return source

    def _blank(
        self,
        brand: Brand,
        prompt: str | None,
        action: ActionType,
        ratio: AspectRatio,
        *,
        size: ImageSize = "2K",
        parent: Image | None = None,
    ) -> Image:
        image_id, sequence = self._identifiers.next()
        return Image(
            image_id,
            sequence,
            "generated",
            brand,
            self._clock.now(),
            parent.subject if parent else image_id,
            *dimensions(ratio, LONG_SIDE[size]),
            file_format=format_of(prompt) or self.file_format,
            prompt=prompt,
            aspect_ratio=ratio,
            action=action,
            parent_id=parent.id if parent else None,
            cost=1 if action == "resize" else COST[size],
        )

    def _copy(self, brand: Brand, source: Image, action: ActionType) -> Image:
        image = self._blank(brand, source.prompt, action, source.aspect_ratio or "1:1", parent=source)
        image.aspect_ratio, image.width, image.height = source.aspect_ratio, source.width, source.height
        return image

    def _begin(self, image: Image, model: Model = "pro", place: int = 0) -> Image:
        seconds = self._rng.uniform(*self.generation_seconds)
        reason = self._doom(image, model, place)
        image.status = "pending"
        self._gallery.add(image)
        self._agenda.after(seconds * PENDING_SHARE, lambda: _paint(image))
        image.settles_at = self._agenda.after(seconds, lambda: _finish(image, reason))
        return image

    def _doom(self, image: Image, model: Model, place: int) -> FailureReason | None:
        if self.next_failures:
            return self.next_failures.popleft()
        return failure_of(image.prompt, model, place) if image.action in ("generation", "edit") else None


def _require_file(image: Image, otherwise: str) -> None:
    if not image.has_file:
        raise Refused(otherwise)


def _paint(image: Image) -> None:
    image.status = "generating"


def _finish(image: Image, reason: FailureReason | None) -> None:
    image.status = "failed" if reason else "completed"
    image.failure_reason = reason
    if reason:
        image.brand.workspace.refund(image.cost)
