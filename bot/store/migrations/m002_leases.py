"""Several workers: who works on what, and when Bloom was asked."""

from uuid import uuid4

from sqlite_utils import Database


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
