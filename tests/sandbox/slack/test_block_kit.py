"""Block Kit is judged by its documented limits, and refusals name the place as Slack does."""

import copy
from typing import Any

import pytest

from bot.sandbox.slack.block_kit import check_message_blocks
from bot.sandbox.slack.errors import SlackRefusal
from tests.sandbox.slack.demo_app import input_block, option, plain

Json = dict[str, Any]


def mrkdwn(text: str) -> Json:
    return {"type": "mrkdwn", "text": text}


def section(text: str = "hi", **more: Any) -> Json:
    return {"type": "section", "text": mrkdwn(text), **more}


def actions(*elements: Json) -> Json:
    return {"type": "actions", "elements": list(elements)}


def button(text: str = "Go", **more: Any) -> Json:
    return {"type": "button", "text": plain(text), **more}


def select(**more: Any) -> Json:
    return {"type": "static_select", "options": [option("A")], **more}


def problems(blocks: Any) -> list[str]:
    with pytest.raises(SlackRefusal) as refused:
        check_message_blocks(blocks)
    assert refused.value.error == "invalid_blocks"
    return list(refused.value.messages)


CONFIRM = {"title": plain("Sure?"), "text": mrkdwn("Really"), "confirm": plain("Yes"), "deny": plain("No")}
IMAGE = {"type": "image", "image_url": "http://127.0.0.1/a.png", "alt_text": "a"}
GROUPS = [{"label": plain("Group"), "options": [option("A")]}]
BOXES = [{"text": mrkdwn("*A*"), "value": "a", "description": mrkdwn("_b_")}]
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
    input_block("n", {"type": "number_input", "is_decimal_allowed": False, "min_value": "1"}),
    input_block("e", {"type": "email_text_input"}),
    input_block("u", {"type": "url_text_input"}),
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


