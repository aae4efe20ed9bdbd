"""A message shows one table, of so many rows, cells and characters; modals and home tabs show none."""

from typing import Any

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.slack.block_kit import check_message_blocks, check_view
from bot.sandbox.slack.errors import SlackRefusal
from tests.sandbox.slack.demo_app import form
from tests.sandbox.slack.refusals import refused

Json = dict[str, Any]


def cell(text: str = "x") -> Json:
    return {"type": "raw_text", "text": text}


def table(*rows: list[Json], **more: Any) -> Json:
    return {"type": "table", "rows": list(rows), **more}


RICH = {
    "type": "rich_text",
    "elements": [{"type": "rich_text_section", "elements": [{"type": "text", "text": "Mia", "style": {"bold": True}}]}],
}
GOOD = [
    table([cell("Who"), cell("Credits")], [RICH, {"type": "raw_number", "value": 12, "text": "12"}]),
    table(*[[cell()] * 20] * 100, column_settings=[{"align": "right", "is_wrapped": True}] * 20),
    table([cell("x" * 10_000)]),
]
BAD = [
    (table(), "no fewer than 1 items allowed [json-pointer:/blocks/0/rows]"),
    (table(*[[cell()]] * 101), "no more than 100 items allowed [json-pointer:/blocks/0/rows]"),
    (table([cell()] * 21), "no more than 20 items allowed [json-pointer:/blocks/0/rows/0]"),
    (table([cell("")]), "must be more than 0 characters [json-pointer:/blocks/0/rows/0/0/text]"),
    (table([{"type": "mrkdwn", "text": "x"}]), "unsupported type: mrkdwn [json-pointer:/blocks/0/rows/0/0/type]"),
    (
        table([cell("x" * 9_999)], [RICH]),
        "must be less than 10001 characters [json-pointer:/blocks/0/rows]",
    ),
    (
        table([cell()], column_settings=[{"align": "top"}]),
        "must be 'left', 'center' or 'right' [json-pointer:/blocks/0/column_settings/0/align]",
    ),
]


@pytest.mark.parametrize("block", GOOD)
def test_documented_tables_pass(block: Json) -> None:
    assert check_message_blocks([block])[0]["block_id"]


@pytest.mark.parametrize(("block", "problem"), BAD, ids=[problem for _, problem in BAD])
def test_what_breaks_a_tables_limit_is_named_with_its_place(block: Json, problem: str) -> None:
    with pytest.raises(SlackRefusal) as told:
        check_message_blocks([block])
    assert problem in told.value.messages


async def test_message_shows_one_table(client: AsyncWebClient) -> None:
    await client.chat_postMessage(channel="general", text="x", blocks=[GOOD[0]])
    answer = await refused(client.chat_postMessage(channel="general", text="x", blocks=[GOOD[0], GOOD[0]]))
    assert answer["error"] == "invalid_attachments"
    assert answer["response_metadata"]["messages"] == ["[ERROR] only_one_table_allowed"]


def test_views_show_no_table() -> None:
    for view, surface in ((form(blocks=[GOOD[0]]), "modal"), ({"type": "home", "blocks": [GOOD[0]]}, "home")):
        with pytest.raises(SlackRefusal) as told:
            check_view(view, surface)  # type: ignore[arg-type]
        assert "unsupported type: table [json-pointer:/view/blocks/0/type]" in told.value.messages
