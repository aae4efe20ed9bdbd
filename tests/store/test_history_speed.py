"""How long looking back takes with 10,000 generations, of which Home asks at every look.

Bounds are some ten times what it took, in milliseconds, where they were measured: none may stall the database, for
which everybody waits.
"""

import json
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from cryptography.fernet import Fernet
from sqlite_utils import Database

from bot.core.models import HistoryFilter, Image, ImageState, SpendingCaps
from bot.store import SqliteStore, Vault
from bot.store.rows import _IMAGES, request_row, text
from tests.store.contract import NOON
from tests.store.history_contract import DAY, wished
from tests.store.speed import Look, best

COUNT = 10_000
MONTH = NOON + 40 * DAY
EVERYTHING = HistoryFilter()
CAPS = SpendingCaps(NOON, 10**6, 10**6)


def fill(database: Database) -> None:
    """Write 10,000 generations of 50 people in 20 channels with 30 brands; one in ten was never sent."""
    rows = []
    for number in range(COUNT):
        at = NOON + timedelta(minutes=number)
        request = wished(
            f"V{number}",
            user=f"U{number % 50}",
            channel=f"C{number % 20}",
            brand_id=f"b{number % 30}",
            prompt=f"A red door number {number}, photographed at dusk from across the street, with long shadows",
        )
        image = Image(f"i{number}", ImageState.COMPLETED, url=f"https://bloom.test/{number}", prompt="a" * 200)
        rows.append(
            {
                **request_row(f"g{number:05}", request, at),
                "state": "failed" if number % 10 == 0 else "delivered",
                "submitted_at": None if number % 10 == 0 else text(at),
                "images": "[]" if number % 10 == 0 else _IMAGES.dump_json((image,)).decode(),
                "finished_at": text(at),
            }
        )
    database.table("generations").insert_all(rows)
    images = [{"image_id": f"i{n}", "generation_id": f"g{n:05}", "position": 0} for n in range(COUNT) if n % 10]
    database.table("generation_images").insert_all(images)
    event = {"workspace_id": "T1", "action": "limits_changed", "subject": "", "detail": "", "user_id": "U1"}
    database.table("audit_log").insert_all(
        {**event, "id": f"e{number:05}", "at": text(NOON + timedelta(minutes=number))} for number in range(COUNT)
    )


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[SqliteStore]:
    store = await SqliteStore.open(tmp_path / "bloom.db", Vault.from_keys([Fernet.generate_key().decode()]))
    await store._writer.run(fill)
    yield store
    await store.close()


LOOKS: dict[str, tuple[float, Look]] = {
    "first page": (10, lambda store: store.history("T1", EVERYTHING)),
    "last page": (50, lambda store: store.history("T1", EVERYTHING, before="g00011")),
    "one person": (20, lambda store: store.history("T1", HistoryFilter(user_id="U7"))),
    "one brand": (20, lambda store: store.history("T1", HistoryFilter(brand_id="b7"))),
    "words of all": (10, lambda store: store.history("T1", HistoryFilter(text="dusk"))),
    "words of one": (500, lambda store: store.history("T1", HistoryFilter(text="number 11,"))),
    "words of none": (500, lambda store: store.history("T1", HistoryFilter(text="elephant"))),
    "any images": (5, lambda store: store.has_images("T1")),
    "spent": (60, lambda store: store.spent("T1", "U7", NOON)),
    "spending": (200, lambda store: store.spending("T1", NOON, MONTH)),
    "under way": (5, lambda store: store.unfinished_of_brand("T1", "b7")),
    "a page of all": (200, lambda store: store.generations_between("T1", NOON, MONTH)),
    "a late page of all": (200, lambda store: store.generations_between("T1", NOON, MONTH, after="g09000")),
    "a page of events": (100, lambda store: store.events("T1", NOON, MONTH)),
    "a late page of events": (100, lambda store: store.events("T1", NOON, MONTH, after="e09000")),
    "one more below caps": (
        60,
        lambda store: store.add_generation(uuid4().hex, wished(uuid4().hex), NOON, caps=CAPS),
    ),
}


@pytest.mark.timing
async def test_looking_back_at_10000_generations_stalls_nobody(store: SqliteStore) -> None:
    took = {name: await best(look, store) for name, (_, look) in LOOKS.items()}
    print(json.dumps({name: round(ms, 1) for name, ms in took.items()}))
    assert {name: ms for name, ms in took.items() if ms > LOOKS[name][0]} == {}
