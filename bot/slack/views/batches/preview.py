"""What a batch would mean, before anything is spent: what stands above the form while rows are checked, and then."""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel
from slack_sdk.models.blocks import Block

from bot.core.models import Batch, Outlook
from bot.slack.views.batches.bad_rows import bad_rows
from bot.slack.views.message import bold, channel, context, escape, is_direct, link, modal, section, shorten
from bot.slack.views.wording import IF_THIS_STAYS, PRICING_URL, counted, credits_text, images_count, some_of, wait_text

CALLBACK_ID, TOLD_CALLBACK_ID = "batch_preview", "batch_told"
CHECKING_TITLE, TOLD_TITLE = "Checking…", "Nothing started"
CHECKING = "Checking the rows…"
GO_BACK, START, START_THE_GOOD_ONES = "Go back", "Start", "Start the good ones"
BRANDS_SHOWN = 5
COLUMNS_SHOWN, COLUMN_LIMIT = 8, 40

SUM = "*{rows}* · {images} · {credits}"
WAIT = " · about {wait}"
NOTHING_YET = "Nothing is spent before you press _{start}_."
PLACE = "The results come in {where}, in a thread."
PLACE_IN_THREAD = "The results come in {where}, in the thread of the message."
LEFT = "You have {left} at Bloom; {after} will be left."
RUNS_OUT = ":warning: You have {left} at Bloom, fewer than this takes. It will pause when they run out. {top_up}"
CAP_LEFT = "This month you may spend {left} more; {after} will be left."
CAP_REACHED = ":warning: This month you may spend {left} more, fewer than this takes. It will pause there."
ONE_OF_THEM_BAD = "*1 row can't be made.* Start without it, or go back and correct it:"
SOME_BAD = "*{rows} can't be made.* Start without them, or go back and correct them:"
ALL_BAD = "*None of {rows} can be made.* Nothing was spent. Go back and correct them:"
ONE_BAD = "*This row can't be made.* Nothing was spent. Go back and correct it:"
IGNORED_ONE = "I don't know the column {column}, so I leave it out."
IGNORED = "I don't know the columns {columns}, so I leave them out."
TOO_MANY = "You have {limit} batches that aren't finished yet. Wait for one, or cancel it, and check this one again."
GONE = "This batch was checked too long ago, or is somebody else's. Go back and check it again."


class Checked(BaseModel):
    """Which draft a preview shows. Travels in its ``private_metadata``."""

    batch_id: str


def checking() -> dict[str, Any]:
    """Return what stands above the form while the rows are read and checked."""
    blocks: list[Block] = [section(CHECKING), context(IF_THIS_STAYS)]
    return modal(TOLD_CALLBACK_ID, CHECKING_TITLE, blocks, close=GO_BACK)


def nothing_started(sentence: str) -> dict[str, Any]:
    """Return what stands there when no batch can be made of it at all; ``sentence`` is escaped already."""
    return modal(TOLD_CALLBACK_ID, TOLD_TITLE, [section(sentence)], close=GO_BACK)


def preview(batch: Batch, outlook: Outlook | None) -> dict[str, Any]:
    """Return the preview of a draft; without an ``outlook`` where no row is good."""
    if outlook is None or not batch.rows:
        return modal(TOLD_CALLBACK_ID, TOLD_TITLE, [_all_bad(batch), *bad_rows(batch.bad_rows)], close=GO_BACK)
    return modal(
        CALLBACK_ID,
        _title(batch),
        [*_good(batch, outlook), *_bad(batch)],
        close=GO_BACK,
        submit=_start(batch),
        private_metadata=Checked(batch_id=batch.id).model_dump_json(),
        notify_on_close=True,
    )


def batch_of(view: Mapping[str, Any]) -> str:
    """Return the id of the draft that a preview shows."""
    return Checked.model_validate_json(view["private_metadata"]).batch_id


def _title(batch: Batch) -> str:
    good, bad = len(batch.rows), len(batch.bad_rows)
    return f"{good:,} of {good + bad:,} rows" if bad else counted(good, "row")


def _start(batch: Batch) -> str:
    return START_THE_GOOD_ONES if batch.bad_rows else START


def _good(batch: Batch, outlook: Outlook) -> list[Block]:
    """Say what it comes to, what is left then, for whom it is and where it comes."""
    rows, images = counted(len(batch.rows), "row"), images_count(batch.images)
    whole = SUM.format(rows=rows, images=images, credits=credits_text(batch.credits))
    if outlook.seconds is not None:
        whole += WAIT.format(wait=wait_text(outlook.seconds))
    means = [line for line in (_at_bloom(batch, outlook), _by_limits(batch, outlook)) if line]
    about = [_brands(batch), _place(batch), NOTHING_YET.format(start=_start(batch))]
    return [section("\n".join([whole, *means])), context(" ".join(about)), *_ignored(batch)]


def _ignored(batch: Batch) -> list[Block]:
    """Say which columns nobody understood, in case one of them was meant."""
    names = [f"“{escape(shorten(name, COLUMN_LIMIT))}”" for name in batch.ignored_columns]
    if not names:
        return []
    shown = some_of(names, COLUMNS_SHOWN)
    return [context(IGNORED_ONE.format(column=shown) if len(names) == 1 else IGNORED.format(columns=shown))]


def _at_bloom(batch: Batch, outlook: Outlook) -> str:
    left = outlook.credits_left
    if left is None:
        return ""
    if left < batch.credits:
        return RUNS_OUT.format(left=_credits(left), top_up=link(PRICING_URL, "Top up"))
    return LEFT.format(left=_credits(left), after=f"{left - batch.credits:,}")


def _by_limits(batch: Batch, outlook: Outlook) -> str:
    left = outlook.cap_left
    if left is None:
        return ""
    if left < batch.credits:
        return CAP_REACHED.format(left=_credits(left))
    return CAP_LEFT.format(left=_credits(left), after=f"{left - batch.credits:,}")


def _credits(left: int) -> str:
    return credits_text(left) if left > 0 else "no credits"


def _brands(batch: Batch) -> str:
    names = [*dict.fromkeys(bold(row.brand_name) or "a brand" for row in batch.rows)]
    return f"For {some_of(names, BRANDS_SHOWN)}."


def _place(batch: Batch) -> str:
    where = "a direct message" if is_direct(batch.channel_id) else channel(batch.channel_id)
    return (PLACE_IN_THREAD if batch.thread_id else PLACE).format(where=where)


def _bad(batch: Batch) -> list[Block]:
    if not batch.bad_rows:
        return []
    count = len(batch.bad_rows)
    said = ONE_OF_THEM_BAD if count == 1 else SOME_BAD.format(rows=counted(count, "row"))
    return [section(said), *bad_rows(batch.bad_rows)]


def _all_bad(batch: Batch) -> Block:
    count = len(batch.bad_rows)
    return section(ONE_BAD if count == 1 else ALL_BAD.format(rows=f"these {count:,} rows"))
