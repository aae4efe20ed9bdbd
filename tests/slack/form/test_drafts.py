from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.models import (
    AspectRatio,
    Attachment,
    Defaults,
    Derivation,
    ImageModel,
    ImageSize,
    Operation,
    Parameters,
    Place,
    Source,
)
from bot.slack.form.drafts import Draft, Origin, offering
from tests.slack.views.samples import generation, parameters

SET = Defaults("b9", ImageModel.FAST, AspectRatio.STORY, ImageSize.SIZE_4K)

LONG = Attachment(id="F0123456789", name='\U0001f600\x01"\\' * 60)
SOURCE = Source("i" * 36, Derivation.REFERENCE, "C0123456789", "1700000000.000100", "1700000000.000100")


def pictures(count: int) -> tuple[Attachment, ...]:
    return tuple(Attachment(id=f"F{number}", name=f"{number}.png") for number in range(count))


@st.composite
def wishes(draw: st.DrawFn) -> Parameters:
    shapes = draw(st.lists(st.sampled_from(AspectRatio), unique=True))
    references = draw(st.integers(0, 10))
    return Parameters(
        prompt="a cat",
        brand_id="b1",
        aspect_ratio=shapes[0] if shapes else None,
        further_ratios=tuple(shapes[1:]),
        size=draw(st.sampled_from(ImageSize)),
        model=draw(st.sampled_from(ImageModel)),
        variants=draw(st.integers(1, min(5, 12 // max(1, len(shapes))))),
        reference_ids=tuple(f"i{number}" for number in range(references)),
        attachments=pictures(draw(st.integers(0, 10 - references))),
    )


@given(wishes(), st.sampled_from([SET, Defaults()]))
def test_what_was_asked_for_once_is_asked_for_again_whatever_the_defaults_are(
    wanted: Parameters, defaults: Defaults
) -> None:
    again = Draft.of(wanted).filled(defaults)
    assert again.parameters("b1") == wanted
    assert (again.credits, again.image_count) == (wanted.credits, wanted.image_count)


def test_defaults_fill_in_what_nobody_chose() -> None:
    filled = Draft("a cat").filled(SET)
    assert (filled.shapes, filled.size, filled.model) == ((AspectRatio.STORY,), ImageSize.SIZE_4K, ImageModel.FAST)
    assert filled.credits == 2


def test_where_nothing_is_set_it_is_blooms_shape_and_the_usual_size_and_model() -> None:
    assert Draft("a cat").filled(Defaults()).parameters("b1") == Parameters(prompt="a cat", brand_id="b1")


@pytest.mark.parametrize("shapes", [(), (AspectRatio.SQUARE,), (AspectRatio.WIDE, AspectRatio.SQUARE)])
def test_choice_of_shapes_counts_before_the_default(shapes: tuple[AspectRatio, ...]) -> None:
    assert Draft(shapes=shapes).filled(SET).shapes == shapes


def test_brand_is_left_open_by_the_defaults() -> None:
    assert Draft().filled(SET).brand_id is None


def test_suggested_channel_has_its_defaults_until_another_is_given() -> None:
    assert Origin(suggested_channel="C2").place == "C2"
    assert Origin(channel_id="C1", suggested_channel="C2").place == "C1"


def test_pictures_given_before_are_offered_when_a_form_opens_and_all_of_them_taken() -> None:
    first, second, third = pictures(3)
    draft, origin = offering(Draft(attachments=(second, third)), Origin(offered=(first, second)))
    assert origin.offered == draft.attachments == (first, second, third)


def test_only_as_many_pictures_are_offered_as_can_be_references() -> None:
    draft, origin = offering(Draft(attachments=pictures(40)), Origin())
    assert len(origin.offered) == len(draft.attachments) == 10


def test_all_that_travels_with_a_form_fits_whatever_its_pictures_are_called() -> None:
    names = tuple(LONG.model_copy(update={"id": f"F012345678{number}"}) for number in range(10))
    origin = Origin(
        channel_id="C0123456789",
        thread_id="1700000000.000100",
        brand='"' * 300,
        suggested_channel="C0123456789",
        confirmed=24,
        subject_id="i" * 36,
        source=SOURCE,
        offered=names,
        is_pictured=True,
    )
    assert len(origin.model_dump_json()) <= 3000
    assert len(origin.offered) == 10
    assert Origin.model_validate_json(origin.model_dump_json(exclude_defaults=True)) == origin


def test_same_is_asked_for_again_in_its_thread() -> None:
    asked = generation(place=Place("C5", "2.0", "1.0"))
    assert Origin.of(asked) == Origin(channel_id="C5", thread_id="1.0")
    assert Origin.of(generation()) == Origin(channel_id="C123")


def test_preview_is_asked_for_again_where_it_would_be_shared() -> None:
    asked = generation(place=Place("D5", "2.0", "2.0"))
    preview = asked.but(request=replace(asked.request, is_preview=True, thread_id="1.0"))
    assert Origin.of(preview) == Origin(channel_id="C123", thread_id="1.0")
    assert Draft.of(preview.request.parameters, is_preview=True).is_preview


def test_edit_is_asked_for_again_about_the_same_image() -> None:
    asked = generation(operation=Operation.EDIT, subject_id="i1")
    edit = asked.but(request=replace(asked.request, source=SOURCE))
    assert (Origin.of(edit).subject_id, Origin.of(edit).source) == ("i1", SOURCE)
    assert Origin.of(generation(operation=Operation.VECTORIZE, subject_id="i1")).subject_id is None


@pytest.mark.parametrize(
    ("derivation", "changes", "comes_of_it"),
    [
        (Derivation.REFERENCE, {"reference_ids": ("i1",)}, True),
        (Derivation.REFERENCE, {}, False),
        (Derivation.VARY, {}, True),
        (Derivation.ENLARGE, {"size": "4K"}, True),
        (Derivation.ENLARGE, {}, False),
        (Derivation.RESIZE, {}, False),
    ],
)
def test_lineage_is_told_only_of_what_still_comes_of_the_image(
    derivation: Derivation, changes: dict[str, object], comes_of_it: bool
) -> None:
    source = replace(SOURCE, image_id="i1", derivation=derivation)
    assert Origin(source=source).source_of(parameters(**changes)) == (source if comes_of_it else None)


def test_picture_without_a_name_is_offered_as_one() -> None:
    assert Origin(offered=(Attachment(id="F1", name="\x1b \n"),)).offered == (Attachment(id="F1", name="A picture"),)
