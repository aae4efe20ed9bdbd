from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from bot.core.models import AspectRatio, BrandState, ImageModel, ImageSize, Parameters
from bot.slack.form.drafts import Draft, Origin
from bot.slack.views.form.answers import (
    _FIELDS,
    _REFERENCES,
    brand_refusal,
    draft_errors,
    field_errors,
    read,
    reference_limit,
)
from bot.slack.views.form.brand import BrandPicker, Loading, Ready
from bot.slack.views.form.subject import EditedImage
from tests.slack.views.forms import CHANNEL, INPUTS, PICKERS, READY, asked_for, on_screen, shown
from tests.slack.views.samples import brand, parameters, typed

EDITING = CHANNEL.model_copy(update={"subject_id": "i1"})

drafts = st.builds(
    Draft,
    prompt=typed,
    brand_id=st.sampled_from(["brand-1", "brand-2", None]),
    shapes=st.lists(st.sampled_from(AspectRatio), unique=True).map(tuple),
    size=st.sampled_from(ImageSize),
    model=st.sampled_from(ImageModel),
    variants=st.integers(1, 5),
    is_preview=st.booleans(),
)


@settings(max_examples=50)
@given(drafts, st.sampled_from(PICKERS))
def test_a_form_can_be_made_anew_from_what_slack_sends_back(draft: Draft, picker: BrandPicker) -> None:
    view = shown(draft, picker=picker)
    again, origin = read(on_screen(view))
    assert origin == CHANNEL
    if not isinstance(picker, Ready):
        assert again.brand_id is None
        assert again.brand == "acme"
        picker = READY
    else:
        assert again.brand_id == draft.brand_id
    assert replace(again, brand=None, brand_id=None) == replace(draft, brand_id=None)
    assert asked_for(shown(again, picker=picker)) == INPUTS


def test_the_chosen_channel_is_where_it_goes_and_stays_a_question() -> None:
    view = on_screen(shown(origin=Origin()), channel={"selected_conversation": "C9"})
    assert read(view)[1] == Origin(channel_id="C9")
    assert Origin.of_view(view) == Origin()


@pytest.mark.parametrize(
    "view",
    [
        {},
        {"state": None, "private_metadata": ""},
        {"state": {"values": {"prompt": None, "brand": {"brand": None}}}},
        {"state": {"values": {"ratio": {"ratio": {"selected_option": {"value": "7:3"}}}, "variants": {}}}},
        {"state": {"values": {"prompt": {"prompt": {"value": None}}, "channel": {"channel": {}}}}},
    ],
)
def test_what_is_missing_is_as_in_a_new_draft(view: dict[str, Any]) -> None:
    assert read(view) == (Draft(), Origin())


def errors(view: dict[str, Any] | None = None, **wrong: Any) -> dict[str, str]:
    with pytest.raises(ValidationError) as raised:
        parameters(**wrong)
    return field_errors(raised.value, view or on_screen(shown()))


@pytest.mark.parametrize(
    ("wrong", "expected"),
    [
        ({"prompt": " \n"}, {"prompt": "Describe the image you want."}),
        ({"prompt": "x" * 2134}, {"prompt": "Use at most 2,000 characters; this has 2,134."}),
        ({"brand_id": ""}, {"brand": "Choose a brand."}),
        (
            {"variants": 6, "size": "8K"},
            {"size": "Choose one of the options.", "variants": "Choose one of the options."},
        ),
        ({"prompt": "", "brand_id": ""}, {"prompt": "Describe the image you want.", "brand": "Choose a brand."}),
    ],
)
def test_errors_stand_at_the_field_that_caused_them(wrong: dict[str, Any], expected: dict[str, str]) -> None:
    assert errors(**wrong) == expected


SET = Draft("x", shapes=tuple(AspectRatio)[:5], variants=3)
TOO_MANY = "5 shapes × 3 images make 15; a set has 12 at most."


def test_what_only_shows_in_several_fields_stands_at_one_of_them() -> None:
    with pytest.raises(ValidationError) as raised:
        SET.parameters("b1")
    assert field_errors(raised.value, on_screen(shown(SET))) == {"ratio": TOO_MANY}


def test_too_many_images_are_named_beside_whatever_else_is_wrong() -> None:
    assert draft_errors(on_screen(shown(SET)), SET, CHANNEL)["ratio"] == TOO_MANY
    assert "ratio" not in draft_errors(on_screen(shown()), Draft(), CHANNEL)


def test_every_field_that_parameters_can_refuse_has_an_input_of_its_own() -> None:
    assert {*_FIELDS, *_REFERENCES} == {*Parameters.model_fields} - {"operation", "subject_id"}


def test_an_edit_is_asked_what_should_change() -> None:
    view = on_screen(shown(Draft(), EDITING, subject=EditedImage(None)))
    assert errors(view, prompt=" ") == {"prompt": "Say what should change."}
    assert read(view)[0].shapes is None
    assert reference_limit(EDITING) == 9
    assert reference_limit(CHANNEL) == 10


def test_an_error_at_a_picker_that_is_not_there_stands_at_the_prompt() -> None:
    loading = shown(picker=Loading())
    assert list(errors(loading, brand_id="")) == ["prompt"]
    assert errors(loading, brand_id="", prompt="") == {"prompt": "Describe the image you want."}


def test_a_whole_object_that_is_wrong_is_told_at_the_prompt() -> None:
    with pytest.raises(ValidationError) as raised:
        Parameters.model_validate("nonsense")
    assert list(field_errors(raised.value, shown())) == ["prompt"]


@pytest.mark.parametrize("state", [BrandState.ANALYZING, BrandState.LOGO_REQUIRED, BrandState.FAILED])
def test_a_brand_that_is_not_ready_is_refused_with_the_reason(state: BrandState) -> None:
    sentence = brand_refusal(brand(state=state))["brand"]
    assert "Acme" in sentence
    assert len(sentence) < 200


def test_form_that_was_opened_before_there_were_sets_keeps_its_shape() -> None:
    state = {"values": {"ratio": {"ratio": {"type": "static_select", "selected_option": {"value": "16:9"}}}}}
    assert read({"state": state})[0].shapes == (AspectRatio.WIDE,)
