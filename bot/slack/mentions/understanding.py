"""What was said, understood as `/bloom` understands what is typed after it: the same words, the same flags."""

import re

from bot.slack.commands.text import Command, parse
from bot.slack.form.drafts import Draft
from bot.slack.views.message import escape, plain


def understood(text: str, bot_user_id: str) -> Command:
    """Understand a message, wherever in it the bot is mentioned."""
    return parse(escape(plain(without_mention(text, bot_user_id))))  # the command's text comes escaped from Slack


def without_mention(mrkdwn: str, bot_user_id: str) -> str:
    """Return a message without whom it is said to: neither "@Bloom, …" nor "… @Bloom please" is to be drawn."""
    if not bot_user_id:
        return mrkdwn
    mention = rf"<@{re.escape(bot_user_id)}(?:\|[^>]*)?>"
    words = re.sub(rf"^\s*{mention}(?:[,:;](?=\s|$))?\s*", "", mrkdwn)
    return re.sub(rf"[ \t]*{mention}[ \t]*", " ", words)


def of_no_use_for_edit(draft: Draft) -> tuple[str, ...]:
    """Return the flags of a draft that an edit has no use for: it keeps the image's brand and shape, and is one."""
    given = {
        "--brand": draft.brand is not None,
        "--ar": draft.shapes is not None,
        "--n": draft.variants > 1,
        "--preview": draft.is_preview,
    }
    return tuple(flag for flag, is_given in given.items() if is_given)
