"""What people do with results: derived images, sets, and the messages that show an image."""

from sqlite_utils import Database


def m005_results(database: Database) -> None:
    """Say what images were derived from, how far a set is, and which messages show an image."""
    generations = database.table("generations")
    generations.add_column("source", str)
    generations.add_column("is_preview", int, not_null_default=0)
    generations.add_column("yields", str, not_null_default="[]")
    generations.add_column("gathered_ids", str, not_null_default="[]")
    generations.add_column("shortfall", str)
    generations.add_column("orders", int, not_null_default=1)
    _count_orders_taken(database)
    _create_showings(database)
    made = "SELECT COUNT(*) FROM generation_images WHERE generation_id = generations.id"
    database.execute(f"UPDATE generations SET yields = json_array(({made})) WHERE ({made}) > 0")  # noqa: S608 -- ours
    database.execute(
        "INSERT INTO showings (generation_id, image_id, channel_id, message_id, thread_id)"
        " SELECT id, image_id, place_channel_id, reply_id, place_thread_id"
        " FROM generations JOIN generation_images ON generation_id = id"
        " WHERE state = 'delivered' AND reply_id IS NOT NULL AND place_channel_id IS NOT NULL"
    )


def _create_showings(database: Database) -> None:
    required = dict.fromkeys(("image_id", "generation_id", "channel_id", "message_id", "thread_id"), str)
    showings = database.table("showings").create(
        {**required, **dict.fromkeys(("file_id", "vector_id", "shared_by", "note"), str), "is_link": int},
        pk=("image_id", "channel_id", "message_id"),
        not_null=[*required, "is_link", "note"],
        defaults={"is_link": 0, "note": ""},
        foreign_keys=[("generation_id", "generations", "id")],
        strict=True,
    )
    showings.create_index(["generation_id"])
    showings.create_index(["channel_id", "thread_id", "message_id"])


def _count_orders_taken(database: Database) -> None:
    """Count, of a set that has ended early, only what Bloom took: each of its orders costs the same."""
    database.execute("DROP INDEX idx_generations_spent")
    database.execute("ALTER TABLE generations DROP COLUMN spent")
    database.execute(
        "ALTER TABLE generations ADD COLUMN spent INTEGER GENERATED ALWAYS AS (CASE"
        " WHEN state NOT IN ('delivered', 'failed', 'cancelled') THEN credits"
        " WHEN submitted_at IS NULL THEN 0"
        " WHEN json_valid(yields) THEN credits * MAX(json_array_length(yields), 1) / orders"
        " ELSE credits END)"
    )
    database.execute("CREATE INDEX idx_generations_spent ON generations (workspace_id, created_at, user_id, spent)")
