"""The front desk for images: what people ask for is on disk before they are told that it is under way."""

from uuid import uuid4

from bot.core.clock import Clock
from bot.core.engine import Engine
from bot.core.models import Generation, GenerationRequest, GenerationState
from bot.core.ports import Store


class Generations:
    """Starts generations, and starts failed ones again."""

    def __init__(self, store: Store, engine: Engine, clock: Clock) -> None:
        self._store = store
        self._engine = engine
        self._clock = clock

    async def start(self, request: GenerationRequest) -> Generation:
        """Write the request down and set it going. The same key again returns the generation it already made."""
        generation = await self._store.add_generation(uuid4().hex, request, self._clock.now())
        self._engine.take(generation)
        return generation

    async def get(self, generation_id: str) -> Generation | None:
        """Return the generation with this id."""
        return await self._store.generation(generation_id)

    async def again(self, failed: Generation, user_id: str, **changes: object) -> Generation:
        """Start a failed generation again in its thread, some parameters changed; once, however often it is asked.

        One whose images were under way when it failed is not paid for again: they are looked for once more.
        """
        if failed.image_ids and not failed.images and not changes:
            return await self._look_again(failed)
        place = failed.place
        what = "-".join(f"{name}:{value}" for name, value in sorted(changes.items())) or "same"
        return await self.start(
            GenerationRequest(
                key=f"again:{failed.id}:{what}",
                workspace_id=failed.request.workspace_id,
                channel_id=place.channel_id if place else failed.request.channel_id,
                user_id=user_id,
                parameters=failed.request.parameters.but(**changes),
                brand_name=failed.request.brand_name,
                thread_id=place.thread_id if place else failed.request.thread_id,
            )
        )

    async def _look_again(self, failed: Generation) -> Generation:
        waiting = failed.but(
            state=GenerationState.WAITING, failure=None, reply_id=None, finished_at=None, submitted_at=self._clock.now()
        )
        if await self._store.save_generation(waiting, was=GenerationState.FAILED):
            self._engine.take(waiting)
        return waiting
