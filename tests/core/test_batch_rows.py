"""Rows of a table, understood as people mean them, or refused with all that is wrong with them."""

from time import perf_counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.batches.table.columns import Column
from bot.core.batches.table.judging import NO_PROMPT, TOO_WIDE, judge
from bot.core.batches.table.spreadsheets import Table, TableRow, read
from bot.core.batches.table.template import template
from bot.core.models import (
    ANY_RATIO,
    AspectRatio,
    BadRow,
    BatchRow,
    Brand,
    BrandState,
    ImageModel,
    ImageSize,
    RowDefaults,
)

ACME = Brand("b1", "Acme", "https://acme.com", BrandState.READY)
ACORN = Brand("b2", "Acorn", "https://acorn.org", BrandState.READY)
ZED = Brand("b3", "Zed", "https://zed.com", BrandState.ANALYZING)
BRANDS = (ACME, ACORN, ZED)
OURS = RowDefaults(brand_id="b1")


def judged(brands: tuple[Brand, ...] = BRANDS, defaults: RowDefaults = OURS, **cells: Any) -> BatchRow | BadRow:
    """Judge one row that has a prompt, unless it is said to have another."""
    said = {Column(name): cell for name, cell in {"prompt": "A red bike", **cells}.items() if cell}
    found = judge(Table((TableRow(7, said),)), brands, defaults)
    assert [row.number for row in found.good] + [row.number for row in found.bad] == [7]
    return found.good[0] if found.good else found.bad[0]


def made(**cells: Any) -> BatchRow:
    row = judged(**cells)
    assert isinstance(row, BatchRow), row
    return row


def reason(brands: tuple[Brand, ...] = BRANDS, defaults: RowDefaults = OURS, **cells: Any) -> str:
    row = judged(brands, defaults, **cells)
    assert isinstance(row, BadRow), row
    (only,) = row.reasons
    return only


@pytest.mark.parametrize(
    ("typed", "ratio"),
    [
        *((str(ratio), ratio) for ratio in AspectRatio),
        ("16x9", AspectRatio.WIDE),
        ("16 : 9", AspectRatio.WIDE),
        ("16×9", AspectRatio.WIDE),
        ("1080x1920", AspectRatio.STORY),
        ("16:09", AspectRatio.WIDE),
        ("16:09:00", AspectRatio.WIDE),
        ("4:09:00 PM", AspectRatio.WIDE),
        ("09:16", AspectRatio.STORY),
        ("01:01", AspectRatio.SQUARE),
        ("04:05 AM", AspectRatio.PORTRAIT_4_5),
        ("Square", AspectRatio.SQUARE),
        ("Any", None),
    ],
)
def test_shapes_are_understood_as_people_and_spreadsheets_write_them(typed: str, ratio: AspectRatio | None) -> None:
    assert made(aspect_ratio=typed).parameters.aspect_ratio == ratio


@pytest.mark.parametrize("typed", ["5:7", "0:0", "16:9:30", "portrait", "9:16 PM", "1" * 5000, "x"])
def test_shape_that_bloom_does_not_draw_is_said_again(typed: str) -> None:
    assert reason(aspect_ratio=typed).startswith(f"There is no aspect ratio “{typed[:40]}")


@pytest.mark.parametrize(
    ("typed", "size"), [("2k", "2K"), ("4K", "4K"), ("4096", "4K"), ("2048 px", "2K"), ("4096.0", "4K")]
)
def test_sizes_are_understood_by_name_and_by_pixels(typed: str, size: str) -> None:
    assert made(size=typed).parameters.size == size


@pytest.mark.parametrize(("typed", "count"), [("3", 3), ("3.0", 3), ("3,00", 3), ("03", 3), ("5", 5)])
def test_counts_are_understood_as_spreadsheets_write_them(typed: str, count: int) -> None:
    assert made(variants=typed).parameters.variants == count


