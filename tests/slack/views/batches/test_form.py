"""The form that a batch begins with, at its largest, and what of a message fits into it."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.models import AspectRatio, ImageModel, ImageSize, RowDefaults
from bot.slack.views.batches.form import LINES_LIMIT, BatchOrigin, form, read, with_template_note
from bot.slack.views.batches.table_files import TableFile, is_table, table_file, table_of
from bot.slack.views.form.brand import BrandPicker, Ready
from tests.slack.views.forms import PICKERS, inputs, on_screen
from tests.slack.views.judge import approve_view, said
from tests.slack.views.samples import HOSTILE, brands

ORIGIN = BatchOrigin(channel_id="C123")
READY = Ready(brands(3))
OTHER = RowDefaults("brand-2", AspectRatio.CINEMA, ImageModel.FAST, ImageSize.SIZE_4K, 3)


def shown(
    origin: BatchOrigin = ORIGIN, defaults: RowDefaults = OTHER, picker: BrandPicker = READY, **more: Any
) -> dict[str, Any]:
    return approve_view(form(origin, defaults, picker=picker, row_limit=1000, **more))


@pytest.mark.parametrize("picker", PICKERS)
@pytest.mark.parametrize("table", [None, TableFile(id="F" * 30, name=HOSTILE[:60])])
def test_slack_takes_it_however_much_is_in_it(picker: BrandPicker, table: TableFile | None) -> None:
    origin = BatchOrigin(channel_id="C0123456789", thread_id="1700000000.000100", table=table)
    view = shown(origin, picker=picker, lines="&<>\n" * 5000)
    assert BatchOrigin.of_view(view) == origin
    assert approve_view(with_template_note(view, "Sent."))["blocks"] != view["blocks"]


def test_what_it_opens_with_is_what_is_read_in_it() -> None:
    view = on_screen(shown(lines="a cat\na dog"))
    wish = read(view)
    assert (wish.lines, wish.defaults, wish.table) == ("a cat\na dog", OTHER, None)


@pytest.mark.parametrize(
    ("text", "kept", "is_cut"),
    [
        ("a" * LINES_LIMIT, "a" * LINES_LIMIT, False),
        ("a" * LINES_LIMIT + "\nb", "a" * LINES_LIMIT, True),
        ("a" * (LINES_LIMIT - 1) + "\nbb", "a" * (LINES_LIMIT - 1), True),
        ("a" * (LINES_LIMIT + 1), "a" * LINES_LIMIT, True),
    ],
)
def test_message_that_is_too_long_is_cut_between_lines_and_that_is_said(text: str, kept: str, is_cut: bool) -> None:
    view = shown(lines=text)
    assert inputs(view)["batch_lines"]["element"]["initial_value"] == kept
    assert ("Only the first lines" in said(view)) == is_cut


@pytest.mark.parametrize(
    ("file", "may_be"),
    [
        ({"name": "A.CSV"}, True),
        ({"name": "a.tsv", "mimetype": "application/vnd.ms-excel"}, True),
        ({"name": "Untitled", "filetype": "text", "mimetype": "text/plain"}, True),
        ({"name": "export", "mimetype": "text/csv"}, True),
        ({"name": "bot.py", "filetype": "python", "mimetype": "text/plain"}, False),
        ({"name": "a.xlsx"}, False),
        ({}, False),
    ],
)
def test_tables_are_told_by_what_slack_and_their_names_say(file: dict[str, Any], may_be: bool) -> None:
    assert is_table(file) == may_be


def test_first_table_that_can_be_read_is_the_messages() -> None:
    gone, table = {"id": "F1", "name": "a.csv", "mode": "tombstone"}, {"id": "F2", "name": "b.csv"}
    assert table_of([gone, {"id": "F3", "name": "c.png"}, table]) == TableFile(id="F2", name="b.csv")


@given(st.text(max_size=300))
def test_any_name_of_a_table_can_stand_in_the_form(name: str) -> None:
    table = table_file({"id": "F1", "name": name})
    assert table is not None
    shown(BatchOrigin(channel_id="C123", table=table))
