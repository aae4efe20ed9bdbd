"""The first version: connections as they were when there was one a workspace, and generations."""

from sqlite_utils import Database


def m001_first_tables(database: Database) -> None:
    """Create what connecting Bloom and generating images need."""
    _create_secrets(database)
    _create_generations(database)


def _create_secrets(database: Database) -> None:
    database.table("canaries").create({"sealed": str}, pk="sealed", not_null=["sealed"], strict=True)
    database.table("connections").create(
        {
            "workspace_id": str,
            "credential": str,
            "account_email": str,
            "account_name": str,
            "connected_by": str,
            "connected_at": str,
        },
        pk="workspace_id",
        not_null=["workspace_id", "credential", "account_email", "connected_at"],
        strict=True,
    )
    database.table("brand_looks").create(
        {"workspace_id": str, "seen_at": str, "brands": str},
        pk="workspace_id",
        not_null=["workspace_id", "seen_at", "brands"],
        strict=True,
    )


def _create_generations(database: Database) -> None:
    requested = dict.fromkeys(
        ("id", "key", "workspace_id", "channel_id", "user_id", "brand_id", "brand_name", "parameters"), str
    )
    generations = database.table("generations").create(
        {
            **requested,
            "thread_id": str,
            "created_at": str,
            "state": str,
            "place_channel_id": str,
            "place_message_id": str,
            "place_thread_id": str,
            "place_is_fallback": int,
            "submitted_at": str,
            "attempts": int,
            "images": str,
            "failure_code": str,
            "failure_detail": str,
            "failure_action_url": str,
            "reply_id": str,
            "finished_at": str,
        },
        pk="id",
        not_null=[*requested, "created_at", "state", "attempts", "images"],
        defaults={"attempts": 0, "images": "[]"},
        strict=True,
    )
    generations.create_index(["key"], unique=True)
    generations.create_index(["workspace_id", "created_at"])
    database.execute(
        "CREATE INDEX idx_generations_unfinished ON generations (created_at)"
        " WHERE state NOT IN ('delivered', 'failed', 'cancelled')"
    )
    images = database.table("generation_images").create(
        {"image_id": str, "generation_id": str, "position": int},
        pk="image_id",
        not_null=["image_id", "generation_id", "position"],
        foreign_keys=[("generation_id", "generations", "id")],
        strict=True,
    )
    images.create_index(["generation_id", "position"], unique=True)
