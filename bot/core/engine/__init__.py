"""Who works on what: a worker with its lease, the generations under way, and what to do about troubles.

The `Worker` renews the lease and makes the `Rounds` that find work; the `Engine` has what is under way; a
`Supervisor` brings each to its end, by the patience of `Troubles` and with `Faults` on record.
"""

from bot.core.engine.engine import Engine
from bot.core.engine.faults import Faults
from bot.core.engine.leases import Lease, Terms
from bot.core.engine.rounds import Rounds
from bot.core.engine.supervisor import Supervisor
from bot.core.engine.worker import Worker

__all__ = ["Engine", "Faults", "Lease", "Rounds", "Supervisor", "Terms", "Worker"]
