"""The results of rows: as many in a message as it has room for, each with its words, its images, or the reason."""

import pytest

from bot.core.models import SET_LIMIT, RowResult, Showing
from bot.slack.views.batches.rows import CANCELLED, rows_in_a_message, rows_message
from bot.slack.views.message import BLOCK_LIMIT
from bot.slack.views.results.message import SOME_LINKS
from tests.slack.views.batches.samples import attempt, batch, batch_row, failed, made
from tests.slack.views.judge import approve, of_type, said
from tests.slack.views.samples import HOSTILE, WORST_PROMPT, image


def test_rows_come_in_order_each_with_its_words_images_and_buttons() -> None:
    rows = [batch_row(2, prompt="a red bicycle", variants=2, note="spring"), batch_row(3, prompt="a blue one")]
    message = approve(rows_message(batch(*rows), [made(row) for row in rows]))
    kinds = ["rich_text", *["image", "context", "actions"] * 2, "rich_text", "image", "context", "actions"]
    assert [block["type"] for block in message.blocks] == kinds
    shown = said(message)
    assert shown.index("Row 2") < shown.index(" · a red bicycle") < shown.index("Row 3") < shown.index(" · a blue one")
    assert " · spring" in shown
    assert "for Acme" not in str(message.blocks[0])
    assert message.text == "Rows 2 and 3: a red bicycle"


def test_row_that_failed_says_why_and_a_partly_made_one_what_is_missing() -> None:
    rows = [batch_row(9), batch_row(10, variants=3), batch_row(11), batch_row(12)]
    results = [failed(rows[0]), made(rows[1], but=1), failed(rows[2], "unexpected"), RowResult(rows[3])]
    message = approve(rows_message(batch(*rows), results))
    shown = said(message)
    assert "Couldn't be made. Bloom's safety check stopped this" in shown
    assert "1 image couldn't be made. Bloom's safety check stopped this" in shown
    assert "tell your admin this reference: g11" in shown
    assert CANCELLED in shown
    assert len(of_type(message, "image")) == 2
    assert not any("Try again" in str(button) for button in of_type(message, "button"))


def test_row_whose_missing_image_failed_again_shows_the_others_and_says_what_is_missing() -> None:
    row = batch_row(9, variants=3)
    again = failed(row, "rate_limited", id="again")
    message = approve(rows_message(batch(row), [RowResult(row, (*made(row, but=1).attempts, *again.attempts))]))
    assert "1 image couldn't be made. Bloom was too busy" in said(message)
    assert len(of_type(message, "image")) == 2


def test_brand_is_said_where_there_are_several() -> None:
    rows = [batch_row(2, brand_name="Acme"), batch_row(3, brand_name="Beta")]
    assert " · for Beta" in said(rows_message(batch(*rows), [made(rows[1])]))


def test_images_are_shown_as_their_message_shows_them_and_deleted_ones_are_named() -> None:
    row = batch_row(2, variants=3)
    one, two, three = (image(number) for number in (1, 2, 3))
    gone = image(3, deleted_by="U2")
    shows = [
        Showing(one.id, "C123", "2.0", "1.0", file_id="F1"),
        Showing(two.id, "C123", "2.0", "1.0", is_link=True),
        Showing(three.id, "C123", "2.0", "1.0"),
    ]
    message = approve(rows_message(batch(row), [RowResult(row, (attempt(row, one, two, gone),))], shows))
    assert [block.get("slack_file") for block in of_type(message, "image")] == [{"id": "F1"}]
    assert SOME_LINKS in said(message)
    assert "was deleted by <@U2>" in said(message)


@pytest.mark.parametrize(("variants", "fit"), [(1, SET_LIMIT), (2, 6), (5, 2)])
def test_message_has_room_for_twelve_images(variants: int, fit: int) -> None:
    results = [made(batch_row(number, variants=variants)) for number in range(2, 40)]
    assert rows_in_a_message(results) == fit
    approve(rows_message(batch(*(one.row for one in results)), results[:fit]))


def test_message_has_room_for_many_short_rows_that_failed() -> None:
    results = [failed(batch_row(number), "image_failed") for number in range(2, 90)]
    fit = rows_in_a_message(results)
    assert 30 < fit < BLOCK_LIMIT
    approve(rows_message(batch(), results[:fit]))
    assert rows_in_a_message(results[:3]) == 3


@pytest.mark.parametrize("prompt", [WORST_PROMPT, (HOSTILE * 50)[:2000], "👩🏽‍👩🏽‍👧🏽" * 200, "x" * 2000])
@pytest.mark.parametrize("variants", [1, 3, 5])
def test_messages_with_the_largest_rows_fit(prompt: str, variants: int) -> None:
    rows = [
        batch_row(number, prompt=prompt, variants=variants, brand_name=(HOSTILE * 9)[:150], note=HOSTILE * 40)
        for number in range(990, 1003)
    ]
    url = f"https://www.trybloom.ai/img/{'&' * 2000}"
    results = [made(row, but=row.number % 2, url=url, description=prompt) for row in rows]
    fit = rows_in_a_message(results)
    assert fit >= 1
    message = approve(rows_message(batch(*rows, batch_row(1, brand_name="Other")), results[:fit]))
    assert len(of_type(message, "image")) <= SET_LIMIT
    linked = [Showing(one.id, "C123", "2.0", "1.0", is_link=True) for row in results for _, one in row.images]
    approve(rows_message(batch(*rows), results[:fit], linked))
