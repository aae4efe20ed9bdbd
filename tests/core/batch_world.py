"""A world with batches: a Bloom that lets so many through and draws as told, and a Slack that may be away."""

import asyncio
from collections import Counter
from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from bot.core.batches import Batches
from bot.core.errors import BloomRefused, BloomUnavailable, SlackUnavailable
from bot.core.models import (
    Batch,
    BatchRow,
    BatchState,
    Generation,
    ImageState,
    Limits,
    Parameters,
    Pause,
)
from tests.core.world import TEAM, World
from tests.fakes.bloom import FakeBloom
from tests.fakes.clock import EPOCH
from tests.fakes.messenger import FakeMessenger
from tests.fakes.script import Call

ME = "U1"
NO_CREDITS = BloomRefused("INSUFFICIENT_CREDITS", 402, "top up", action_url="https://bloom.test/pay")


def a_batch(count: int, **changes: Any) -> Batch:
    """Return a draft of so many rows, from row 2 on; changes are of their parameters."""
    rows = tuple(
        BatchRow(
            number=number,
            parameters=Parameters(prompt=f"Door {number}", brand_id="b1").but(**changes),
            brand_name="Acme",
        )
        for number in range(2, count + 2)
    )
    return Batch("batch-1", TEAM, ME, "C1", EPOCH, rows, title="doors.csv")


class BatchWorld:
    """Batches in a `World`."""

    def __init__(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        self.world = world
        self.is_slack_away = self.is_bloom_away = False
        self._turns = 1_000_000
        self._line = asyncio.Event()
        self._refusal: tuple[int, BloomRefused] | None = None
        self._alter: dict[str, Callable[[tuple[str, ...]], None]] = {}
        self._draw = world.bloom.draw
        monkeypatch.setattr(world.bloom, "draw", self._draw_as_told)
        world.bloom.script.watch = self._at_bloom
        world.messenger.script.watch = self._at_slack

    @property
    def desk(self) -> Batches:
        """Return the front desk of the present process."""
        return self.world.batches

    @property
    def bloom(self) -> FakeBloom:
        """Return Bloom."""
        return self.world.bloom

    @property
    def slack(self) -> FakeMessenger:
        """Return what people see."""
        return self.world.messenger

    @property
    def asked_for(self) -> list[Parameters]:
        """Return what Bloom was asked for, whether it did it or not."""
        return [call.arguments["parameters"] for call in self.bloom.script.named("generate")]

    @property
    def made_prompts(self) -> list[str]:
        """Return the words of all images that were paid for."""
        return [image.prompt or "" for image in self.bloom.gallery]

    async def drafted(self, batch: Batch) -> Batch:
        """Write a draft down."""
        await self.world.store.add_batch(batch)
        return batch

    async def started(self, batch: Batch, *, turns: int | None = None) -> Batch:
        """Start a batch; let so many rows through to Bloom and wait until they are, the others stay in line."""
        await self.drafted(batch)
        self._turns = self._turns if turns is None else turns
        started = await self.desk.start(batch.id, batch.user_id)
        if turns is not None:
            await self.until(lambda: len(self.bloom.gallery) == turns)
        return started

    def open_the_line(self) -> None:
        """Let everybody through who stands in line, or will."""
        self._turns = 1_000_000
        self._line.set()

    def refuse_from(self, images: int | None, refusal: BloomRefused) -> None:
        """Refuse every order once there are so many images; None: no more."""
        self._refusal = None if images is None else (images, refusal)

    def draw_slowly(self, prompt: str) -> None:
        """Let the images of these words take until `FakeBloom.complete`."""

        def alter(ids: tuple[str, ...]) -> None:
            for image_id in ids:
                self.bloom.change(image_id, state=ImageState.PENDING, url=None)

        self._alter[prompt] = alter

    def draw_in_part(self, prompt: str) -> None:
        """Let the last image of these words fail, once."""

        def alter(ids: tuple[str, ...]) -> None:
            self.bloom.change(ids[-1], state=ImageState.FAILED, url=None)
            del self._alter[prompt]

        self._alter[prompt] = alter

    def is_conducted(self, batch: Batch) -> bool:
        """Tell whether somebody is at work on a batch."""
        return batch.id in self.desk._conductors

    async def until(self, condition: Callable[[], object]) -> None:
        """Let time pass until this holds."""

        async def watch() -> None:
            while not condition():
                await asyncio.sleep(0.0005)

        await asyncio.wait_for(self.world.passing(watch()), 20)

    async def finished(self, batch: Batch) -> Batch:
        """Let time pass until nobody works on a batch any more, which is finished then."""
        return await self._left(batch, BatchState.FINISHED)

    async def rested(self, batch: Batch) -> Batch:
        """Let time pass until nobody works on a batch any more, which is paused then."""
        return await self._left(batch, BatchState.PAUSED)

    async def pause_of(self, batch: Batch) -> Pause:
        """Let time pass until nobody works on a batch any more, which is paused then, and return why."""
        pause = (await self.rested(batch)).pause
        assert pause is not None
        return pause

    def expect_all_made(self, batch: Batch) -> None:
        """Expect that each row was made once, and posted once in its order."""
        numbers = [row.number for row in batch.rows]
        assert sorted(self.made_prompts) == sorted(f"Door {number}" for number in numbers)
        assert self.slack.posted_rows == numbers

    async def _left(self, batch: Batch, state: BatchState) -> Batch:
        await self.until(lambda: not self.is_conducted(batch))
        await self.world.passing(self.world.idle())
        left = await self.desk.get(batch.id)
        assert left is not None
        assert left.state is state
        return left

    async def attempts(self, batch: Batch) -> tuple[Generation, ...]:
        """Return all attempts at the rows of a batch."""
        return await self.world.store.batch_attempts(batch.id)

    async def states(self, batch: Batch) -> Counter[str]:
        """Return how many attempts are in which state."""
        return Counter(attempt.state.value for attempt in await self.attempts(batch))

    async def together(self, *works: Coroutine[Any, Any, Batch]) -> list[Batch]:
        """Do these at once."""

        async def all_of_them() -> list[Batch]:
            return list(await asyncio.gather(*works))

        return await self.world.passing(all_of_them())

    async def cap(self, credits: int | None) -> None:
        """Limit what the workspace may spend this month."""
        await self.world.decide(limits=Limits(credits_per_month=credits))

    async def _at_bloom(self, call: Call) -> None:
        if self.is_bloom_away and call.name != "turn" and self.bloom.gallery:
            raise BloomUnavailable("unreachable", sent=False)
        if call.name == "turn":
            self._turns -= 1
            if self._turns < 0:
                await self._line.wait()
        if call.name == "generate" and self._refusal and len(self.bloom.gallery) >= self._refusal[0]:
            raise self._refusal[1]

    async def _at_slack(self, call: Call) -> None:
        if self.is_slack_away:
            raise SlackUnavailable("unreachable")

    def _draw_as_told(self, parameters: Parameters, **differences: Any) -> tuple[str, ...]:
        ids = self._draw(parameters, **differences)
        if alter := self._alter.get(parameters.prompt):
            alter(ids)
        return ids
