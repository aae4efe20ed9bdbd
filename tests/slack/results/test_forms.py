"""The modals about an image: whatever the image is called and costs, Slack takes them, and nobody is called by them."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.derivations import Made
from bot.core.models import AspectRatio, Credits, Derivation, Parameters, Showing, Spent, Standing
from bot.slack.results.deriving import AT_ONCE
from bot.slack.views.form.cost import Means
from bot.slack.views.results import confirm_form, delete_form, resize_form, share_form
from bot.slack.views.results.share_form import ShareDraft
from bot.slack.views.results.subject import Subject, Wish, picture_of, position, subject_of, told, wish_of
from tests.core.made import a_source
from tests.core.test_derivations import asked, made_by
from tests.slack.views.judge import approve, approve_view, of_type, said

HOSTILE = "<!channel> & <@U9> *bold* `code` <https://evil.test|here>"
RICH = Means(Credits(1_234.5), Standing(Spent(3, 1), person_cap=10), confirm_above=1)
SHORT = Means(Credits(0.0), Standing(Spent(9, 9), person_cap=9), confirm_above=0)
SOURCE = a_source()


def named(prompt: str, brand: str, **chosen: Any) -> Made:
    made = made_by(asked(prompt=prompt, **chosen))
    request = replace(made.generation.request, brand_name=brand)
    return Made(made.generation.but(request=request), made.image)


def wish(derivation: Derivation = Derivation.VARY, confirmed: int = 0) -> Wish:
    return Wish(source=replace(SOURCE, derivation=derivation), key="press:1", confirmed=confirmed)


anything = st.text(min_size=1, max_size=2000).filter(str.strip)


@given(anything, st.text(max_size=300), st.text(max_size=1000), st.sampled_from([Means(), RICH, SHORT]))
def test_whatever_people_typed_slack_takes_the_modals(prompt: str, brand: str, note: str, means: Means) -> None:
    made = named(prompt, brand)
    picture = picture_of(made, None)
    for derivation in AT_ONCE:
        approve_view(confirm_form.confirm_form(made, wish(derivation), means, credits=9, above=8, picture=picture))
    approve_view(resize_form.resize_form(made, wish(), means, tuple(AspectRatio), picture=picture))
    approve_view(share_form.share_form(made, Subject(image_id="i"), ShareDraft("C123", note), picture=picture))
    approve_view(delete_form.delete_form(made, Subject(image_id="i"), picture=picture))


@pytest.mark.parametrize("text", [HOSTILE, "&" * 2000, "x" * 2000, "*" * 500])
def test_names_call_nobody_and_break_nothing(text: str) -> None:
    made = named(text, text)
    for view in (
        delete_form.delete_form(made, Subject(image_id="i"), picture=picture_of(made, None)),
        share_form.share_form(made, Subject(image_id="i"), problem="Type `/invite @Bloom` there."),
        resize_form.resize_form(made, wish(), RICH, refusal="This workspace has used up its credits."),
    ):
        approve_view(view)


def test_what_replaces_the_modals_is_taken_too() -> None:
    for view in (
        share_form.sharing(ShareDraft("C123")),
        share_form.shared("C123"),
        share_form.not_shared("It's <gone> & so."),
        delete_form.deleting(),
        delete_form.deleted(),
        delete_form.not_deleted(delete_form.SLACK_LAGS),
        resize_form.refused("No."),
        told("c", "Title", "Sentence."),
        *(confirm_form.refused(wish(derivation), "No.") for derivation in AT_ONCE),
    ):
        assert "submit" not in approve_view(view)


def test_titles_name_all_that_a_press_says_all_about() -> None:
    assert set(confirm_form.TITLES) == set(AT_ONCE)


def test_image_of_several_is_told_from_the_others() -> None:
    assert position(made_by(asked(variants=3), 1)) == "Image 2 of 3"
    assert position(made_by(asked())) == "Image"
    assert position(made_by(asked(variants=2), state=None)) == "Image"


@pytest.mark.parametrize(
    ("url", "showing", "expected"),
    [
        ("https://bloom.test/i", {}, {"image_url": "https://bloom.test/i"}),
        ("https://bloom.test/i", {"file_id": "F1"}, {"slack_file": {"id": "F1"}}),
        ("https://bloom.test/i", {"is_link": True}, None),
        ("https://bloom.test/" + "x" * 3000, {}, None),
        ("javascript:alert(1)", {}, None),
        (None, {}, None),
    ],
)
def test_picture_is_what_slack_shows_already(
    url: str | None, showing: dict[str, Any], expected: dict[str, Any] | None
) -> None:
    made = made_by(asked(), url=url)
    picture = picture_of(made, Showing("i0", "C1", "1.0", "1.0", **showing))
    shown = picture.to_dict() if picture else None
    assert (
        expected is None
        if shown is None
        else shown == {"type": "image", "alt_text": "Image: A red door", **(expected or {})}
    )


def test_shapes_cost_one_credit_each_whatever_the_size() -> None:
    made = made_by(asked(size="4K", aspect_ratio="1:1"))
    shapes = (AspectRatio.WIDE, AspectRatio.STORY)
    assert "2 credits" in said(resize_form.resize_form(made, wish(), Means(), shapes))
    assert "1 credit for each shape" in said(resize_form.resize_form(made, wish(), Means()))


@pytest.mark.parametrize(
    ("confirmed", "label"), [(0, "Resize"), (1, "Resize"), (2, "Yes, 2 credits"), (5, "Yes, 2 credits")]
)
def test_yes_is_asked_for_only_once_it_was_said_what_it_costs(confirmed: int, label: str) -> None:
    made, shapes = made_by(asked(aspect_ratio="1:1")), (AspectRatio.WIDE, AspectRatio.STORY)
    view = resize_form.resize_form(made, wish(confirmed=confirmed), RICH, shapes)
    assert view["submit"]["text"] == label


def test_all_ten_shapes_are_one_set_that_bloom_takes() -> None:
    made = made_by(asked())
    view = approve_view(resize_form.resize_form(made, wish(), Means(), made.other_ratios))
    assert len(of_type(view, "multi_static_select")[0]["initial_options"]) == 10


def test_what_travels_along_comes_back() -> None:
    made = made_by(asked())
    confirming = confirm_form.confirm_form(made, wish(Derivation.ENLARGE), Means(), credits=2, above=1)
    assert wish_of(confirming) == wish(Derivation.ENLARGE, confirmed=2)
    assert subject_of(delete_form.delete_form(made, Subject(image_id="i0"))) == Subject(image_id="i0")
    assert Parameters.model_validate(made.order.model_dump()) == made.order


@pytest.mark.parametrize(
    ("managers", "expected"),
    [
        ((), "Only <@U1> can delete this."),
        (("U1",), "Only <@U1> can delete this."),
        (("U2", "U1"), "Only <@U1>, and managers of Bloom such as <@U2>, can delete this."),
    ],
)
def test_others_read_who_can_delete(managers: tuple[str, ...], expected: str) -> None:
    assert approve(delete_form.not_theirs(made_by(asked()), managers)).text == expected
