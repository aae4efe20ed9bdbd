"""What a person has asked for so far, before it is complete and checked: the same for the command line and the form."""

from dataclasses import dataclass
from typing import Self

from pydantic import BaseModel, ConfigDict

from bot.core.models import AspectRatio, ImageModel, ImageSize, Parameters


@dataclass(frozen=True, slots=True)
class Draft:
    """A request with holes. ``brand`` is what was typed for ``--brand``, before it is known which brand that is."""

    prompt: str = ""
    brand_id: str | None = None
    brand: str | None = None
    aspect_ratio: AspectRatio | None = None
    size: ImageSize = ImageSize.SIZE_2K
    model: ImageModel = ImageModel.PRO
    variants: int = 1

    @property
    def credits(self) -> int:
        """Return what this would cost, in credits."""
        return self.size.credits * self.variants

    def parameters(self, brand_id: str) -> Parameters:
        """Return the complete, checked parameters. Raises pydantic's ValidationError naming the field."""
        return Parameters(
            prompt=self.prompt,
            brand_id=brand_id,
            aspect_ratio=self.aspect_ratio,
            size=self.size,
            model=self.model,
            variants=self.variants,
        )

    @classmethod
    def of(cls, parameters: Parameters) -> Self:
        """Return the draft that would lead to these parameters again."""
        return cls(
            prompt=parameters.prompt,
            brand_id=parameters.brand_id,
            aspect_ratio=parameters.aspect_ratio,
            size=parameters.size,
            model=parameters.model,
            variants=parameters.variants,
        )


class Origin(BaseModel):
    """Where a form was opened from. Travels in the form's ``private_metadata``; holds no secret.

    ``channel_id`` is None when the form was opened from nowhere in particular: then the form asks for a channel.
    """

    model_config = ConfigDict(frozen=True)

    channel_id: str | None = None
    thread_id: str | None = None
    brand: str | None = None
    """What was typed for ``--brand`` while the brands were not known yet."""
