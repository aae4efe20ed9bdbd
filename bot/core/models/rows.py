"""The rows of a batch: what is to be made of each, and what its attempts came to."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from bot.core.models.generations import Failure, FailureCode, Generation, GenerationState
from bot.core.models.images import Image, ImageModel, ImageSize
from bot.core.models.parameters import Parameters
from bot.core.models.preferences import Shape


class BatchRow(BaseModel):
    """One row that can be made. ``number`` is what a spreadsheet calls it, where the heading is row 1."""

    model_config = ConfigDict(frozen=True)

    number: int
    parameters: Parameters
    brand_name: str
    note: str = ""


class BadRow(BaseModel):
    """A row that cannot be made, and why: plain text, a sentence for each reason."""

    model_config = ConfigDict(frozen=True)

    number: int
    prompt: str
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RowDefaults:
    """What a row has where it says nothing."""

    brand_id: str | None = None
    shape: Shape | None = None
    model: ImageModel | None = None
    size: ImageSize | None = None
    variants: int = 1


@dataclass(frozen=True, slots=True)
class RowTally:
    """How far one row is, read from its attempts without reading those whole."""

    number: int
    attempts: int
    generation_id: str
    """The latest attempt; what follows is of it, but for the sums."""
    state: GenerationState
    is_sent: bool
    """Whether Bloom may have been paid for it."""
    failure_code: str | None
    made: int
    """Images of all attempts."""
    credits: int
    """Spent by all attempts; of one under way, all that it may come to."""

    @property
    def is_taken_back(self) -> bool:
        """Return whether the latest attempt was cancelled before Bloom was asked."""
        return self.state is GenerationState.CANCELLED and not self.is_sent


class RowStatus(StrEnum):
    """What has become of a row."""

    WAITING = "waiting"
    """Not begun, or taken back before Bloom was asked."""
    UNDER_WAY = "under way"
    MADE = "made"
    PARTLY_MADE = "partly made"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class RowResult:
    """A row with its attempts, the oldest first."""

    row: BatchRow
    attempts: tuple[Generation, ...] = ()

    @property
    def latest(self) -> Generation | None:
        """Return its latest attempt, if it has one."""
        return self.attempts[-1] if self.attempts else None

    @property
    def images(self) -> tuple[tuple[Generation, Image], ...]:
        """Return the images that were made, also those that somebody deleted since, each with its generation."""
        return tuple((attempt, image) for attempt in self.attempts for image in attempt.pictures)

    @property
    def credits(self) -> int:
        """Return what its attempts cost."""
        return sum(attempt.spent_credits for attempt in self.attempts)

    @property
    def failure(self) -> Failure | None:
        """Return why it has not all its images, where its latest attempt, or an image that this lost, says why."""
        if self.latest is None:
            return None
        lost = [image for image in self.latest.images if image not in self.latest.pictures]
        return self.latest.failure or self.latest.shortfall or (Failure(_loss(lost[0])) if lost else None)

    @property
    def status(self) -> RowStatus:
        """Return what has become of it."""
        made, latest = len(self.images), self.latest
        if latest is not None and not latest.state.is_final:
            return RowStatus.UNDER_WAY
        if made >= self.row.parameters.image_count:
            return RowStatus.MADE
        if made:
            return RowStatus.PARTLY_MADE
        is_taken_back = latest is None or (latest.state is GenerationState.CANCELLED and latest.submitted_at is None)
        return RowStatus.WAITING if is_taken_back else RowStatus.FAILED


def results_of(rows: Sequence[BatchRow], attempts: Sequence[Generation]) -> tuple[RowResult, ...]:
    """Return these rows, each with its attempts among these, which come the oldest first."""
    by_row: dict[int, list[Generation]] = {}
    for attempt in attempts:
        if attempt.request.batch is not None:
            by_row.setdefault(attempt.request.batch.row, []).append(attempt)
    return tuple(RowResult(row, tuple(by_row.get(row.number, ()))) for row in rows)


def _loss(image: Image) -> str:
    """Return why there is no picture, in Bloom's word or ours."""
    if not image.is_settled:
        return FailureCode.TIMED_OUT
    return image.failure_reason or FailureCode.IMAGE_FAILED
