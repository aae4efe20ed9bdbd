"""Whose Bloom account the workspace uses, as the Home tab shows it: facts to everybody, controls to managers."""

from collections.abc import Sequence

from slack_sdk.models.blocks import Block, ButtonElement, Option, StaticSelectElement

from bot.core.models import BloomWorkspace, Connection
from bot.slack.views.buttons import (
    RECONNECT,
    TAKE_OVER,
    ActionId,
    connect_button,
    disconnect_button,
    row,
)
from bot.slack.views.menus import OPTION_LIMIT, option
from bot.slack.views.message import bold, context, escape, link, mention, section
from bot.slack.views.wording import API_KEYS_URL, bloom_workspace_text, day

CONTROLS = "connection"
"""The id of the block of buttons: the tab may be drawn anew while somebody is asked whether they mean it."""
BLOCK_ID_LIMIT = 255
EVERY_BRANDS_OWN = "every"
"""The value of the option with which each brand's own workspace at Bloom pays."""

ACCOUNT = "*Bloom account*"
CONNECTED = ":white_check_mark: Connected as {who}"
BROKEN = ":warning: Bloom doesn't accept this connection any more: {who}"
BY_SETTINGS = "by this deployment's settings"
RECONNECT_IT = "Nobody here can make images until Bloom is connected again."
SIGNED_IN = "Signed in with Bloom on {day}."
BY_KEY = "Connected with an API key on {day}."
EACH_PAYS = "Each brand's own Bloom workspace pays."
ONE_PAYS = "The Bloom workspace {name} pays, and its brands are used."
WHO_PAYS = "Which Bloom workspace pays, and whose brands are used:"
EVERY_OPTION = "Each brand's own workspace"
CHOOSE = "Choose a workspace"
NO_CHOICE = "Who pays can't be changed just now. {why}"
NOT_LISTED = ":warning: This account isn't in the Bloom workspace {name} any more. Choose another."

DISCONNECTED = "Bloom is disconnected from this workspace."
NOT_TOLD = (
    "Bloom couldn't be told, so {who} still lists this app among those that may act for it: take it away in {settings}."
)
KEY_HOLDS = "The API key still works elsewhere; if nobody needs it, delete it in {settings}."


def facts(connection: Connection) -> list[Block]:
    """Show whose account it is, since when, and who pays."""
    return [section(f"{ACCOUNT}\n{CONNECTED.format(who=_who(connection))}"), context(_history(connection))]


def broken(connection: Connection) -> list[Block]:
    """Show that Bloom refuses it, and what that means."""
    return [section(f"{BROKEN.format(who=_who(connection))}\n{RECONNECT_IT}"), context(_history(connection))]


def controls(
    connection: Connection, manager: str, workspaces: Sequence[BloomWorkspace] | None, *, trouble: str = ""
) -> list[Block]:
    """Show what a manager can do about it.

    ``workspaces`` at Bloom are None while it has not named them; ``trouble`` says why it does not, in plain text.
    """
    payer: list[Block] = [context(escape(NO_CHOICE.format(why=trouble)))] if trouble else _payer(connection, workspaces)
    return [*payer, row(*_buttons(connection, manager), block_id=CONTROLS)]


def _who(connection: Connection) -> str:
    by = f"by {mention(connection.connected_by)}" if connection.connected_by else BY_SETTINGS
    return f"{bold(connection.account.email)} {by}"


def _history(connection: Connection) -> str:
    how = SIGNED_IN if connection.grant else BY_KEY
    return f"{how.format(day=day(connection.connected_at))} {paying(connection.bloom_workspace)}"


def paying(chosen: BloomWorkspace | None) -> str:
    """Say which of Bloom's workspaces pays."""
    return ONE_PAYS.format(name=bold(bloom_workspace_text(chosen))) if chosen else EACH_PAYS


def _payer(connection: Connection, workspaces: Sequence[BloomWorkspace] | None) -> list[Block]:
    """Return the menu of who pays, where there is a choice."""
    chosen = connection.bloom_workspace
    if workspaces is None or (len(workspaces) < 2 and chosen is None):
        return []
    options = [option(EVERY_BRANDS_OWN, EVERY_OPTION), *(workspace_option(workspace) for workspace in workspaces)]
    value = payer_value(chosen) if chosen else EVERY_BRANDS_OWN
    blocks: list[Block] = [_menu(options[:OPTION_LIMIT], value)]
    if chosen and chosen_payer(value, workspaces) is None:
        blocks.append(context(NOT_LISTED.format(name=bold(bloom_workspace_text(chosen)))))
    return blocks


def _menu(options: Sequence[Option], value: str) -> Block:
    """Return the menu. By its block id it stays open while the page is drawn anew behind it.

    That is another once somebody else pays: then Slack shows what is true, not what was chosen in it before.
    """
    menu = StaticSelectElement(
        action_id=ActionId.CHOOSE_PAYER,
        placeholder=CHOOSE,
        options=options,
        initial_option=next((one for one in options if one.value == value), None),
    )
    return section(WHO_PAYS, f"payer:{value}"[:BLOCK_ID_LIMIT], accessory=menu)


def payer_value(workspace: BloomWorkspace) -> str:
    """Return what stands for one of Bloom's workspaces in the menu; the personal one has no id."""
    return f"id:{workspace.id}" if workspace.id else "personal"


def chosen_payer(value: str, workspaces: Sequence[BloomWorkspace]) -> BloomWorkspace | None:
    """Return the workspace that a value of the menu stands for; None for each brand's own, and for one that is gone."""
    return next((workspace for workspace in workspaces if payer_value(workspace) == value), None)


def disconnected(connection: Connection, *, is_told: bool) -> str:
    """Say that the connection has ended, and what is left of it at Bloom."""
    settings = link(API_KEYS_URL, "the settings at Bloom")
    if connection.grant is None:
        return f"{DISCONNECTED} {KEY_HOLDS.format(settings=settings)}"
    left = NOT_TOLD.format(who=bold(connection.account.email), settings=settings)
    return DISCONNECTED if is_told else f"{DISCONNECTED} {left}"


def workspace_option(workspace: BloomWorkspace) -> Option:
    """Return one of Bloom's workspaces as an option of a menu."""
    return option(payer_value(workspace), bloom_workspace_text(workspace))


def _buttons(connection: Connection, manager: str) -> list[ButtonElement]:
    label = RECONNECT if connection.connected_by == manager else TAKE_OVER
    by_settings = connection.connected_by is None
    again = connect_button(label, primary=connection.is_broken)
    return [again, disconnect_button(is_by_settings=by_settings)]
