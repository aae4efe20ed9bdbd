"""One piece of work a key, however many ask."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from bot.core.errors import BloomUnavailable
from bot.core.single_flight import SingleFlight
from bot.core.tasks import Tasks
from tests.fakes.eventually import settle


class Work:
    """Work that waits for its gate and counts how often it began."""

    def __init__(self) -> None:
        self.began = 0
        self.gate = asyncio.Event()
        self.error: Exception | None = None

    async def __call__(self) -> int:
        self.began += 1
        number = self.began
        await self.gate.wait()
        if self.error:
            raise self.error
        return number


@pytest.fixture
async def tasks() -> AsyncIterator[Tasks]:
    tasks = Tasks()
    yield tasks
    await tasks.stop()


@pytest.fixture
def flights(tasks: Tasks) -> SingleFlight[str, int]:
    return SingleFlight(tasks, "work on")


async def test_all_who_ask_meanwhile_get_the_same_answer(flights: SingleFlight[str, int]) -> None:
    work = Work()
    asking = [asyncio.create_task(flights.join("a", work)) for _ in range(3)]
    await settle()
    work.gate.set()
    assert await asyncio.gather(*asking) == [1, 1, 1]


async def test_keys_do_not_wait_for_each_other(flights: SingleFlight[str, int]) -> None:
    slow, quick = Work(), Work()
    quick.gate.set()
    flights.begin("a", slow)
    assert await flights.join("b", quick) == 1


async def test_who_asks_at_the_moment_in_which_work_ends_gets_a_new_answer(flights: SingleFlight[str, int]) -> None:
    work = Work()
    flight = flights.begin("a", work)
    await settle()
    work.gate.set()
    while not flight.done():
        await asyncio.sleep(0)
    work.gate.clear()
    later = flights.begin("a", work)
    await settle()
    assert flights.begin("a", work) is later
    work.gate.set()
    assert (await flight, await later) == (1, 2)
    await settle()
    assert len(flights) == 0


async def test_who_asks_later_gets_a_new_answer(flights: SingleFlight[str, int]) -> None:
    work = Work()
    work.gate.set()
    assert [await flights.join("a", work), await flights.join("a", work)] == [1, 2]


async def test_failure_reaches_all_who_wait_and_nobody_later(flights: SingleFlight[str, int]) -> None:
    work = Work()
    work.error = BloomUnavailable("away")
    asking = [asyncio.create_task(flights.join("a", work)) for _ in range(2)]
    await settle()
    work.gate.set()
    outcomes = await asyncio.gather(*asking, return_exceptions=True)
    assert outcomes == [work.error, work.error]
    work.error = None
    assert await flights.join("a", work) == 2


async def test_caller_who_leaves_does_not_end_the_work(flights: SingleFlight[str, int]) -> None:
    work = Work()
    leaving, staying = (asyncio.create_task(flights.join("a", work)) for _ in range(2))
    await settle()
    leaving.cancel()
    work.gate.set()
    assert await staying == 1


async def test_flights_that_landed_are_forgotten(flights: SingleFlight[str, int]) -> None:
    work = Work()
    work.gate.set()
    for key in "abc":
        await flights.join(key, work)
    assert not flights._flights


async def test_vital_work_is_not_cut_off_by_a_stop(tasks: Tasks) -> None:
    work = Work()
    flight = SingleFlight[str, int](tasks, "renew", is_vital=True).begin("a", work)
    await settle()
    stopping = asyncio.create_task(tasks.stop())
    await settle()
    work.gate.set()
    await stopping
    assert await flight == 1
