"""What people are told without having asked just now: the first steps, what became of the connection, and of brands."""

from collections.abc import Callable

from slack_sdk.models.blocks import Block, ButtonElement

from bot.core.models import Notice, NoticeKind
from bot.slack.views.brands.notices import brand_refused, brand_settled
from bot.slack.views.buttons import RECONNECT, TAKE_OVER, connect_button, open_form_button, row
from bot.slack.views.message import Message, bold, context, mention, message, section
from bot.slack.views.wording import NEXT

WELCOME = "*Bloom is installed.* Three steps to images in your brand, right where your team talks:"
STEPS = (
    "*1.* Connect Bloom, once for everyone in this workspace.",
    "*2.* Add a brand, on my Home tab under Brands, if you have none at Bloom yet.",
    "*3.* Type `/bloom a launch banner` in any channel.",
)
WHO_MAY = "Admins and owners of this workspace can connect Bloom and manage it, and so can you."
BROKEN = (
    ":warning: Bloom doesn't accept this workspace's connection{who} any more. Nobody here can make images until "
    "somebody connects it again."
)
LEFT = (
    "{who} has left this workspace, and images here are still made with the Bloom account {account}. "
    "Connect your own to take over; images that are under way are not disturbed."
)
LEFT_UNNAMED = (
    "The person who connected Bloom has left this workspace. Connect your own account to take over; images that are "
    "under way are not disturbed."
)
ASKED = "{who} would like to make images with Bloom and asks you to connect it to this workspace."
ASKED_BY_SOMEBODY = "Somebody would like to make images with Bloom and asks you to connect it to this workspace."
ASKED_TO_CHANGE = (
    "{who} asks you to look at this workspace's connection to Bloom: images here are made with the account {account}."
)
CONNECTED = ":white_check_mark: Bloom is connected{who}."
WHAT_MANAGERS_DO = "You look after its account, brands, defaults and limits, on my Home tab."
NAMED = f"{{who}} named you as a manager of Bloom in this workspace. {WHAT_MANAGERS_DO}"
NAMED_BY_SOMEBODY = f"You are a manager of Bloom in this workspace now. {WHAT_MANAGERS_DO}"


def notice_message(notice: Notice) -> Message:
    """Return the direct message."""
    return _BUILD[notice.kind](notice)


def _welcome(_: Notice) -> Message:
    text = "\n".join([WELCOME, *STEPS])
    return _built(text, context(WHO_MAY), buttons=[connect_button()])


def _broken(notice: Notice) -> Message:
    return _built(BROKEN.format(who=_account(notice, " as {}")), buttons=[connect_button(RECONNECT)])


def _left(notice: Notice) -> Message:
    connection = notice.connection
    who = mention(connection.connected_by) if connection and connection.connected_by else ""
    text = LEFT.format(who=who, account=_account(notice, "{}")) if who else LEFT_UNNAMED
    return _built(text, buttons=[connect_button(TAKE_OVER)])


def _asked(notice: Notice) -> Message:
    if notice.asked_by and notice.connection and not notice.connection.is_broken:
        text = ASKED_TO_CHANGE.format(who=mention(notice.asked_by), account=_account(notice, "{}"))
        return _built(text, buttons=[connect_button(TAKE_OVER)])
    return _built(_by(notice, ASKED, ASKED_BY_SOMEBODY), buttons=[connect_button()])


def _connected(notice: Notice) -> Message:
    text = CONNECTED.format(who=_account(notice, " as {}"))
    return _built(text, context(NEXT), buttons=[open_form_button()])


def _named(notice: Notice) -> Message:
    return _built(_by(notice, NAMED, NAMED_BY_SOMEBODY))


_BUILD: dict[NoticeKind, Callable[[Notice], Message]] = {
    NoticeKind.WELCOME: _welcome,
    NoticeKind.CONNECTION_BROKEN: _broken,
    NoticeKind.CONNECTOR_LEFT: _left,
    NoticeKind.ASKED_TO_CONNECT: _asked,
    NoticeKind.CONNECTED: _connected,
    NoticeKind.NAMED_MANAGER: _named,
    NoticeKind.BRAND_SETTLED: brand_settled,
    NoticeKind.BRAND_REFUSED: brand_refused,
}


def _built(text: str, *more: Block, buttons: list[ButtonElement] | None = None) -> Message:
    blocks: list[Block] = [section(text), *more]
    if buttons:
        blocks.append(row(*buttons))
    return message(text, *blocks)


def _account(notice: Notice, phrase: str) -> str:
    """Return whose account it is, in a phrase; nothing when that is not known."""
    return phrase.format(bold(notice.connection.account.email)) if notice.connection else ""


def _by(notice: Notice, named: str, unnamed: str) -> str:
    return named.format(who=mention(notice.asked_by)) if notice.asked_by else unnamed
