"""Models as rows and back. Pure; times are ISO text in UTC, of one width so that text order is time order."""

import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from pydantic import TypeAdapter

from bot.core.models import (
    Brand,
    BrandJob,
    Defaults,
    Failure,
    Generation,
    GenerationRequest,
    GenerationState,
    Image,
    Limits,
    NewBrand,
    Parameters,
    Place,
    Preferences,
    RowOf,
    Source,
)

Row = Mapping[str, Any]

_BRANDS = TypeAdapter(tuple[Brand, ...])
_IMAGES = TypeAdapter(tuple[Image, ...])
_IDS = TypeAdapter(tuple[str, ...])
_DEFAULTS = TypeAdapter(Defaults)
_CHANNELS = TypeAdapter(dict[str, Defaults])
_LIMITS = TypeAdapter(Limits)
_WANTED = TypeAdapter(NewBrand | None)
_YIELDS = TypeAdapter(tuple[int, ...])
_SOURCE = TypeAdapter(Source)
_SHORTFALL = TypeAdapter(Failure)


def look_row(workspace_id: str, brands: Sequence[Brand], at: datetime) -> dict[str, Any]:
    """Return the row of one look at a workspace's brands."""
    content = _BRANDS.dump_json(tuple(brands)).decode()
    return {"workspace_id": workspace_id, "seen_at": text(at), "brands": content}


def to_look(row: Row) -> tuple[tuple[Brand, ...], datetime]:
    """Return the brands that were seen, and when."""
    return _BRANDS.validate_json(row["brands"]), datetime.fromisoformat(row["seen_at"])


def request_row(generation_id: str, request: GenerationRequest, at: datetime) -> dict[str, Any]:
    """Return the columns of a generation that never change, and its first state."""
    batch = request.batch
    return {
        "id": generation_id,
        "key": request.key,
        "workspace_id": request.workspace_id,
        "channel_id": request.channel_id,
        "user_id": request.user_id,
        "thread_id": request.thread_id,
        "brand_id": request.parameters.brand_id,
        "brand_name": request.brand_name,
        "parameters": request.parameters.model_dump_json(),
        "credits": request.parameters.credits,
        "orders": len(request.parameters.orders),
        "source": request.source and _SOURCE.dump_json(request.source).decode(),
        "is_preview": int(request.is_preview),
        "batch_id": batch and batch.batch_id,
        "batch_row": batch and batch.row,
        "created_at": text(at),
        "state": GenerationState.QUEUED.value,
    }


def progress_row(generation: Generation) -> dict[str, Any]:
    """Return the columns of a generation that change on its way, and its id."""
    failure = generation.failure
    return {
        "id": generation.id,
        "state": generation.state.value,
        **place_row(generation.place),
        "submitted_at": generation.submitted_at and text(generation.submitted_at),
        "attempts": generation.attempts,
        "faults": generation.faults,
        "is_stale": int(generation.is_stale),
        "yields": _YIELDS.dump_json(generation.yields).decode(),
        "gathered_ids": _IDS.dump_json(generation.gathered_ids).decode(),
        "images": images_text(generation.images),
        "made": len(generation.pictures),
        "failure_code": failure and failure.code,
        "failure_detail": failure and failure.detail,
        "failure_action_url": failure and failure.action_url,
        "shortfall": generation.shortfall and _SHORTFALL.dump_json(generation.shortfall).decode(),
        "reply_id": generation.reply_id,
        "finished_at": generation.finished_at and text(generation.finished_at),
        "connection_id": generation.connection_id,
    }


def place_row(place: Place | None) -> dict[str, Any]:
    """Return the columns of a generation that say where its request message stands."""
    return {
        "place_channel_id": place and place.channel_id,
        "place_message_id": place and place.message_id,
        "place_thread_id": place and place.thread_id,
        "place_is_fallback": place and int(place.is_fallback),
    }


def images_text(images: Sequence[Image]) -> str:
    """Return the images of a generation as they stand in its row."""
    return _IMAGES.dump_json(tuple(images)).decode()


def images(text: str) -> tuple[Image, ...]:
    """Return the images that stand in the row of a generation."""
    return _IMAGES.validate_json(text)


