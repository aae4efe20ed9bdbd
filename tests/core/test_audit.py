"""The audit log: who changed what, and as a table who made what, named and merged by time."""

import asyncio
import csv
import io
from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import timedelta
from time import perf_counter
from typing import Any

import pytest

from bot.core import audit
from bot.core.audit_table import COLUMNS
from bot.core.models import (
    AuditAction,
    AuditTable,
    Derivation,
    Failure,
    FailureCode,
    GenerationState,
    ImageState,
    Place,
)
from tests.core.made import a_source, delivered
from tests.core.world import BOSS, TEAM, S, World, a_request, an_image
from tests.fakes.clock import EPOCH

SINCE, UNTIL = EPOCH - timedelta(days=1), EPOCH + timedelta(days=1)


class Phonebook:
    """Names of people and channels, and where messages are."""

    def __init__(self, **names: str) -> None:
        self._names = names
        self.asked: list[set[str]] = []

    async def of(self, workspace_id: str, user_ids: Collection[str], channel_ids: Collection[str]) -> Mapping[str, str]:
        self.asked.append({*user_ids, *channel_ids})
        return {one: name for one, name in self._names.items() if one in (*user_ids, *channel_ids)}

    def permalink(self, workspace_id: str, place: Place) -> str:
        return f"https://slack.test/{workspace_id}/{place.message_id}"


async def exported(world: World, names: Phonebook | None = None) -> list[dict[str, str]]:
    table = await world.audit.export(TEAM, SINCE, UNTIL, names or Phonebook())
    return read(table)


def read(table: AuditTable) -> list[dict[str, str]]:
    assert table.content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(table.content.decode("utf-8-sig"), newline="")))
    assert len(rows) == table.entries
    return rows


async def test_changes_are_on_record(world: World) -> None:
    await world.audit.record(TEAM, "U1", AuditAction.LIMITS_CHANGED, "credits a month", "100 → 200")
    await world.clock.advance(1)
    await world.audit.record(TEAM, None, AuditAction.CONNECTED, "ada@acme.com")
    await world.audit.record("T2", "U9", AuditAction.CONNECTED)
    first, second = await exported(world, Phonebook(U1="Ada"))
    assert (first["who_id"], first["who"], first["what"]) == ("U1", "Ada", "limits_changed")
    assert (first["subject"], first["detail"]) == ("credits a month", "100 → 200")
    assert (second["who_id"], second["subject"], second["credits"]) == ("", "ada@acme.com", "")


async def test_images_and_changes_are_merged_by_time(world: World) -> None:
    for number in range(3):
        await world.put(S.WAITING, a_request(f"V{number}"), f"g{number}")
        await world.clock.advance(1)
        await world.audit.record(TEAM, "U1", AuditAction.BRAND_ADDED, f"brand {number}")
        await world.clock.advance(1)
    rows = await exported(world)
    assert [row["what"] for row in rows] == ["image", "brand_added"] * 3
    assert [row["time_utc"] for row in rows] == sorted(row["time_utc"] for row in rows)
    assert rows[0]["time_utc"] == "2026-11-22T09:00:00Z"


async def test_line_of_an_image_says_all_that_was_asked_for_and_what_came_of_it(world: World) -> None:
    images = tuple(an_image(one, state=ImageState.COMPLETED, url=f"https://bloom.test/{one}") for one in "ab")
    request = a_request(variants=2, aspect_ratio="16:9", size="4K", model="fast")
    made = await world.put(S.WAITING, request)
    await world.save(made.but(state=S.DELIVERED, images=images, finished_at=EPOCH), was=S.WAITING)
    (row,) = await exported(world, Phonebook(U1="Ada", C1="general"))
    assert tuple(row) == COLUMNS
    assert row == {
        "time_utc": "2026-11-22T09:00:00Z",
        "who_id": "U1",
        "who": "Ada",
        "where_id": "C1",
        "where": "general",
        "what": "image",
        "prompt": "A red door",
        "brand_id": "b1",
        "brand": "Acme",
        "shape": "16:9",
        "model": "fast",
        "size": "4K",
        "images_asked": "2",
        "credits": "4",
        "outcome": "delivered",
        "reason": "",
        "thread": f"https://slack.test/{TEAM}/{made.place.message_id if made.place else ''}",
        "images": "https://bloom.test/a https://bloom.test/b",
        "subject": "",
        "detail": "",
        "operation": "generation",
        "derived_by": "",
        "source_image": "",
        "is_preview": "",
        "references": "",
        "deleted": "",
    }


async def test_line_of_a_set_says_its_shapes_its_references_and_what_was_deleted_of_it(world: World) -> None:
    shapes: dict[str, Any] = {
        "aspect_ratio": "1:1",
        "further_ratios": ("9:16",),
        "variants": 2,
        "reference_ids": ("r1", "r2"),
    }
    made = await delivered(world, replace(a_request(**shapes), is_preview=True))
    await world.store.mark_deleted(made.id, made.image_ids[0], BOSS)
    (row,) = await exported(world)
    assert (row["shape"], row["images_asked"], row["credits"]) == ("1:1 9:16", "4", "4")
    assert (row["is_preview"], row["references"]) == ("yes", "2")
    assert row["images"].split() == [f"https://bloom.test/{one}" for one in made.image_ids[1:]]
    assert row["deleted"] == f"{made.image_ids[0]} ({BOSS})"


