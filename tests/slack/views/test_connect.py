import json
from typing import Any

import pytest

from bot.core.models import Account, Connection
from bot.slack.views.connect import (
    SignInOffer,
    checking,
    connect,
    connected,
    for_managers_only,
    key_error,
    key_of,
    not_connected,
    signing_in,
    told,
)
from tests.slack.views.judge import action_ids, approve, approve_view, of_type, said
from tests.slack.views.samples import HOSTILE, connection


def test_the_form_tells_where_a_key_is_and_what_becomes_of_it() -> None:
    view = approve_view(connect())
    assert view["callback_id"] == "connect"
    assert "<https://www.trybloom.ai/settings#api-keys|your settings at Bloom>" in said(view)
    assert "stored encrypted" in said(view)
    assert of_type(view, "input")[0]["block_id"] == "key"


def test_a_connected_workspace_learns_what_a_new_key_replaces() -> None:
    view = approve_view(connect(connection("a&b@acme.com")))
    assert "connected as *a&amp;b@acme.com*" in said(view)
    assert "replaces" in said(view)


def test_a_key_that_failed_can_be_tried_again() -> None:
    view = approve_view(connect(problem="Bloom doesn't know <this> key."))
    assert ":warning: Bloom doesn't know &lt;this&gt; key." in said(view)
    assert key_error("No.") == {"key": "No."}


def test_no_view_ever_holds_a_key() -> None:
    views = [connect(connection(), problem="x"), checking(connection()), connected(Account("mia@acme.com"))]
    assert "bloom_sk_secret" not in json.dumps(views)
    assert not any("initial_value" in element for view in views for element in of_type(view, "plain_text_input"))
    assert not any("private_metadata" in view for view in views)


LANDING = "https://bot.example/bloom/connect?state=abc"


def test_signing_in_stands_before_the_key() -> None:
    view = approve_view(connect(offer=SignInOffer(LANDING)))
    (sign_in,) = of_type(view, "button")
    assert (sign_in["text"]["text"], sign_in["url"], sign_in["action_id"]) == (
        "Sign in with Bloom",
        LANDING,
        "link:sign_in",
    )
    kinds = [block["type"] for block in view["blocks"]]
    assert kinds.index("actions") < kinds.index("input")
    assert "Sign in at Bloom in your browser, and agree there. Everyone in this workspace then" in said(view)
    assert "Or copy an API key from <https://www.trybloom.ai/settings#api-keys|your settings at Bloom>" in said(view)


def test_where_signing_in_is_not_offered_nothing_speaks_of_it() -> None:
    view = approve_view(connect(connection()))
    assert "ign in" not in said(view)
    assert "ign-in" not in said(view)
    assert not of_type(view, "button")
    assert "notify_on_close" not in view


def test_the_form_stands_before_the_way_to_sign_in_is_ready() -> None:
    view = approve_view(connect(offer=SignInOffer()))
    assert "Getting the way to sign in ready…" in said(view)
    assert not of_type(view, "button")
    assert of_type(view, "input")


def test_bloom_that_offers_no_sign_in_now_leaves_the_key() -> None:
    view = approve_view(connect(offer=SignInOffer(problem="Bloom <is> away.")))
    assert "Signing in isn't possible just now. Bloom &lt;is&gt; away." in said(view)
    assert not of_type(view, "button")
    assert of_type(view, "input")


@pytest.mark.parametrize("offer", [SignInOffer(), SignInOffer(LANDING), SignInOffer(problem="Away.")])
def test_every_state_of_the_offer_keeps_what_was_typed_and_tells_when_the_form_is_closed(offer: SignInOffer) -> None:
    view = approve_view(connect(offer=offer))
    (key,) = of_type(view, "input")
    assert (key["block_id"], key["element"]["action_id"]) == ("key", "key")
    assert view["notify_on_close"] is True


def test_who_has_gone_to_sign_in_reads_how_it_goes_on_and_can_open_the_page_again() -> None:
    view = approve_view(signing_in(connect(connection(), offer=SignInOffer(LANDING))))
    assert "Go on in your browser." in said(view)
    (again,) = of_type(view, "button")
    assert (again["url"], again["action_id"]) == (LANDING, "link:sign_in")
    assert not of_type(view, "input")
    assert view["notify_on_close"]


def test_both_ways_replace_a_connection() -> None:
    shown = said(connect(connection(), offer=SignInOffer(LANDING)))
    assert "connected as *mia@acme.com*. A new sign-in or key replaces that connection." in shown
    broken = said(connect(connection(is_broken=True), offer=SignInOffer(LANDING)))
    assert "connected as *mia@acme.com*. Bloom doesn't accept that connection any more. A new" in broken


@pytest.mark.parametrize(
    ("connected", "sentences"),
    [
        (None, ["Bloom isn't connected to this workspace yet.", "<@U1> or <@U2> can connect it."]),
        (connection(), ["This workspace is connected as *mia@acme.com*.", "<@U1> or <@U2> can change that."]),
        (
            connection(is_broken=True),
            [
                "This workspace is connected as *mia@acme.com*. Bloom doesn't accept that connection any more.",
                "<@U1> or <@U2> can connect it again.",
            ],
        ),
    ],
)
def test_who_may_not_connect_learns_who_may_and_can_ask_them(
    connected: Connection | None, sentences: list[str]
) -> None:
    view = approve_view(for_managers_only(connected, ("U1", "U2")))
    assert all(sentence in said(view) for sentence in sentences)
    assert action_ids(view) == ["ask_managers"]
    assert not of_type(view, "input")
    nobody = approve_view(for_managers_only(connected, ()))
    assert "The admins and owners of this workspace can" in said(nobody)
    assert not action_ids(nobody)


def test_whoever_has_asked_reads_so_in_the_same_place() -> None:
    view = approve_view(told("I've asked <@U1>."))
    assert "I've asked <@U1>." in said(view)
    assert view["callback_id"] == "connect"


@pytest.mark.parametrize(
    ("values", "key"),
    [
        ({"key": {"key": {"value": " bloom_sk_1\n"}}}, "bloom_sk_1"),
        ({"key": {"key": {"value": None}}}, ""),
        ({"key": None}, ""),
        ({}, ""),
    ],
)
def test_the_key_is_read_without_the_space_around_it(values: dict[str, Any], key: str) -> None:
    assert key_of({"state": {"values": values}}) == key


def test_the_form_gives_way_to_waiting_and_to_success() -> None:
    assert "works…" in said(approve_view(checking()))
    view = approve_view(connected(Account("mia@acme.com")))
    assert "Connected as *mia@acme.com*." in said(view)
    assert "/bloom help" in said(view)


def test_a_command_before_connecting_is_kept() -> None:
    message = approve(not_connected(HOSTILE))
    assert f"/bloom {HOSTILE}" in said(message)
    assert action_ids(message) == ["connect"]
    assert not of_type(approve(not_connected()), "rich_text")
