"""Who manages Bloom in a workspace, and how others ask them."""

from collections.abc import Sequence

from slack_sdk.models.blocks import Block

from bot.slack.views.buttons import ask_button, row
from bot.slack.views.message import section
from bot.slack.views.wording import people

ADMINS = "The admins and owners of this workspace"
CONNECT = "{who} can connect it."
CONNECT_AGAIN = "{who} can connect it again."
CHANGE = "{who} can change that."

ASKED = "I've asked {who} to connect Bloom."
ASKED_TO_CHANGE = "I've asked {who} to look at it."
NOBODY_ASKED = "I couldn't write to anybody who can connect Bloom; ask an admin of this workspace yourself."


def who_can(doing: str, managers: Sequence[str]) -> list[Block]:
    """Say who can do something (CONNECT, CONNECT_AGAIN or CHANGE), with the button to ask them where they are known."""
    who = people(managers, "or") or ADMINS
    blocks: list[Block] = [section(doing.format(who=who))]
    if managers:
        blocks.append(row(ask_button()))
    return blocks


def asked(managers: Sequence[str], *, is_connected: bool = False) -> str:
    """Say who was asked to connect Bloom, or to change what is connected; the sentence is escaped."""
    sentence = ASKED_TO_CHANGE if is_connected else ASKED
    return sentence.format(who=people(managers, "and")) if managers else NOBODY_ASKED
