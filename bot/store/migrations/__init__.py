"""How the database came to its present shape. Append-only: a step that was released is never edited."""

from collections.abc import Callable, Sequence

from sqlite_utils import Database, Migrations

from bot.core.errors import ConfigError
from bot.store.migrations.m001_first_tables import m001_first_tables
from bot.store.migrations.m002_leases import m002_leases
from bot.store.migrations.m003_many_workspaces import m003_many_workspaces
from bot.store.migrations.m004_looking_after import m004_looking_after
from bot.store.migrations.m005_results import m005_results
from bot.store.migrations.m006_batches import m006_batches

Step = Callable[[Database], None]

STEPS: tuple[Step, ...] = (
    m001_first_tables,
    m002_leases,
    m003_many_workspaces,
    m004_looking_after,
    m005_results,
    m006_batches,
)


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
