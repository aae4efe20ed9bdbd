"""Which messages show which image, in which order they are found again, and what deleting leaves of them."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet
from sqlite_utils import Database

from bot.core.models import Generation, GenerationState, HistoryFilter, Image, ImageState, Place, Showing
from bot.store import SqliteStore, Vault
from bot.store.results import IN_THREAD, OF_GENERATION, OF_IMAGE
from bot.store.rows import _IMAGES, request_row, text
from tests.store.contract import ME, NOON
from tests.store.history_contract import wished
from tests.store.speed import Look, best

COUNT = 10_000
EVERYTHING = HistoryFilter()


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[SqliteStore]:
    opened = await SqliteStore.open(tmp_path / "bloom.db", Vault.from_keys([Fernet.generate_key().decode()]))
    yield opened
    await opened.close()


async def put(store: SqliteStore, key: str, count: int = 1, **image: Any) -> Generation:
    """Write a delivered generation with so many images."""
    row = await store.add_generation(f"g-{key}", wished(key), NOON, worker_id=ME)
    ids = tuple(f"{key}-{number}" for number in range(count))
    images = tuple(Image(one, **{"state": ImageState.COMPLETED, "url": f"https://x/{one}", **image}) for one in ids)
    done = row.but(
        state=GenerationState.DELIVERED,
        place=Place("C1", "1.0", "1.0"),
        submitted_at=NOON,
        image_ids=ids,
        yields=(count,),
        images=images,
        finished_at=NOON,
    )
    assert await store.save_generation(done, was=GenerationState.QUEUED, worker_id=ME)
    return done


def showing(image_id: str, message_id: str = "1.1", channel_id: str = "C1", **fields: Any) -> Showing:
    return Showing(image_id, channel_id, message_id, fields.pop("thread_id", "1.0"), **fields)


class TestShowings:
    async def test_they_are_kept_as_they_are(self, store: SqliteStore) -> None:
        await put(store, "a")
        whole = showing("a-0", file_id="F1", vector_id="F2", is_link=True, shared_by="U2", note="<Look> 👀")
        await store.add_showings("g-a", [whole])
        assert await store.showings("g-a") == (whole,)

    async def test_reply_comes_first_with_its_images_in_order_then_shares_as_they_were_posted(
        self, store: SqliteStore
    ) -> None:
        await put(store, "a", 3)
        shares = [showing("a-0", "0.9", "C2", shared_by="U2"), showing("a-2", "2.0", "C2", shared_by="U2")]
        reply = [showing(f"a-{number}") for number in range(3)]
        await store.add_showings("g-a", [shares[1], reply[2], reply[0], shares[0], reply[1]])
        assert await store.showings("g-a") == (*reply, *shares)

    async def test_what_is_known_better_replaces_what_was_known(self, store: SqliteStore) -> None:
        await put(store, "a", 2)
        await store.add_showings("g-a", [showing("a-0"), showing("a-1")])
        await store.add_showings("g-a", [showing("a-1", file_id="F1")])
        assert await store.showings("g-a") == (showing("a-0"), showing("a-1", file_id="F1"))

    async def test_nothing_to_write_down_is_no_trouble(self, store: SqliteStore) -> None:
        await put(store, "a")
        await store.add_showings("g-a", [])
        assert await store.showings("g-a") == ()
        assert await store.showings("g-b") == ()


class TestFinding:
    async def test_generation_is_found_by_each_of_its_images(self, store: SqliteStore) -> None:
        made = await put(store, "a", 2)
        assert await store.generation_of_image("a-1") == made
        assert await store.generation_of_image("b-0") is None

    async def test_last_image_of_the_last_message_is_the_latest(self, store: SqliteStore) -> None:
        for key, message_id in (("a", "1.3"), ("b", "1.1")):
            await put(store, key, 2)
            await store.add_showings(f"g-{key}", [showing(f"{key}-{number}", message_id) for number in range(2)])
        found = await store.latest_in_thread("C1", "1.0")
        assert found is not None
        assert (found[0].id, found[1]) == ("g-a", "a-1")

    async def test_root_of_a_thread_counts_and_other_threads_do_not(self, store: SqliteStore) -> None:
        await put(store, "a")
        await store.add_showings("g-a", [showing("a-0", "7.0", "C2", thread_id="7.0", shared_by="U2")])
        found = await store.latest_in_thread("C2", "7.0")
        assert found is not None
        assert found[1] == "a-0"
        assert await store.latest_in_thread("C1", "7.0") is None
        assert await store.latest_in_thread("C2", "7.1") is None

    @pytest.mark.parametrize("gone", [{"deleted_by": "U1"}, {"state": ImageState.FAILED, "url": None}])
    async def test_what_is_not_there_is_passed_over(self, store: SqliteStore, gone: dict[str, Any]) -> None:
        await put(store, "a")
        await put(store, "b", 2, **gone)
        await store.add_showings("g-a", [showing("a-0")])
        await store.add_showings("g-b", [showing("b-0", "1.2"), showing("b-1", "1.2")])
        found = await store.latest_in_thread("C1", "1.0")
        assert found is not None
        assert found[1] == "a-0"

    async def test_row_that_cannot_be_read_is_passed_over(self, store: SqliteStore) -> None:
        await put(store, "a")
        await put(store, "b")
        await store.add_showings("g-a", [showing("a-0")])
        await store.add_showings("g-b", [showing("b-0", "1.2")])
        await store._writer.run(lambda db: db.execute("UPDATE generations SET images = '[{' WHERE id = 'g-b'").rowcount)
        found = await store.latest_in_thread("C1", "1.0")
        assert found is not None
        assert found[1] == "a-0"
        assert await store.generation_of_image("b-0") is None
        assert await store.mark_deleted("g-b", "b-0", "U1") is None


class TestDeleting:
    async def test_first_to_delete_an_image_stays_on_record_and_the_others_are_as_they_were(
        self, store: SqliteStore
    ) -> None:
        made = await put(store, "a", 2)
        for by in ("U1", "U2"):
            marked = await store.mark_deleted("g-a", "a-1", by)
            assert marked is not None
            assert marked == await store.generation("g-a")
            assert [image.deleted_by for image in marked.images] == [None, "U1"]
            assert marked.present == made.images[:1]

    async def test_what_is_unknown_is_not_marked(self, store: SqliteStore) -> None:
        made = await put(store, "a")
        assert await store.mark_deleted("g-b", "a-0", "U1") is None
        assert await store.mark_deleted("g-a", "b-0", "U1") == made

    async def test_history_shows_what_has_an_image_left(self, store: SqliteStore) -> None:
        await put(store, "a", 2)
        await put(store, "b")
        await store.mark_deleted("g-a", "a-0", "U1")
        assert {one.id for one in await store.history("T1", EVERYTHING)} == {"g-a", "g-b"}
        await store.mark_deleted("g-a", "a-1", "U1")
        assert {one.id for one in await store.history("T1", EVERYTHING)} == {"g-b"}
        await store.mark_deleted("g-b", "b-0", "U1")
        assert not await store.has_images("T1")

    async def test_image_that_failed_keeps_nothing_in_history(self, store: SqliteStore) -> None:
        done = await put(store, "a", 2)
        images = (done.images[0], Image("a-1", ImageState.FAILED))
        content = _IMAGES.dump_json(images).decode()
        await store._writer.run(lambda db: db.execute("UPDATE generations SET images = ?", [content]).rowcount)
        await store.mark_deleted("g-a", "a-0", "U1")
        assert await store.history("T1", EVERYTHING) == ()

    async def test_words_that_look_like_a_mark_hide_nothing(self, store: SqliteStore) -> None:
        await put(store, "a", prompt='"deleted_by":"U1"')
        assert [one.id for one in await store.history("T1", EVERYTHING)] == ["g-a"]

    async def test_row_that_cannot_be_read_spoils_no_history(self, store: SqliteStore) -> None:
        await put(store, "a")
        await put(store, "b")
        broken = """UPDATE generations SET images = '[{"deleted_by":"U1"' WHERE id = 'g-b'"""
        await store._writer.run(lambda db: db.execute(broken).rowcount)
        assert [one.id for one in await store.history("T1", EVERYTHING)] == ["g-a"]

    async def test_showings_go_with_the_workspace(self, store: SqliteStore) -> None:
        await put(store, "a")
        await store.add_showings("g-a", [showing("a-0")])
        await store.erase_history("T1")
        assert await store._writer.run(lambda db: list(db.query("SELECT * FROM showings"))) == []


def fill(database: Database) -> None:
    """Write 10,000 generations with two images each, of which one is deleted in every other; ten share a thread."""
    rows, images, showings = [], [], []
    for number in range(COUNT):
        at = NOON + timedelta(minutes=number)
        pair = tuple(
            Image(f"i{number}-{position}", ImageState.COMPLETED, url="https://x/1", prompt="a" * 200)
            for position in range(2)
        )
        gone = number % 2 == 0
        shown = (Image("x", ImageState.COMPLETED, url="https://x", deleted_by="U1"), pair[1]) if gone else pair
        rows.append(
            {
                **request_row(f"g{number:05}", wished(f"V{number}"), at),
                "state": "delivered",
                "submitted_at": text(at),
                "images": _IMAGES.dump_json(shown).decode(),
                "finished_at": text(at),
            }
        )
        for position, image in enumerate(pair):
            images.append({"image_id": image.id, "generation_id": f"g{number:05}", "position": position})
            place = {"channel_id": "C1", "thread_id": f"{number // 10}.0", "message_id": f"{number}.1"}
            showings.append({"generation_id": f"g{number:05}", "image_id": image.id, **place, "is_link": 0, "note": ""})
    database.table("generations").insert_all(rows)
    database.table("generation_images").insert_all(images)
    database.table("showings").insert_all(showings)


LOOKS: dict[str, tuple[float, Look]] = {
    "of an image": (5, lambda store: store.generation_of_image("i5000-1")),
    "showings": (5, lambda store: store.showings("g05000")),
    "latest in a thread": (10, lambda store: store.latest_in_thread("C1", "500.0")),
    "deleting": (20, lambda store: store.mark_deleted("g05000", "i5000-1", "U1")),
    "first page": (15, lambda store: store.history("T1", EVERYTHING)),
    "last page": (50, lambda store: store.history("T1", EVERYTHING, before="g00011")),
}


@pytest.mark.timing
async def test_10000_generations_stall_nobody(store: SqliteStore) -> None:
    await store._writer.run(fill)
    took = {name: await best(look, store) for name, (_, look) in LOOKS.items()}
    print({name: round(ms, 2) for name, ms in took.items()})
    assert {name: ms for name, ms in took.items() if ms > LOOKS[name][0]} == {}


@pytest.mark.parametrize(("sql", "asked"), [(OF_IMAGE, ["i"]), (OF_GENERATION, ["g"]), (IN_THREAD, ["C1", "1.0"])])
async def test_every_look_goes_by_an_index(store: SqliteStore, sql: str, asked: list[str]) -> None:
    plan = await store._writer.run(lambda db: [row[3] for row in db.execute(f"EXPLAIN QUERY PLAN {sql}", asked)])
    assert not [step for step in plan if step.startswith("SCAN") and "subquery" not in step], plan
