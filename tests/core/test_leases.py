"""A worker that cannot say that it is alive lets go of everything, before somebody else may take it."""

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from bot.core.engine import Terms
from bot.core.engine.leases import BEAT
from bot.core.errors import SlackUnavailable, StoreError
from bot.core.models import Generation, ImageState
from bot.core.retrying import PAUSES
from tests.core.world import S, World, a_request
from tests.fakes.eventually import eventually

LEASE, LATE_AFTER = Terms().holds, Terms().late_after


@pytest.fixture
async def alive(tmp_path: Path) -> AsyncIterator[World]:
    """Open a world whose worker renews its lease."""
    world = World(tmp_path / "bloom.db")
    await world.start()
    await world.connect()
    world.bloom.drawn_as = ImageState.PENDING
    await world.worker.start()
    world.worker.keep()
    yield world
    await world.stop()


async def watched(world: World, times: int = 1) -> None:
    await eventually(lambda: world.bloom.script.count("watch") >= times)


async def until_delivered(world: World, generation: Generation) -> None:
    async with asyncio.timeout(10):
        while (await world.row(generation.id)).state is not S.DELIVERED:
            await world.pass_time(1)


class Trouble:
    """A database that cannot renew the lease, until it is over."""

    def __init__(self, world: World, monkeypatch: pytest.MonkeyPatch, *, is_mute: bool) -> None:
        self._renew = world.store.renew_lease
        self._is_mute = is_mute
        self._over = asyncio.Event()
        monkeypatch.setattr(world.store, "renew_lease", self.renew_lease)

    async def renew_lease(self, worker_id: str, **when: object) -> None:
        if not self._over.is_set():
            if not self._is_mute:
                raise StoreError("locked")
            await self._over.wait()
        await self._renew(worker_id, **when)  # type: ignore[arg-type]

    def end(self) -> None:
        self._over.set()


async def test_lease_is_renewed_for_as_long_as_the_worker_lives(alive: World) -> None:
    generation = await alive.generations.start(a_request())
    await watched(alive)
    await alive.pass_time(3 * LEASE.total_seconds())
    assert await alive.store.claim_generations("another", now=alive.clock.now(), limit=9) == ()
    assert alive.engine.works_on(generation.id)


async def test_dead_workers_generations_are_anothers_after_its_lease(alive: World) -> None:
    await alive.generations.start(a_request())
    await watched(alive)
    await alive.tasks.stop()
    for seconds, count in ((LEASE.total_seconds() - 1, 0), (LEASE.total_seconds() + BEAT, 1)):
        now = alive.clock.now() + timedelta(seconds=seconds)
        assert len(await alive.store.claim_generations("another", now=now, limit=9)) == count


@pytest.mark.parametrize("is_mute", [True, False], ids=["mute", "refusing"])
async def test_late_worker_lets_go_before_its_lease_ends_and_claims_again_when_it_can(
    alive: World, monkeypatch: pytest.MonkeyPatch, is_mute: bool
) -> None:
    generation = await alive.generations.start(a_request())
    await watched(alive)
    trouble = Trouble(alive, monkeypatch, is_mute=is_mute)
    await alive.pass_time(LATE_AFTER - 2)
    assert alive.engine.works_on(generation.id)
    with capture_logs() as lines:
        await alive.pass_time(4)
    assert not alive.engine.works_on(generation.id)
    assert LEASE.total_seconds() > LATE_AFTER + 2
    assert "lease is late, letting go of all generations" in [line["event"] for line in lines]
    meanwhile = await alive.generations.start(a_request("V2"))
    assert meanwhile.owner is None
    assert not alive.engine.works_on(meanwhile.id)
    trouble.end()
    alive.bloom.drawn_as = ImageState.COMPLETED
    alive.bloom.complete()
    for one in (generation, meanwhile):
        await until_delivered(alive, one)
    assert alive.bloom.script.count("generate") == len(alive.messenger.replies) == 2