def to_generation(row: Row) -> Generation:
    """Return the generation of a row that has the image ids beside its columns, as a JSON list."""
    return Generation(
        id=row["id"],
        request=_request(row),
        state=GenerationState(row["state"]),
        created_at=datetime.fromisoformat(row["created_at"]),
        place=_place(row),
        submitted_at=time(row["submitted_at"]),
        attempts=row["attempts"],
        faults=row["faults"],
        cancelled_by=row["cancelled_by"],
        connection_id=row["connection_id"] and sys.intern(row["connection_id"]),
        is_stale=bool(row["is_stale"]),
        owner=row["owner"] and sys.intern(row["owner"]),
        image_ids=_IDS.validate_json(row["image_ids"]),
        yields=_YIELDS.validate_json(row["yields"]),
        gathered_ids=_IDS.validate_json(row["gathered_ids"]),
        images=images(row["images"]),
        failure=_failure(row),
        shortfall=_SHORTFALL.validate_json(row["shortfall"]) if row["shortfall"] else None,
        reply_id=row["reply_id"],
        finished_at=time(row["finished_at"]),
    )


def _request(row: Row) -> GenerationRequest:
    return GenerationRequest(
        key=row["key"],
        workspace_id=sys.intern(row["workspace_id"]),  # thousands in memory share a few of these
        channel_id=sys.intern(row["channel_id"]),
        user_id=sys.intern(row["user_id"]),
        parameters=Parameters.model_validate_json(row["parameters"]),
        brand_name=sys.intern(row["brand_name"]),
        thread_id=row["thread_id"],
        source=_SOURCE.validate_json(row["source"]) if row["source"] else None,
        is_preview=bool(row["is_preview"]),
        batch=RowOf(sys.intern(row["batch_id"]), row["batch_row"]) if row["batch_id"] is not None else None,
    )


def _place(row: Row) -> Place | None:
    if row["place_channel_id"] is None:
        return None
    return Place(
        channel_id=row["place_channel_id"],
        message_id=row["place_message_id"],
        thread_id=row["place_thread_id"],
        is_fallback=bool(row["place_is_fallback"]),
    )


def _failure(row: Row) -> Failure | None:
    if row["failure_code"] is None:
        return None
    return Failure(row["failure_code"], row["failure_detail"], row["failure_action_url"])


def preferences_row(workspace_id: str, preferences: Preferences) -> dict[str, Any]:
    """Return the row of one revision."""
    return {
        "workspace_id": workspace_id,
        "revision": preferences.revision,
        "defaults": _DEFAULTS.dump_json(preferences.defaults, exclude_none=True).decode(),
        "channels": _CHANNELS.dump_json(dict(preferences.channels), exclude_none=True).decode(),
        "limits": _LIMITS.dump_json(preferences.limits, exclude_none=True).decode(),
        "changed_by": preferences.changed_by,
        "changed_at": preferences.changed_at and text(preferences.changed_at),
    }


def to_preferences(row: Row) -> Preferences:
    """Return the revision of a row."""
    return Preferences(
        revision=row["revision"],
        defaults=_DEFAULTS.validate_json(row["defaults"]),
        channels=_CHANNELS.validate_json(row["channels"]),
        limits=_LIMITS.validate_json(row["limits"]),
        changed_by=row["changed_by"],
        changed_at=time(row["changed_at"]),
    )


def job_row(job: BrandJob) -> dict[str, Any]:
    """Return the row of a brand that somebody waits for."""
    return {
        "id": job.id,
        "workspace_id": job.workspace_id,
        "connection_id": job.connection_id,
        "asked_by": job.asked_by,
        "created_at": text(job.created_at),
        "brand_id": job.brand_id,
        "wanted": _WANTED.dump_json(job.wanted).decode(),
    }


def to_job(row: Row) -> BrandJob:
    """Return the brand job of a row."""
    return BrandJob(
        id=row["id"],
        workspace_id=row["workspace_id"],
        connection_id=row["connection_id"],
        asked_by=row["asked_by"],
        created_at=datetime.fromisoformat(row["created_at"]),
        brand_id=row["brand_id"],
        wanted=_WANTED.validate_json(row["wanted"]),
    )


def text(at: datetime) -> str:
    """Return a moment as it stands in the database."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def time(text: str | None) -> datetime | None:
    """Return a moment that stands in the database, if there is one."""
    return None if text is None else datetime.fromisoformat(text)
