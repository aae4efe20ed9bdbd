"""The front desk for batches, put together with everybody who works behind it.

Who works on a batch is new for each: what they remember is of that one alone.
"""

from bot.core.batches.batches import Batches
from bot.core.batches.best_effort import BestEffort
from bot.core.batches.closing import Closing
from bot.core.batches.conductor import Conductor
from bot.core.batches.conductors import Conductors
from bot.core.batches.drafting import Drafting
from bot.core.batches.feeding import Feeding
from bot.core.batches.posting import Posting
from bot.core.batches.record import Record
from bot.core.batches.redrawing import Redrawing
from bot.core.batches.reporting import Reporting
from bot.core.clock import Clock
from bot.core.generations import Generations
from bot.core.managers import Managers
from bot.core.ports import BatchMessenger, Packing, Store
from bot.core.tasks import Tasks


def batches_of(
    store: Store,
    drafting: Drafting,
    generations: Generations,
    managers: Managers,
    redrawing: Redrawing,
    *,
    messenger: BatchMessenger,
    packing: Packing,
    clock: Clock,
    tasks: Tasks,
) -> Batches:
    """Return the front desk of this process; nobody is at work on a batch yet."""
    record = Record(store, clock)
    feeding = Feeding(store, record, generations)

    def hire(batch_id: str) -> Conductor:
        best_effort = BestEffort(batch_id, clock)
        posting = Posting(store, record, messenger, redrawing, best_effort=best_effort, clock=clock)
        closing = Closing(store, record, messenger, packing, best_effort=best_effort, clock=clock)
        reporting = Reporting(record, messenger, posting, closing, best_effort=best_effort, clock=clock)
        return Conductor(batch_id, record, feeding, reporting, clock=clock, tasks=tasks)

    return Batches(store, drafting, record, Conductors(hire, tasks), managers, clock=clock)