async def test_line_of_what_was_derived_says_how_and_from_which_image(world: World) -> None:
    chosen: dict[str, Any] = {"operation": "resize", "subject_id": "i1", "aspect_ratio": "9:16"}
    await world.add(replace(a_request(**chosen), source=a_source("i1", Derivation.RESIZE)))
    (row,) = await exported(world)
    assert (row["operation"], row["derived_by"], row["source_image"]) == ("resize", "resize", "i1")
    assert (row["shape"], row["model"], row["size"], row["credits"]) == ("9:16", "", "", "1")


@pytest.mark.parametrize(
    ("state", "is_sent", "outcome", "credits"),
    [
        (S.WAITING, True, "under way", "1"),
        (S.FAILED, True, "failed", "1"),
        (S.FAILED, False, "failed", "0"),
        (S.CANCELLED, False, "cancelled", "0"),
        (S.DELIVERED, True, "failed", "1"),
    ],
)
async def test_credits_are_counted_as_the_limits_count_them(
    world: World, state: GenerationState, is_sent: bool, outcome: str, credits: str
) -> None:
    row = await world.add()
    ended = row.but(
        state=state,
        place=Place("C1", "1.0", "1.0"),
        submitted_at=world.clock.now() if is_sent else None,
        finished_at=world.clock.now() if state.is_final else None,
        failure=Failure(FailureCode.IMAGE_FAILED) if state is S.FAILED else None,
    )
    assert await world.save(ended, was=S.QUEUED)
    (shown,) = await exported(world)
    assert (shown["outcome"], shown["credits"]) == (outcome, credits)
    assert shown["reason"] == ("image_failed" if state is S.FAILED else "")
    spending = await world.usage.spending(TEAM, world.usage.month())
    assert str(spending.total) == credits


@pytest.mark.parametrize("first", ["=", "+", "-", "@", "＝"])
async def test_what_people_typed_is_no_formula_for_a_spreadsheet(world: World, first: str) -> None:
    await world.add(a_request(prompt=f'{first}cmd|" /C calc"!A0'))
    (row,) = await exported(world)
    assert row["prompt"] == f'\'{first}cmd|" /C calc"!A0'


@pytest.mark.parametrize("first", ["\t", "\r", "\n"])
async def test_blanks_that_hide_a_formula_hide_none(world: World, first: str) -> None:
    await world.audit.record(TEAM, "U1", AuditAction.BRAND_ADDED, f"{first}=1+1")
    (row,) = await exported(world)
    assert row["subject"] == f"'{first}=1+1"


async def test_prompt_of_many_lines_quotes_and_signs_stays_one_cell(world: World) -> None:
    prompt = 'two\nlines, a "quote"; 日本語 🚲\r\nand more'
    await world.add(a_request(prompt=prompt))
    (row,) = await exported(world)
    assert row["prompt"] == prompt


async def test_nothing_from_before_or_after_is_in_it(world: World) -> None:
    await world.add(a_request("V1"), "g1")
    await world.audit.record(TEAM, "U1", AuditAction.CONNECTED)
    for since, until in ((SINCE, EPOCH), (EPOCH + timedelta(seconds=1), UNTIL)):
        assert (await world.audit.export(TEAM, since, until, Phonebook())).entries == 0
    assert (await world.audit.export(TEAM, EPOCH, EPOCH + timedelta(seconds=1), Phonebook())).entries == 2


async def test_table_that_would_be_too_long_is_cut_and_says_so(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit, "PAGE", 2)
    for number in range(5):
        await world.audit.record(TEAM, "U1", AuditAction.BRAND_ADDED, f"brand {number}")
    for longest, lines, is_whole in ((4, 4, False), (5, 5, True), (9, 5, True)):
        monkeypatch.setattr(audit, "LONGEST", longest)
        table = await world.audit.export(TEAM, SINCE, UNTIL, Phonebook())
        assert (len(read(table)), table.is_whole) == (lines, is_whole)


async def test_each_page_is_named_once(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit, "PAGE", 2)
    for number in range(4):
        await world.add(a_request(f"V{number}"), f"g{number}")
    names = Phonebook(U1="Ada")
    assert [row["who"] for row in await exported(world, names)] == ["Ada"] * 4
    assert names.asked[:2] == [{"U1", "C1"}] * 2


@pytest.mark.timing
async def test_ten_thousand_lines_hold_up_neither_the_loop_nor_the_store(world: World) -> None:
    for start in range(0, 10_000, 500):
        adding = [world.add(a_request(f"V{n}", prompt="x" * 500), f"g{n}") for n in range(start, start + 500)]
        await asyncio.gather(*adding)
    export = asyncio.create_task(world.audit.export(TEAM, SINCE, UNTIL, Phonebook()))
    slowest_loop = slowest_store = 0.0
    while not export.done():
        began = perf_counter()
        await asyncio.sleep(0)
        slowest_loop = max(slowest_loop, perf_counter() - began)
        began = perf_counter()
        await world.store.generation("g1")
        slowest_store = max(slowest_store, perf_counter() - began)
    assert (await export).entries == 10_000
    print(f"loop {slowest_loop * 1000:.0f} ms, store {slowest_store * 1000:.0f} ms")
    assert slowest_loop < 0.25
    assert slowest_store < 0.5
