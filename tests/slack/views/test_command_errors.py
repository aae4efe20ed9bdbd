import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.models import BrandState
from bot.slack.views.command_errors import (
    NAMES_SHOWN,
    NOT_UNDERSTOOD,
    ambiguous_brand,
    ambiguous_brand_note,
    bad_command,
    brand_not_ready,
    unknown_brand,
    unknown_brand_note,
)
from tests.slack.views.judge import approve, of_type, said
from tests.slack.views.samples import HOSTILE, WORST_PROMPT, brand, brands, typed


def given_back(message: object) -> str:
    return str(of_type(message, "rich_text_preformatted")[0]["elements"][0]["text"])  # type: ignore[arg-type]


def test_a_bad_command_lists_every_problem_and_gives_the_text_back() -> None:
    message = approve(bad_command(["--n takes 1 or 2, not “<9>”.", "“--foo” isn't a flag."], HOSTILE))
    listed = [part["elements"][0]["text"] for part in of_type(message, "rich_text_section")]
    assert listed == ["--n takes 1 or 2, not “<9>”.", "“--foo” isn't a flag."]
    assert "“&lt;9&gt;”" in message.text
    assert given_back(message) == f"/bloom {HOSTILE}"


def test_a_bad_command_of_any_size_fits() -> None:
    message = approve(bad_command(["&" * 500] * 30, WORST_PROMPT * 3))
    assert given_back(message) == f"/bloom {WORST_PROMPT * 3}"


def test_an_unknown_brand_names_the_brands_and_the_likeliest() -> None:
    known = (*brands(2), brand(3, "Zebra", BrandState.ANALYZING))
    message = approve(unknown_brand("zebr", known, "a cat --brand zebr"))
    assert "No brand is called “zebr”. Did you mean *Zebra*?" in said(message)
    names = [part["elements"][0]["text"] for part in of_type(message, "rich_text_section")]
    assert names == ["Brand 1", "Brand 2", "Zebra (still being analyzed)"]
    assert given_back(message) == "/bloom a cat --brand zebr"


def test_of_many_brands_the_first_fifteen_are_named() -> None:
    message = approve(unknown_brand("x", brands(300, "&" * 200 + "{}")))
    assert len(of_type(message, "rich_text_section")) == 15
    assert "and 285 more" in said(message)
    assert not of_type(message, "rich_text_preformatted")


def test_without_any_brand_the_way_to_one_is_told() -> None:
    assert "`/bloom brands` is where one is added" in said(approve(unknown_brand("x", ())))


def test_an_ambiguous_name_lists_what_it_can_mean() -> None:
    message = approve(ambiguous_brand("acme", (brand(1), brand(2)), "a cat"))
    assert "“acme” can be any of 2 brands" in said(message)
    assert "Acme · acme2.com" in said(message)


@pytest.mark.parametrize("state", list(BrandState))
def test_a_brand_that_is_not_ready_is_explained(state: BrandState) -> None:
    message = approve(brand_not_ready(brand(name="R&D", state=state), "a cat"))
    assert "R&amp;D" in message.text
    assert message.text[0].isupper()
    assert given_back(message) == "/bloom a cat"


def test_notes_below_the_picker_are_plain_text() -> None:
    assert unknown_brand_note("<x>") == "No brand is called “<x>”. Choose one."
    assert ambiguous_brand_note("x") == "Several brands match “x”. Choose one."


@settings(max_examples=50)
@given(st.lists(typed, max_size=20), typed, typed)
def test_whatever_is_typed_calls_nobody(names: list[str], text: str, command: str) -> None:
    known = tuple(brand(number, name) for number, name in enumerate(names))
    for message in (unknown_brand(text, known, command), ambiguous_brand(text, known, command)):
        assert len(of_type(approve(message), "rich_text_section")) == min(len(known), NAMES_SHOWN)
    assert said(approve(bad_command([*names, text], command))).startswith(NOT_UNDERSTOOD)
