"""What a person has asked for so far, before it is complete and checked: the same for the command line and the form."""

from dataclasses import dataclass, replace
from typing import Self

from pydantic import BaseModel, ConfigDict

from bot.core.models import ANY_RATIO, AspectRatio, Defaults, ImageModel, ImageSize, Parameters, Shape


@dataclass(frozen=True, slots=True)
class Draft:
    """A request with holes: None is what nobody has chosen yet, so that a default may fill it in.

    ``brand`` is what was typed for ``--brand``, before it is known which brand that is.
    """

    prompt: str = ""
    brand_id: str | None = None
    brand: str | None = None
    shape: Shape | None = None
    size: ImageSize | None = None
    model: ImageModel | None = None
    variants: int = 1

    @property
    def credits(self) -> int:
        """Return what this would cost, in credits."""
        return (self.size or ImageSize.SIZE_2K).credits * self.variants

    def filled(self, defaults: Defaults) -> Self:
        """Return the same with the defaults, and where there are none the built-in ones, for what is not chosen.

        The brand is left open: whether it can generate is to be seen.
        """
        return replace(
            self,
            shape=self.shape or defaults.shape or ANY_RATIO,
            size=self.size or defaults.size or ImageSize.SIZE_2K,
            model=self.model or defaults.model or ImageModel.PRO,
        )

    def parameters(self, brand_id: str) -> Parameters:
        """Return the complete, checked parameters. Raises pydantic's ValidationError naming the field."""
        return Parameters(
            prompt=self.prompt,
            brand_id=brand_id,
            aspect_ratio=None if self.shape in (None, ANY_RATIO) else AspectRatio(self.shape),
            size=self.size or ImageSize.SIZE_2K,
            model=self.model or ImageModel.PRO,
            variants=self.variants,
        )

    @classmethod
    def of(cls, parameters: Parameters) -> Self:
        """Return the draft that would lead to these parameters again, whatever the defaults are then."""
        return cls(
            prompt=parameters.prompt,
            brand_id=parameters.brand_id,
            shape=parameters.aspect_ratio or ANY_RATIO,
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
    suggested_channel: str | None = None
    """What the form opens with for the channel, where it asks for one."""
    confirmed: int = 0
    """How many credits the person is told that it costs, so that sending the form says yes to them."""

    @property
    def place(self) -> str | None:
        """Return whose defaults the form opens with."""
        return self.channel_id or self.suggested_channel
