import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from bot.core.models import AspectRatio, BrandState, Credits, ImageModel, ImageSize, Parameters
from bot.slack.drafts import Draft, Origin
from bot.slack.views.form import (
    BrandPicker,
    Empty,
    Loading,
    Ready,
    Unreachable,
    brand_options,
    brand_refusal,
    field_errors,
    form,
    opened_from,
    read,
)
from tests.slack.views.judge import action_ids, approve_view, of_type, said
from tests.slack.views.samples import HOSTILE, WORST_PROMPT, brand, brands, parameters, typed

CHANNEL = Origin(channel_id="C123", thread_id="1.0", brand="acme")
READY = Ready(brands(3))
PICKERS = [Loading(), READY, Ready(brands(2), "No brand is called “<x>”."), Unreachable("Not & now."), Empty()]
INPUTS = ["prompt", "brand", "ratio", "model", "size", "variants"]

drafts = st.builds(
    Draft,
    prompt=typed,
    brand_id=st.sampled_from(["brand-1", "brand-2", None]),
    aspect_ratio=st.sampled_from([*AspectRatio, None]),
    size=st.sampled_from(ImageSize),
    model=st.sampled_from(ImageModel),
    variants=st.integers(1, 5),
)


def shown(draft: Draft | None = None, origin: Origin = CHANNEL, picker: BrandPicker = READY) -> dict[str, Any]:
    return approve_view(form(draft or Draft(), origin, picker=picker, credits=None))


