import json
from typing import Any

import pytest

from bot.core.models import Account
from bot.slack.views.connect import checking, connect, connected, key_error, key_of, not_connected
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
