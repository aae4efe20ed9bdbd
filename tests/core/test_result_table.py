"""What became of a batch's rows, as a table that can be given to a batch anew."""

import csv
import io
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.batches.table.columns import RESULT_COLUMNS
from bot.core.batches.table.judging import judge
from bot.core.batches.table.results import result_table
from bot.core.batches.table.spreadsheets import read
from bot.core.brands import labels
from bot.core.models import (
    AspectRatio,
    BadRow,
    Batch,
    BatchRow,
    Brand,
    BrandState,
    Failure,
    FailureCode,
    Generation,
    GenerationRequest,
    Image,
    ImageModel,
    ImageSize,
    ImageState,
    Parameters,
    RowDefaults,
    RowResult,
)
from tests.core.world import S
from tests.fakes.clock import EPOCH

BRANDS = (
    Brand("b1", "Acme", "https://acme.com", BrandState.READY),
    Brand("b2", "ACME", "https://acme.org", BrandState.READY),
    Brand("b3", "acme.com", "https://else.com", BrandState.READY),
    Brand("b4", "  '=2+2 ", "https://formula.com", BrandState.READY),
    Brand("b5", "", "", BrandState.READY),
)
NAMES = {brand_id: name or brand_id for brand_id, name in labels(BRANDS).items()}
TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=30).map(str.strip)
PROMPTS = TEXT.filter(lambda prompt: prompt and not prompt.startswith("#")) | st.sampled_from(
    ["=1+1", "'=1+1", "''@a", '-5°, "cold"', "'", "two\nlines; x"]
)
"""Without what a spreadsheet makes of formulas that went wrong, such as #REF!: that is no prompt."""
PARAMETERS = st.builds(
    Parameters,
    prompt=PROMPTS,
    brand_id=st.sampled_from(sorted(NAMES)),
    aspect_ratio=st.none() | st.sampled_from(AspectRatio),
    size=st.sampled_from(ImageSize),
    model=st.sampled_from(ImageModel),
    variants=st.integers(1, 5),
    reference_ids=st.just(()),
    attachments=st.just(()),
    operation=st.just("generation"),
    subject_id=st.none(),
    further_ratios=st.just(()),
)


def a_row(number: int, prompt: str = "A red bike", variants: int = 1) -> BatchRow:
    parameters = Parameters(prompt=prompt, brand_id="b1", variants=variants)
    return BatchRow(number=number, parameters=parameters, brand_name="Acme", note="For Ada")


def a_batch(*rows: BatchRow, bad: tuple[BadRow, ...] = ()) -> Batch:
    return Batch("b", "T1", "U1", "C1", EPOCH, rows, bad_rows=bad)


def an_attempt(row: BatchRow, made: int = 0, state: S = S.DELIVERED, **fields: Any) -> Generation:
    request = GenerationRequest("k", "T1", "C1", "U1", row.parameters, row.brand_name)
    images = tuple(
        Image(f"i{number}", ImageState.COMPLETED, url=f"https://bloom.test/i{number}") for number in range(made)
    )
    ids = tuple(image.id for image in images)
    return Generation(
        "g1", request, state, EPOCH, submitted_at=EPOCH, images=images, image_ids=ids, yields=(made,)
    ).but(**fields)


def lines(batch: Batch, *results: RowResult) -> list[dict[str, str]]:
    text = result_table(batch, results).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def outcome(*results: RowResult) -> tuple[str, str, str, str]:
    (line,) = lines(a_batch(*(result.row for result in results)), *results)
    return line["status"], line["reason"], line["credits"], line["images"]


def test_every_row_is_in_it_in_its_order_with_all_that_was_asked() -> None:
    batch = a_batch(
        a_row(2),
        a_row(5, "=1+1"),
        bad=(BadRow(number=3, prompt="x", reasons=("It.", "Also.")),),
    )
    results = (RowResult(batch.rows[1]), RowResult(batch.rows[0], (an_attempt(batch.rows[0], made=1),)))
    assert result_table(batch, results).startswith(b"\xef\xbb\xbfrow,prompt,")
    first, bad, last = lines(batch, *results)
    assert tuple(first) == RESULT_COLUMNS
    assert tuple(first.values()) == (
        *("2", "A red bike", "Acme", "any", "pro", "2K", "1", "For Ada"),
        *("made", "", "1", "https://bloom.test/i0"),
    )
    assert (bad["row"], bad["prompt"], bad["status"], bad["reason"]) == ("3", "x", "not started", "It. Also.")
    assert (last["prompt"], last["status"], last["reason"], last["credits"]) == ("'=1+1", "not made", "cancelled", "0")


def test_row_that_was_made_only_after_all_says_so_with_all_images() -> None:
    row = a_row(2, variants=2)
    failed = an_attempt(row, made=1, state=S.FAILED, failure=Failure(FailureCode.TIMED_OUT))
    second = an_attempt(row, made=1)
    again = second.but(images=(replace(second.images[0], url="https://bloom.test/again"),))
    assert outcome(RowResult(row, (failed, again))) == (
        *("made", "", "4"),
        "https://bloom.test/i0 https://bloom.test/again",
    )


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (FailureCode.CONTENT_SAFETY, "stopped by Bloom's safety check"),
        ("INSUFFICIENT_CREDITS", "no credits left at Bloom"),
        ("ACCOUNT_BANNED", "account banned"),
    ],
)
def test_row_that_failed_says_why_in_words(code: str, words: str) -> None:
    row = a_row(2)
    failed = an_attempt(row, state=S.FAILED, failure=Failure(code, "raw detail"))
    assert outcome(RowResult(row, (failed,))) == ("failed", words, "1", "")


@pytest.mark.parametrize(
    ("image", "words"),
    [
        (Image("i9", ImageState.FAILED, failure_reason="rate_limited"), "Bloom was too busy"),
        (Image("i9", ImageState.GENERATING), "Bloom took too long"),
        (None, "Bloom never made it"),
    ],
)
def test_row_that_is_partly_made_says_what_its_missing_image_met(image: Image | None, words: str) -> None:
    row = a_row(2, variants=2)
    attempt = an_attempt(row, made=1)
    lacking = attempt.but(images=(*attempt.images, *([image] if image else [])))
    assert outcome(RowResult(row, (lacking,)))[:2] == ("partly made", words)


def test_images_that_were_deleted_are_told_and_not_linked() -> None:
    row = a_row(2, variants=2)
    attempt = an_attempt(row, made=2)
    gone = replace(attempt.images[0], deleted_by="U2")
    assert outcome(RowResult(row, (attempt.but(images=(gone, attempt.images[1])),))) == (
        *("made", "1 image deleted", "2"),
        "https://bloom.test/i1",
    )


def test_row_that_was_cancelled_at_bloom_without_an_image_says_so() -> None:
    row = a_row(2)
    assert outcome(RowResult(row, (an_attempt(row, state=S.CANCELLED),))) == ("failed", "cancelled", "1", "")


@given(st.lists(PARAMETERS, min_size=1, max_size=4), TEXT)
def test_table_given_to_a_batch_anew_asks_for_the_same(wanted: list[Parameters], note: str) -> None:
    rows = [
        BatchRow(number=number, parameters=parameters, brand_name=NAMES[parameters.brand_id], note=note)
        for number, parameters in enumerate(wanted, 2)
    ]
    content = result_table(a_batch(*rows), [RowResult(row) for row in rows])
    found = judge(read(content, 9), BRANDS, RowDefaults(variants=5, size=ImageSize.SIZE_4K))
    assert found.good == tuple(rows)
