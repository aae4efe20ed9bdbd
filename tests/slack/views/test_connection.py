from typing import Any

import pytest
from hypothesis import given, settings

from bot.core.models import BloomWorkspace, Connection, Credits, Grant, Spent, Standing
from bot.slack.sights import Sight
from bot.slack.views.connection import chosen_payer, disconnected
from bot.slack.views.home import frame
from bot.slack.views.home.overview import Overview, overview
from bot.slack.views.menus import OPTION_LIMIT
from tests.slack.views.judge import action_ids, approve_view, of_type, said
from tests.slack.views.samples import HOSTILE, brand, brands, connection, typed

PERSONAL = BloomWorkspace(None, "Mia", is_personal=True)
AGENCY = BloomWorkspace("w1", "Agency", is_personal=False)
GRANT = Grant("client", "refresh_secret", None)


def page(connected: Connection | None, manager: str | None = None, **more: Any) -> Overview:
    """Return what is shown of a workspace where the first steps are done."""
    known = {"brands": (brand(),), "has_images": True, "standing": Standing(Spent(0, 0)), **more}
    return Overview(connected, manager, **known)


def home(tab: Overview, notice: str = "") -> dict[str, Any]:
    return approve_view(frame.on_home(Sight(), overview(tab), notice))


def own_ids(tab: Overview) -> list[str]:
    """Return the ids of the buttons below those of the pages, but for the one to the brands."""
    return [one for one in action_ids(home(tab)) if not one.startswith("page:")]


def shown(tab: Overview) -> str:
    return said(home(tab))


def texts(options: list[dict[str, Any]]) -> list[str]:
    return [option["text"]["text"] for option in options]


def menu_id(tab: Overview) -> str:
    """Return the id of the menu's block, by which Slack knows it again."""
    (held,) = [block for block in home(tab)["blocks"] if block.get("accessory", {}).get("type") == "static_select"]
    return str(held["block_id"])


def menu(tab: Overview) -> dict[str, Any]:
    (select,) = of_type(home(tab), "static_select")
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
        told = shown(page(connected, manager, credits=Credits(212)))
        assert ":white_check_mark: Connected as *mia@acme.com* by <@U1>" in told
        assert f"{history} Each brand's own Bloom workspace pays." in told


def test_the_workspace_that_pays_is_named() -> None:
    told = shown(page(connection(bloom_workspace=AGENCY)))
    assert "The Bloom workspace *Agency* pays, and its brands are used." in told


def test_a_connection_of_the_settings_says_so() -> None:
    told = shown(page(connection(connected_by=None), "U1"))
    assert "Connected as *mia@acme.com* by this deployment's settings" in told
    assert "None" not in told


def test_only_managers_have_controls_and_a_way_to_top_up() -> None:
    tab = page(connection(), credits=Credits(3), workspaces=(PERSONAL, AGENCY))
    assert own_ids(tab) == ["open_form"]
    assert not of_type(home(tab), "static_select")


@pytest.mark.parametrize(("connected_by", "label"), [("U1", "Reconnect"), ("U2", "Take over"), (None, "Take over")])
def test_who_connected_reconnects_and_everybody_else_takes_over(connected_by: str | None, label: str) -> None:
    view = home(page(connection(connected_by=connected_by), "U1"))
    again, end = of_type(view, "button")[-2:]
    assert (again["text"]["text"], again["action_id"]) == (label, "connect")
    assert "style" not in again
    assert end["action_id"] == "disconnect"


def test_disconnecting_asks_first_and_says_what_stops() -> None:
    (end,) = [b for b in of_type(home(page(connection(), "U1")), "button") if b["action_id"] == "disconnect"]
    assert end["confirm"]["text"]["text"] == (
        "Nobody here can make images until somebody connects Bloom again. "
        "Images already posted stay; those still being made are stopped, and nobody hears any more "
        "of brands that Bloom is looking at."
    )
    (end,) = [
        b for b in of_type(home(page(connection(connected_by=None), "U1")), "button") if b["action_id"] == "disconnect"
    ]
    assert end["confirm"]["text"]["text"].endswith(
        "This deployment's settings connect it again when it is started anew."
    )


REFUSED = "Bloom doesn't accept this workspace's connection any more; connect again."


def test_a_broken_connection_is_mended_by_managers_first_of_all() -> None:
    tab = page(connection(is_broken=True), "U1", credits=Credits(3), trouble=REFUSED)
    assert shown(tab).index("Bloom doesn't accept this connection any more: *mia@acme.com* by") < 100
    assert "Connected as" not in shown(tab)
    assert REFUSED not in shown(tab)
    assert own_ids(tab) == ["connect", "disconnect"]
    again = next(button for button in of_type(home(tab), "button") if button["action_id"] == "connect")
    assert again["style"] == "primary"


