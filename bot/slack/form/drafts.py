"""What a person has asked for so far, before it is complete and checked: the same for the command line and the form."""

from dataclasses import dataclass, replace
from typing import Self

from pydantic import BaseModel, ConfigDict

from bot.core.models import ANY_RATIO, AspectRatio, Attachment, Defaults, ImageModel, ImageSize, Parameters, Source


@dataclass(frozen=True, slots=True)
class Draft:
    """A request with holes: None is what nobody has chosen yet, so that a default may fill it in.

    ``brand`` is what was typed for ``--brand``, before it is known which brand that is.
    """

    prompt: str = ""
    brand_id: str | None = None
    brand: str | None = None
    shapes: tuple[AspectRatio, ...] | None = None
    """In the order they were chosen, several for a set; none at all lets Bloom choose."""
    size: ImageSize | None = None
    model: ImageModel | None = None
    variants: int = 1
    reference_ids: tuple[str, ...] = ()
    """Images at Bloom: of the brand's library, or earlier results."""
    attachments: tuple[Attachment, ...] = ()
    """Pictures at Slack: uploaded into the form, or of the message that it was opened from."""
    is_preview: bool = False

    @property
    def credits(self) -> int:
        """Return what this would cost, in credits."""
        return (self.size or ImageSize.SIZE_2K).credits * self.variants * max(1, len(self.shapes or ()))

    def filled(self, defaults: Defaults) -> Self:
        """Return the same with the defaults, and where there are none the built-in ones, for what is not chosen.

        The brand is left open: whether it can generate is to be seen.
        """
        return replace(
            self,
            shapes=_shapes(defaults) if self.shapes is None else self.shapes,
            size=self.size or defaults.size or ImageSize.SIZE_2K,
            model=self.model or defaults.model or ImageModel.PRO,
        )

    def parameters(self, brand_id: str) -> Parameters:
        """Return the complete, checked parameters. Raises pydantic's ValidationError naming the field."""
        return Parameters(
            prompt=self.prompt,
            brand_id=brand_id,
            aspect_ratio=self.shapes[0] if self.shapes else None,
            further_ratios=self.shapes[1:] if self.shapes else (),
            size=self.size or ImageSize.SIZE_2K,
            model=self.model or ImageModel.PRO,
            variants=self.variants,
            reference_ids=self.reference_ids,
            attachments=self.attachments,
        )

    @classmethod
    def of(cls, parameters: Parameters) -> Self:
        """Return the draft that would lead to these parameters again, whatever the defaults are then."""
        return cls(
            prompt=parameters.prompt,
            brand_id=parameters.brand_id,
            shapes=parameters.ratios,
            size=parameters.size,
            model=parameters.model,
            variants=parameters.variants,
            reference_ids=parameters.reference_ids,
            attachments=parameters.attachments,
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
    subject_id: str | None = None
    """The image that is to be edited, of which the form is then about; its brand and shape are the image's."""
    source: Source | None = None
    """The image, and the message, from whose buttons the form was opened."""
    offered: tuple[Attachment, ...] = ()
    """The pictures of the message that the form was opened from: all are references unless they are taken out."""

    @property
    def place(self) -> str | None:
        """Return whose defaults the form opens with."""
        return self.channel_id or self.suggested_channel


def _shapes(defaults: Defaults) -> tuple[AspectRatio, ...]:
    return () if defaults.shape in (None, ANY_RATIO) else (AspectRatio(defaults.shape),)
