"""The front desk for images: what people ask for is on disk before they are told that it is under way."""

from uuid import uuid4

from bot.core.clock import Clock
from bot.core.engine import Engine
from bot.core.models import FailureCode, Generation, GenerationRequest, GenerationState
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
        """Start what failed of a generation again in its thread; once for the same changes, however often it is asked.

        One that Bloom may have been paid for already goes on from there: its images are looked for first. One that is
        under way, or has all its images by now, is returned as it is.
        """
        place, missing = failed.place, failed.request.parameters.variants - len(failed.pictures)
        if not failed.state.is_final or missing < 1:
            return failed
        if _may_be_paid(failed) and not changes:
            return await self._resume(failed)
        what = "-".join(f"{name}:{value}" for name, value in sorted(changes.items())) or "same"
        return await self.start(
            GenerationRequest(
                key=f"again:{failed.id}:{what}",
                workspace_id=failed.request.workspace_id,
                channel_id=place.channel_id if place else failed.request.channel_id,
                user_id=user_id,
                parameters=failed.request.parameters.but(**{"variants": missing, **changes}),
                brand_name=failed.request.brand_name,
                thread_id=place.thread_id if place else failed.request.thread_id,
            )
        )

    async def _resume(self, failed: Generation) -> Generation:
        anew = failed.but(state=GenerationState.SUBMITTING, images=(), failure=None, reply_id=None, finished_at=None)
        if failed.image_ids:
            anew = anew.but(state=GenerationState.WAITING, submitted_at=self._clock.now())
        if not await self._store.save_generation(anew, was=failed.state):
            return await self._store.generation(failed.id) or failed
        self._engine.take(anew)
        return anew


def _may_be_paid(failed: Generation) -> bool:
    """Whether Bloom may have been paid for images whose end it has not told."""
    if not failed.image_ids:
        return failed.submitted_at is not None
    if failed.images:
        return not all(image.is_settled for image in failed.images)
    return failed.failure is not None and failed.failure.code != FailureCode.IMAGE_FAILED
