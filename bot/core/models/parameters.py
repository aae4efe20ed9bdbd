"""What Bloom is asked to draw, and the bounds it sets to that."""

from enum import StrEnum
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from bot.core.models.images import AspectRatio, ImageModel, ImageSize
from bot.core.models.results import Attachment

PROMPT_LIMIT = 2000
VARIANT_LIMIT = 5
REFERENCE_LIMIT = 10
EDIT_REFERENCE_LIMIT = 9
SET_LIMIT = 12
"""Images that one reply has room for, each with its buttons."""


class Operation(StrEnum):
    """What Bloom is to do, in its own words; all but the first start from an image, the subject."""

    GENERATE = "generation"
    EDIT = "edit"
    RESIZE = "resize"
    REMOVE_BACKGROUND = "remove-background"
    VECTORIZE = "vectorize"

    @property
    def is_in_words(self) -> bool:
        """Whether Bloom is told in words what to do, and by which model and in which size."""
        return self in (Operation.GENERATE, Operation.EDIT)


class Parameters(BaseModel):
    """What to draw: everything of a generation that Bloom is told.

    Raises pydantic's ValidationError, naming the field, for what Bloom would refuse. Where an operation takes no words,
    ``prompt`` is what the subject was made from; where it takes no shape, ``aspect_ratio`` is the subject's, if known.
    """

    model_config = ConfigDict(frozen=True)

    prompt: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=PROMPT_LIMIT)]
    brand_id: str = Field(min_length=1)
    aspect_ratio: AspectRatio | None = None
    size: ImageSize = ImageSize.SIZE_2K
    model: ImageModel = ImageModel.PRO
    variants: int = Field(default=1, ge=1, le=VARIANT_LIMIT)
    reference_ids: tuple[str, ...] = Field(default=(), max_length=REFERENCE_LIMIT)
    """Images at Bloom."""
    attachments: tuple[Attachment, ...] = Field(default=(), max_length=REFERENCE_LIMIT)
    """Pictures at Slack that become references too, once they were handed to Bloom."""
    operation: Operation = Operation.GENERATE
    subject_id: str | None = None
    further_ratios: tuple[AspectRatio, ...] = ()
    """The other shapes of a set, in their order: Bloom draws one shape an order."""

    @model_validator(mode="after")
    def _hold_together(self) -> Self:
        """Refuse what no single field shows. The message names the field."""
        for is_wrong, field_name in (
            (self.operation is not Operation.GENERATE and not self.subject_id, "subject_id"),
            (self.operation is not Operation.GENERATE and self.variants > 1, "variants"),
            (self.operation is Operation.RESIZE and self.aspect_ratio is None, "aspect_ratio"),
            (len(set(self.ratios)) < len(self.ratios), "aspect_ratio"),
            (bool(self.further_ratios) and not self._may_be_set, "aspect_ratio"),
            (self.image_count > SET_LIMIT, "further_ratios"),
            (self.reference_count > self.reference_limit, "reference_ids"),
        ):
            if is_wrong:
                raise ValueError(field_name)
        return self

    @property
    def _may_be_set(self) -> bool:
        return self.aspect_ratio is not None and self.operation in (Operation.GENERATE, Operation.RESIZE)

    @property
    def ratios(self) -> tuple[AspectRatio, ...]:
        """Return all shapes in their order; none when Bloom chooses."""
        return (self.aspect_ratio, *self.further_ratios) if self.aspect_ratio else self.further_ratios

    @property
    def orders(self) -> "tuple[Parameters, ...]":
        """Return what Bloom is asked for, one request each: a set has one for every shape."""
        if not self.further_ratios:
            return (self,)
        return tuple(self.model_copy(update={"aspect_ratio": ratio, "further_ratios": ()}) for ratio in self.ratios)

    @property
    def image_count(self) -> int:
        """Return how many images this makes."""
        return self.variants * (1 + len(self.further_ratios))

    @property
    def reference_count(self) -> int:
        """Return how many references it has, those included that Bloom does not have yet."""
        return len(self.reference_ids) + len(self.attachments)

    @property
    def reference_limit(self) -> int:
        """Return how many references Bloom takes for this; for what is not told in words, none."""
        if not self.operation.is_in_words:
            return 0
        return EDIT_REFERENCE_LIMIT if self.operation is Operation.EDIT else REFERENCE_LIMIT

    @property
    def credits(self) -> int:
        """Return what this costs, in credits. What is not told in words is said to cost one, whatever its size."""
        each = self.size.credits if self.operation.is_in_words else 1
        return each * self.image_count

    def but(self, **changes: object) -> Self:
        """Return the same with some fields changed, validated anew."""
        return self.model_validate({**self.model_dump(), **changes})
