"""The writes of a journey: each says which state it expects, and that the row is still ours."""

from collections.abc import Sequence

import structlog

from bot.core.clock import Clock
from bot.core.errors import LeaseLost
from bot.core.models import Generation, GenerationState, Showing
from bot.core.ports import Store
from bot.core.retrying import PAUSES, after_pauses, store_fails

log = structlog.get_logger(__name__)


class Overtaken(Exception):
    """Somebody moved this generation on, or cancelled it; nothing more may be done about it here."""


async def write(store: Store, generation: Generation, *, was: GenerationState) -> Generation:
    """Write a generation that was in this state, and return it as it is written. Raises Overtaken or LeaseLost."""
    if generation.state is not was:
        generation = generation.but(faults=0)
    if not await store.save_generation(generation, was=was, worker_id=generation.owner):
        raise await _reason_not_to_go_on(store, generation)
    log.info("generation", id=generation.id, was=was.value, now=generation.state.value)
    return generation


async def record(store: Store, clock: Clock, done: Generation, *, was: GenerationState) -> Generation:
    """Write down what Bloom or Slack has just answered. As `write`, but a database that fails is tried for a while.

    What is forgotten here can only be looked for outside, and is not found for sure.
    """
    again = after_pauses(clock, PAUSES, when=store_fails)
    written: Generation = await again(write, store, done, was=was)
    return written


async def keep(store: Store, clock: Clock, generation_id: str, showings: Sequence[Showing]) -> None:
    """Write down which messages show the images, however often that has to be tried for a while."""
    if showings:
        await after_pauses(clock, PAUSES, when=store_fails)(store.add_showings, generation_id, showings)


async def _reason_not_to_go_on(store: Store, generation: Generation) -> Exception:
    row = await store.generation(generation.id)
    is_lost = row is not None and not row.state.is_final and row.owner != generation.owner
    return LeaseLost(generation.id) if is_lost else Overtaken(generation.id)
