"""Connecting Bloom: a form with both ways, and what follows. A key is never shown again, nor kept in a view."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from slack_sdk.models.blocks import Block, DividerBlock, InputBlock, PlainTextInputElement

from bot.core.models import Account, Connection
from bot.slack.views.buttons import SIGN_IN, SIGN_IN_LINK, Field, connect_button, link_button, row
from bot.slack.views.inputs import typed
from bot.slack.views.managers import CHANGE, CONNECT_AGAIN, connect_first, who_can
from bot.slack.views.message import Message, bold, context, escape, message, modal, section, typed_text, warning
from bot.slack.views.wording import NEXT, NOT_CONNECTED, THEIR_KEYS

CALLBACK_ID = "connect"
TITLE = "Connect Bloom"

EVERYONE = "Everyone in this workspace then makes images with that Bloom account's brands and credits."
PASTE = "Copy an API key from {link} and paste it here."
SIGN_IN_FIRST = "Sign in at Bloom in your browser, and agree there."
OR_PASTE = "Or copy an API key from {link} and paste it here."
PREPARING = "Getting the way to sign in ready…"
NO_SIGN_IN = "Signing in isn't possible just now. {why}"
GO_ON = "Go on in your browser. I'll write to you here in Slack once Bloom is connected."
OPEN_AGAIN = "Open the page again"
STORED = "The key is stored encrypted and never shown again."
PRESENT = "This workspace is connected as {who}."
REPLACES = "A new {way} replaces that connection."
REFUSED = "Bloom doesn't accept that connection any more."
CHECKING = "Asking Bloom whether the key works…"
CONNECTED = "Connected as {who}."
CONNECT_ONCE = "Connect it once, or ask somebody who can."
KEPT = "This is what you typed; send it again once Bloom is connected:"


@dataclass(frozen=True, slots=True)
class SignInOffer:
    """Signing in at Bloom as the form offers it: at a ``url``; without one not possible now (``problem``), or not yet.

    ``problem`` is plain text.
    """

    url: str = ""
    problem: str = ""


def connect(
    connection: Connection | None = None, *, offer: SignInOffer | None = None, problem: str | None = None
) -> dict[str, Any]:
    """Return the form. ``connection`` is what it replaces, ``problem`` why the last key failed.

    Without an ``offer`` there is only the key. With one Slack tells the bot when the form is closed.
    """
    blocks: list[Block] = [section(warning(problem))] if problem else []
    if offer:
        blocks += [section(f"{SIGN_IN_FIRST} {EVERYONE}"), _sign_in(offer), DividerBlock()]
        blocks.append(section(OR_PASTE.format(link=THEIR_KEYS)))
    else:
        blocks.append(section(f"{PASTE.format(link=THEIR_KEYS)} {EVERYONE}"))
    if connection:
        blocks.append(section(_replaces(connection, "sign-in or key" if offer else "key")))
    element = PlainTextInputElement(action_id=Field.KEY, placeholder="bloom_sk_…")
    blocks += [InputBlock(block_id=Field.KEY, label="API key", element=element), context(STORED)]
    return _modal(blocks, submit="Connect", close="Cancel", tells_close=offer is not None)


def _sign_in(offer: SignInOffer) -> Block:
    if offer.url:
        return row(link_button(SIGN_IN, "sign_in", offer.url, primary=True))
    return context(NO_SIGN_IN.format(why=escape(offer.problem)) if offer.problem else PREPARING)


def signing_in(form: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the form becomes when somebody has gone to sign in: its link works until they have."""
    elements = (element for block in form["blocks"] for element in block.get("elements", ()))
    url = next(str(element["url"]) for element in elements if element.get("action_id") == SIGN_IN_LINK)
    blocks: list[Block] = [section(GO_ON), row(link_button(OPEN_AGAIN, "sign_in", url))]
    return _modal(blocks, close="Close", tells_close=True)


def _replaces(connection: Connection, way: str) -> str:
    return f"{_present(connection)} {REPLACES.format(way=way)}"


def _present(connection: Connection) -> str:
    present = PRESENT.format(who=bold(connection.account.email))
    return f"{present} {REFUSED}" if connection.is_broken else present


def key_of(view: Mapping[str, Any]) -> str:
    """Return the key that was typed."""
    return typed(view, Field.KEY)


def key_error(sentence: str) -> dict[str, str]:
    """Return the error at the key."""
    return {Field.KEY: sentence}


def checking(connection: Connection | None = None) -> dict[str, Any]:
    """Return what stands in for the form while Bloom looks at the key."""
    blocks: list[Block] = [section(CHECKING)]
    if connection:
        blocks.append(context(_replaces(connection, "key")))
    return _modal(blocks, close="Close")


def connected(account: Account) -> dict[str, Any]:
    """Return what the form becomes when the key works."""
    who = CONNECTED.format(who=bold(account.email))
    return _modal([section(f":white_check_mark: {who}"), context(NEXT)], close="Done")


def for_managers_only(connection: Connection | None, to_ask: Sequence[str]) -> dict[str, Any]:
    """Return what stands in for the form before people who may not connect Bloom: how it stands, and who may."""
    if connection is None:
        return _modal(connect_first(is_manager=False, to_ask=to_ask), close="Close")
    doing = CONNECT_AGAIN if connection.is_broken else CHANGE
    return _modal([section(_present(connection)), *who_can(doing, to_ask)], close="Close")


def told(sentence: str) -> dict[str, Any]:
    """Return what stands in for it when they have been asked; ``sentence`` is escaped already."""
    return _modal([section(sentence)], close="Close")


def not_connected(command: str = "") -> Message:
    """Ask to connect Bloom first, and keep what was typed."""
    sentence = f"{NOT_CONNECTED} {CONNECT_ONCE}"
    blocks: list[Block] = [section(sentence)]
    if command:
        blocks += [context(KEPT), typed_text(command)]
    return message(sentence, *blocks, row(connect_button()))


def _modal(blocks: list[Block], *, close: str, submit: str | None = None, tells_close: bool = False) -> dict[str, Any]:
    return modal(CALLBACK_ID, TITLE, blocks, close=close, submit=submit, notify_on_close=tells_close or None)
