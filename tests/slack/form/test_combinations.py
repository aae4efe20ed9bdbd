"""Every combination of choices: what Bloom takes can be chosen in the form, and what it refuses does not get out of it.

Bloom's side is the stand-in's schemas, which are written after Bloom's own document.
"""

import itertools
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

from bot.bloom.wire.generations import order
from bot.core.derivations import Made, edited, enlarged, referring, resized, varied, vectorized, without_background
from bot.core.models import SET_LIMIT, AspectRatio, Attachment, ImageModel, ImageSize, Parameters
from bot.sandbox.bloom.request_schemas import Edit, ForBrand, Generation, Resize
from bot.slack.commands.text import Generate, Misunderstood, parse
from bot.slack.form.drafts import Draft, Origin
from bot.slack.views.form.answers import draft_errors, field_errors, read
from bot.slack.views.form.cost import Means
from bot.slack.views.form.form import form
from bot.slack.views.form.subject import EditedImage
from tests.slack.views.forms import CHANNEL, READY, inputs, on_screen
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


def an_image(**changes: Any) -> Made:
    """Return an image that was made for a brand of Bloom's."""
    made = replace(image(1), id=str(UUID(int=99)))
    return Made(generation(images=(made,), brand_id=BRAND, **changes).but(image_ids=(made.id,)), made)


@pytest.mark.parametrize("size", ImageSize)
@pytest.mark.parametrize("model", ImageModel)
def test_every_combination_of_flags_is_what_bloom_is_asked_for(size: ImageSize, model: ImageModel) -> None:
    for shapes, variants in itertools.product(SHAPES, range(1, 6)):
        ratios = ",".join(shapes) or "any"
        command = parse(f"a cat --ar {ratios} --size {size.value} --model {model.value} --n {variants}")
        if max(1, len(shapes)) * variants > SET_LIMIT:
            assert isinstance(command, Misunderstood)
            continue
        assert isinstance(command, Generate)
        bodies = as_sent(command.draft.parameters(BRAND))
        assert [body.get("aspectRatio") for body in bodies] == list(shapes or [None])
        for body in bodies:
            taken = Generation.model_validate(body)
            assert (taken.prompt, taken.image_size, taken.model) == ("a cat", size, model)
            assert taken.variant_count == variants


def test_every_choice_in_the_form_about_an_image_is_what_bloom_is_asked_for() -> None:
    made = an_image()
    about = Origin(channel_id="C123", subject_id=made.image.id)
    for size, model in itertools.product(ImageSize, ImageModel):
        wanted = Draft("darker", size=size, model=model)
        view = on_screen(form(wanted, about, picker=READY, means=Means(), subject=EditedImage(made)))
        draft, origin = read(view)
        assert draft_errors(view, draft, origin) == {}
        (body,) = as_sent(change(made, draft))
        taken = Edit.model_validate(body)
        assert (taken.prompt, taken.image_size, taken.model) == ("darker", size, model)


@pytest.mark.parametrize("ratio", [None, *AspectRatio])
def test_what_is_made_of_an_image_of_any_settings_is_such_as_bloom_takes(ratio: AspectRatio | None) -> None:
    for size, model, count in itertools.product(ImageSize, ImageModel, (0, 9, 10)):
        made = an_image(aspect_ratio=ratio, size=size, model=model, **references(count, 0))
        for derived, references_sent in (
            (varied, count),
            (enlarged, min(count + 1, 10)),
            (referring, min(count + 1, 10)),
        ):
            (body,) = as_sent(derived(made))
            assert len(Generation.model_validate(body).reference_image_ids) == references_sent
        for plain in (without_background, vectorized):
            (body,) = as_sent(plain(made))
            assert ForBrand.model_validate(body).model_dump(by_alias=True) == body
        others = [one for one in AspectRatio if one is not ratio]
        assert [Resize.model_validate(body).target_aspect_ratio for body in as_sent(resized(made, others))] == others


