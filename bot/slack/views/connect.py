"""Connecting Bloom: a form for the key, and what follows. A key is never shown again, nor kept in a view."""

from collections.abc import Mapping
from typing import Any

from slack_sdk.models.blocks import Block, InputBlock, PlainTextInputElement
from slack_sdk.models.views import View

from bot.core.models import Account, Connection
from bot.slack.views.buttons import Field, connect_button, row
from bot.slack.views.form_answers import entry
from bot.slack.views.message import Message, bold, context, escape, link, message, section, typed_text
from bot.slack.views.wording import API_KEYS_URL

CALLBACK_ID = "connect"
TITLE = "Connect Bloom"

EXPLANATION = (
    "Copy an API key from {link} and paste it here. Everyone in this workspace then makes images with that Bloom "
    "account's brands and credits."
)
STORED = "The key is stored encrypted and never shown again."
REPLACES = "This workspace is connected as {who}. A new key replaces that connection."
CHECKING = "Asking Bloom whether the key works…"
CONNECTED = "Connected as {who}."
NEXT = "Type `/bloom` in any channel to make an image, or `/bloom help` to see all it can do."
NOT_CONNECTED = "Bloom isn't connected to this workspace yet. Connect it once, with an API key from trybloom.ai."
KEPT = "This is what you typed; send it again once Bloom is connected:"


def connect(connection: Connection | None = None, *, problem: str | None = None) -> dict[str, Any]:
    """Return the form that asks for a key; ``connection`` is what it replaces, ``problem`` why the last key failed."""
    blocks: list[Block] = [section(f":warning: {escape(problem)}")] if problem else []
    blocks.append(section(EXPLANATION.format(link=link(API_KEYS_URL, "your settings at Bloom"))))
    if connection:
        blocks.append(section(REPLACES.format(who=bold(connection.account.email))))
    element = PlainTextInputElement(action_id=Field.KEY, placeholder="bloom_sk_…")
    blocks += [InputBlock(block_id=Field.KEY, label="API key", element=element), context(STORED)]
    return _modal(blocks, submit="Connect", close="Cancel")


def key_of(view: Mapping[str, Any]) -> str:
    """Return the key that was typed, without the space around it."""
    return (entry(view, Field.KEY).get("value") or "").strip()


def key_error(sentence: str) -> dict[str, str]:
    """Return the error at the key."""
    return {Field.KEY: sentence}


def checking(connection: Connection | None = None) -> dict[str, Any]:
    """Return what stands in for the form while Bloom looks at the key."""
    blocks: list[Block] = [section(CHECKING)]
    if connection:
        blocks.append(context(REPLACES.format(who=bold(connection.account.email))))
    return _modal(blocks, close="Close")


def connected(account: Account) -> dict[str, Any]:
    """Return what the form becomes when the key works."""
    who = CONNECTED.format(who=bold(account.email))
    return _modal([section(f":white_check_mark: {who}"), context(NEXT)], close="Done")


def not_connected(typed: str = "") -> Message:
    """Ask to connect Bloom first, and keep what was typed."""
    blocks: list[Block] = [section(NOT_CONNECTED)]
    if typed:
        blocks += [context(KEPT), typed_text(typed)]
    return message(NOT_CONNECTED, *blocks, row(connect_button()))


def _modal(blocks: list[Block], *, close: str, submit: str | None = None) -> dict[str, Any]:
    view = View(type="modal", callback_id=CALLBACK_ID, title=TITLE, submit=submit, close=close, blocks=blocks)
    return view.to_dict()
