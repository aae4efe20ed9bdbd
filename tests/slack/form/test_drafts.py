import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.models import ANY_RATIO, AspectRatio, Defaults, ImageModel, ImageSize, Parameters, Shape
from bot.slack.form.drafts import Draft, Origin

SET = Defaults("b9", ImageModel.FAST, AspectRatio.STORY, ImageSize.SIZE_4K)

parameters = st.builds(
    Parameters,
    prompt=st.just("a cat"),
    brand_id=st.just("b1"),
    aspect_ratio=st.sampled_from([*AspectRatio, None]),
    size=st.sampled_from(ImageSize),
    model=st.sampled_from(ImageModel),
    variants=st.integers(1, 5),
)


@given(parameters, st.sampled_from([SET, Defaults()]))
def test_what_was_asked_for_once_is_asked_for_again_whatever_the_defaults_are(
    wanted: Parameters, defaults: Defaults
) -> None:
    assert Draft.of(wanted).filled(defaults).parameters("b1") == wanted


def test_defaults_fill_in_what_nobody_chose() -> None:
    filled = Draft("a cat").filled(SET)
    assert (filled.shape, filled.size, filled.model) == (AspectRatio.STORY, ImageSize.SIZE_4K, ImageModel.FAST)
    assert filled.credits == 2


def test_where_nothing_is_set_it_is_blooms_shape_and_the_usual_size_and_model() -> None:
    assert Draft("a cat").filled(Defaults()).parameters("b1") == Parameters(prompt="a cat", brand_id="b1")


@pytest.mark.parametrize("shape", [ANY_RATIO, AspectRatio.SQUARE])
def test_choice_of_the_shape_counts_before_the_default(shape: Shape) -> None:
    assert Draft(shape=shape).filled(SET).shape == shape


def test_brand_is_left_open_by_the_defaults() -> None:
    assert Draft().filled(SET).brand_id is None


def test_suggested_channel_has_its_defaults_until_another_is_given() -> None:
    assert Origin(suggested_channel="C2").place == "C2"
    assert Origin(channel_id="C1", suggested_channel="C2").place == "C1"