def test_a_broken_connection_lets_others_ask_for_help_and_offers_no_image() -> None:
    tab = page(connection(is_broken=True), to_ask=("U1", "U2"))
    assert "<@U1> or <@U2> can connect it again." in shown(tab)
    assert own_ids(tab) == ["ask_managers"]


def test_a_connection_that_broke_before_its_brands_were_seen_says_why_there_are_none() -> None:
    tab = page(connection(is_broken=True), "U1", brands=None, trouble=REFUSED)
    assert REFUSED in shown(tab)
    assert "Loading" not in shown(tab)


def test_managers_choose_who_pays() -> None:
    select = menu(page(connection(bloom_workspace=AGENCY), "U1", workspaces=(PERSONAL, AGENCY)))
    assert select["action_id"] == "choose_payer"
    assert texts(select["options"]) == ["Each brand's own workspace", "Mia", "Agency"]
    assert select["initial_option"]["text"]["text"] == "Agency"
    every = menu(page(connection(), "U1", workspaces=(PERSONAL, AGENCY)))
    assert every["initial_option"] == every["options"][0]


def test_the_menu_stays_while_the_page_is_drawn_anew_and_is_another_once_somebody_else_pays() -> None:
    every, again = (page(connection(), "U1", workspaces=(PERSONAL, AGENCY)) for _ in range(2))
    agency = page(connection(bloom_workspace=AGENCY), "U1", workspaces=(PERSONAL, AGENCY))
    assert menu_id(every) == menu_id(again) != menu_id(agency)


@pytest.mark.parametrize("workspaces", [None, (), (PERSONAL,)])
def test_without_a_choice_there_is_no_menu(workspaces: tuple[BloomWorkspace, ...] | None) -> None:
    assert not of_type((home(page(connection(), "U1", workspaces=workspaces))), "static_select")


def test_a_payer_that_is_gone_has_to_be_chosen_anew() -> None:
    tab = page(connection(bloom_workspace=AGENCY), "U1", workspaces=(PERSONAL,))
    assert "initial_option" not in menu(tab)
    assert "This account isn't in the Bloom workspace *Agency* any more. Choose another." in shown(tab)


def test_bloom_that_does_not_name_its_workspaces_leaves_the_rest_of_the_tab() -> None:
    tab = page(connection(), "U1", brands=brands(2), credits=Credits(3), payer_trouble="Bloom <is> away.")
    told = shown(tab)
    assert "Who pays can't be changed just now. Bloom &lt;is&gt; away." in told
    assert "Brand 2" in told
    assert "3 credits left" in told
    assert own_ids(tab) == ["open_form", "connect", "disconnect"]


def test_what_is_chosen_is_found_again() -> None:
    workspaces = (PERSONAL, AGENCY)
    options = menu(page(connection(), "U1", workspaces=workspaces))["options"]
    found = [chosen_payer(option["value"], workspaces) for option in options]
    assert found == [None, PERSONAL, AGENCY]
    assert chosen_payer("id:gone", workspaces) is None


@pytest.mark.parametrize("count", [2, 98, 99, 100, 300])
def test_any_number_of_workspaces_is_shown_as_far_as_there_is_room(count: int) -> None:
    workspaces = tuple(BloomWorkspace(f"w{n}", "&" * 200 + str(n), is_personal=False) for n in range(count))
    tab = page(connection(bloom_workspace=workspaces[-1]), "U1", workspaces=workspaces)
    assert len(menu(tab)["options"]) == min(count + 1, OPTION_LIMIT)
    assert "isn't in the Bloom workspace" not in shown(tab)


@settings(max_examples=50)
@given(typed, typed, typed)
def test_any_names_can_be_shown(email: str, paying: str, other: str) -> None:
    chosen = BloomWorkspace("w1", paying, is_personal=False)
    workspaces = (chosen, BloomWorkspace(None, other, is_personal=True))
    home(page(connection(email, bloom_workspace=chosen), "U1", workspaces=workspaces))
    home(page(connection(email, bloom_workspace=chosen), "U1", workspaces=workspaces[1:]))


def test_who_has_disconnected_learns_what_is_left_of_it_at_bloom() -> None:
    assert disconnected(connection(grant=GRANT), is_told=True) == "Bloom is disconnected from this workspace."
    untold = disconnected(connection(HOSTILE, grant=GRANT), is_told=False)
    assert untold.startswith("Bloom is disconnected from this workspace. Bloom couldn't be told")
    by_key = disconnected(connection(), is_told=True)
    assert "The API key still works elsewhere" in by_key
    for notice in (untold, by_key):
        assert "<https://www.trybloom.ai/settings#api-keys|" in notice
        home(page(None, "U1"), notice)
