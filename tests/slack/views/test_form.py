import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.models import AspectRatio, BrandState, Credits, ImageModel, ImageSize, Spent, Standing
from bot.slack.form.drafts import Draft, Origin
from bot.slack.views.form.cost import Means
from bot.slack.views.form.form import Empty, Loading, Ready, Unreachable
from bot.slack.views.menus import brand_options
from tests.slack.views.forms import CHANNEL, INPUTS, inputs, shown
from tests.slack.views.judge import action_ids, approve_options, said
from tests.slack.views.samples import HOSTILE, WORST_PROMPT, brand, brands, typed


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
    assert list(inputs(view)) == INPUTS


def test_the_dearest_yes_fits_on_the_button() -> None:
    origin = CHANNEL.model_copy(update={"confirmed": 10})
    view = shown(Draft(size=ImageSize.SIZE_4K, variants=5), origin, means=Means(confirm_above=0))
    assert view["submit"]["text"] == "Yes, 10 credits"


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
    assert list(inputs(view)) == ["prompt", *INPUTS[2:]]


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
