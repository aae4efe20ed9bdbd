"""The front desk for images: what people ask for is on disk before they are told that it is under way."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from uuid import uuid4

from bot.core.changes import Changes
from bot.core.clock import Clock, done_within, given
from bot.core.connections import Connections
from bot.core.engine import Engine
from bot.core.errors import NeedsConfirmation, NotAllowed, OutsideLimits
from bot.core.journey import Endings
from bot.core.managers import Managers
from bot.core.models import FailureCode, Generation, GenerationRequest, GenerationState, Place
from bot.core.months import month_of
from bot.core.policy import PATIENCE, Policy
from bot.core.ports import Store

CANCEL_PATIENCE = 30.0
"""Seconds that a wish to cancel waits for an answer of Bloom's or Slack's that is on its way."""
TELL_PATIENCE = 10.0
"""Seconds that whoever cancelled waits for the request message to say so."""


class Generations:
    """Starts generations, cancels them, and starts failed ones again."""

    def __init__(
        self,
        store: Store,
        engine: Engine,
        endings: Endings,
        connections: Connections,
        managers: Managers,
        *,
        policy: Policy,
        changes: Changes,
        clock: Clock,
    ) -> None:
        self._store = store
        self._engine = engine
        self._endings = endings
        self._connections = connections
        self._managers = managers
        self._policy = policy
        self._changes = changes
        self._clock = clock

    async def start(self, request: GenerationRequest, *, confirmed: int = 0, place: Place | None = None) -> Generation:
        """Write the request down and set it going, as far as the workspace's limits allow it.

        With a ``place`` it is announced already, as an attempt at a row is by its batch.
        The same key again returns the generation it already made, whatever the limits say by now. Raises
        OutsideLimits, and NeedsConfirmation when it costs more than the ``confirmed`` credits and than goes without.
        """
        try:
            caps = await self._policy.admit(request, confirmed=confirmed)
        except (OutsideLimits, NeedsConfirmation):
            if (generation := await self._store.generation_by_key(request.key)) is None:
                raise
        else:
            generation = await self._store.add_generation(
                uuid4().hex, request, self._clock.now(), worker_id=self._engine.worker_id, caps=caps, place=place
            )
        self._engine.take(generation)
        self._changes.tell(request.workspace_id)
        return generation

    async def get(self, generation_id: str) -> Generation | None:
        """Return the generation with this id."""
        return await self._store.generation(generation_id)

    async def cancel(self, generation_id: str, user_id: str, *, patience: float = CANCEL_PATIENCE) -> Generation:
        """Cancel a generation, and return it as it is then: cancelled, or what it became.

        The wish is on record first. What is just being sent to Bloom is cancelled as soon as Bloom has answered, which
        is waited for, a while; images that Bloom has begun then are paid for and stay there. A cancelled one that is
        stale comes from a request message that does not say so. Raises NotAllowed unless it is their own request, or
        they look after Bloom there.
        """
        generation = await self._store.generation(generation_id)
        if generation is None or not await self._may_cancel(generation, user_id):
            raise NotAllowed(f"{user_id} may not cancel {generation_id}")
        wished = await self._store.cancel_generation(generation_id, self._clock.now(), by=user_id) or generation
        if wished.is_undecided:
            await given(self._clock, patience, self._until_decided(generation_id))
        elif wished.state is GenerationState.CANCELLED:
            await self._engine.drop(generation_id)
        row = await self._store.generation(generation_id) or wished
        if row.state is not GenerationState.CANCELLED:
            return row
        await done_within(self._clock, TELL_PATIENCE, self._endings.tell(generation_id))
        return await self._store.generation(generation_id) or row

    async def again(self, failed: Generation, user_id: str, **changes: object) -> Generation:
        """Start what failed of a generation again in its thread; once for the same changes, however often it is asked.

        One that Bloom may have been paid for already goes on from there: its images are looked for first, and what was
        made but could not be posted is posted. If there are none, they are paid for by the credits that are counted
        already: to who asked first, in that month. Anybody else, or any later, the search is all that is done; to ask
        once more after that is a new request. One that is under way, or has all its images by now, is returned as it
        is. The limits bind whoever asks; only a yes to what it costs is not asked for once more, since it never costs
        more than what was asked for, and confirmed where it had to be, before. Raises OutsideLimits.
        """
        if failed.is_unposted and not changes:
            return await self._post_after_all(failed)
        if not failed.state.is_final or len(failed.pictures) >= failed.request.parameters.image_count:
            return failed
        wish = _wish_again(failed, user_id, changes)
        if may_be_paid(failed) and not changes:
            return await self.resume(failed, user_id)
        return await self.start(wish, confirmed=wish.parameters.credits)

    async def resume(self, failed: Generation, user_id: str, *, patience: float = PATIENCE) -> Generation:
        """Go on with one that `may_be_paid`, as `again` does. Raises OutsideLimits, as `Policy.let_in` does.

        Its credits are counted already. A direct message may stand in for the channel that it was asked for in.
        """
        request = failed.request
        await self._policy.let_in(request.workspace_id, user_id, request.channel_id, patience=patience)
        return await self._resume(failed, user_id)

    async def take_back(self, batch_id: str) -> None:
        """Cancel the attempts of a batch that Bloom was not asked for."""
        taken_back = await self._store.take_back_queued(batch_id, self._clock.now())
        await asyncio.gather(*(self._engine.drop(generation_id) for generation_id in taken_back))

    async def _resume(self, failed: Generation, user_id: str) -> Generation:
        """Go on with what Bloom may have been paid for. Of a set that was cut, that is not what it was cut of.

        Its images stay on record: the reply that shows some of them stands, and it may be cancelled on its way.
        """
        anew = failed.but(state=GenerationState.SUBMITTING, reply_id=None, finished_at=None)
        anew = anew.but(connection_id=await self._asked_through(failed))
        if failed.is_doubtful:
            anew = anew.but(yields=failed.yields[:-1], failure=failed.failure or failed.shortfall)
        elif failed.image_ids:
            anew = anew.but(state=GenerationState.WAITING, submitted_at=self._clock.now(), failure=None)
        if self._is_counted(failed, user_id):
            anew = anew.but(failure=None)
        return await self._go_on(failed, anew)

    def _is_counted(self, failed: Generation, user_id: str) -> bool:
        """Whether what it costs, if it is paid for now, stands to this person's account of this month already."""
        is_of_this_month = month_of(failed.created_at) == month_of(self._clock.now())
        return is_of_this_month and failed.request.user_id == user_id

    async def _asked_through(self, failed: Generation) -> str | None:
        """Return the connection that Bloom was asked through, or where that is of no use any more, the present one."""
        workspace_id = failed.request.workspace_id
        asked = await self._connections.by_id(failed.connection_id, workspace_id)
        if asked is None or asked.is_broken:
            asked = await self._connections.current(workspace_id)
        return asked.id if asked else None

    async def _post_after_all(self, failed: Generation) -> Generation:
        """Go on as after an answer of Slack's that was lost: the reply may stand, so it is looked for first."""
        return await self._go_on(failed, failed.but(state=GenerationState.POSTING, failure=None))

    async def _go_on(self, failed: Generation, anew: Generation) -> Generation:
        anew = anew.but(owner=self._engine.worker_id, faults=0)
        if not await self._store.save_generation(anew, was=failed.state, worker_id=anew.owner):
            return await self._store.generation(failed.id) or failed
        self._engine.take(anew)
        return anew

    async def _may_cancel(self, generation: Generation, user_id: str) -> bool:
        request = generation.request
        return user_id == request.user_id or await self._managers.is_manager(request.workspace_id, user_id)

    async def _until_decided(self, generation_id: str) -> None:
        """Wait while a message to Slack or a request to Bloom is on its way: the row does not know yet what it is."""
        while (row := await self._store.generation(generation_id)) and row.is_undecided:
            if not self._engine.works_on(generation_id):
                return
            await self._engine.moved(generation_id)  # at once: a step that ends in between would be missed