def inputs(view: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {block["block_id"]: block for block in of_type(view, "input")}


def on_screen(view: dict[str, Any], **chosen: Any) -> dict[str, Any]:
    """Return the view as Slack sends it back, with its initial values and then what was chosen."""
    values: dict[str, Any] = {}
    for block_id, block in inputs(view).items():
        element = block["element"]
        state = {"type": element["type"], "value": element.get("initial_value")}
        state["selected_option"] = element.get("initial_option")
        values[block_id] = {element["action_id"]: state | chosen.get(block_id, {})}
    return json.loads(json.dumps({**view, "state": {"values": values}}))  # type: ignore[no-any-return]


def cost(draft: Draft, credits: Credits | None) -> str:
    view = approve_view(form(draft, CHANNEL, picker=READY, credits=credits))
    return str(next(block for block in view["blocks"] if block.get("block_id") == "cost")["elements"][0]["text"])


def test_the_form_asks_for_everything_under_stable_ids() -> None:
    view = shown()
    assert (view["callback_id"], view["title"]["text"], view["submit"]["text"]) == (
        "generate",
        "Make an image",
        "Make it",
    )
    assert list(inputs(view)) == INPUTS
    assert all(block["element"]["action_id"] == name for name, block in inputs(view).items())
    assert [name for name, block in inputs(view).items() if block.get("dispatch_action")] == [
        "brand",
        "size",
        "variants",
    ]


def test_the_choices_are_blooms() -> None:
    asked = inputs(shown())
    assert asked["prompt"]["element"]["max_length"] == 2000
    assert asked["brand"]["element"]["min_query_length"] == 0
    values = {name: [o["value"] for o in asked[name]["element"]["options"]] for name in INPUTS[2:]}
    assert values == {
        "ratio": ["any", *AspectRatio],
        "model": [*ImageModel],
        "size": [*ImageSize],
        "variants": ["1", "2", "3", "4", "5"],
    }
    assert asked["ratio"]["element"]["options"][0]["text"]["text"] == "Let Bloom choose"
    assert "4K · 2 credits an image" in said(shown())


def test_a_form_from_nowhere_asks_for_the_channel() -> None:
    channel = inputs(shown(origin=Origin()))["channel"]["element"]
    assert channel["default_to_current_conversation"] is True
    assert channel["filter"]["exclude_bot_users"] is True


@pytest.mark.parametrize(
    ("draft", "credits", "line"),
    [
        (Draft(variants=3), Credits(212), "3 credits · 212 left"),
        (Draft(), Credits(1), "1 credit · 1 left"),
        (Draft(size=ImageSize.SIZE_4K, variants=5), Credits(12345.5), "10 credits · 12,345.5 left"),
        (Draft(variants=3), Credits(0, unlimited=True), "3 credits · unlimited"),
        (Draft(variants=3), None, "3 credits"),
        (
            Draft(variants=3),
            Credits(1),
            ":warning: 3 credits · only 1 left · <https://www.trybloom.ai/#pricing|Top up>",
        ),
        (Draft(), Credits(0), ":warning: 1 credit · none left · <https://www.trybloom.ai/#pricing|Top up>"),
    ],
)
def test_the_cost_line_says_what_it_costs_and_what_is_left(draft: Draft, credits: Credits | None, line: str) -> None:
    assert cost(draft, credits) == line


def test_while_brands_load_the_rest_can_be_filled_in() -> None:
    view = shown(picker=Loading())
    assert "Loading your brands…" in said(view)
    assert list(inputs(view)) == ["prompt", *INPUTS[2:]]


def test_brands_out_of_reach_can_be_asked_for_again() -> None:
    view = shown(picker=Unreachable("Bloom isn't answering <now>."))
    assert "Bloom isn't answering &lt;now&gt;." in said(view)
    assert action_ids(view) == ["reload_brands"]


def test_an_account_without_brands_learns_where_to_add_one() -> None:
    view = shown(picker=Empty())
    assert "<https://www.trybloom.ai|Add one at trybloom.ai>" in said(view)
    assert action_ids(view) == ["reload_brands"]


def test_the_drafts_brand_is_chosen_and_a_note_stands_below() -> None:
    view = shown(Draft(brand_id="brand-2"), picker=Ready(brands(3), "Several brands match “b”."))
    assert inputs(view)["brand"]["element"]["initial_option"]["value"] == "brand-2"
    assert "Several brands match “b”." in said(view)
    assert "initial_option" not in inputs(shown(Draft(brand_id="gone")))["brand"]["element"]


def test_the_prompt_stands_in_the_form_as_it_was_typed() -> None:
    assert inputs(shown(Draft(prompt=HOSTILE)))["prompt"]["element"]["initial_value"] == HOSTILE
    assert inputs(shown(Draft(prompt="x" * 9000)))["prompt"]["element"]["initial_value"] == "x" * 2000
    shown(Draft(prompt=WORST_PROMPT))


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
    assert (again.prompt, again.aspect_ratio, again.size, again.model, again.variants) == (
        draft.prompt,
        draft.aspect_ratio,
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


def test_options_show_the_state_and_tell_equal_names_apart() -> None:
    known = (brand(1), brand(2), brand(3, "Beta", BrandState.ANALYZING), brand(4, "Gamma", BrandState.LOGO_REQUIRED))
    options = brand_options(known, "")["options"]
    assert [option["text"]["text"] for option in options] == [
        "Acme · acme1.com",
        "Acme · acme2.com",
        "Beta (still being analyzed)",
        "Gamma (needs a logo)",
    ]
    assert [option["value"] for option in options] == ["brand-1", "brand-2", "brand-3", "brand-4"]


def test_options_are_searched_by_name_and_site() -> None:
    known = brands(300)
    assert len(brand_options(known, "")["options"]) == 100
    assert [option["value"] for option in brand_options(known, "acme299.com")["options"]] == ["brand-299"]
    assert brand_options(known, "nothing like it") == {"options": []}


def test_long_equal_names_stay_apart_within_slacks_limit() -> None:
    known = tuple(brand(number, "A" * 200, BrandState.FAILED) for number in range(1, 5))
    texts = [option["text"]["text"] for option in brand_options(known, "")["options"]]
    assert len(set(texts)) == 4
    assert all(len(text) <= 75 and text.endswith("(could not be set up)") for text in texts)


@settings(max_examples=50)
@given(st.lists(typed, max_size=12), typed)
def test_any_brand_name_makes_a_valid_option(names: list[str], query: str) -> None:
    known = tuple(brand(number, name) for number, name in enumerate(names))
    for option in brand_options(known, query)["options"]:
        assert 1 <= len(option["text"]["text"]) <= 75
    shown(Draft(brand_id="brand-0"), picker=Ready(known, query))


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
