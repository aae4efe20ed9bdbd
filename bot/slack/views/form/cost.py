"""What a form costs and what is left for it, and the yes that it asks for when it costs much."""

from dataclasses import dataclass

from slack_sdk.models.blocks import Block

from bot.core.models import Credits, Standing
from bot.slack.form.drafts import Draft, Origin
from bot.slack.views.message import context, link, section
from bot.slack.views.wording import PRICING_URL, amount, balance_text, credits_text

COST_BLOCK, ASK_BLOCK = "cost", "confirm"
ASK = (
    ":warning: This takes *{credits}*. In this workspace, anything above {above} is asked about first: "
    "press _{yes}_ to go ahead."
)
YES = "Yes, {credits}"
MAKE_IT = "Make it"


@dataclass(frozen=True, slots=True)
class Means:
    """What there is to spend, as far as it is known: at Bloom, and by the workspace's limits."""

    credits: Credits | None = None
    standing: Standing | None = None
    confirm_above: int | None = None
    """What costs more than so many credits needs a yes."""


def submit_label(draft: Draft, origin: Origin, means: Means) -> str:
    """Return what sending the form is called: a yes to what it costs, once that was asked for."""
    return yes(draft.credits) if _asks(draft, origin, means) else MAKE_IT


def ask(draft: Draft, origin: Origin, means: Means) -> list[Block]:
    """Return the block that asks for a yes; nothing before it is needed, nor for more than was asked about."""
    if not _asks(draft, origin, means):
        return []
    return [ask_for(draft.credits, means.confirm_above or 0)]


def ask_for(credits: int, above: int) -> Block:
    """Return the block that asks for a yes to so many credits."""
    return section(ASK.format(credits=credits_text(credits), above=credits_text(above), yes=yes(credits)), ASK_BLOCK)


def yes(credits: int) -> str:
    """Return what sending a form is called that says yes to so many credits."""
    return YES.format(credits=credits_text(credits))


def cost(draft: Draft, means: Means) -> Block:
    """Return the line that says what it costs, what is left at Bloom, and what the person may spend this month."""
    return price(draft.credits, means)


def price(needed: int, means: Means) -> Block:
    """Return the line for so many credits."""
    credits = means.credits
    parts, is_short, is_top_up_due = [credits_text(needed)], False, False
    if credits is not None:
        is_top_up_due = is_short = not credits.unlimited and credits.balance < needed
        parts.append(_left(credits.balance) if is_short else balance_text(credits))
    if means.standing is not None and (left := means.standing.left) is not None:
        is_short |= left < needed
        parts.append(f"you have {_left(left) if left < needed else f'{amount(left)} left'} this month")
    if is_top_up_due:
        parts.append(link(PRICING_URL, "Top up"))
    return context((":warning: " if is_short else "") + " · ".join(parts), block_id=COST_BLOCK)


def _asks(draft: Draft, origin: Origin, means: Means) -> bool:
    return means.confirm_above is not None and means.confirm_above < draft.credits <= origin.confirmed


def _left(number: float) -> str:
    return f"only {amount(number)} left" if number > 0 else "none left"
