"""The page of usage: everybody's own credits, and for managers who spent how many, where, and for which brand."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from slack_sdk.models.blocks import (
    Block,
    DividerBlock,
    ImageBlock,
    Option,
    StaticSelectElement,
)
from slack_sdk.models.blocks.basic_components import SlackFile

from bot.core.models import Credits, Spending, Standing
from bot.slack.views.buttons import ActionId
from bot.slack.views.home.ranking import DIRECT, Ranked, in_channels, ranked
from bot.slack.views.managers import connect_first
from bot.slack.views.message import bold, channel, context, escape, link, mention, section, shorten
from bot.slack.views.wording import PRICING_URL, amount, credits_text

EVERYTHING: Final = "all"
"""The choice of everything there is in the audit log, beside the numbers of months back."""
NAME_LENGTH = 40
FIGURE_SPACE = "\u2007"
"""As wide as a figure, and kept where ordinary spaces are not."""

YOURS = "*You* have used {spent} this month."
ALL = "*This workspace* has used {spent} this month."
OF_CAP = "{spent} of {cap}"
MAY_USE = "You can use {left} more."
MAY_USE_NONE = ":warning: You can't use any more until next month."
AT_BLOOM = "*At Bloom* there are {left} left."
AT_BLOOM_ONE = "*At Bloom* there is {left} left."
UNLIMITED = "*At Bloom* credits are unlimited."
NOTHING_SPENT = "No credits were used in {month}."
IN_ALL = "{spent} in all"
WHAT_LOG = (
    "*Audit log*\nWho made which image, where, and for how many credits; and who changed what. It comes as a CSV file, "
    "by direct message."
)
SEND_LOG = "Send it to me"
THIS_MONTH, LAST_MONTH = "This month", "Last month"


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture that Slack has, and its words."""

    file_id: str
    words: str


@dataclass(frozen=True, slots=True)
class Report:
    """What a manager sees of one month; ``months`` are this one and the last, ``back`` says which is shown."""

    spending: Spending
    months: Sequence[datetime]
    back: int = 0
    chart: Picture | None = None


@dataclass(frozen=True, slots=True)
class Usage:
    """What the page is made of for one person; what is not known is None."""

    standing: Standing
    credits: Credits | None = None
    is_connected: bool = True
    to_ask: Sequence[str] = ()
    """Whom a member can ask to connect Bloom."""
    trouble: str = ""
    """Why the balance is not known, in plain text."""
    report: Report | None = None
    """Managers see it."""


def usage(page: Usage) -> list[Block]:
    """Return the page."""
    blocks: list[Block] = [*_own(page.standing), *_balance(page)]
    return blocks + _report(page.report) if page.report else blocks


def _own(standing: Standing) -> list[Block]:
    spent = standing.spent
    lines = [
        YOURS.format(spent=_spent(spent.person, standing.person_cap)),
        ALL.format(spent=_spent(spent.workspace, standing.workspace_cap)),
    ]
    if standing.left is not None:
        lines.append(MAY_USE.format(left=credits_text(standing.left)) if standing.left else MAY_USE_NONE)
    return [section("\n".join(lines))]


def _spent(spent: int, cap: int | None) -> str:
    return credits_text(spent) if cap is None else OF_CAP.format(spent=amount(spent), cap=credits_text(cap))


def _balance(page: Usage) -> list[Block]:
    if not page.is_connected:
        return connect_first(is_manager=page.report is not None, to_ask=page.to_ask)
    if page.credits is None:
        return [context(escape(page.trouble))] if page.trouble else []
    if page.credits.unlimited:
        return [section(UNLIMITED)]
    sentence = AT_BLOOM_ONE if page.credits.balance == 1 else AT_BLOOM
    left = sentence.format(left=credits_text(page.credits.balance))
    return [section(f"{left} {link(PRICING_URL, 'Top up')}" if page.report else left)]


def _report(report: Report) -> list[Block]:
    spending, month = report.spending, report.months[report.back]
    blocks: list[Block] = [DividerBlock(), _month_menu(report)]
    if not spending.total:
        blocks.append(section(NOTHING_SPENT.format(month=month_name(month))))
    if report.chart and spending.total:
        picture = SlackFile(id=report.chart.file_id)
        blocks.append(ImageBlock(slack_file=picture, alt_text=escape(report.chart.words)))
    if spending.total:
        blocks += _tables(spending)
    return [*blocks, DividerBlock(), _log_menu()]


def _tables(spending: Spending) -> list[Block]:
    brands = {brand_id: spending.brand_names.get(brand_id, "") for brand_id in spending.brands}
    return [
        _table("By person", ranked(spending.people), mention),
        _table("By channel", ranked(in_channels(spending.channels)), lambda one: channel(one) if one else DIRECT),
        _table("By brand", ranked(spending.brands), lambda one: bold(shorten(brands[one], NAME_LENGTH)) or one[:8]),
    ]


def _table(title: str, ranking: Ranked, name: Callable[[str], str]) -> Block:
    """Return lines of a number and a name; the numbers in type whose letters are all as wide, under each other."""
    rows = [(amount(credits), name(one)) for one, credits in ranking.first]
    if ranking.others:
        rows.append((amount(ranking.others_credits), ranking.others_text))
    width = max(len(number) for number, _ in rows)
    lines = [f"`{number.rjust(width, FIGURE_SPACE)}` {words}" for number, words in rows]
    return section("\n".join([f"*{title}*", *lines]))


def _month_menu(report: Report) -> Block:
    options = [Option(value=str(back), text=_label(back, month)) for back, month in enumerate(report.months)]
    menu = StaticSelectElement(
        action_id=ActionId.USAGE_MONTH, options=options, initial_option=options[report.back], placeholder=THIS_MONTH
    )
    words = f"*{month_name(report.months[report.back])}*"
    if report.spending.total:
        words += f" · {IN_ALL.format(spent=credits_text(report.spending.total))}"
    return section(words, f"month:{report.back}", accessory=menu)  # open while the page is drawn anew


def _log_menu() -> Block:
    """Return the menu that sends the log. It has no block id of its own, so that the same can be chosen again."""
    choices = {"0": THIS_MONTH, "1": LAST_MONTH, EVERYTHING: "Everything"}
    options = [Option(value=value, text=text) for value, text in choices.items()]
    menu = StaticSelectElement(action_id=ActionId.SEND_LOG, options=options, placeholder=SEND_LOG)
    return section(WHAT_LOG, accessory=menu)


def _label(back: int, month: datetime) -> str:
    return f"{(THIS_MONTH, LAST_MONTH)[back]} · {month_name(month)}"


def month_name(month: datetime) -> str:
    """Return a month in words."""
    return f"{month:%B} {month.year}"
