"""The audit log as a table that spreadsheets open. Pure."""

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime

from bot.core import csv_tables
from bot.core.models import ANY_RATIO, AuditEvent, Generation, GenerationState, Parameters, Place

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
    "operation",
    "derived_by",
    "source_image",
    "is_preview",
    "references",
    "deleted",
)
MADE = "image"
"""What a line says that is no change, but a generation."""
BEGINNING = csv_tables.beginning(COLUMNS)


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
    return csv_tables.lines(COLUMNS, (_cells(entry, names, permalink) for entry in entries))


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
    request, failure, source = generation.request, generation.failure, generation.request.source
    chosen = request.parameters
    return {
        "what": MADE,
        "prompt": chosen.prompt,
        "brand_id": chosen.brand_id,
        "brand": request.brand_name,
        **_asked(chosen),
        "credits": str(generation.spent_credits),
        "outcome": _outcome(generation),
        "reason": failure.code if failure else "",
        "images": " ".join(image.url or "" for image in generation.present),
        "deleted": " ".join(f"{image.id} ({image.deleted_by})" for image in generation.images if image.deleted_by),
        "derived_by": source.derivation.value if source else "",
        "source_image": source.image_id if source else "",
        "is_preview": "yes" if request.is_preview else "",
    }


def _asked(chosen: Parameters) -> dict[str, str]:
    """Return what was asked for. What is not told in words is asked of no model, and in no size."""
    return {
        "operation": chosen.operation.value,
        "shape": " ".join(chosen.ratios) or ANY_RATIO,
        "model": chosen.model.value if chosen.operation.is_in_words else "",
        "size": chosen.size.value if chosen.operation.is_in_words else "",
        "images_asked": str(chosen.image_count),
        "references": str(chosen.reference_count or ""),
    }


def _outcome(generation: Generation) -> str:
    if not generation.state.is_final:
        return "under way"
    if generation.state is GenerationState.DELIVERED and not generation.pictures:
        return GenerationState.FAILED.value
    return generation.state.value
