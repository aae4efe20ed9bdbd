"""The summary: exact counts, every row that is not made with its reason, and the files that are there."""

import re
from datetime import timedelta

import pytest

from bot.core.models import BadRow, RowResult
from bot.slack.views.batches.rows import CANCELLED
from bot.slack.views.batches.summary import NO_ARCHIVE, NO_SHEET, summary_message
from bot.slack.views.batches.wording import row_numbers
from tests.slack.views.batches.samples import attempt, batch, batch_row, failed, made
from tests.slack.views.judge import approve, of_type, said
from tests.slack.views.samples import HOSTILE, NOW, image


@pytest.mark.parametrize(
    ("numbers", "limit", "named"),
    [
        ([7], 100, "Row 7"),
        ([9, 7], 100, "Rows 7 and 9"),
        ([7, 8], 100, "Rows 7 and 8"),
        ([7, 9, 12, 13, 14], 100, "Rows 7, 9 and 12–14"),
        (range(2, 1002), 100, "Rows 2–1001"),
        (range(1, 1000, 2), 12, "Rows 1, 3, 5, 7 and 496 more"),
        ([5, *range(10, 20)], 1, "Rows 5 and 10 more"),
    ],
)
def test_rows_are_named_in_few_words(numbers: list[int], limit: int, named: str) -> None:
    assert row_numbers(numbers, limit) == named


def test_summary_counts_and_groups_what_is_missing_by_reason() -> None:
    rows = [batch_row(number, variants=2) for number in range(2, 9)]
    results = [
        made(rows[0]),
        made(rows[1], but=1),
        *(failed(row, "content_safety") for row in rows[2:5]),
        failed(rows[5], "image_failed"),
        made(rows[6]),
    ]
    bad = (BadRow(number=9, prompt="x", reasons=("There is no brand called <Acmee>.", "Another.")),)
    message = approve(summary_message(batch(*rows, bad_rows=bad), results))
    shown = said(message)
    assert "<@U1> your batch of 14 images for *Acme* is done. *2 of 7 rows made*, 4 failed, 1 partly made" in shown
    assert "*Not made*\nRows 4–6: Bloom's safety check stopped this" in shown
    assert "\nRow 7: Bloom couldn't draw this." in shown
    assert "*Partly made*\nRow 3: Bloom's safety check" in shown
    assert "*In the table, but not used*\nRow 9: There is no brand called &lt;Acmee&gt;. Another." in shown
    assert [button["text"]["text"] for button in of_type(message, "button")] == ["Retry the failed ones"]


def test_summary_of_what_went_well_says_what_it_cost_and_how_long_it_took() -> None:
    row = batch_row(2)
    quick = RowResult(row, (attempt(row, image(1), finished_at=NOW + timedelta(minutes=4)),))
    message = approve(summary_message(batch(row), [quick]))
    assert "*1 of 1 row made* · 1 credit · 4 min" in said(message)
    assert "Below: the results as a table (CSV), a contact sheet and the images (ZIP)." in said(message)
    assert not of_type(message, "button")
    late = RowResult(row, (attempt(row, image(1), finished_at=NOW + timedelta(hours=14)),))
    assert "14 h" in said(summary_message(batch(row), [late]))
    assert " min" not in said(summary_message(batch(row, round=2), [quick]))


def test_cancelled_batch_says_what_was_not_begun() -> None:
    rows = [batch_row(number) for number in range(2, 7)]
    results = [made(rows[0]), *map(RowResult, rows[1:])]
    message = approve(summary_message(batch(*rows, stopped_by="U2"), results))
    assert "was cancelled by <@U2>. *1 of 5 rows made*, 4 not begun" in said(message)
    assert f"Rows 3–6: {CANCELLED}" in said(message)
    assert [button["text"]["text"] for button in of_type(message, "button")] == ["Make the rest after all"]


def test_files_that_there_are_not_are_explained() -> None:
    row = batch_row(2)
    shown = said(approve(summary_message(batch(row), [made(row)], has_sheet=False, has_archive=False)))
    assert "Below: the results as a table (CSV)." in shown
    assert NO_ARCHIVE in shown
    assert NO_SHEET in shown
    nothing = said(approve(summary_message(batch(row), [failed(row)], has_sheet=False, has_archive=False)))
    assert NO_ARCHIVE not in nothing
    assert NO_SHEET not in nothing


def test_largest_batch_where_everything_failed_of_something_else_fits() -> None:
    rows = [batch_row(number, prompt=HOSTILE * 20, brand_name=f"{HOSTILE * 9}"[:150]) for number in range(2, 1002)]
    results = [failed(row, f"{row.number}{HOSTILE}") for row in rows]
    bad = tuple(
        BadRow(number=number, prompt=HOSTILE, reasons=(f"{number} {HOSTILE * 20}",)) for number in range(1002, 1302)
    )
    message = approve(summary_message(batch(*rows, bad_rows=bad), results))
    assert re.search(r"Rows \d+–1001: see the table below", said(message))
    assert re.search(r"Rows \d+–1301: see the table below", said(message))