def _wish_again(failed: Generation, user_id: str, changes: Mapping[str, object]) -> GenerationRequest:
    """Return the wish for what failed, in its thread; the same for the same changes, whoever has it."""
    place, request = failed.place, failed.request
    what = "-".join(f"{name}:{value}" for name, value in sorted(changes.items())) or "same"
    wish = replace(
        request,
        key=f"again:{failed.id}:{what}",
        user_id=user_id,
        batch=None,
        parameters=request.parameters.but(**{**_missing(failed), **changes}),
    )
    if place is None or request.is_preview:  # which is asked for in a channel, though it stands in a direct message
        return wish
    return replace(wish, channel_id=place.channel_id, thread_id=place.thread_id)


def _missing(failed: Generation) -> dict[str, object]:
    """Return what is to be made again: the shapes that lack most, with what they lack, so that none is made too often.

    A set asks for as many images in each shape.
    """
    most = max(failed.missing)
    orders = zip(failed.request.parameters.orders, failed.missing, strict=True)
    shapes = [order.aspect_ratio for order, lacks in orders if lacks == most]
    return {"variants": most, "aspect_ratio": shapes[0], "further_ratios": tuple(shapes[1:])}


def may_be_paid(failed: Generation) -> bool:
    """Whether Bloom may have been paid for images whose end it has not told, and nobody cancelled."""
    if failed.state is GenerationState.CANCELLED:
        return False
    if failed.is_doubtful:
        return True
    if not failed.image_ids:
        return failed.submitted_at is not None
    if told := [image for image in failed.images if not image.deleted_by]:
        return not all(image.is_settled for image in told)
    return failed.failure is not None and failed.failure.code != FailureCode.IMAGE_FAILED
