"""How the database came to its present shape. Append-only: a step that was released is never edited."""

from collections.abc import Callable, Sequence
from uuid import uuid4

from sqlite_utils import Database, Migrations

from bot.core.errors import ConfigError

Step = Callable[[Database], None]


def m001_first_tables(database: Database) -> None:
    """Create what connecting Bloom and generating images need."""
    _create_secrets(database)
    _create_generations(database)


def m002_leases(database: Database) -> None:
    """Say who works on what, how often it went wrong, and when Bloom was asked."""
    generations = database.table("generations")
    generations.add_column("owner", str)
    generations.add_column("cancelled_by", str)
    generations.add_column("faults", int, not_null_default=0)
    generations.add_column("is_stale", int, not_null_default=0)
    database.execute("CREATE INDEX idx_generations_stale ON generations (finished_at) WHERE is_stale")
    database.execute("DROP INDEX idx_generations_unfinished")
    database.execute(
        "CREATE INDEX idx_generations_unfinished ON generations (owner, created_at)"
        " WHERE state NOT IN ('delivered', 'failed', 'cancelled')"
    )
    leases = {"worker_id": str, "expires_at": str}
    database.table("leases").create(leases, pk="worker_id", not_null=list(leases), strict=True)
    workplace = {"worker_id": str, "probes": int}
    database.table("workplace").create(workplace, pk="worker_id", not_null=list(workplace), strict=True)
    database.table("workplace").insert({"worker_id": uuid4().hex, "probes": 0})
    requests = {"credential_id": str, "at": str}
    database.table("bloom_requests").create(requests, not_null=list(requests), strict=True)
    database.table("bloom_requests").create_index(["credential_id", "at"])


def m003_many_workspaces(database: Database) -> None:
    """Say where the bot is installed and who manages it there; connections get names, so that one can replace another.

    What is at Bloom already belongs to the connection that the workspace has now.
    """
    _create_installations(database)
    _create_sign_ins(database)
    _name_connections(database)
    database.table("generations").add_column("connection_id", str)
    database.execute(
        "UPDATE generations SET connection_id ="
        " (SELECT id FROM connections WHERE connections.workspace_id = generations.workspace_id)"
        " WHERE state NOT IN ('delivered', 'failed', 'cancelled') AND state != 'queued'"
    )


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


STEPS: tuple[Step, ...] = (m001_first_tables, m002_leases, m003_many_workspaces, m004_looking_after, m005_results)


def migrate(database: Database, steps: Sequence[Step] = STEPS) -> None:
    """Take the steps that the database has not taken yet, each in a transaction of its own."""
    _migrations(steps).apply(database)


def refuse_newer(database: Database, steps: Sequence[Step] = STEPS) -> None:
    """Raise ConfigError when a newer version of the bot, with steps unknown here, wrote the database."""
    known = {step.__name__ for step in steps}
    newer = [name for name in steps_taken(database) if name not in known]
    if newer:
        raise ConfigError(f"A newer version of the bot wrote this database: it has {', '.join(newer)}")


def steps_taken(database: Database) -> tuple[str, ...]:
    """Return the names of the steps that the database has taken, the oldest first: its version is the last."""
    return tuple(taken.name for taken in _migrations(()).applied(database))


def _migrations(steps: Sequence[Step]) -> Migrations:
    migrations = Migrations("bloom")
    for step in steps:
        migrations()(step)
    return migrations


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


def _create_installations(database: Database) -> None:
    database.table("installations").create(
        {
            **dict.fromkeys(("id", "workspace_id", "enterprise_id", "bot_token", "bot_id", "bot_user_id"), str),
            **dict.fromkeys(("app_id", "scopes", "name", "installed_by", "installed_at"), str),
            **dict.fromkeys(("refresh_token", "expires_at"), str),
        },
        pk="id",
        not_null=["id", "bot_token", "bot_id", "bot_user_id", "scopes", "name"],
        strict=True,
    )
    enterprise = {"workspace_id": str, "enterprise_id": str}
    workspaces = database.table("enterprise_workspaces")
    workspaces.create(enterprise, pk="workspace_id", not_null=list(enterprise), strict=True)
    workspaces.create_index(["enterprise_id"])
    manager = {"workspace_id": str, "user_id": str}
    database.table("managers").create(manager, pk=tuple(manager), not_null=list(manager), strict=True)


def _create_sign_ins(database: Database) -> None:
    """Create what is waited for once: a state is found by its hash."""
    registration = {"redirect_uri": str, "client_id": str}
    begun = dict.fromkeys(("state_hash", "verifier", "workspace_id", "user_id", "redirect_uri", "expires_at"), str)
    set_out = {"state_hash": str, "expires_at": str}
    for table, columns in (("bloom_clients", registration), ("sign_ins", begun), ("slack_states", set_out)):
        key = next(iter(columns))
        database.table(table).create(columns, pk=key, not_null=list(columns), strict=True)
    for table in ("sign_ins", "slack_states"):
        database.table(table).create_index(["expires_at"])


def _name_connections(database: Database) -> None:
    """Build the connections anew, with names of 32 hexadecimal digits, and room for a grant and a choice."""
    database.execute("ALTER TABLE connections RENAME TO former_connections")
    required = dict.fromkeys(("id", "workspace_id", "credential", "account_email", "connected_at"), str)
    connections = database.table("connections").create(
        {
            **required,
            **dict.fromkeys(("account_name", "connected_by"), str),
            **dict.fromkeys(("client_id", "refresh_token", "expires_at"), str),
            **dict.fromkeys(("bloom_workspace_id", "bloom_workspace_name"), str),
            "bloom_workspace_is_personal": int,
            **dict.fromkeys(("is_broken", "is_replaced"), int),
        },
        pk="id",
        not_null=[*required, "is_broken", "is_replaced"],
        defaults={"is_broken": 0, "is_replaced": 0},
        strict=True,
    )
    connections.create_index(["workspace_id"])
    database.execute("CREATE UNIQUE INDEX idx_connections_present ON connections (workspace_id) WHERE NOT is_replaced")
    kept = "workspace_id, credential, account_email, account_name, connected_by, connected_at"
    database.execute(
        f"INSERT INTO connections (id, {kept}) SELECT lower(hex(randomblob(16))), {kept} FROM former_connections"  # noqa: S608 -- ours
    )
    database.table("former_connections").drop()


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