async def test_short_trouble_with_the_database_costs_nobody_anything(
    alive: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await alive.generations.start(a_request())
    await watched(alive)
    trouble = Trouble(alive, monkeypatch, is_mute=False)
    await alive.pass_time(LATE_AFTER - BEAT)
    trouble.end()
    await alive.pass_time(LATE_AFTER)
    assert alive.bloom.script.count("generate") == 1
    assert alive.bloom.script.count("watch") <= 2


async def test_what_a_dead_worker_left_is_found_at_a_beat(alive: World) -> None:
    until = alive.clock.now() + LEASE
    await alive.store.renew_lease("another", until=until)
    await alive.store.add_generation("g1", a_request(), alive.clock.now(), worker_id="another")
    await alive.pass_time(LEASE.total_seconds() - BEAT)
    assert not alive.engine.works_on("g1")
    await alive.pass_time(2 * BEAT)
    await eventually(lambda: alive.engine.works_on("g1"))
    assert (await alive.row("g1")).owner == alive.lease.worker_id


async def test_what_a_dead_worker_left_is_not_held_innocent_before_it_was_survived_for_a_beat(alive: World) -> None:
    alive.messenger.script.hold("announce")
    await alive.store.add_generation("g1", a_request(), alive.clock.now(), worker_id="dead")
    await alive.pass_time(BEAT)
    await eventually(lambda: alive.engine.works_on("g1"))
    await alive.pass_time(BEAT - 2)
    assert (await alive.row("g1")).faults == 1
    async with asyncio.timeout(10):
        while (await alive.row("g1")).faults:
            await alive.pass_time(1)


async def test_generation_that_survives_a_beat_is_not_what_killed_the_process(alive: World) -> None:
    await alive.generations.start(a_request())
    await watched(alive)
    await alive.die()
    await alive.start()
    await alive.worker.start()
    alive.worker.keep()
    (row,) = [await alive.row(one) for one in alive.engine._at_work]
    assert row.faults == 1
    await watched(alive, 2)
    async with asyncio.timeout(10):
        while (await alive.row(row.id)).faults:
            await alive.pass_time(1)


async def test_taken_over_generation_is_dropped_without_a_side_effect(alive: World) -> None:
    generation = await alive.generations.start(a_request())
    await watched(alive)
    await alive.store.renew_lease("thief", until=alive.clock.now() + timedelta(hours=1))
    steal = ["thief", generation.id]
    await alive.store._writer.run(lambda db: db.execute("UPDATE generations SET owner = ? WHERE id = ?", steal))
    alive.bloom.complete()
    with capture_logs() as lines:
        await alive.pass_time(121)
        await eventually(lambda: not alive.engine.works_on(generation.id))
    assert alive.messenger.replies == []
    assert [line["reason"] for line in lines if line["event"] == "generation let go"] == [
        f"LeaseLost('{generation.id}')"
    ]


async def test_stop_hands_everything_back_in_one_statement(alive: World) -> None:
    for number in range(3):
        await alive.generations.start(a_request(f"V{number}"))
    await watched(alive, 3)
    statements: list[str] = []
    await alive.store._writer.run(lambda db: db.conn.set_trace_callback(statements.append))
    await alive.worker.stop()
    assert len([one for one in statements if one.lstrip().startswith("UPDATE generations")]) == 1
    claimed = await alive.store.claim_generations("another", now=alive.clock.now(), limit=9)
    assert [(one.state, one.faults) for one in claimed] == [(S.WAITING, 0)] * 3


async def test_stop_does_not_wait_for_a_database_that_does_not_answer(
    alive: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.core.engine.worker.END_PATIENCE", 0.01)

    async def hang(worker_id: str) -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr(alive.store, "hand_back", hang)
    with capture_logs() as lines:
        await alive.worker.stop()
    assert "generations could not be handed back" in [line["event"] for line in lines]


async def test_claim_that_fails_is_tried_at_the_next_beat(alive: World, monkeypatch: pytest.MonkeyPatch) -> None:
    claim, failures = alive.store.claim_generations, [StoreError("locked")]

    async def failing(
        worker_id: str, *, now: datetime, limit: int, most_faults: int | None = None
    ) -> tuple[Generation, ...]:
        if failures:
            raise failures.pop()
        return await claim(worker_id, now=now, limit=limit, most_faults=most_faults)

    await alive.store.add_generation("g1", a_request(), alive.clock.now())
    monkeypatch.setattr(alive.store, "claim_generations", failing)
    with capture_logs() as lines:
        async with asyncio.timeout(10):
            while not alive.engine.works_on("g1"):
                await alive.pass_time(1)
    assert "no generation could be claimed" in [line["event"] for line in lines]


async def test_claim_that_hangs_keeps_the_worker_neither_from_renewing_nor_from_letting_go(
    alive: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    generation = await alive.generations.start(a_request())
    await watched(alive)
    claims = 0

    async def hang(
        worker_id: str, *, now: datetime, limit: int, most_faults: int | None = None
    ) -> tuple[Generation, ...]:
        nonlocal claims
        claims += 1
        await asyncio.Event().wait()
        return ()

    claim = alive.store.claim_generations
    monkeypatch.setattr(alive.store, "claim_generations", hang)
    await alive.pass_time(2 * LEASE.total_seconds())
    assert await claim("another", now=alive.clock.now(), limit=9) == ()
    assert alive.engine.works_on(generation.id)
    assert claims == 1
    Trouble(alive, monkeypatch, is_mute=True)
    await alive.pass_time(LATE_AFTER + 2)
    assert not alive.engine.works_on(generation.id)


async def test_heartbeat_survives_whatever_goes_wrong(alive: World, monkeypatch: pytest.MonkeyPatch) -> None:
    renew, faults = alive.store.renew_lease, [ZeroDivisionError()]

    async def failing(worker_id: str, *, until: datetime) -> None:
        if faults:
            raise faults.pop()
        await renew(worker_id, until=until)

    await alive.generations.start(a_request())
    await watched(alive)
    monkeypatch.setattr(alive.store, "renew_lease", failing)
    with capture_logs():
        await alive.pass_time(2 * LEASE.total_seconds())
    assert not faults
    assert await alive.store.claim_generations("another", now=alive.clock.now(), limit=9) == ()


async def test_what_is_ours_on_record_and_nobody_works_on_is_taken_up(alive: World) -> None:
    await alive.add()
    async with asyncio.timeout(10):
        while not alive.engine.works_on("g1"):
            await alive.pass_time(1)
    assert alive.clock.monotonic() >= 2 * BEAT


async def test_end_that_slack_could_not_be_told_in_time_is_told_at_a_later_beat(alive: World) -> None:
    generation = await alive.generations.start(a_request())
    await watched(alive)
    alive.messenger.script.answer("update", *[SlackUnavailable("unreachable")] * 99)
    cancelling = asyncio.create_task(alive.generations.cancel(generation.id, "U1"))
    await alive.pass_time(sum(PAUSES) + 2)
    assert (await cancelling).is_stale
    alive.messenger.script.forget("update")
    async with asyncio.timeout(10):
        while alive.messenger.shown != {generation.id: S.CANCELLED}:
            await alive.pass_time(1)
    shown = alive.messenger.script.count("update")
    await alive.pass_time(3 * BEAT)
    assert alive.messenger.script.count("update") == shown
