"""Every combination of choices: what Bloom takes can be chosen in the form, and what it refuses does not get out of it.

Bloom's side is the stand-in's schemas, which are written after Bloom's own document.
"""

import itertools
from typing import Any
from uuid import UUID

import pytest
from pydantic import ValidationError

from bot.bloom.wire.generations import order
from bot.core.derivations import Made, edited
from bot.core.models import SET_LIMIT, AspectRatio, Attachment, ImageModel, ImageSize, Parameters
from bot.sandbox.bloom.request_schemas import Edit, Generation
from bot.slack.form.drafts import Draft
from bot.slack.views.form.answers import draft_errors, field_errors, read
from bot.slack.views.form.cost import Means
from bot.slack.views.form.form import form
from tests.slack.views.forms import CHANNEL, READY, on_screen
from tests.slack.views.samples import generation, image

RATIOS = tuple(AspectRatio)
SHAPES = (*((ratio,) for ratio in RATIOS), *(RATIOS[:count] for count in range(11) if count != 1), RATIOS[::-1])
BRAND = str(UUID(int=1))


def references(uploaded: int, given: int) -> dict[str, Any]:
    return {
        "reference_ids": tuple(str(UUID(int=number)) for number in range(uploaded)),
        "attachments": tuple(Attachment(id=f"F{number}", name="a.png") for number in range(given)),
    }


def as_sent(parameters: Parameters) -> list[dict[str, Any]]:
    """Return the bodies of the requests, once the pictures given at Slack are references at Bloom."""
    handed_over = tuple(str(UUID(int=100 + number)) for number in range(len(parameters.attachments)))
    whole = parameters.but(reference_ids=(*parameters.reference_ids, *handed_over), attachments=())
    return [dict(order(one).json or {}) for one in whole.orders]


@pytest.mark.parametrize("size", ImageSize)
@pytest.mark.parametrize("model", ImageModel)
def test_every_choice_on_the_screen_is_what_bloom_is_asked_for(size: ImageSize, model: ImageModel) -> None:
    for shapes, variants in itertools.product(SHAPES, range(1, 6)):
        wanted = Draft("a cat", BRAND, shapes=shapes, size=size, model=model, variants=variants)
        view = on_screen(form(wanted, CHANNEL, picker=READY, means=Means()))
        draft, _ = read(view)
        if max(1, len(shapes)) * variants > SET_LIMIT:
            with pytest.raises(ValidationError) as raised:
                draft.parameters(BRAND)
            assert [*field_errors(raised.value, view)] == [*draft_errors(view, draft, CHANNEL)] == ["ratio"]
            continue
        assert draft_errors(view, draft, CHANNEL) == {}
        bodies = as_sent(draft.parameters(BRAND))
        assert [body.get("aspectRatio") for body in bodies] == list(shapes or [None])
        for body in bodies:
            taken = Generation.model_validate(body)
            assert (taken.image_size, taken.model, taken.variant_count) == (size, model, variants)


@pytest.mark.parametrize(("uploaded", "given"), [(0, 0), (1, 0), (0, 1), (10, 0), (0, 10), (9, 1), (1, 9)])
@pytest.mark.parametrize("shapes", [(), RATIOS[:1], RATIOS[:2], RATIOS])
def test_up_to_ten_references_go_with_every_order(uploaded: int, given: int, shapes: tuple[AspectRatio, ...]) -> None:
    parameters = Draft("a cat", shapes=shapes, **references(uploaded, given)).parameters(BRAND)
    for body in as_sent(parameters):
        assert len(Generation.model_validate(body).reference_image_ids) == uploaded + given


@pytest.mark.parametrize(("uploaded", "given"), [(11, 0), (0, 11), (10, 1), (1, 10), (6, 5)])
def test_eleventh_reference_is_refused(uploaded: int, given: int) -> None:
    with pytest.raises(ValidationError):
        Draft("a cat", **references(uploaded, given)).parameters(BRAND)


@pytest.mark.parametrize(("uploaded", "given"), [(0, 0), (9, 0), (0, 9), (5, 4), (10, 0), (0, 10), (9, 1)])
def test_edits_take_every_size_and_model_and_nine_references(uploaded: int, given: int) -> None:
    made = Made(generation(images=(image(1),), brand_id=BRAND).but(image_ids=("image-1",)), image(1))
    for size, model in itertools.product(ImageSize, ImageModel):
        wish = {"size": size, "model": model, **references(uploaded, given)}
        if uploaded + given > 9:
            with pytest.raises(ValidationError):
                edited(made, "darker", **wish)
            continue
        (body,) = as_sent(edited(made, "darker", **wish))
        taken = Edit.model_validate(body)
        assert (taken.image_size, taken.model, len(taken.reference_image_ids)) == (size, model, uploaded + given)


@pytest.mark.parametrize(("length", "is_taken"), [(1, True), (2000, True), (2001, False)])
def test_prompts_are_as_long_as_bloom_takes_them(length: int, is_taken: bool) -> None:
    try:
        (body,) = as_sent(Draft("x" * length).parameters(BRAND))
    except ValidationError:
        assert not is_taken
    else:
        assert is_taken
        Generation.model_validate(body)
