"""Block Kit as documented passes, and gets the ids that Slack would give it."""

import copy

import pytest

from bot.sandbox.slack.block_kit import check_message_blocks
from tests.sandbox.slack.blocks import BOXES, CONFIRM, GROUPS, IMAGE, Json, actions, button, mrkdwn, section, select
from tests.sandbox.slack.demo_app import input_block, option, plain

RICH = {
    "type": "rich_text",
    "elements": [
        {
            "type": "rich_text_section",
            "elements": [
                {"type": "text", "text": "hello ", "style": {"bold": True}},
                {"type": "link", "url": "https://example.com"},
                {"type": "user", "user_id": "U1"},
                {"type": "channel", "channel_id": "C1"},
                {"type": "emoji", "name": "wave"},
                {"type": "broadcast", "range": "here"},
            ],
        },
        {"type": "rich_text_quote", "elements": [{"type": "text", "text": "said"}]},
        {"type": "rich_text_preformatted", "elements": [{"type": "text", "text": "code"}]},
        {
            "type": "rich_text_list",
            "style": "bullet",
            "elements": [{"type": "rich_text_section", "elements": [{"type": "text", "text": "one"}]}],
        },
    ],
}
VIDEO = {
    "type": "video",
    "alt_text": "v",
    "title": plain("V"),
    "thumbnail_url": "https://example.com/t.png",
    "video_url": "https://example.com/v",
}
GOOD = [
    section(
        "x" * 3000, accessory=button("x" * 75, value="v" * 2000, url="https://x", style="primary", confirm=CONFIRM)
    ),
    {"type": "section", "fields": [mrkdwn("x" * 2000)] * 10},
    section(accessory=IMAGE),
    section(accessory={"type": "overflow", "options": [{**option("A"), "url": "https://x"}]}),
    {"type": "divider"},
    {"type": "header", "text": plain("x" * 150)},
    {**IMAGE, "title": plain("A")},
    {"type": "image", "slack_file": {"id": "F1"}, "alt_text": "a"},
    {"type": "image", "slack_file": {"url": "https://x"}, "alt_text": "a"},
    {"type": "context", "elements": [IMAGE, mrkdwn("a"), plain("b")]},
    actions(*[button()] * 25),
    actions(select(initial_option=option("A")), {"type": "static_select", "option_groups": GROUPS}),
    actions({"type": "multi_static_select", "options": [option("A")], "initial_options": [option("A")]}),
    actions({"type": "users_select"}, {"type": "channels_select"}, {"type": "external_select"}),
    actions({"type": "checkboxes", "options": BOXES, "initial_options": BOXES}),
    actions({"type": "radio_buttons", "options": BOXES, "initial_option": BOXES[0]}),
    actions({"type": "datepicker", "initial_date": "2026-11-22"}, {"type": "timepicker", "initial_time": "09:00"}),
    actions({"type": "conversations_select", "default_to_current_conversation": True, "filter": {"include": ["im"]}}),
    input_block("t", {"type": "plain_text_input"}),
    RICH,
    VIDEO,
    {"type": "file", "external_id": "x", "source": "remote"},
    {"type": "markdown", "text": "# hi"},
]


@pytest.mark.parametrize("block", GOOD, ids=lambda block: block["type"])
def test_documented_blocks_pass_and_get_ids(block: Json) -> None:
    given = copy.deepcopy(block)
    (checked,) = check_message_blocks([block])
    assert block == given
    assert checked["block_id"]
    assert all(element["action_id"] for element in checked.get("elements", ()) if checked["type"] == "actions")
