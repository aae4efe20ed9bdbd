from typing import Any

import pytest
from hypothesis import given, settings

from bot.core.models import BloomWorkspace, Connection, Credits, Grant
from bot.slack.views.connection import OPTION_LIMIT, chosen_payer, disconnected
from bot.slack.views.home import Tab, home
from tests.slack.views.judge import action_ids, approve_view, of_type, said
from tests.slack.views.samples import HOSTILE, brands, connection, typed

PERSONAL = BloomWorkspace(None, "Mia", is_personal=True)
AGENCY = BloomWorkspace("w1", "Agency", is_personal=False)
GRANT = Grant("client", "refresh_secret", None)


def shown(tab: Tab) -> str:
    return said(approve_view(home(tab)))


def texts(options: list[dict[str, Any]]) -> list[str]:
    return [option["text"]["text"] for option in options]


def menu(tab: Tab) -> dict[str, Any]:
    (select,) = of_type(approve_view(home(tab)), "static_select")
    return select


@pytest.mark.parametrize(
    ("connected", "history"),
    [
        (connection(), "Connected with an API key on <!date^1772443800^{date}|March 2, 2026>."),
        (connection(grant=GRANT), "Signed in with Bloom on <!date^1772443800^{date}|March 2, 2026>."),
    ],
)
def test_everybody_sees_whose_account_it_is_since_when_and_who_pays(connected: Connection, history: str) -> None:
    for manager in (None, "U2"):
        told = shown(Tab(connected, manager, credits=Credits(212)))
        assert ":white_check_mark: Connected as *mia@acme.com* by <@U1> · 212 credits left" in told
        assert f"{history} Each brand's own Bloom workspace pays." in told


def test_the_workspace_that_pays_is_named() -> None:
    told = shown(Tab(connection(bloom_workspace=AGENCY)))
    assert "The Bloom workspace *Agency* pays, and its brands are used." in told


def test_a_connection_of_the_settings_says_so() -> None:
    told = shown(Tab(connection(connected_by=None), "U1"))
    assert "Connected as *mia@acme.com* by this deployment's settings" in told
    assert "None" not in told


def test_only_managers_have_controls_and_a_way_to_top_up() -> None:
    tab = Tab(connection(), credits=Credits(3), workspaces=(PERSONAL, AGENCY))
    assert action_ids(approve_view(home(tab))) == ["open_form"]
    assert not of_type(home(tab), "static_select")
    assert not of_type(home(tab), "multi_users_select")
    assert "Top up" not in shown(tab)
    assert "3 credits left · <https://www.trybloom.ai/#pricing|Top up>" in shown(
        Tab(connection(), "U1", credits=Credits(3))
    )


@pytest.mark.parametrize(("connected_by", "label"), [("U1", "Reconnect"), ("U2", "Take over"), (None, "Take over")])
def test_who_connected_reconnects_and_everybody_else_takes_over(connected_by: str | None, label: str) -> None:
    view = approve_view(home(Tab(connection(connected_by=connected_by), "U1")))
    again, end = [button for button in of_type(view, "button") if button["action_id"] != "open_form"]
    assert (again["text"]["text"], again["action_id"]) == (label, "connect")
    assert "style" not in again
    assert end["action_id"] == "disconnect"


def test_disconnecting_asks_first_and_says_what_stops() -> None:
    (end,) = [b for b in of_type(home(Tab(connection(), "U1")), "button") if b["action_id"] == "disconnect"]
    assert end["confirm"]["text"]["text"] == (
        "Nobody here can make images until somebody connects Bloom again. "
        "Images already posted stay; those still being made are stopped."
    )
    (end,) = [
        b for b in of_type(home(Tab(connection(connected_by=None), "U1")), "button") if b["action_id"] == "disconnect"
    ]
    assert end["confirm"]["text"]["text"].endswith(
        "This deployment's settings connect it again when it is started anew."
    )


def test_a_broken_connection_is_mended_by_managers_first_of_all() -> None:
    view = approve_view(home(Tab(connection(is_broken=True), "U1", credits=Credits(3))))
    assert "Bloom doesn't accept this connection any more: *mia@acme.com* by <@U1>" in said(view)
    assert "Connected as" not in said(view)
    (again,) = [button for button in of_type(view, "button") if button["action_id"] == "connect"]
    assert again["style"] == "primary"


