import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from bot.core.models import AspectRatio, BrandState, ImageModel, ImageSize, Parameters
from bot.slack.form.drafts import Draft, Origin
from bot.slack.views.form.answers import brand_refusal, field_errors, opened_from, read
from bot.slack.views.form.form import BrandPicker, Loading, Ready
from tests.slack.views.forms import CHANNEL, INPUTS, PICKERS, READY, inputs, shown
from tests.slack.views.samples import brand, parameters, typed

drafts = st.builds(
    Draft,
    prompt=typed,
    brand_id=st.sampled_from(["brand-1", "brand-2", None]),
    shape=st.sampled_from([*AspectRatio, "any"]),
    size=st.sampled_from(ImageSize),
    model=st.sampled_from(ImageModel),
    variants=st.integers(1, 5),
)


def on_screen(view: dict[str, Any], **chosen: Any) -> dict[str, Any]:
    """Return the view as Slack sends it back, with its initial values and then what was chosen."""
    values: dict[str, Any] = {}
    for block_id, block in inputs(view).items():
        element = block["element"]
        state = {"type": element["type"], "value": element.get("initial_value")}
        state["selected_option"] = element.get("initial_option")
        values[block_id] = {element["action_id"]: state | chosen.get(block_id, {})}
    return json.loads(json.dumps({**view, "state": {"values": values}}))  # type: ignore[no-any-return]


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
    assert (again.prompt, again.shape, again.size, again.model, again.variants) == (
        draft.prompt,
        draft.shape,
        draft.size,
        draft.model,
        draft.variants,
    )
    assert list(inputs(shown(again, picker=picker))) == INPUTS


def test_the_chosen_channel_is_where_it_goes_and_stays_a_question() -> None:
    view = on_screen(shown(origin=Origin()), channel={"selected_conversation": "C9"})
    assert read(view)[1] == Origin(channel_id="C9")
    assert opened_from(view) == Origin()


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
    return field_errors(raised.value, view or shown())


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
        ({"reference_ids": ("x",) * 11}, {"prompt": "Describe the image you want."}),
    ],
)
def test_errors_stand_at_the_field_that_caused_them(wrong: dict[str, Any], expected: dict[str, str]) -> None:
    assert errors(**wrong) == expected


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
