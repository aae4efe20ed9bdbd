"""What a batch came to: counts, which rows are not made and why, what files are below, and how to get the rest."""

from collections.abc import Iterator, Sequence

from slack_sdk.models.blocks import Block

from bot.core.models import Batch, RowResult, RowStatus
from bot.slack.views.batches.progress import retry_button
from bot.slack.views.batches.rows import reason_of
from bot.slack.views.batches.wording import batch_images, row_numbers
from bot.slack.views.buttons import row
from bot.slack.views.message import Message, context, escape_within, in_sections, mention, message, section
from bot.slack.views.wording import amount, counted, credits_text, joined, wait_text

ROOM = 7000
"""Characters of all reasons together: a message has about 12,000."""
NUMBERS_ROOM, REASON_ROOM = 300, 500
HOURS_FROM = 90 * 60.0
"""Seconds from which on a time is said in hours."""
NOT_MADE, PARTLY_MADE, NOT_USED = "Not made", "Partly made", "In the table, but not used"
MORE = "{rows}: see the table below."
TABLE, SHEET, ARCHIVE = "the results as a table (CSV)", "a contact sheet", "the images (ZIP)"
NO_ARCHIVE = (
    "There is no ZIP: the images are more than Slack takes at once, or I couldn't get them. The table has links."
)
NO_SHEET = "I couldn't draw a contact sheet."


def summary_message(
    batch: Batch, results: Sequence[RowResult], *, has_sheet: bool = True, has_archive: bool = True
) -> Message:
    """Sum up these rows, name every one that is not made, and say which files there are."""
    headline = f"{mention(batch.user_id)} {_outcome(batch, results)} {_counts(batch, results)}"
    blocks: list[Block] = [section(headline)]
    blocks += [section("\n".join(lines).lstrip()) for lines in in_sections(_reasons(batch, results))]
    blocks += [context(line) for line in _files(results, has_sheet=has_sheet, has_archive=has_archive)]
    rest = [result for result in results if result.status is not RowStatus.MADE]
    if rest:
        is_part_waiting = any(result.status is RowStatus.WAITING for result in rest)
        blocks.append(row(retry_button(batch.id, is_part_waiting=is_part_waiting)))
    return message(headline, *blocks)


def _outcome(batch: Batch, results: Sequence[RowResult]) -> str:
    is_cut = any(result.status is RowStatus.WAITING for result in results)
    if batch.stopped_by is None or not is_cut:
        return f"your batch of {batch_images(batch)} is done."
    by = "" if batch.stopped_by == batch.user_id else f" by {mention(batch.stopped_by)}"
    return f"your batch of {batch_images(batch)} was cancelled{by}."


def _counts(batch: Batch, results: Sequence[RowResult]) -> str:
    """Return "*112 of 120 rows made*, 7 failed, 1 partly made · 224 credits · 4 min"."""
    by_status = {status: sum(result.status is status for result in results) for status in RowStatus}
    parts = [f"*{amount(by_status[RowStatus.MADE])} of {counted(len(results), 'row')} made*"]
    named = {RowStatus.FAILED: "failed", RowStatus.PARTLY_MADE: "partly made", RowStatus.WAITING: "not begun"}
    parts += [f"{amount(by_status[status])} {words}" for status, words in named.items() if by_status[status]]
    facts = [", ".join(parts), credits_text(sum(result.credits for result in results)), _lasted(batch, results)]
    return " · ".join(fact for fact in facts if fact)


def _lasted(batch: Batch, results: Sequence[RowResult]) -> str:
    """Return how long the first round took; of a later one, which is for a few rows, that is not said."""
    ends = [attempt.finished_at for result in results for attempt in result.attempts if attempt.finished_at]
    if batch.round > 1 or batch.started_at is None or not ends:
        return ""
    seconds = (max(ends) - batch.started_at).total_seconds()
    return wait_text(seconds) if seconds < HOURS_FROM else f"{round(seconds / 3600)} h"


def _reasons(batch: Batch, results: Sequence[RowResult]) -> Iterator[str]:
    """Yield a line for every reason, with the numbers of its rows; what there is no room for stands in the table."""
    room = ROOM
    for heading, reasons in _groups(batch, results):
        left = sorted({number for numbers in reasons.values() for number in numbers})
        if left:
            yield f"\n*{heading}*"
        for reason, numbers in reasons.items():
            line = f"{row_numbers(numbers, NUMBERS_ROOM)}: {escape_within(reason, REASON_ROOM)}"
            if room < len(line):
                yield MORE.format(rows=row_numbers(left, NUMBERS_ROOM))
                break
            yield line
            room -= len(line)
            left = [number for number in left if number not in numbers]


def _groups(batch: Batch, results: Sequence[RowResult]) -> Iterator[tuple[str, dict[str, list[int]]]]:
    """Yield the numbers of rows by their reasons, what is the same for many rows first."""
    headings = {
        NOT_MADE: [one for one in results if one.status in (RowStatus.FAILED, RowStatus.WAITING)],
        PARTLY_MADE: [one for one in results if one.status is RowStatus.PARTLY_MADE],
    }
    for heading, lost in headings.items():
        yield heading, _by_reason((result.row.number, reason_of(result)) for result in lost)
    yield NOT_USED, _by_reason((bad.number, " ".join(bad.reasons)) for bad in batch.bad_rows)


def _by_reason(rows: Iterator[tuple[int, str]]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for number, reason in rows:
        found.setdefault(reason, []).append(number)
    return dict(sorted(found.items(), key=lambda group: (-len(group[1]), group[1])))


def _files(results: Sequence[RowResult], *, has_sheet: bool, has_archive: bool) -> Iterator[str]:
    """Yield what files come below, and why one does not."""
    has_images = any(result.images for result in results)
    there = [TABLE, *([SHEET] if has_images and has_sheet else [])]
    there += [ARCHIVE] if has_images and has_archive else []
    yield f"Below: {joined(there)}."
    if has_images and not has_archive:
        yield NO_ARCHIVE
    if has_images and not has_sheet:
        yield NO_SHEET
