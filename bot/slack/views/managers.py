"""Who manages Bloom in a workspace: who they are, how others ask them, and the menu of the people who may."""

from collections.abc import Collection, Sequence

from slack_sdk.models.blocks import Block, MarkdownTextObject, SectionBlock, UserMultiSelectElement

from bot.slack.views.buttons import ActionId, ask_button, row
from bot.slack.views.message import section
from bot.slack.views.wording import people

MANAGERS_LIMIT = 20
"""People who may be chosen; the picker stays readable."""

ADMINS = "The admins and owners of this workspace"
CONNECT = "{who} can connect it."
CONNECT_AGAIN = "{who} can connect it again."
CHANGE = "{who} can change that."

MANAGERS = (
    "*Managers*\n"
    "Admins and owners of this workspace, whoever installed Bloom, and the people you choose here: they connect and "
    "disconnect it, choose who pays, and can cancel anybody's images."
)
NOBODY_CHOSEN = "Choose people"

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


def picker(named: Collection[str]) -> SectionBlock:
    """Return the menu of the managers who are named.

    It has no block id of its own: Slack shows what it is given, not what was chosen in it before.
    """
    menu = UserMultiSelectElement(
        action_id=ActionId.NAME_MANAGERS,
        placeholder=NOBODY_CHOSEN,
        initial_users=sorted(named) or None,
        max_selected_items=max(MANAGERS_LIMIT, len(named)),
    )
    return SectionBlock(text=MarkdownTextObject(text=MANAGERS, verbatim=True), accessory=menu)
