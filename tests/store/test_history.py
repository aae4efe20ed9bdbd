"""Looking back at generations: which were made, who may see them, and what they cost."""

import itertools
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.core.models import (
    Generation,
    GenerationRequest,
    GenerationState,
    HistoryFilter,
    Image,
    ImageState,
    Parameters,
    Place,
    Spent,
)
from bot.store import SqliteStore, Vault

TEAM, NOON, WORKER = "T1", datetime(2026, 11, 22, 12, tzinfo=UTC), "w1"
NUMBERS = itertools.count(1)
DONE = GenerationState.DELIVERED


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[SqliteStore]:
    path = tmp_path / "bloom.db"
    opened = await SqliteStore.open(path, Vault.beside(path))
    yield opened
    await opened.close()


async def made(
    store: SqliteStore,
    prompt: str = "a red bicycle",
    *,
    user: str = "U1",
    channel: str = "C1",
    place: str | None = None,
    at: datetime | None = None,
    state: GenerationState = DONE,
    paid: bool = True,
    team: str = TEAM,
    **chosen: Any,
) -> Generation:
    """Write a generation that has ended; ``place`` is where its messages are, if not in its channel."""
    number = next(NUMBERS)
    at = at or NOON + timedelta(seconds=number)
    parameters = Parameters(prompt=prompt, brand_id="b1").but(**chosen)
    request = GenerationRequest(f"K{number}", team, channel, user, parameters, f"Brand {parameters.brand_id}")
    row = await store.add_generation(f"g{number:05d}", request, at, worker_id=WORKER)
    done = row.but(
        state=state,
        place=Place(place or channel, f"{number}.0", f"{number}.0"),
        submitted_at=at if paid else None,
        images=(Image(f"i{number}", ImageState.COMPLETED, url="https://bloom.test/i"),) if state is DONE else (),
        finished_at=at,
    )
    assert await store.save_generation(done, was=GenerationState.QUEUED, worker_id=WORKER)
    return done


async def found(store: SqliteStore, before: str | None = None, limit: int = 10, **wanted: Any) -> list[str]:
    """Return the prompts of the history."""
    listed = await store.history(TEAM, HistoryFilter(**wanted), before=before, limit=limit)
    return [one.request.parameters.prompt for one in listed]


async def test_newest_come_first_and_go_on_where_a_page_ended(store: SqliteStore) -> None:
    at = [await made(store, f"number {number}", at=NOON) for number in range(5)]
    assert await found(store, limit=2) == ["number 4", "number 3"]
    assert await found(store, before=at[3].id, limit=2) == ["number 2", "number 1"]
    assert await found(store, before=at[0].id) == []


async def test_only_what_has_images_and_belongs_here_is_history(store: SqliteStore) -> None:
    await made(store, state=GenerationState.FAILED)
    await made(store, state=GenerationState.CANCELLED)
    await made(store, team="T2")
    assert await found(store) == []
    assert not await store.has_images(TEAM)
    assert await store.has_images("T2")


async def test_it_is_narrowed_by_brand_person_and_words_however_capitalised(store: SqliteStore) -> None:
    await made(store, "a red bicycle")
    await made(store, "a RED door", user="U2")
    await made(store, "ein Straßenschild 100%_", brand_id="b2")
    assert await found(store, brand_id="b2") == ["ein Straßenschild 100%_"]
    assert await found(store, user_id="U2") == ["a RED door"]
    assert await found(store, text=" red ") == ["a RED door", "a red bicycle"]
    assert await found(store, text="STRASSEN") == ["ein Straßenschild 100%_"]
    assert await found(store, text="%_") == ["ein Straßenschild 100%_"]
    assert await found(store, text="red", user_id="U1", brand_id="b1") == ["a red bicycle"]


async def test_others_see_what_was_made_in_channels_that_they_can_read(store: SqliteStore) -> None:
    await made(store, "open", channel="C1")
    await made(store, "closed", channel="C2")
    await made(store, "told directly", channel="C1", place="D1")
    await made(store, "own", user="U2", channel="C2")
    assert await found(store) == ["own", "told directly", "closed", "open"]
    assert await found(store, seen_by="U2", channels=frozenset({"C1"})) == ["own", "open"]
    assert await found(store, seen_by="U2") == ["own"]
    assert await found(store, seen_by="U3") == []


async def test_spending_counts_what_was_sent_to_bloom_in_that_time(store: SqliteStore) -> None:
    await made(store, variants=2)
    await made(store, user="U2", channel="C2", brand_id="b2", variants=5)
    await made(store, user="U2", state=GenerationState.FAILED)
    await made(store, user="U2", state=GenerationState.CANCELLED, paid=False, variants=4)
    await made(store, at=NOON - timedelta(days=40), variants=3)
    await made(store, team="T2")
    spending = await store.spending(TEAM, NOON, NOON + timedelta(days=1))
    assert spending.total == 8
    assert list(spending.people.items()) == [("U2", 6), ("U1", 2)]
    assert list(spending.channels.items()) == [("C2", 5), ("C1", 3)]
    assert list(spending.brands.items()) == [("b2", 5), ("b1", 3)]
    assert spending.brand_names == {"b1": "Brand b1", "b2": "Brand b2"}
    assert await store.spent(TEAM, "U2", NOON) == Spent(8, 6)


async def test_everything_of_some_time_is_read_page_by_page_the_oldest_first(store: SqliteStore) -> None:
    rows = [await made(store, f"number {number}", at=NOON) for number in range(5)]
    await made(store, at=NOON - timedelta(seconds=1))
    await made(store, at=NOON + timedelta(seconds=1))
    until = NOON + timedelta(seconds=1)
    first = await store.generations_between(TEAM, NOON, until, limit=3)
    rest = await store.generations_between(TEAM, NOON, until, after=first[-1].id, limit=3)
    assert [one.id for one in (*first, *rest)] == [row.id for row in rows]