LIMITS = [
    (section("x" * 3001), "must be less than 3001 characters [json-pointer:/blocks/0/text/text]"),
    (section(""), "must be more than 0 characters [json-pointer:/blocks/0/text/text]"),
    ({"type": "section"}, "must define either `text` or `fields` [json-pointer:/blocks/0]"),
    (
        {"type": "section", "fields": [mrkdwn("x" * 2001)]},
        "must be less than 2001 characters [json-pointer:/blocks/0/fields/0/text]",
    ),
    (
        {"type": "section", "fields": [mrkdwn("x")] * 11},
        "no more than 10 items allowed [json-pointer:/blocks/0/fields]",
    ),
    (
        {"type": "header", "text": plain("x" * 151)},
        "must be less than 151 characters [json-pointer:/blocks/0/text/text]",
    ),
    ({"type": "header", "text": mrkdwn("x")}, "must be 'plain_text' [json-pointer:/blocks/0/text/type]"),
    ({"type": "divider", "colour": "red"}, "invalid additional property: colour [json-pointer:/blocks/0]"),
    ({"type": "marquee"}, "unsupported type: marquee [json-pointer:/blocks/0/type]"),
    ({"text": plain("x")}, "missing required field: type [json-pointer:/blocks/0]"),
    ("divider", "must provide an object [json-pointer:/blocks/0]"),
    ({"type": "image", "image_url": "http://x"}, "missing required field: alt_text [json-pointer:/blocks/0]"),
    (
        {"type": "image", "image_url": "http://x", "alt_text": "a" * 2001},
        "must be less than 2001 characters [json-pointer:/blocks/0/alt_text]",
    ),
    (
        {"type": "image", "image_url": "h" * 3001, "alt_text": "a"},
        "must be less than 3001 characters [json-pointer:/blocks/0/image_url]",
    ),
    (
        {"type": "image", "alt_text": "a"},
        "must define either `image_url` or `slack_file` [json-pointer:/blocks/0]",
    ),
    (
        {"type": "context", "elements": [mrkdwn("a")] * 11},
        "no more than 10 items allowed [json-pointer:/blocks/0/elements]",
    ),
    (
        {"type": "context", "elements": [button()]},
        "unsupported type: button [json-pointer:/blocks/0/elements/0/type]",
    ),
    (actions(), "no fewer than 1 items allowed [json-pointer:/blocks/0/elements]"),
    (actions(*[button()] * 26), "no more than 25 items allowed [json-pointer:/blocks/0/elements]"),
    (
        actions(button("x" * 76)),
        "must be less than 76 characters [json-pointer:/blocks/0/elements/0/text/text]",
    ),
    (
        actions(button(value="v" * 2001)),
        "must be less than 2001 characters [json-pointer:/blocks/0/elements/0/value]",
    ),
    (
        actions(button(url="u" * 3001)),
        "must be less than 3001 characters [json-pointer:/blocks/0/elements/0/url]",
    ),
    (
        actions(button(style="pink")),
        "must be 'primary' or 'danger' [json-pointer:/blocks/0/elements/0/style]",
    ),
    (
        actions(button(action_id="a" * 256)),
        "must be less than 256 characters [json-pointer:/blocks/0/elements/0/action_id]",
    ),
    (
        actions(button(action_id="a"), button(action_id="a")),
        "`action_id` already exists in this block: a [json-pointer:/blocks/0/elements/1]",
    ),
    (
        actions(select(options=[option("A")] * 101)),
        "no more than 100 items allowed [json-pointer:/blocks/0/elements/0/options]",
    ),
    (
        actions(select(options=[option("x" * 76, "x")])),
        "must be less than 76 characters [json-pointer:/blocks/0/elements/0/options/0/text/text]",
    ),
    (
        actions(select(options=[option("x", "v" * 151)])),
        "must be less than 151 characters [json-pointer:/blocks/0/elements/0/options/0/value]",
    ),
    (
        actions(select(options=[option("A") | {"description": plain("x" * 76)}])),
        "must be less than 76 characters [json-pointer:/blocks/0/elements/0/options/0/description/text]",
    ),
    (
        actions(select(initial_option=option("B"))),
        "must exactly match one of the provided options [json-pointer:/blocks/0/elements/0/initial_option]",
    ),
    (
        actions({"type": "multi_static_select", "option_groups": GROUPS, "initial_options": [option("B")]}),
        "must exactly match one of the provided options [json-pointer:/blocks/0/elements/0/initial_options]",
    ),
    (
        actions({"type": "checkboxes", "options": BOXES, "initial_options": [option("B")]}),
        "must exactly match one of the provided options [json-pointer:/blocks/0/elements/0/initial_options]",
    ),
    (
        actions({"type": "radio_buttons", "options": BOXES, "initial_option": option("B")}),
        "must exactly match one of the provided options [json-pointer:/blocks/0/elements/0/initial_option]",
    ),
    (
        actions(select(option_groups=GROUPS)),
        "must define either `options` or `option_groups` [json-pointer:/blocks/0/elements/0]",
    ),
    (
        actions({"type": "overflow", "options": [option("A")] * 6}),
        "no more than 5 items allowed [json-pointer:/blocks/0/elements/0/options]",
    ),
    (
        actions(button(confirm={**CONFIRM, "deny": plain("x" * 31)})),
        "must be less than 31 characters [json-pointer:/blocks/0/elements/0/confirm/deny/text]",
    ),
    (section(accessory=None), "must not be null [json-pointer:/blocks/0/accessory]"),
    (section(block_id="b" * 256), "must be less than 256 characters [json-pointer:/blocks/0/block_id]"),
    (section(expand="yes"), "must provide a boolean [json-pointer:/blocks/0/expand]"),
    (actions(button(value=7)), "must provide a string [json-pointer:/blocks/0/elements/0/value]"),
    ({"type": "actions", "elements": {}}, "must provide an array [json-pointer:/blocks/0/elements]"),
    (
        input_block("p", {"type": "plain_text_input", "max_length": 3001}),
        "must be no more than 3000 [json-pointer:/blocks/0/element/max_length]",
    ),
    (
        input_block("p", {"type": "plain_text_input", "max_length": 3, "initial_value": "long"}),
        "must be less than 4 characters [json-pointer:/blocks/0/element/initial_value]",
    ),
    (
        input_block("p", {"type": "plain_text_input", "max_length": "3"}),
        "must provide a number [json-pointer:/blocks/0/element/max_length]",
    ),
    (input_block("p", button()), "unsupported type: button [json-pointer:/blocks/0/element/type]"),
    (
        input_block("f", {"type": "file_input"}),
        "unsupported type: file_input [json-pointer:/blocks/0/element/type]",
    ),
    (
        input_block("p", {"type": "plain_text_input", "focus_on_load": True}),
        "invalid additional property: focus_on_load [json-pointer:/blocks/0/element]",
    ),
    (
        actions({"type": "conversations_select", "response_url_enabled": True}),
        "`response_url_enabled` needs an input block in a modal [json-pointer:/blocks/0/elements/0]",
    ),
]


@pytest.mark.parametrize(("block", "problem"), LIMITS, ids=[problem for _, problem in LIMITS])
def test_what_breaks_a_limit_is_named_with_its_place(block: Any, problem: str) -> None:
    assert problem in problems([block])


def test_a_message_has_at_most_fifty_blocks() -> None:
    assert len(check_message_blocks([{"type": "divider"}] * 50)) == 50
    assert problems([{"type": "divider"}] * 51) == ["no more than 50 items allowed [json-pointer:/blocks]"]


def test_block_ids_are_unique() -> None:
    twice = [{"type": "divider", "block_id": "d"}] * 2
    assert problems(twice) == ["`block_id` already exists: d [json-pointer:/blocks]"]


def test_blocks_that_are_no_list_are_a_format_error() -> None:
    with pytest.raises(SlackRefusal, match="invalid_blocks_format"):
        check_message_blocks({"type": "divider"})


def test_refusal_reads_as_slacks_own() -> None:
    with pytest.raises(SlackRefusal) as refused:
        check_message_blocks([section("")])
    problem = "must be more than 0 characters [json-pointer:/blocks/0/text/text]"
    assert refused.value.body() == {
        "ok": False,
        "error": "invalid_blocks",
        "errors": [problem],
        "response_metadata": {"messages": [f"[ERROR] {problem}"]},
    }