def test_a_broken_connection_lets_others_ask_for_help() -> None:
    view = approve_view(home(Tab(connection(is_broken=True), to_ask=("U1", "U2"))))
    assert "<@U1> or <@U2> can connect it again." in said(view)
    assert action_ids(view) == ["open_form", "ask_managers"]


def test_managers_choose_who_pays() -> None:
    select = menu(Tab(connection(bloom_workspace=AGENCY), "U1", workspaces=(PERSONAL, AGENCY)))
    assert select["action_id"] == "choose_payer"
    assert texts(select["options"]) == ["Each brand's own workspace", "Mia", "Agency"]
    assert select["initial_option"]["text"]["text"] == "Agency"
    every = menu(Tab(connection(), "U1", workspaces=(PERSONAL, AGENCY)))
    assert every["initial_option"] == every["options"][0]


def test_the_menu_shows_what_is_true_whatever_was_chosen_in_it_before() -> None:
    tab = Tab(connection(), "U1", workspaces=(PERSONAL, AGENCY))
    held = [block for block in home(tab)["blocks"] if "accessory" in block]
    assert len(held) == 2
    assert not any("block_id" in block for block in held)


@pytest.mark.parametrize("workspaces", [None, (), (PERSONAL,)])
def test_without_a_choice_there_is_no_menu(workspaces: tuple[BloomWorkspace, ...] | None) -> None:
    assert not of_type(approve_view(home(Tab(connection(), "U1", workspaces=workspaces))), "static_select")


def test_a_payer_that_is_gone_has_to_be_chosen_anew() -> None:
    tab = Tab(connection(bloom_workspace=AGENCY), "U1", workspaces=(PERSONAL,))
    assert "initial_option" not in menu(tab)
    assert "This account isn't in the Bloom workspace *Agency* any more. Choose another." in shown(tab)


def test_bloom_that_does_not_name_its_workspaces_leaves_the_rest_of_the_tab() -> None:
    tab = Tab(connection(), "U1", brands=brands(2), credits=Credits(3), payer_trouble="Bloom <is> away.")
    told = shown(tab)
    assert "Who pays can't be changed just now. Bloom &lt;is&gt; away." in told
    assert "Brand 2" in told
    assert "3 credits left" in told
    assert action_ids(home(tab)) == ["open_form", "connect", "disconnect"]


def test_what_is_chosen_is_found_again() -> None:
    workspaces = (PERSONAL, AGENCY)
    options = menu(Tab(connection(), "U1", workspaces=workspaces))["options"]
    found = [chosen_payer(option["value"], workspaces) for option in options]
    assert found == [None, PERSONAL, AGENCY]
    assert chosen_payer("id:gone", workspaces) is None


@pytest.mark.parametrize("count", [2, 98, 99, 100, 300])
def test_any_number_of_workspaces_is_shown_as_far_as_there_is_room(count: int) -> None:
    workspaces = tuple(BloomWorkspace(f"w{n}", "&" * 200 + str(n), is_personal=False) for n in range(count))
    tab = Tab(connection(bloom_workspace=workspaces[-1]), "U1", workspaces=workspaces)
    assert len(menu(tab)["options"]) == min(count + 1, OPTION_LIMIT)
    assert "isn't in the Bloom workspace" not in shown(tab)


@settings(max_examples=50)
@given(typed, typed, typed)
def test_any_names_can_be_shown(email: str, paying: str, other: str) -> None:
    chosen = BloomWorkspace("w1", paying, is_personal=False)
    workspaces = (chosen, BloomWorkspace(None, other, is_personal=True))
    approve_view(home(Tab(connection(email, bloom_workspace=chosen), "U1", workspaces=workspaces)))
    approve_view(home(Tab(connection(email, bloom_workspace=chosen), "U1", workspaces=workspaces[1:])))


def test_who_has_disconnected_learns_what_is_left_of_it_at_bloom() -> None:
    assert disconnected(connection(grant=GRANT), is_told=True) == "Bloom is disconnected from this workspace."
    untold = disconnected(connection(HOSTILE, grant=GRANT), is_told=False)
    assert untold.startswith("Bloom is disconnected from this workspace. Bloom couldn't be told")
    by_key = disconnected(connection(), is_told=True)
    assert "The API key still works elsewhere" in by_key
    for notice in (untold, by_key):
        assert "<https://www.trybloom.ai/settings#api-keys|" in notice
        approve_view(home(Tab(None, "U1", notice=notice)))
