from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.derivations import Made
from bot.core.models import (
    AspectRatio,
    Attachment,
    BrandState,
    Credits,
    ImageModel,
    ImageSize,
    Showing,
    Spent,
    Standing,
)
from bot.slack.form.drafts import Draft, Origin, offering
from bot.slack.views.form.answers import read
from bot.slack.views.form.brand import BrandPicker, Empty, Loading, Ready, Unreachable
from bot.slack.views.form.cost import Means
from bot.slack.views.form.subject import EditedImage, cannot_edit
from bot.slack.views.menus import brand_options
from tests.slack.views.forms import CHANNEL, EDIT_INPUTS, INPUTS, PICKERS, asked_for, inputs, on_screen, shown
from tests.slack.views.judge import action_ids, approve_options, approve_view, of_type, said
from tests.slack.views.samples import HOSTILE, WORST_PROMPT, brand, brands, generation, image, typed


def cost(draft: Draft, means: Means) -> str:
    view = shown(draft, means=means)
    return str(next(block for block in view["blocks"] if block.get("block_id") == "cost")["elements"][0]["text"])


def standing(person: int | None = None, workspace: int | None = None) -> Standing:
    """Return where somebody stands who has spent 4 of so many credits, in a workspace that has spent 10."""
    return Standing(Spent(workspace=10, person=4), workspace_cap=workspace, person_cap=person)


def test_the_form_asks_for_everything_under_stable_ids() -> None:
    view = shown()
    assert (view["callback_id"], view["title"]["text"], view["submit"]["text"]) == (
        "generate",
        "Make an image",
        "Make it",
    )
    assert asked_for(view) == INPUTS
    assert all(block["element"]["action_id"] == name for name, block in inputs(view).items())
    assert [name for name, block in inputs(view).items() if block.get("dispatch_action")] == [
        "brand",
        "ratio",
        "size",
        "variants",
    ]


def test_the_choices_are_blooms() -> None:
    asked = inputs(shown())
    assert asked["prompt"]["element"]["max_length"] == 2000
    assert asked["brand"]["element"]["min_query_length"] == 0
    values = {name: [o["value"] for o in asked[name]["element"]["options"]] for name in INPUTS[2:-1]}
    assert values == {
        "ratio": [*AspectRatio],
        "model": [*ImageModel],
        "size": [*ImageSize],
        "variants": ["1", "2", "3", "4", "5"],
    }
    assert asked["ratio"]["element"]["placeholder"]["text"] == "Let Bloom choose"
    assert asked["ratio"]["optional"] is True
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
    assert cost(draft, Means(credits)) == line


@pytest.mark.parametrize(
    ("means", "line"),
    [
        (Means(Credits(118), standing(person=12)), "2 credits · 118 left · you have 8 left this month"),
        (Means(None, standing(person=12, workspace=15)), "2 credits · you have 5 left this month"),
        (Means(Credits(118), standing()), "2 credits · 118 left"),
        (Means(Credits(118), standing(person=5)), ":warning: 2 credits · 118 left · you have only 1 left this month"),
        (Means(Credits(118), standing(workspace=9)), ":warning: 2 credits · 118 left · you have none left this month"),
        (
            Means(Credits(1), standing(person=5)),
            ":warning: 2 credits · only 1 left · you have only 1 left this month · "
            "<https://www.trybloom.ai/#pricing|Top up>",
        ),
    ],
)
def test_the_cost_line_says_what_the_person_may_spend_still(means: Means, line: str) -> None:
    assert cost(Draft(variants=2), means) == line


@pytest.mark.parametrize(
    ("credits", "confirmed", "above", "is_asked"),
    [(3, 3, 2, True), (3, 5, 2, True), (4, 3, 2, False), (3, 0, 2, False), (3, 3, 3, False), (3, 3, None, False)],
)
def test_a_form_that_costs_much_asks_for_a_yes_once_it_was_sent(
    credits: int, confirmed: int, above: int | None, is_asked: bool
) -> None:
    origin = CHANNEL.model_copy(update={"confirmed": confirmed})
    view = shown(Draft(variants=credits), origin, means=Means(confirm_above=above))
    assert view["submit"]["text"] == (f"Yes, {credits} credits" if is_asked else "Make it")
    assert (f"This takes *{credits} credits*" in said(view)) is is_asked
    assert asked_for(view) == INPUTS


