"""Batches: tables of rows that are made one by one."""

from sqlite_utils import Database


def m006_batches(database: Database) -> None:
    """Say which row of which batch a generation is made for, and how many images were made."""
    _create_batches(database)
    generations = database.table("generations")
    generations.add_column("batch_id", str)
    generations.add_column("batch_row", int)
    generations.add_column("made", int, not_null_default=0)
    made = "json_extract(value, '$.state') = 'completed' AND json_extract(value, '$.url') IS NOT NULL"
    database.execute(
        f"UPDATE generations SET made = (SELECT COUNT(*) FROM json_each(images) WHERE {made})"  # noqa: S608 -- ours
        " WHERE images != '[]' AND json_valid(images)"
    )
    database.execute(
        "CREATE INDEX idx_generations_batch ON generations"
        " (batch_id, batch_row, id, state, submitted_at, failure_code, made, spent) WHERE batch_id IS NOT NULL"
    )


def _create_batches(database: Database) -> None:
    """Create the table: columns hold what is searched by; all else that changes is JSON in ``standing``."""
    required = dict.fromkeys(("id", "workspace_id", "user_id", "channel_id", "title", "created_at", "rows"), str)
    database.table("batches").create(
        {
            **required,
            **dict.fromkeys(("bad_rows", "state", "standing"), str),
            "revision": int,
            **dict.fromkeys(("thread_id", "finished_at"), str),
        },
        pk="id",
        not_null=[*required, "bad_rows", "state", "standing", "revision"],
        strict=True,
    )
    database.table("batches").create_index(["workspace_id"])
    database.execute(
        "CREATE INDEX idx_batches_open ON batches (created_at) WHERE state IN ('running', 'paused', 'stopping')"
    )
    database.execute("CREATE INDEX idx_batches_drafts ON batches (created_at) WHERE state = 'draft'")