def test_models_may_be_capitalised() -> None:
    assert made(model="FAST").parameters.model is ImageModel.FAST


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ({"size": "8K"}, "There is no size “8K”; it may be 2K or 4K."),
        ({"model": "ultra"}, "There is no model “ultra”; it may be fast, standard or pro."),
        ({"variants": "seven"}, "“seven” variants can't be made; write a number from 1 to 5."),
        ({"variants": "0"}, "“0” variants can't be made; write a number from 1 to 5."),
        ({"variants": "2.5"}, "“2.5” variants can't be made; write a number from 1 to 5."),
        ({"prompt": "x" * 2001}, "The prompt has 2,001 characters; Bloom takes 2,000."),
        ({"prompt": "#NAME?"}, "The prompt is “#NAME?”, a formula that went wrong; put an apostrophe before it."),
        ({"brand": "Acmee"}, "There is no brand “Acmee” at Bloom; did you mean “Acme”?"),
        ({"brand": "Nobody's"}, "There is no brand “Nobody's” at Bloom."),
        ({"brand": "ac"}, "The brand “ac” may be several, such as “Acme”, “Acorn”; write its whole name."),
        ({"brand": "zed"}, "The brand “Zed” can't be used: still being analyzed."),
        ({"prompt": "", "brand": "Acme"}, NO_PROMPT),
    ],
)
def test_what_cannot_be_names_the_column_and_what_was_typed(cells: dict[str, Any], expected: str) -> None:
    assert reason(**cells) == expected


def test_all_that_is_wrong_with_a_row_is_said_at_once() -> None:
    row = TableRow(3, {Column.BRAND: "zed", Column.SIZE: "9K", Column.VARIANTS: "many"}, is_too_wide=True)
    (bad,) = judge(Table((row,)), BRANDS, OURS).bad
    assert bad.reasons[:2] == (TOO_WIDE, NO_PROMPT)
    assert [one.split("“")[0] for one in bad.reasons[2:]] == ["The brand ", "There is no size ", ""]


@pytest.mark.parametrize(
    ("typed", "brand"), [("acme", ACME), ("ACORN.org", ACORN), ("aco", ACORN), ("b2", ACORN), ("", ACME)]
)
def test_brands_are_found_by_what_people_call_them(typed: str, brand: Brand) -> None:
    row = made(brand=typed)
    assert (row.parameters.brand_id, row.brand_name) == (brand.id, brand.name)


def test_brand_of_rows_that_name_none_is_the_only_one_that_can_be_used_if_none_is_chosen() -> None:
    row = judged((ACME, ZED), RowDefaults())
    assert isinstance(row, BatchRow)
    assert row.parameters.brand_id == "b1"
    assert reason(BRANDS, RowDefaults()) == "It names no brand, and none is chosen for such rows."
    assert reason(BRANDS, RowDefaults(brand_id="b9")).endswith("the one chosen for such rows is gone.")


def test_brands_of_one_name_are_told_apart_in_their_rows() -> None:
    twins = (ACME, Brand("b4", "ACME", "https://acme.org", BrandState.READY))
    row = judged(twins, brand="acme · acme.org")
    assert isinstance(row, BatchRow)
    assert (row.parameters.brand_id, row.brand_name) == ("b4", "ACME · acme.org")
    assert "“Acme · acme.com”, “ACME · acme.org”" in reason(twins, brand="Acme")


def test_what_a_row_does_not_say_is_as_chosen_for_all() -> None:
    chosen = RowDefaults("b2", AspectRatio.WIDE, ImageModel.FAST, ImageSize.SIZE_4K, variants=3)
    silent, speaking = judged(defaults=chosen), judged(defaults=chosen, aspect_ratio=ANY_RATIO, variants="1")
    assert isinstance(silent, BatchRow)
    assert isinstance(speaking, BatchRow)
    parameters = silent.parameters
    assert (parameters.brand_id, parameters.aspect_ratio, parameters.model) == ("b2", "16:9", "fast")
    assert (parameters.size, parameters.variants) == ("4K", 3)
    assert (speaking.parameters.aspect_ratio, speaking.parameters.variants) == (None, 1)


@given(st.dictionaries(st.sampled_from(Column), st.text(max_size=20).map(str.strip)))
def test_any_words_in_any_cells_make_a_row_good_or_bad(cells: dict[str, Any]) -> None:
    row = judged(**cells)
    assert isinstance(row, BatchRow) or all(reason.endswith((".", "?")) for reason in row.reasons)


def test_template_makes_a_batch_as_it_is() -> None:
    found = judge(read(template("Acorn"), 9), BRANDS, RowDefaults())
    assert [row.number for row in found.good] == [2, 3, 4]
    assert {row.brand_name for row in found.good} == {"Acorn"}
    assert not judge(read(template(), 9), BRANDS, OURS).bad


def test_thousand_misspelt_brands_among_hundreds_take_a_moment() -> None:
    many = tuple(Brand(f"b{n}", f"Brand number {n}", "", BrandState.READY) for n in range(500))
    rows = tuple(TableRow(n, {Column.PROMPT: "x", Column.BRAND: f"Brnad nmber {n}"}) for n in range(1000))
    began = perf_counter()
    assert len(judge(Table(rows), many, OURS).bad) == 1000
    assert perf_counter() - began < 10