def test_the_dearest_yes_fits_on_the_button() -> None:
    origin = CHANNEL.model_copy(update={"confirmed": 10})
    view = shown(Draft(size=ImageSize.SIZE_4K, variants=5), origin, means=Means(confirm_above=0))
    assert view["submit"]["text"] == "Yes, 10 credits"


SHAPES = tuple(AspectRatio)


def set_line(draft: Draft) -> str | None:
    blocks = (block for block in shown(draft)["blocks"] if block.get("block_id") == "set")
    return next((str(block["elements"][0]["text"]) for block in blocks), None)


@pytest.mark.parametrize(
    ("draft", "line"),
    [
        (Draft(), None),
        (Draft(shapes=SHAPES[:1], variants=5), None),
        (Draft(shapes=SHAPES[:2]), "2 images in 2 shapes, in one reply"),
        (Draft(shapes=SHAPES[:6], variants=2), "12 images in 6 shapes, in one reply"),
        (Draft(shapes=SHAPES[:5], variants=3), ":warning: 5 shapes × 3 images make 15; a set has 12 at most."),
    ],
)
def test_the_form_says_how_many_images_a_set_has(draft: Draft, line: str | None) -> None:
    assert set_line(draft) == line


def test_the_cost_is_that_of_the_whole_set() -> None:
    draft = Draft(shapes=SHAPES[:3], variants=2, size=ImageSize.SIZE_4K)
    assert cost(draft, Means(Credits(118))) == "12 credits · 118 left"


def test_shapes_stand_in_the_order_of_choice() -> None:
    chosen = inputs(shown(Draft(shapes=SHAPES[::-1])))["ratio"]["element"]["initial_options"]
    assert [option["value"] for option in chosen] == [*SHAPES[::-1]]
    assert "initial_options" not in inputs(shown(Draft(shapes=())))["ratio"]["element"]


@pytest.mark.parametrize("is_preview", [True, False])
def test_a_preview_is_a_choice(is_preview: bool) -> None:
    box = inputs(shown(Draft(is_preview=is_preview)))["preview"]["element"]
    assert [option["value"] for option in box["options"]] == ["preview"]
    assert bool(box.get("initial_options")) is is_preview


MADE = Made(
    generation(images=(image(1),), prompt=HOSTILE, aspect_ratio="16:9", brand_name=HOSTILE).but(image_ids=("image-1",)),
    image(1),
)
EDITING = CHANNEL.model_copy(update={"subject_id": "image-1", "is_pictured": True})
REPLY = Showing("image-1", "C1", "1.0", "1.0")


def test_an_edit_asks_for_what_may_change() -> None:
    view = shown(Draft("darker"), EDITING, subject=EditedImage(MADE))
    assert view["title"]["text"] == "Edit this image"
    assert asked_for(view) == EDIT_INPUTS
    assert inputs(view)["prompt"]["label"]["text"] == "What should change?"
    assert view["blocks"][0]["image_url"] == MADE.image.url
    assert ", 16:9.\n" in said(view)


@pytest.mark.parametrize(
    ("showing", "is_pictured", "picture"),
    [
        (REPLY, True, {"image_url": "https://www.trybloom.ai/img/1"}),
        (replace(REPLY, file_id="F0123456789"), True, {"slack_file": {"id": "F0123456789"}}),
        (replace(REPLY, is_link=True), True, None),
        (REPLY, False, None),
    ],
)
def test_an_edited_image_is_shown_as_slack_shows_it(
    showing: Showing, is_pictured: bool, picture: dict[str, object] | None
) -> None:
    origin = EDITING.model_copy(update={"is_pictured": is_pictured})
    view = shown(Draft(), origin, subject=EditedImage(MADE, showing=showing))
    found = [{key: block[key] for key in picture or ()} for block in of_type(view, "image")]
    assert found == ([picture] if picture else [])
    assert "was asked for as" in said(view)


@pytest.mark.parametrize("made", [MADE, None])
def test_what_keeps_an_image_from_being_edited_is_said(made: Made | None) -> None:
    subject = EditedImage(made, "Not <now>.")
    assert "Not &lt;now&gt;." in said(shown(Draft("darker"), EDITING, subject=subject))
    gone = approve_view(cannot_edit(subject))
    assert (said(gone), gone.get("submit")) == ("Not &lt;now&gt;.", None)


