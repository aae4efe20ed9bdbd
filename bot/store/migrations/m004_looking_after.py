"""Looking after the bot: preferences, the audit log, what images cost, and brands that somebody waits for."""

from sqlite_utils import Database


def m004_looking_after(database: Database) -> None:
    """Say what workspaces have decided, who changed what, which brands somebody waits for, and what images cost."""
    _create_decisions(database)
    generations = database.table("generations")
    generations.add_column("credits", int, not_null_default=0)
    database.execute(
        "UPDATE generations SET credits = CAST(COALESCE(json_extract(parameters, '$.variants'), 1) AS INTEGER)"
        " * CASE json_extract(parameters, '$.size') WHEN '4K' THEN 2 ELSE 1 END WHERE json_valid(parameters)"
    )
    database.execute(
        "ALTER TABLE generations ADD COLUMN spent INTEGER GENERATED ALWAYS AS (CASE"
        " WHEN submitted_at IS NULL AND state IN ('delivered', 'failed', 'cancelled') THEN 0 ELSE credits END)"
    )
    database.execute("CREATE INDEX idx_generations_spent ON generations (workspace_id, created_at, user_id, spent)")
    database.execute(
        "CREATE INDEX idx_generations_made ON generations (workspace_id, created_at, id) WHERE state = 'delivered'"
    )


def _create_decisions(database: Database) -> None:
    revision = {"workspace_id": str, "revision": int, "defaults": str, "channels": str, "limits": str}
    database.table("preferences").create(
        {**revision, "changed_by": str, "changed_at": str},
        pk=("workspace_id", "revision"),
        not_null=list(revision),
        strict=True,
    )
    event = dict.fromkeys(("id", "workspace_id", "at", "action", "subject", "detail"), str)
    audit_log = database.table("audit_log")
    audit_log.create({**event, "user_id": str}, pk="id", not_null=list(event), strict=True)
    audit_log.create_index(["workspace_id", "at", "id"])
    job = dict.fromkeys(("id", "workspace_id", "connection_id", "asked_by", "created_at", "wanted"), str)
    database.table("brand_jobs").create({**job, "brand_id": str}, pk="id", not_null=list(job), strict=True)
