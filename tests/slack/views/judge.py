"""Judges what the views build as Slack would: limits, ids, and no markup that anybody typed."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

import slackblocks
from slack_sdk.models.blocks import Block

from bot.slack.views.message import Message

OURS = re.compile(r"<@U1>|<#C123>|<https://[^<>|]*\|[^<>|]*>|&(?:amp|lt|gt);")
READ_BY_SLACKBLOCKS = ("section", "context", "image", "header", "divider")
WHOLE_MESSAGE = 12_000


def approve(message: Message) -> Message:
    """Assert that Slack takes the message and that nothing in it calls anybody but the requester."""
    assert 1 <= len(message.blocks) <= 50
    assert 1 <= len(message.text) <= 3000
    _approve_markup(message.text)
    _approve_blocks(message.blocks)
    assert sum(len(text) for text in _texts(message.blocks)) <= WHOLE_MESSAGE
    return message


def approve_view(view: dict[str, Any]) -> dict[str, Any]:
    """Assert that Slack takes the view."""
    assert 1 <= len(view["blocks"]) <= 100
    assert all(len(view[part]["text"]) <= 24 for part in ("title", "submit", "close") if part in view)
    assert "submit" in view or all(block["type"] != "input" for block in view["blocks"])
    assert len(view.get("private_metadata", "")) <= 3000
    _approve_blocks(view["blocks"])
    return view


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


def _approve_blocks(blocks: list[dict[str, Any]]) -> None:
    json.dumps(blocks)
    for block in blocks:
        parsed = Block.parse(block)
        assert parsed is not None
        assert parsed.to_dict() == block
        if block["type"] in READ_BY_SLACKBLOCKS:
            slackblocks.Block.from_dict(block)
    ids = [block["block_id"] for block in blocks if "block_id" in block]
    assert len(ids) == len(set(ids))
    for part in _parts(blocks):
        _approve_part(part)


def _approve_part(part: dict[str, Any]) -> None:
    assert part.get("text") != "", "Slack refuses empty text"
    match part.get("type"):
        case "mrkdwn":
            assert part["verbatim"] is True
            assert len(part["text"]) <= 3000
            _approve_markup(part["text"])
        case "image":
            assert 1 <= len(part["alt_text"]) <= 2000
            _approve_markup(part["alt_text"])
        case "static_select":
            assert part["initial_option"] in part["options"]
            assert all(len(option["text"]["text"]) <= 75 for option in part["options"])
        case "actions":
            ids = [element["action_id"] for element in part["elements"]]
            assert len(ids) == len(set(ids))


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
