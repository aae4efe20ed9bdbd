"""Judges what the views build as Slack would: by the stand-in, by slackblocks, and no markup that anybody typed."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

import slackblocks

from bot.sandbox.slack.block_kit import check_message_blocks, check_options, check_view
from bot.slack.views.message import Message

OURS = re.compile(
    r"<@U[12]>|<#C123>|<!subteam\^S[12]>|<https://[^<>|]*\|[^<>|]*>|<!date\^\d+\^[^<>|]*\|[^<>|]*>|&(?:amp|lt|gt);"
)
READ_BY_SLACKBLOCKS = ("section", "context", "image", "header", "divider")
LONGEST_EDIT = 4_000
WHOLE_MESSAGE = 12_000


def approve(message: Message) -> Message:
    """Assert that Slack takes the message, edited too, and that nothing in it calls anybody but the requester."""
    assert message.blocks
    assert 1 <= len(message.text) <= LONGEST_EDIT
    _approve_markup(message.text)
    check_message_blocks(_as_sent(message.blocks))
    _approve_blocks(message.blocks)
    assert sum(len(text) for text in _texts(message.blocks)) <= WHOLE_MESSAGE
    return message


def approve_view(view: dict[str, Any]) -> dict[str, Any]:
    """Assert that Slack takes the view."""
    assert view["blocks"]
    check_view(_as_sent(view), view["type"])
    _approve_blocks(view["blocks"])
    return view


def approve_options(answer: dict[str, Any]) -> list[dict[str, Any]]:
    """Assert that Slack takes the answer to a search in a picker, and return its options."""
    options = check_options(_as_sent(answer))
    for option in options:
        slackblocks.Option.from_dict(option)
    return options


def of_type(view: Message | Mapping[str, Any], kind: str) -> list[dict[str, Any]]:
    """Return every block and element of that type."""
    blocks = view.blocks if isinstance(view, Message) else view["blocks"]
    return [part for part in _parts(blocks) if part.get("type") == kind]


def said(view: Message | Mapping[str, Any]) -> str:
    """Return all the text that is shown, piece by piece."""
    return "\n".join(_texts(view.blocks if isinstance(view, Message) else view["blocks"]))


def action_ids(view: Message | Mapping[str, Any]) -> list[str]:
    """Return the ids of the buttons, in order."""
    return [str(button["action_id"]) for button in of_type(view, "button")]


def _as_sent(value: Any) -> Any:
    return json.loads(json.dumps(value))


def _approve_blocks(blocks: list[dict[str, Any]]) -> None:
    for block in _as_sent(blocks):
        unread = {"accessory", "slack_file"} & block.keys()  # by slackblocks, as yet
        if block["type"] in READ_BY_SLACKBLOCKS and not unread:
            slackblocks.Block.from_dict(block)
    for part in _parts(blocks):
        match part.get("type"):
            case "mrkdwn":
                assert part["verbatim"] is True
                _approve_markup(part["text"])
            case "image":
                _approve_markup(part["alt_text"])


def _approve_markup(text: str) -> None:
    rest = OURS.sub("", text)
    assert not re.search("[<>&]", rest), rest


def _parts(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
        for part in value.values():
            yield from _parts(part)
    elif isinstance(value, list):
        for part in value:
            yield from _parts(part)


def _texts(value: Any) -> Iterator[str]:
    for part in _parts(value):
        yield from (part[key] for key in ("text", "alt_text") if isinstance(part.get(key), str))
