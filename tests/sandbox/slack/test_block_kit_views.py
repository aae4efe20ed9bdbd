"""Views and options are judged by their documented limits."""

from typing import Any

import pytest

from bot.sandbox.slack.block_kit import check_options, check_view
from bot.sandbox.slack.errors import SlackRefusal
from tests.sandbox.slack.blocks import GROUPS
from tests.sandbox.slack.demo_app import form, input_block, option, plain

VIEWS = [
    (form(title=plain("x" * 25)), "must be less than 25 characters [json-pointer:/view/title/text]"),
    (form(submit=plain("x" * 25)), "must be less than 25 characters [json-pointer:/view/submit/text]"),
    (form(private_metadata="x" * 3001), "must be less than 3001 characters [json-pointer:/view/private_metadata]"),
    (form(callback_id="x" * 256), "must be less than 256 characters [json-pointer:/view/callback_id]"),
    (form(external_id="x" * 256), "must be less than 256 characters [json-pointer:/view/external_id]"),
    (form(blocks=[{"type": "divider"}] * 101), "no more than 100 items allowed [json-pointer:/view/blocks]"),
    (form(submit_disabled=True), "invalid additional property: submit_disabled [json-pointer:/view]"),
    (form(blocks=[{"type": "markdown", "text": "x"}]), "unsupported type: markdown [json-pointer:/view/blocks/0/type]"),
    (
        {key: value for key, value in form().items() if key != "submit"},
        "must define `submit` to use an `input` block in modals [json-pointer:/view]",
    ),
    (
        form(blocks=[input_block(name, {"type": "plain_text_input", "focus_on_load": True}) for name in "ab"]),
        "only one element may set `focus_on_load` [json-pointer:/view/blocks]",
    ),
    ({**form(), "type": "home"}, "must be 'modal' [json-pointer:/view/type]"),
    ("form", "must provide an object [json-pointer:/view]"),
]


@pytest.mark.parametrize(("view", "problem"), VIEWS, ids=[problem for _, problem in VIEWS])
def test_what_breaks_a_views_limit_is_named_with_its_place(view: Any, problem: str) -> None:
    with pytest.raises(SlackRefusal) as refused:
        check_view(view, "modal")
    assert refused.value.error == "invalid_arguments"
    assert problem in refused.value.messages


def test_modals_take_files_and_response_urls() -> None:
    view = form(
        blocks=[
            input_block("file", {"type": "file_input", "filetypes": ["png"], "max_files": 10}),
            input_block("where", {"type": "conversations_select", "response_url_enabled": True}),
        ]
    )
    assert len(check_view(view, "modal")["blocks"]) == 2


def test_options_are_judged_too() -> None:
    assert check_options({"options": [option("A")]}) == [option("A")]
    assert check_options({"option_groups": GROUPS}) == [option("A")]
    assert check_options({"options": []}) == []


@pytest.mark.parametrize(
    "body",
    [
        {"options": [option("x" * 76, "x")]},
        {"options": [option("A")] * 101},
        {"option_groups": [{"label": plain("G"), "options": []}]},
        {"options": [], "option_groups": []},
        "words",
        None,
    ],
)
def test_options_beyond_the_limits_are_refused(body: Any) -> None:
    with pytest.raises(SlackRefusal, match="invalid_arguments"):
        check_options(body)
