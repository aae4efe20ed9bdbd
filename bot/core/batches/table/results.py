"""What became of a batch's rows, as a table: it can be handed on, and given to a batch anew. Pure."""

from collections.abc import Sequence

from bot.core import csv_tables
from bot.core.batches.table.columns import RESULT_COLUMNS, Column
from bot.core.models import (
    ANY_RATIO,
    BadRow,
    Batch,
    BatchRow,
    FailureCode,
    GenerationState,
    RowResult,
    RowStatus,
)

NOT_STARTED, NOT_MADE = "not started", "not made"
"""What became of rows that cannot be made, and of those that were never begun."""
CANCELLED = "cancelled"

REASONS = {
    "INSUFFICIENT_CREDITS": "no credits left at Bloom",
    "PAYMENT_REQUIRED": "Bloom waits for a payment",
    "FORBIDDEN": "not in the Bloom plan",
    "FEATURE_NOT_ENTITLED": "not in the Bloom plan",
    "UNAUTHORIZED": "Bloom doesn't accept the connection any more",
    "BRAND_NOT_FOUND": "the brand isn't at Bloom any more",
    "SESSION_NOT_FOUND": "the brand isn't at Bloom any more",
    "BRAND_NOT_READY": "the brand isn't ready",
    "SESSION_MISSING_BRAND_IMAGE": "the brand isn't ready",
    "INTERNAL_ERROR": "Bloom had a problem on its side",
    "INTERNAL_SERVER_ERROR": "Bloom had a problem on its side",
    FailureCode.CONTENT_SAFETY: "stopped by Bloom's safety check",
    FailureCode.RATE_LIMITED: "Bloom was too busy",
    FailureCode.IMAGE_FAILED: "Bloom couldn't draw it",
    FailureCode.NOT_CONNECTED: "Bloom isn't connected",
    FailureCode.UNAVAILABLE: "Bloom didn't answer",
    FailureCode.TIMED_OUT: "Bloom took too long",
    FailureCode.SLACK: "Slack didn't let me post it",
    FailureCode.UNEXPECTED: "something went wrong on my side",
    FailureCode.UNINSTALLED: "I was removed from the workspace",
    FailureCode.NOT_MADE: "Bloom never made it",
}
"""Why a row has not all its images, in a few words; Bloom's other codes are words themselves."""


def result_table(batch: Batch, results: Sequence[RowResult]) -> bytes:
    """Return all rows as CSV in their order: those with a result, and those that cannot be made."""
    rows = {result.row.number: _made(result) for result in results}
    rows |= {row.number: _bad(row) for row in batch.bad_rows}
    cells = ({name: _kept(cell) for name, cell in rows[number].items()} for number in sorted(rows))
    return csv_tables.beginning(RESULT_COLUMNS) + csv_tables.lines(RESULT_COLUMNS, cells)


def _made(result: RowResult) -> dict[str, str]:
    return {
        **_asked(result.row),
        "status": NOT_MADE if result.status is RowStatus.WAITING else result.status.value,
        "reason": "; ".join(filter(None, (_reason(result), _deleted(result)))),
        "credits": str(result.credits),
        "images": " ".join(image.url or "" for _, image in result.images if image.deleted_by is None),
    }


def _asked(row: BatchRow) -> dict[str, str]:
    chosen = row.parameters
    return {
        "row": str(row.number),
        Column.PROMPT: chosen.prompt,
        Column.BRAND: row.brand_name,
        Column.ASPECT_RATIO: chosen.aspect_ratio or ANY_RATIO,
        Column.MODEL: chosen.model,
        Column.SIZE: chosen.size,
        Column.VARIANTS: str(chosen.variants),
        Column.NOTE: row.note,
    }


def _bad(row: BadRow) -> dict[str, str]:
    return {
        "row": str(row.number),
        Column.PROMPT: row.prompt,
        "status": NOT_STARTED,
        "reason": " ".join(row.reasons),
        "credits": "0",
    }


def _reason(result: RowResult) -> str:
    if result.status is RowStatus.WAITING:
        return CANCELLED
    if result.status not in (RowStatus.PARTLY_MADE, RowStatus.FAILED):
        return ""
    if result.failure is not None:
        code = result.failure.code
        return REASONS.get(code, code.replace("_", " ").lower())
    is_cancelled = result.latest is not None and result.latest.state is GenerationState.CANCELLED
    return CANCELLED if is_cancelled else REASONS[FailureCode.NOT_MADE]


def _deleted(result: RowResult) -> str:
    count = sum(image.deleted_by is not None for _, image in result.images)
    return f"{count} {'image' if count == 1 else 'images'} deleted" if count else ""


def _kept(cell: str) -> str:
    """Return a cell, one that looks as if it was made harmless with one more apostrophe: reading takes one away."""
    return f"'{cell}" if csv_tables.as_typed(cell) != cell else cell
