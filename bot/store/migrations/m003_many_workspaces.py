"""Many workspaces: installations, sign-ins, managers, and connections that can be replaced."""

from sqlite_utils import Database


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
