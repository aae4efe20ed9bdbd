from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.models import AspectRatio, Brand, BrandState, Connection, Credits
from bot.slack.command_flags import FLAGS
from bot.slack.command_text import WORDS, Generate, parse
from bot.slack.views.help import EXAMPLES, help_message
from bot.slack.views.home import BRANDS_SHOWN, Tab, home
from bot.slack.views.managers import asked
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
    view = approve_view(home(Tab(None, "U1")))
    assert view["type"] == "home"
    assert action_ids(view) == ["connect"]
    assert "*1.* Get an API key from <https://www.trybloom.ai/settings#api-keys|your settings at Bloom>." in said(view)
    assert "*3.* Type `/bloom`" in said(view)


def test_an_unconnected_home_names_both_ways_where_both_are_there() -> None:
    steps = said(approve_view(home(Tab(None, "U1", offers_sign_in=True))))
    assert "*1.* Press _Connect Bloom_." in steps
    assert "*2.* Press _Sign in with Bloom_, or paste an API key from <https://" in steps
    assert "*3.* Type `/bloom`" in steps


@pytest.mark.parametrize(
    ("to_ask", "who"),
    [
        (("U1",), "<@U1>"),
        (("U1", "U2"), "<@U1> or <@U2>"),
        (("U1", "U2", "U1"), "<@U1>, <@U2> or <@U1>"),
    ],
)
def test_others_learn_who_can_connect_and_can_ask_them(to_ask: tuple[str, ...], who: str) -> None:
    view = approve_view(home(Tab(None, to_ask=to_ask)))
    assert f"{who} can connect it." in said(view)
    assert action_ids(view) == ["ask_managers"]
    assert not of_type(view, "multi_users_select")


def test_where_nobody_is_known_there_is_nobody_to_ask_by_a_button() -> None:
    view = approve_view(home(Tab(None)))
    assert "The admins and owners of this workspace can connect it." in said(view)
    assert not action_ids(view)


@pytest.mark.parametrize(
    ("managers", "sentence"),
    [
        (("U1",), "I've asked <@U1> to connect Bloom."),
        (("U1", "U2"), "I've asked <@U1> and <@U2> to connect Bloom."),
        ((), "I couldn't write to anybody who can connect Bloom; ask an admin of this workspace yourself."),
    ],
)
def test_whoever_asked_learns_who_was_asked(managers: tuple[str, ...], sentence: str) -> None:
    assert asked(managers) == sentence
    approve_view(home(Tab(None, notice=asked(managers))))


@pytest.mark.parametrize("connected", [connection(), None])
def test_managers_choose_who_else_looks_after_bloom(connected: Connection | None) -> None:
    view = approve_view(home(Tab(connected, "U1", named=frozenset({"U2", "U1"}))))
    (picker,) = of_type(view, "multi_users_select")
    assert (picker["action_id"], picker["initial_users"]) == ("name_managers", ["U1", "U2"])
    (empty,) = of_type(approve_view(home(Tab(connected, "U1"))), "multi_users_select")
    assert "initial_users" not in empty


@pytest.mark.parametrize("tab", [Tab(None), Tab(None, "U1"), Tab(connection()), Tab(connection(), "U1")])
def test_what_came_of_an_act_stands_on_top(tab: Tab) -> None:
    view = approve_view(home(replace(tab, notice="I've asked <@U2>.")))
    assert view["blocks"][0]["text"]["text"] == "I've asked <@U2>."
    assert "I've asked" not in said(home(tab))


def test_a_connected_home_shows_who_pays_and_the_brands() -> None:
    known = (brand(1), brand(2, "Beta", BrandState.LOGO_REQUIRED))
    view = approve_view(home(Tab(connection(), brands=known, credits=Credits(212))))
    assert "Connected as *mia@acme.com* by <@U1> · 212 credits left" in said(view)
    assert [part["text"] for section in of_type(view, "rich_text_section") for part in section["elements"]] == [
        "Acme",
        "Beta",
        " (needs a logo)",
    ]
    assert action_ids(view) == ["open_form"]


@pytest.mark.parametrize(
    ("credits", "end"),
    [
        (Credits(0, unlimited=True), "<@U1> · unlimited credits"),
        (Credits(1), "<@U1> · 1 credit left"),
        (None, "<@U1>"),
    ],
)
def test_the_balance_is_shown_when_it_is_known(credits: Credits | None, end: str) -> None:
    shown = said(approve_view(home(Tab(connection(), brands=(), credits=credits)))).splitlines()
    assert any(line.endswith(end) for line in shown)
    assert any("no brand at Bloom yet" in line for line in shown)


def test_brands_that_bloom_has_not_named_are_loading_or_in_trouble() -> None:
    assert "Loading your brands…" in said(approve_view(home(Tab(connection()))))
    troubled = said(approve_view(home(Tab(connection(), brands=(brand(),), trouble="Bloom <is> away."))))
    assert "Acme" in troubled
    assert "Bloom &lt;is&gt; away." in troubled
    assert "Loading" not in troubled


def test_a_broken_connection_is_said_once() -> None:
    refused = "Bloom doesn't accept this workspace's connection any more; connect again."
    broken = Tab(connection(is_broken=True), "U1", brands=(brand(),), trouble=refused)
    assert refused not in said(approve_view(home(broken)))
    assert "Bloom doesn't accept this connection any more" in said(home(broken))
    unlisted = said(approve_view(home(replace(broken, brands=None))))
    assert refused in unlisted
    assert "Loading" not in unlisted


def test_a_home_of_many_brands_stays_small() -> None:
    view = approve_view(home(Tab(connection(), brands=brands(300, "&" * 200 + "{}"))))
    assert len(of_type(view, "rich_text_section")) == 20
    assert "and 280 more" in said(view)


@settings(max_examples=50)
@given(st.lists(st.builds(brand, st.integers(), typed, st.sampled_from(BrandState)), unique_by=lambda b: b.id), typed)
def test_any_brand_and_account_can_be_shown(known: list[Brand], email: str) -> None:
    view = approve_view(home(Tab(connection(email), brands=known, credits=Credits(0.5))))
    assert len(of_type(view, "rich_text_section")) == min(len(known), BRANDS_SHOWN)
