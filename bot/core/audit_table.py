"""The audit log as a table that spreadsheets open. Pure.

A cell that begins like a formula would be one in a spreadsheet, whoever typed it: such a cell gets an apostrophe.
"""

import csv
import io
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime

from bot.core.models import ANY_RATIO, AuditEvent, Generation, GenerationState, Place

Entry = Generation | AuditEvent

COLUMNS = (
    "time_utc",
    "who_id",
    "who",
    "where_id",
    "where",
    "what",
    "prompt",
    "brand_id",
    "brand",
    "shape",
    "model",
    "size",
    "images_asked",
    "credits",
    "outcome",
    "reason",
    "thread",
    "images",
    "subject",
    "detail",
)
MADE = "image"
"""What a line says that is no change, but a generation."""
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""What makes a cell a formula where somebody opens the table; the wide ones where they write Japanese."""


def time_of(entry: Entry) -> datetime:
    """Return when it happened."""
    return entry.created_at if isinstance(entry, Generation) else entry.at


def person_of(entry: Entry) -> str | None:
    """Return who did it."""
    return entry.request.user_id if isinstance(entry, Generation) else entry.user_id


def channel_of(entry: Entry) -> str | None:
    """Return where, if it was somewhere."""
    if isinstance(entry, AuditEvent):
        return None
    return entry.place.channel_id if entry.place else entry.request.channel_id


def lines(
    entries: Iterable[Entry], names: Mapping[str, str], permalink: Callable[[str, Place], str] = lambda *_: ""
) -> bytes:
    """Return the entries as lines; ``names`` of people and channels by id."""
    return _csv(_cells(entry, names, permalink) for entry in entries)


def _cells(entry: Entry, names: Mapping[str, str], permalink: Callable[[str, Place], str]) -> dict[str, str]:
    who, where = person_of(entry) or "", channel_of(entry) or ""
    at = {
        "time_utc": time_of(entry).astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
        "who_id": who,
        "who": names.get(who, ""),
        "where_id": where,
        "where": names.get(where, ""),
    }
    if isinstance(entry, AuditEvent):
        return {**at, "what": entry.action.value, "subject": entry.subject, "detail": entry.detail}
    thread = permalink(entry.request.workspace_id, entry.place) if entry.place else ""
    return {**at, **_made(entry), "thread": thread}


def _made(generation: Generation) -> dict[str, str]:
    request, failure = generation.request, generation.failure
    chosen = request.parameters
    return {
        "what": MADE,
        "prompt": chosen.prompt,
        "brand_id": chosen.brand_id,
        "brand": request.brand_name,
        "shape": chosen.aspect_ratio or ANY_RATIO,
        "model": chosen.model.value,
        "size": chosen.size.value,
        "images_asked": str(chosen.variants),
        "credits": str(_spent(generation)),
        "outcome": _outcome(generation),
        "reason": failure.code if failure else "",
        "images": " ".join(image.url or "" for image in generation.pictures),
    }


def _spent(generation: Generation) -> int:
    """Return what it has cost, as the store counts it: nothing, if it ended before Bloom was asked."""
    is_free = generation.submitted_at is None and generation.state.is_final
    return 0 if is_free else generation.request.parameters.credits


def _outcome(generation: Generation) -> str:
    if not generation.state.is_final:
        return "under way"
    if generation.state is GenerationState.DELIVERED and not generation.pictures:
        return GenerationState.FAILED.value
    return generation.state.value


def _csv(rows: Iterable[Mapping[str, str]]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, COLUMNS, restval="")
    writer.writerows({column: _harmless(cell) for column, cell in row.items()} for row in rows)
    return text.getvalue().encode("utf-8", errors="replace")


def _harmless(cell: str) -> str:
    cell = cell.replace("\x00", "")
    return f"'{cell}" if cell.startswith(FORMULA) else cell


BEGINNING = b"\xef\xbb\xbf" + ",".join(COLUMNS).encode() + b"\r\n"
"""The mark by which spreadsheets know UTF-8, and the names of the columns."""