def change(made: Made, draft: Draft) -> Parameters:
    """Return the edit that a form about an image asks for."""
    size, model = draft.size or ImageSize.SIZE_2K, draft.model or ImageModel.PRO
    ids, given_files = draft.reference_ids, draft.attachments
    return edited(made, draft.prompt, size=size, model=model, reference_ids=ids, attachments=given_files)


def a_field(key: str, value: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return value.map(lambda held: {key: held})


def several(values: st.SearchStrategy[str]) -> st.SearchStrategy[dict[str, Any]]:
    return a_field("selected_options", st.lists(a_field("value", values), max_size=12))


one_of_these = st.sampled_from(["2K", "4K", "8K", "fast", "pro", "1", "5", "6", "0", "any", "1:1", "", "x" * 150])
files = st.fixed_dictionaries(
    {"id": st.sampled_from([*(f"F{number}" for number in range(14)), "../x", ""])},
    optional={
        "name": st.sampled_from(["a.png", "a.gif", "a", "<!channel>.webp"]),
        "mimetype": st.sampled_from(["image/png", "image/avif", "image/gif", "text/plain", ""]),
        "size": st.sampled_from([0, 1, 10 * 1024 * 1024, 10 * 1024 * 1024 + 1]),
        "is_external": st.booleans(),
    },
)
uuids = st.integers(0, 14).map(lambda number: str(UUID(int=number)))
prompts = st.none() | st.text(max_size=20) | st.integers(1998, 2002).map(lambda count: "x" * count)
screens = st.fixed_dictionaries(
    {},
    optional={
        "prompt": a_field("value", prompts),
        "ratio": several(st.sampled_from([*(ratio.value for ratio in AspectRatio), "7:3"])),
        "size": a_field("selected_option", st.none() | a_field("value", one_of_these)),
        "model": a_field("selected_option", st.none() | a_field("value", one_of_these)),
        "variants": a_field("selected_option", st.none() | a_field("value", one_of_these)),
        "reference_files": a_field("files", st.lists(files, max_size=12)),
        "reference_library": several(uuids),
        "reference_results": several(uuids),
    },
)


def picks(count: int) -> dict[str, Any]:
    """Return so many references, of two kinds."""
    chosen = {"selected_options": [{"value": str(UUID(int=number))} for number in range(count - 1)]}
    return {"reference_results": chosen, "reference_files": {"files": [{"id": "F1", "name": "a.png"}]}}


@given(screens)
@example(picks(10))
@example(picks(11))
def test_whatever_is_sent_bloom_takes_it_or_a_field_says_why(screen: dict[str, Any]) -> None:
    view = on_screen(form(Draft("a cat", BRAND), CHANNEL, picker=READY, means=Means()), **screen)
    draft, _ = read(view)
    taken_or_told(view, lambda: draft.parameters(BRAND), Generation)


@given(screens)
@example(picks(9))
@example(picks(10))
def test_whatever_is_sent_about_an_image_bloom_takes_it_or_a_field_says_why(screen: dict[str, Any]) -> None:
    made = an_image()
    about = Origin(channel_id="C123", subject_id=made.image.id)
    view = on_screen(form(Draft("x"), about, picker=READY, means=Means(), subject=EditedImage(made)), **screen)
    draft, _ = read(view)
    taken_or_told(view, lambda: change(made, draft), Edit)


def taken_or_told(view: dict[str, Any], asked: Callable[[], Parameters], schema: type[BaseModel]) -> None:
    draft, origin = read(view)
    errors = draft_errors(view, draft, origin)
    try:
        parameters = asked()
    except ValidationError as invalid:
        errors |= field_errors(invalid, view)
        assert errors
    assert set(errors) <= set(inputs(view))
    assert all(0 < len(sentence) <= 2000 for sentence in errors.values())
    if not errors:
        for body in as_sent(parameters):
            schema.model_validate(body)
