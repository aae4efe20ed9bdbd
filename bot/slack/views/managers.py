"""Who manages Bloom in a workspace, and how others ask them."""

from collections.abc import Sequence

from slack_sdk.models.blocks import Block

from bot.slack.views.buttons import ask_button, connect_button, row
from bot.slack.views.message import Message, mention, section
from bot.slack.views.trouble import note
from bot.slack.views.wording import NOT_CONNECTED, people

ADMINS = "The admins and owners of this workspace"
ADD_A_BRAND = "{who} can add one."
CONNECT = "{who} can connect it."
CONNECT_AGAIN = "{who} can connect it again."
CHANGE = "{who} can change that."

ASKED = "I've asked {who} to connect Bloom."
ASKED_TO_CHANGE = "I've asked {who} to look at it."
ONLY_THEIRS = "Only {asker} can {what}."
THEIRS_OR_MANAGERS = "Only {asker}, and managers of Bloom such as {managers}, can {what}."
NOBODY_ASKED = "I couldn't write to anybody who can connect Bloom; ask an admin of this workspace yourself."


def can(doing: str, managers: Sequence[str]) -> str:
    """Return who can do something (CONNECT, CHANGE…), by name where they are known."""
    return doing.format(who=people(managers, "or") or ADMINS)


def only_theirs(asker: str, managers: Sequence[str], what: str) -> Message:
    """Say who can do ``what``; ``managers`` may be the asker too, or nobody that is known."""
    others = [manager for manager in managers if manager != asker]
    sentence = THEIRS_OR_MANAGERS if others else ONLY_THEIRS
    return note(sentence.format(asker=mention(asker), managers=people(others, "or"), what=what))


def connect_first(*, is_manager: bool, to_ask: Sequence[str]) -> list[Block]:
    """Stand in for what needs a Bloom account before there is one: the way to connect it, or whom to ask."""
    way_on: list[Block] = [row(connect_button())] if is_manager else who_can(CONNECT, to_ask)
    return [section(NOT_CONNECTED), *way_on]


def who_can(doing: str, managers: Sequence[str]) -> list[Block]:
    """Say who can do something (CONNECT, CONNECT_AGAIN or CHANGE), with the button to ask them where they are known."""
    blocks: list[Block] = [section(can(doing, managers))]
    if managers:
        blocks.append(row(ask_button()))
    return blocks


def asked(managers: Sequence[str], *, is_connected: bool = False) -> str:
    """Say who was asked to connect Bloom, or to change what is connected; the sentence is escaped."""
    sentence = ASKED_TO_CHANGE if is_connected else ASKED
    return sentence.format(who=people(managers, "and")) if managers else NOBODY_ASKED
