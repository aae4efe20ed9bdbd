"""The page of history, at its largest and with the strangest words."""

from typing import Any

import pytest
from hypothesis import given

from bot.core.models import Derivation, GenerationState, Place
from bot.slack.sights import PageName, Sight
from bot.slack.views.home.frame import in_modal, on_home
from bot.slack.views.home.history import PAGE, History, Shown, history
from bot.slack.views.home.search import search_field, typed_in
from bot.slack.views.wording import GONE_BRAND
from tests.slack.views.judge import action_ids, approve_view, of_type, said
from tests.slack.views.samples import HOSTILE, WORST_PROMPT, brands, derived, generation, image, typed

SIGHT = Sight(page=PageName.HISTORY)
TRAIL = tuple(f"{number:032x}" for number in range(60))
HERE = Place("C123", "1700000000.000100", "1700000000.000100")


def shown(number: int = 1, **changes: Any) -> Shown:
    one = generation(GenerationState.DELIVERED, images=(image(1), image(2)), place=HERE, **changes)
    return Shown(one.but(id=f"{number:032x}"), "https://acme.slack.com/archives/C123/p1700000000000100")


def view(sight: Sight = SIGHT, *images: Shown, **more: Any) -> dict[str, Any]:
    page = history(History(sight, images, **more))
    approve_view(in_modal(sight, page))
    return approve_view(on_home(sight, page))


def test_largest_page_is_what_slack_takes() -> None:
    worst = [shown(number, prompt=WORST_PROMPT, brand_name="&" * 500) for number in range(PAGE)]
    sight = SIGHT.but(query="&" * 100, brand_id="b" * 150, user_id="U" * 20, trail=TRAIL)
    page = view(sight, *worst, has_older=True)
    assert len(page["blocks"]) <= 90
    assert len(page["private_metadata"]) <= 3000


@pytest.mark.parametrize("words", [HOSTILE, "*", "`", "\n\n"])
def test_words_of_people_stay_words(words: str) -> None:
    view(SIGHT, shown(prompt=f"a {words}", brand_name=words))


@given(typed, typed)
def test_whatever_is_typed_is_shown(prompt: str, brand_name: str) -> None:
    view(SIGHT.but(query=prompt.strip()), shown(prompt=f"a{prompt}", brand_name=brand_name))


def test_image_shows_who_made_it_where_when_and_how() -> None:
    page = view(SIGHT, shown(aspect_ratio="16:9", variants=2))
    told = said(page)
    assert "*Acme* · <@U1> in <#C123> · <!date^1772443800^{date_short_pretty}, {time}|March 2, 2026>" in told
    assert "a bottle on wet stone\n16:9 · pro · 2K · 2 credits · 2 images" in told
    (picture,) = of_type(page, "image")
    assert picture["image_url"] == "https://www.trybloom.ai/img/1"
    assert picture["alt_text"] == "Image for Acme: a bottle on wet stone"


def test_set_is_shown_with_its_shapes_and_how_many_came() -> None:
    one = generation(
        GenerationState.DELIVERED,
        images=(image(1), image(2)),
        place=HERE,
        aspect_ratio="1:1",
        further_ratios=("9:16", "16:9"),
    )
    assert "1:1, 9:16, 16:9 · pro · 2K · 2 credits · 2 images" in said(view(SIGHT, Shown(one)))


@pytest.mark.parametrize(
    ("derivation", "line"),
    [
        (Derivation.EDIT, "edit · pro · 2K · 1 credit"),
        (Derivation.RESIZE, "resize · 1:1 · 1 credit"),
        (Derivation.VECTORIZE, "vectorize · 1 credit"),
        (Derivation.VARY, "1:1 · pro · 2K · 1 credit · a variation of an earlier image"),
    ],
)
def test_derived_image_says_how_it_was_made_and_only_what_the_form_holds_is_used_again(
    derivation: Derivation, line: str
) -> None:
    one = derived(derivation, images=(image(),), place=HERE, aspect_ratio="1:1", state=GenerationState.DELIVERED)
    page = view(SIGHT, Shown(one))
    assert line in said(page).split("\n")
    assert ("use_again" in action_ids(page)) is (derivation is Derivation.VARY)
    assert bool(of_type(page, "image")) is (derivation is not Derivation.VECTORIZE)


def test_deleted_image_is_not_shown() -> None:
    images = (image(1, deleted_by="U1"), image(2))
    one = generation(GenerationState.DELIVERED, images=images, place=HERE, variants=2)
    page = view(SIGHT, Shown(one))
    assert "2 credits · 2 images · 1 deleted" in said(page)
    assert of_type(page, "image")[0]["image_url"].endswith("/2")
    gone = generation(GenerationState.DELIVERED, images=(image(1, deleted_by="U1"),), place=HERE)
    page = view(SIGHT, Shown(gone))
    assert "1 credit · deleted" in said(page)
    assert not of_type(page, "image")


