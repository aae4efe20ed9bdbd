"""What a person has asked for so far, before it is complete and checked: the same for the command line and the form."""

from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict

from bot.core.models import AspectRatio, ImageModel, ImageSize


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


class Origin(BaseModel):
    """Where a form was opened from. Travels in the form's ``private_metadata``; holds no secret.

    ``channel_id`` is None when the form was opened from nowhere in particular: then the form asks for a channel.
    """

    model_config = ConfigDict(frozen=True)

    channel_id: str | None = None
    thread_id: str | None = None
    brand: str | None = None
    """What was typed for ``--brand`` while the brands were not known yet."""
