"""Batches, rows and attempts that the views are tested with."""

from dataclasses import replace
from typing import Any

from bot.core.models import (
    Batch,
    BatchRow,
    BatchState,
    Failure,
    Generation,
    GenerationState,
    Image,
    ImageState,
    Place,
    RowOf,
    RowResult,
)
from tests.slack.views.samples import NOW, generation, image, parameters

PLACE = Place("C123", "1.0", "1.0")


def batch_row(number: int = 2, *, brand_name: str = "Acme", note: str = "", **changes: Any) -> BatchRow:
    return BatchRow(number=number, parameters=parameters(**changes), brand_name=brand_name, note=note)


def batch(*rows: BatchRow, state: BatchState = BatchState.RUNNING, **changes: Any) -> Batch:
    made = Batch("b1", "T1", "U1", "C123", NOW, rows or (batch_row(),), place=PLACE, started_at=NOW, state=state)
    return made.but(wanted=tuple(row.number for row in made.rows), **changes)


def attempt(
    row: BatchRow,
    *images: Image,
    failure: Failure | None = None,
    state: GenerationState = GenerationState.DELIVERED,
    **changes: Any,
) -> Generation:
    """Return what was tried of a row: its images bear the row's number before their own."""
    made = generation(
        state, images=images, failure=failure, brand_name=row.brand_name, variants=row.parameters.variants
    )
    request = replace(made.request, parameters=row.parameters, batch=RowOf("b1", row.number))
    fields: dict[str, Any] = {"id": f"g{row.number}", "request": request, "submitted_at": NOW, "finished_at": NOW}
    return made.but(**{**fields, **changes})


def made(row: BatchRow, *, but: int = 0, **changes: Any) -> RowResult:
    """Return a row with all its images, but for the last few, which Bloom found unsafe."""
    count = row.parameters.image_count
    there = [image(100 * row.number + number, **changes) for number in range(1, count - but + 1)]
    lost = [
        image(100 * row.number + number, state=ImageState.FAILED, url=None, failure_reason="content_safety")
        for number in range(count - but + 1, count + 1)
    ]
    return RowResult(row, (attempt(row, *there, *lost),))


def failed(row: BatchRow, code: str = "content_safety", **changes: Any) -> RowResult:
    return RowResult(row, (attempt(row, failure=Failure(code), state=GenerationState.FAILED, **changes),))