@pytest.mark.parametrize(("channel_id", "words"), [("C123", "as a preview for <#C123> · "), ("D1", "as a preview · ")])
def test_preview_says_what_for(channel_id: str, words: str) -> None:
    one = generation(GenerationState.DELIVERED, images=(image(),), channel_id=channel_id, is_preview=True)
    assert f"<@U1> {words}" in said(view(SIGHT, Shown(one.but(place=Place("D1", "1.0", "1.0")))))


def test_direct_message_is_no_link_to_a_channel() -> None:
    one = shown()
    alone = Shown(one.generation.but(place=Place("D1", "1.0", "1.0", is_fallback=True)), "")
    page = view(SIGHT, alone)
    assert "<@U1> in a direct message · " in said(page)
    assert "Go to thread" not in said(page)


def test_picture_whose_address_is_too_long_is_left_out() -> None:
    one = generation(GenerationState.DELIVERED, images=(image(url="https://x.test/" + "a" * 3000),), place=HERE)
    assert of_type(view(SIGHT, Shown(one)), "image") == []


def test_chosen_brand_is_named_also_when_it_is_gone() -> None:
    known = view(SIGHT.but(brand_id="brand-2"), brands=brands(3))
    assert of_type(known, "external_select")[0]["initial_option"]["text"]["text"] == "Brand 2"
    gone = view(SIGHT.but(brand_id="brand-9"), brands=brands(3))
    assert of_type(gone, "external_select")[0]["initial_option"]["text"]["text"] == GONE_BRAND


@pytest.mark.parametrize(
    ("sight", "more", "words"),
    [
        (SIGHT, {}, "No images yet."),
        (SIGHT.but(query="x"), {}, "No image matches."),
        (SIGHT.but(user_id="U1"), {}, "No image matches."),
        (SIGHT.but(trail=("g1",)), {}, "There is nothing older."),
        (SIGHT, {"is_searching": True}, "Looking for your colleagues' images…"),
        (SIGHT, {"is_searching": True, "has_trouble": True}, "These are only your own"),
    ],
)
def test_page_without_images_says_why(sight: Sight, more: dict[str, Any], words: str) -> None:
    assert words in said(view(sight, **more))


def test_who_sees_nobody_elses_images_is_not_promised_them() -> None:
    assert "public channels" in said(view(SIGHT, shown()))
    assert "public channels" not in said(view(SIGHT, shown(), is_guest=True))


def test_nothing_is_said_to_be_missing_while_it_is_looked_for() -> None:
    assert "No images yet" not in said(view(SIGHT, is_searching=True))


def test_buttons_turn_only_where_there_is_something() -> None:
    assert action_ids(view(SIGHT, shown()))[-1] == f"link:thread:{1:032x}"
    assert action_ids(view(SIGHT, shown(), has_older=True))[-1] == "history_older"
    assert action_ids(view(SIGHT.but(trail=("x",)), shown(), has_older=True))[-2:] == ["history_newer", "history_older"]


def test_what_is_looked_for_can_be_dropped() -> None:
    assert "history_clear" not in action_ids(view(SIGHT))
    assert "history_clear" in action_ids(view(SIGHT.but(brand_id="b1")))


def test_field_keeps_what_is_typed_until_something_else_is_looked_for() -> None:
    ids = [search_field(query, "Words", "x").block_id for query in ("", "red", "red", "blue")]
    assert ids[1] == ids[2]
    assert len({*ids}) == 3


def test_typed_words_are_read_from_any_block_and_cut() -> None:
    assert typed_in({}) is None
    assert typed_in({"state": {"values": {"search:1": {"search": {"value": None}}}}}) == ""
    assert typed_in({"state": {"values": {"x": {"y": {}}, "search:1": {"search": {"value": f" a{'b' * 200}"}}}}}) == (
        "a" + "b" * 99
    )


def test_modal_has_a_button_to_search_by() -> None:
    page = history(History(SIGHT))
    assert in_modal(SIGHT, page)["submit"]["text"] == "Search"
    assert "submit" not in in_modal(SIGHT, page[2:])


def test_menus_stay_open_while_the_page_is_drawn_anew_and_give_way_to_another_choice() -> None:
    def menus(sight: Sight, *images: Shown) -> str:
        (block,) = [one for one in view(sight, *images)["blocks"] if one.get("block_id", "").startswith("filters:")]
        return str(block["block_id"])

    assert menus(SIGHT) == menus(SIGHT, shown())
    assert len({menus(SIGHT), menus(SIGHT.but(brand_id="b1")), menus(SIGHT.but(user_id="U1"))}) == 3
