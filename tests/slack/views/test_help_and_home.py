import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.models import AspectRatio, Brand, BrandState, Credits
from bot.slack.command_flags import FLAGS
from bot.slack.command_text import WORDS, Generate, parse
from bot.slack.views.help import EXAMPLES, help_message
from bot.slack.views.home import BRANDS_SHOWN, home
from tests.slack.views.judge import action_ids, approve, approve_view, of_type, said
from tests.slack.views.samples import brand, brands, connection, typed


def test_help_teaches_every_flag_and_value() -> None:
    taught = said(approve(help_message()))
    assert all(f"--{flag}" in taught for flag in FLAGS)
    assert all(f"`{ratio}`" in taught for ratio in AspectRatio)
    assert all(f"/bloom {word}" in taught for word in WORDS)
    assert "Make an image" in taught


@pytest.mark.parametrize("example", [line.split("/bloom ")[1] for line in EXAMPLES.splitlines() if "/bloom" in line])
def test_the_examples_of_help_work(example: str) -> None:
    command = parse(example.rstrip("`"))
    assert isinstance(command, Generate)
    assert "--" not in command.draft.prompt


def test_an_unconnected_home_is_a_way_to_start() -> None:
    view = approve_view(home(None, (), None))
    assert view["type"] == "home"
    assert action_ids(view) == ["connect"]
    assert "*3.* Type `/bloom`" in said(view)


def test_a_connected_home_shows_who_pays_and_the_brands() -> None:
    known = (brand(1), brand(2, "Beta", BrandState.LOGO_REQUIRED))
    view = approve_view(home(connection(), known, Credits(212)))
    assert "Connected as *mia@acme.com* by <@U1> · 212 credits left" in said(view)
    assert [part["text"] for section in of_type(view, "rich_text_section") for part in section["elements"]] == [
        "Acme",
        "Beta",
        " (needs a logo)",
    ]
    assert action_ids(view) == ["open_form"]


@pytest.mark.parametrize(
    ("credits", "line"), [(Credits(0, unlimited=True), "unlimited credits"), (Credits(1), "1 credit left"), (None, "")]
)
def test_the_balance_is_shown_when_it_is_known(credits: Credits | None, line: str) -> None:
    shown = said(approve_view(home(connection(connected_by=None), (), credits)))
    assert shown.endswith(line)
    assert "no brand at Bloom yet" in shown


def test_a_home_of_many_brands_stays_small() -> None:
    view = approve_view(home(connection(), brands(300, "&" * 200 + "{}"), None))
    assert len(of_type(view, "rich_text_section")) == 20
    assert "and 280 more" in said(view)


@settings(max_examples=50)
@given(st.lists(st.builds(brand, st.integers(), typed, st.sampled_from(BrandState)), unique_by=lambda b: b.id), typed)
def test_any_brand_and_account_can_be_shown(known: list[Brand], email: str) -> None:
    view = approve_view(home(connection(email), known, Credits(0.5)))
    assert len(of_type(view, "rich_text_section")) == min(len(known), BRANDS_SHOWN)
