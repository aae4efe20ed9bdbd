"""Block Kit is judged by its documented limits, and refusals name the place as Slack does."""

from typing import Any

import pytest

from bot.sandbox.slack.block_kit import check_message_blocks
from bot.sandbox.slack.errors import SlackRefusal
from tests.sandbox.slack.blocks import BOXES, CONFIRM, GROUPS, actions, button, mrkdwn, section, select
from tests.sandbox.slack.demo_app import input_block, option, plain


def problems(blocks: Any) -> list[str]:
    with pytest.raises(SlackRefusal) as refused:
        check_message_blocks(blocks)
    assert refused.value.error == "invalid_blocks"
    return list(refused.value.messages)


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
