"""What a person has asked for so far, before it is complete and checked: the same for the command line and the form."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, field_validator

from bot.core.models import (
    ANY_RATIO,
    REFERENCE_LIMIT,
    SET_LIMIT,
    AspectRatio,
    Attachment,
    Defaults,
    Derivation,
    Generation,
    ImageModel,
    ImageSize,
    Operation,
    Parameters,
    Source,
)
from bot.slack.views.form.picture_files import UNNAMED
from bot.slack.views.slack_files import ID, tidy


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
    def image_count(self) -> int:
        """Return how many images this would make."""
        return self.variants * max(1, len(self.shapes or ()))

    @property
    def is_too_many(self) -> bool:
        """Whether these are more images than one reply has room for."""
        return self.image_count > SET_LIMIT

    @property
    def credits(self) -> int:
        """Return what this would cost, in credits."""
        return (self.size or ImageSize.SIZE_2K).credits * self.image_count

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
    def of(cls, parameters: Parameters, *, is_preview: bool = False) -> Self:
        """Return the draft that would lead to these parameters again, whatever the defaults are then.

        Of an edit it leads there in a form about the same image, which `Origin.of` is for.
        """
        return cls(
            prompt=parameters.prompt,
            brand_id=parameters.brand_id,
            shapes=parameters.ratios,
            size=parameters.size,
            model=parameters.model,
            variants=parameters.variants,
            reference_ids=parameters.reference_ids,
            attachments=parameters.attachments,
            is_preview=is_preview,
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

    is_pictured: bool = False
    """Whether Slack shows the image that is to be edited; it has to fetch it first, and people do not wait for that."""

    @field_validator("offered")
    @classmethod
    def _fit(cls, offered: tuple[Attachment, ...]) -> tuple[Attachment, ...]:
        """Take as many as can be references, once each, under names that fit into the form."""
        once = {one.id: Attachment(id=one.id, name=tidy(one.name, UNNAMED)) for one in offered if ID.fullmatch(one.id)}
        return tuple(once.values())[:REFERENCE_LIMIT]

    @classmethod
    def of(cls, generation: Generation) -> Self:
        """Return where the same would be asked for again: in the same thread, and of an edit about the same image.

        A preview was asked for elsewhere than where it stands.
        """
        request, place = generation.request, generation.place
        is_edit = request.parameters.operation is Operation.EDIT
        asked_in = request if place is None or request.is_preview else place
        return cls(
            channel_id=asked_in.channel_id,
            thread_id=asked_in.thread_id,
            subject_id=request.parameters.subject_id if is_edit else None,
            source=request.source,
        )

    @classmethod
    def of_view(cls, view: Mapping[str, Any]) -> Self:
        """Return where a form was opened from, whatever was chosen in it since."""
        return cls.model_validate_json(view.get("private_metadata") or "{}")

    @property
    def place(self) -> str | None:
        """Return whose defaults the form opens with."""
        return self.channel_id or self.suggested_channel

    def source_of(self, parameters: Parameters) -> Source | None:
        """Return the image from whose buttons the form was opened, if what is asked for now still comes of it."""
        return self.source if self.source and _comes_of(parameters, self.source) else None


def offering(draft: Draft, origin: Origin) -> tuple[Draft, Origin]:
    """Return both for a form that opens: the pictures of either are offered in it, and all of them taken.

    Slack fills no files into a form: only as something offered can they be there.
    """
    both = (*origin.offered, *draft.attachments)
    origin = Origin.model_validate({**origin.model_dump(), "offered": both})
    return replace(draft, attachments=origin.offered), origin


def _comes_of(parameters: Parameters, source: Source) -> bool:
    match source.derivation:
        case Derivation.VARY:
            return True
        case Derivation.REFERENCE:
            return source.image_id in parameters.reference_ids
        case Derivation.ENLARGE:
            return parameters.size is ImageSize.SIZE_4K
        case _:
            return False


def _shapes(defaults: Defaults) -> tuple[AspectRatio, ...]:
    return () if defaults.shape in (None, ANY_RATIO) else (AspectRatio(defaults.shape),)
