"""Somebody who waits for the images of one generation, and what has become of them."""

import asyncio
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median

from bot.bloom.access import Access
from bot.bloom.budget import Slot
from bot.core.errors import BotError
from bot.core.models import Image, ImageState

FAILURES = 4
"""Looks in a row that may fail before the watcher hears of it."""
BACKOFF = (1.0, 2.0, 4.0)
"""Seconds before the next look after a failed one."""


@dataclass(slots=True, eq=False)
class Watcher:
    """One call of `watch`. ``due`` is when it is worth looking; ``shared`` is done when it need not be looked for any
    more (None) or has a request of its own."""

    access: Access
    ids: tuple[str, ...]
    began: float
    until: float
    due: float
    images: tuple[Image, ...] = field(init=False)
    is_done: bool = False
    error: BotError | None = None
    failures: int = 0
    is_alone: bool = False
    """True for one whose ids may be what Bloom refused a shared look for."""
    is_renewed: bool = False
    """True for one whose last look was refused for a credential that has been renewed since."""
    shared: "asyncio.Future[Slot | None] | None" = None

    def __post_init__(self) -> None:
        """Take images for pending, not for gone, until somebody looks."""
        self.images = tuple(Image(id=image_id, state=ImageState.PENDING) for image_id in self.ids)

    def found(self, images: Mapping[str, Image], now: float) -> None:
        """Take what Bloom answered; what it left out is gone."""
        self.images = tuple(images[image_id] for image_id in self.ids if image_id in images)
        self.failures, self.is_alone, self.is_renewed = 0, False, False
        self.is_done = now >= self.until or all(image.is_settled for image in self.images)

    def missed(self, error: BotError, now: float) -> None:
        """Take that a look failed: look again in a while, or give up."""
        self.failures += 1
        if self.failures >= FAILURES:
            self.give_up(error)
        else:
            self.due = now + BACKOFF[self.failures - 1]

    def unauthorized(self, error: BotError, now: float, *, is_renewed: bool) -> None:
        """Take that the credential was refused: look again with a newer one, once, or give up."""
        if is_renewed and not self.is_renewed:
            self.is_renewed, self.due = True, now
        else:
            self.give_up(error)

    def give_up(self, error: BotError) -> None:
        """End the watch with an error."""
        self.error, self.is_done = error, True

    def result(self) -> tuple[Image, ...]:
        """Return what was seen last, or raise what ended the watch."""
        if self.error:
            raise self.error
        return self.images


class Durations:
    """How long images took lately: long before the quickest of them it is not worth looking."""

    NEAR = 0.95
    """The part of the quickest one's time from which on it is looked again and again."""
    UNKNOWN = 20.0
    """Seconds that an image is taken to need while none was seen to settle."""

    def __init__(self) -> None:
        self._recent: deque[float] = deque(maxlen=64)
        self._quickest = 0.0

    @property
    def is_known(self) -> bool:
        """Whether any image was seen to settle."""
        return bool(self._recent)

    @property
    def typical(self) -> float:
        """Return the seconds that half of the latest took no longer than."""
        return median(self._recent) if self._recent else self.UNKNOWN

    def lull(self, age: float) -> float:
        """Return seconds until it is worth looking at a watch of this age: half of what it lacks to the quickest.

        Half, so that one that ends sooner than any of late is not found much later.
        """
        return max(self.NEAR * self._quickest - age, 0.0) / 2

    def note(self, watchers: Sequence[Watcher], now: float) -> None:
        """Learn from watches that have ended."""
        self._recent += [now - watcher.began for watcher in watchers]
        self._quickest = min(self._recent, default=0.0)