drafts = st.builds(
    Draft,
    prompt=st.one_of(typed, st.just(WORST_PROMPT * 2)),
    brand_id=st.sampled_from(["brand-1", "gone", None]),
    brand=st.one_of(st.none(), typed),
    shapes=st.one_of(st.none(), st.lists(st.sampled_from(AspectRatio), unique=True).map(tuple)),
    size=st.one_of(st.none(), st.sampled_from(ImageSize)),
    model=st.one_of(st.none(), st.sampled_from(ImageModel)),
    variants=st.integers(1, 5),
    is_preview=st.booleans(),
    attachments=st.lists(st.builds(Attachment, id=st.uuids().map(str), name=typed), max_size=12).map(tuple),
)


@settings(max_examples=60, deadline=None)
@given(drafts, st.booleans(), st.sampled_from(PICKERS), st.integers(0, 100))
def test_any_draft_makes_a_view_that_slack_takes(
    draft: Draft, is_edit: bool, picker: BrandPicker, confirmed: int
) -> None:
    draft, origin = offering(draft, (EDITING if is_edit else Origin()).model_copy(update={"confirmed": confirmed}))
    means = Means(Credits(3), standing(person=5), confirm_above=0)
    view = shown(draft, origin, picker, means, subject=EditedImage(MADE) if is_edit else None)
    again, _ = read(on_screen(view))
    assert again.prompt == draft.prompt[:2000]
    shown(again, origin, picker, means, subject=EditedImage(MADE) if is_edit else None)


def test_a_refused_form_says_why_above_everything_that_was_typed() -> None:
    view = shown(Draft(HOSTILE), refusal="Not here. Ask <@U1>, who can change that.")
    assert view["blocks"][0]["text"]["text"] == ":no_entry: Not here. Ask <@U1>, who can change that."
    assert inputs(view)["prompt"]["element"]["initial_value"] == HOSTILE


def test_a_channel_can_be_suggested() -> None:
    channel = inputs(shown(origin=Origin(suggested_channel="C7")))["channel"]["element"]
    assert channel["initial_conversation"] == "C7"
    assert "default_to_current_conversation" not in channel


def test_a_direct_message_is_not_suggested_since_the_menu_has_none() -> None:
    channel = inputs(shown(origin=Origin(suggested_channel="D7")))["channel"]["element"]
    assert "initial_conversation" not in channel
    assert channel["default_to_current_conversation"] is True


def test_while_brands_load_the_rest_can_be_filled_in() -> None:
    view = shown(picker=Loading())
    assert "Loading your brands…" in said(view)
    assert asked_for(view) == ["prompt", *INPUTS[2:]]


def test_brands_out_of_reach_can_be_asked_for_again() -> None:
    view = shown(picker=Unreachable("Bloom isn't answering <now>."))
    assert "Bloom isn't answering &lt;now&gt;." in said(view)
    assert action_ids(view) == ["reload_brands"]


def test_an_account_without_brands_learns_where_to_add_one() -> None:
    view = shown(picker=Empty())
    assert "Add one on my Home tab under Brands" in said(view)
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


def test_options_show_the_state_and_tell_equal_names_apart() -> None:
    known = (brand(1), brand(2), brand(3, "Beta", BrandState.ANALYZING), brand(4, "Gamma", BrandState.LOGO_REQUIRED))
    options = approve_options(brand_options(known, ""))
    assert [option["text"]["text"] for option in options] == [
        "Acme · acme1.com",
        "Acme · acme2.com",
        "Beta (still being analyzed)",
        "Gamma (needs a logo)",
    ]
    assert [option["value"] for option in options] == ["brand-1", "brand-2", "brand-3", "brand-4"]


def test_options_are_searched_by_name_and_site() -> None:
    known = brands(300)
    assert len(approve_options(brand_options(known, ""))) == 100
    assert [option["value"] for option in approve_options(brand_options(known, "acme299.com"))] == ["brand-299"]
    assert brand_options(known, "nothing like it") == {"options": []}


def test_long_equal_names_stay_apart_within_slacks_limit() -> None:
    known = tuple(brand(number, "A" * 200, BrandState.FAILED) for number in range(1, 5))
    texts = [option["text"]["text"] for option in approve_options(brand_options(known, ""))]
    assert len(set(texts)) == 4
    assert all(text.endswith("(could not be set up)") for text in texts)


@settings(max_examples=50)
@given(st.lists(typed, max_size=12), typed)
def test_any_brand_name_makes_a_valid_option(names: list[str], query: str) -> None:
    known = tuple(brand(number, name) for number, name in enumerate(names))
    assert len(approve_options(brand_options(known, ""))) == len(known)
    assert len(approve_options(brand_options(known, query))) <= len(known)
    shown(Draft(brand_id="brand-0"), picker=Ready(known, query))
