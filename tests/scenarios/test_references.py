"""References: files that go from Slack to Bloom, pictures of the brand's library, and what was made here before."""

import asyncio
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from bot.core.models import Limits
from bot.core.references import PATIENCE
from bot.sandbox.bloom import SANDBOX_API_KEY
from bot.sandbox.bloom.journal import fingerprint
from bot.sandbox.slack import Person, SlackFile, View
from bot.sandbox.slack.routes import Routes
from tests.scenarios.decisions import decide
from tests.scenarios.orders import boxes, contents_of, data_of, edited_ids, orders
from tests.scenarios.results import (
    Thread,
    image_ids,
    mention,
    on_record,
    picture,
    press,
    press_for_view,
    previews,
    refused,
    send,
)
from tests.scenarios.test_form import cost_line
from tests.scenarios.world import BOT_TOKEN, World, shows, words

FILES, OFFERED, LIBRARY, RESULTS = "reference_files", "reference_offered", "reference_library", "reference_results"
UPLOADS = ("POST", "/images/uploads/file")
MEGABYTE = 1024 * 1024
HEARD: list[str] | None = None
"""Paths that are opened to be written to, while somebody listens: what listens to Python stays for good."""


def _hear(event: str, args: tuple[Any, ...]) -> None:
    if HEARD is not None and event == "open" and args[2] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT):
        HEARD.append(str(args[0]))


sys.addaudithook(_hear)


@contextmanager
def written() -> Iterator[list[str]]:
    """Note which files this process writes, but for what Python makes of its modules."""
    global HEARD  # noqa: PLW0603
    heard: list[str] = []
    HEARD = heard
    try:
        yield heard
    finally:
        HEARD = None
        heard[:] = [path for path in heard if ".pyc" not in path]


@pytest.fixture
def downloads(monkeypatch: pytest.MonkeyPatch) -> list[Mapping[str, str]]:
    """Note the headers with which files are fetched from Slack."""
    seen: list[Mapping[str, str]] = []
    serve = Routes.download

    async def download(self: Routes, request: web.Request) -> web.Response:
        seen.append(request.headers)
        return await serve(self, request)

    monkeypatch.setattr(Routes, "download", download)
    return seen


@pytest.fixture
async def world(downloads: list[Mapping[str, str]], http_world: World) -> World:
    """Open a world in which downloads from Slack are seen."""
    return http_world


def pictures(person: Person, count: int) -> list[SlackFile]:
    """Let somebody pick so many pictures, of every kind that Bloom takes; other people have others."""
    kinds = ("PNG", "JPEG", "WEBP", "AVIF")
    ordered, blue = [(number, kinds[number % 4]) for number in range(count)], "ff" if person.name == "Mia" else "00"
    return [picture(person, f"{n}.{kind.lower()}", kind=kind, colour=f"#{n * 25:02x}00{blue}") for n, kind in ordered]


async def offers(person: Person, view: View, menu: str, query: str = "") -> list[str]:
    """Type into a menu and return what it offers."""
    return [option["text"]["text"] for option in await person.load_options(view, menu, query)]


async def a_result(world: World, text: str = "a red bicycle --brand acme", *, by: Person | None = None) -> Any:
    """Have an image made, and return its thread and the message that shows it."""
    thread = Thread(world.slack, await mention(by or world.mia, text))
    result = (await thread.wait())[0]
    await on_record(world, result)
    return thread, result


async def test_ten_files_go_from_slack_to_bloom_with_the_bots_token_and_never_to_disk(
    world: World, downloads: list[Mapping[str, str]]
) -> None:
    files = pictures(world.mia, 10)
    view = await world.open_form(text="a red door")
    with written() as paths:
        await send(world.mia, view, brand="Acme", **{FILES: files})
        await world.reply()
    assert paths == []
    (order,) = orders(world)
    handed_over = contents_of(world, order["referenceImageIds"])
    kept_as_they_are = [file.data for file in files if not file.name.endswith("avif")]
    assert [one for one in handed_over if one in kept_as_they_are] == kept_as_they_are
    assert len(handed_over) == 10
    host = world.slack.api_url.split("/")[2]
    assert {(one["Host"], one["Authorization"]) for one in downloads} == {(host, f"Bearer {BOT_TOKEN}")}
    assert len(downloads) == 10
    assert {one.credential for one in world.bloom.requests.matching(*UPLOADS)} == {fingerprint(SANDBOX_API_KEY)}
    stored = b"".join(path.read_bytes() for path in world.settings.database_path.parent.iterdir() if path.is_file())
    assert not any(data in stored for data in data_of(*files) if data)


def test_who_writes_is_noticed(tmp_path: Path) -> None:
    with written() as paths:
        (tmp_path / "a").write_bytes(b"x")
        (tmp_path / "a").read_bytes()
    assert paths == [str(tmp_path / "a")]


async def test_wrong_kinds_and_sizes_are_named_at_the_field_and_cost_nothing(
    world: World, downloads: list[Mapping[str, str]]
) -> None:
    mia = world.mia
    wrong = [mia.upload("brief.txt", b"words"), picture(mia, "dance.png", kind="GIF"), picture(mia, "door.png")]
    view = await world.open_form(text="a red door")
    said = await refused(mia, view, brand="Acme", **{FILES: wrong})
    assert list(said) == [FILES]
    for part in ("PNG, JPEG, WebP and AVIF", "10 MB", "“brief.txt” is another kind", "“dance.png” is another kind"):
        assert part in said[FILES]
    assert "door.png" not in said[FILES]
    sent = deepcopy(world.slack.deliveries[-1])
    held = sent.payload["view"]["state"]["values"][FILES][FILES]["files"]
    held[:] = [held[2] | {"size": 10 * MEGABYTE + 1}, held[2] | {"size": 0, "id": "F0EMPTY", "name": "empty.png"}]
    answer = await world.slack.redeliver(sent)
    assert "“door.png” has 10.1 MB." in answer.errors[FILES]
    assert "“empty.png” is empty." in answer.errors[FILES]
    assert (orders(world), downloads, world.posted()) == ([], [], [])
    await send(mia, view, **{FILES: wrong[2:]})
    await world.reply()
    assert contents_of(world, orders(world)[0]["referenceImageIds"]) == data_of(wrong[2])


async def test_file_that_is_no_picture_whatever_its_name_says_is_named_in_the_thread_and_costs_nothing(
    world: World,
) -> None:
    view = await world.open_form(text="a red door")
    await send(world.mia, view, brand="Acme", **{FILES: [world.mia.upload("door.png", b"no picture at all")]})
    (root,) = await world.slack.wait_until(world.posted)
    assert "door.png" in words(await Thread(world.slack, root).saying("door.png"))
    assert orders(world) == []


async def test_file_that_is_gone_from_slack_is_named_and_nothing_is_paid(world: World) -> None:
    files = pictures(world.mia, 2)
    view = await world.open_form(text="a red door")
    await world.mia.fill(view, brand="Acme", **{FILES: files})
    world.slack.fail_next("files.info", "file_not_found")
    await send(world.mia, view)
    (root,) = await world.slack.wait_until(world.posted)
    await Thread(world.slack, root).saying("0.png")
    assert orders(world) == []


async def test_file_that_is_said_to_be_elsewhere_is_not_asked_for_there(
    world: World, downloads: list[Mapping[str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    site = world.bloom.site_url
    monkeypatch.setattr(
        "bot.sandbox.slack.settings.Addresses.download", lambda _, file_id, name: f"{site}/{file_id}/{name}"
    )
    view = await world.open_form(text="a red door")
    file = picture(world.mia, "door.png")
    await send(world.mia, view, brand="Acme", **{FILES: [file]})
    (root,) = await world.slack.wait_until(world.posted)
    await Thread(world.slack, root).saying("door.png")
    assert not [one for one in world.bloom.requests if file.id in one.path]
    assert (downloads, orders(world)) == ([], [])


async def test_library_is_searched_as_one_types_for_the_brand_chosen_at_that_moment(world: World) -> None:
    mia = world.mia
    view = await world.open_form(text="--brand northwind")
    latest = await offers(mia, view, LIBRARY)
    assert "Latte art from above on a marble counter · 1:1" in latest
    found = await offers(mia, view, LIBRARY, "espresso")
    assert found[0] == "Latte art from above on a marble counter · 1:1"
    assert set(found) < set(latest)
    assert await offers(mia, view, LIBRARY, "zebra") == []
    await mia.fill(view, **{LIBRARY: [found[0]]})
    await mia.choose(view, "brand", "Acme")
    assert "Orange cordless drill on a workbench · 4:3" in await offers(mia, view, LIBRARY, "drill")
    await mia.choose(view, "brand", "Northwind Coffee")
    await send(mia, view, prompt="a cup")
    await world.reply()
    (wanted,) = [one for one in world.bloom.state.gallery._images.values() if "Latte" in (one.description or "")]
    assert orders(world)[0]["referenceImageIds"] == [wanted.id]


async def test_earlier_results_are_found_by_prompt_among_what_the_person_may_see(world: World) -> None:
    mia, sam = world.mia, world.sam
    _, bicycle = await a_result(world, by=sam)
    _, door = await a_result(world, "a blue door --brand acme", by=sam)
    await sam.say("@bloom", "a private bicycle --brand acme")
    await previews(world.slack, sam)
    view = await world.open_form(text="--brand acme")
    assert await offers(mia, view, RESULTS) == ["a blue door · Acme · 1:1", "a red bicycle · Acme · 1:1"]
    assert await offers(mia, view, RESULTS, "bicycle") == ["a red bicycle · Acme · 1:1"]
    await mia.fill(view, **{RESULTS: ["a red bicycle · Acme · 1:1"]})
    await send(mia, view, prompt="with this")
    await world.slack.wait_until(lambda: [one for one in orders(world) if one["prompt"] == "with this"])
    (order,) = [one for one in orders(world) if one["prompt"] == "with this"]
    assert order["referenceImageIds"] == image_ids(bicycle)
    await press(sam, door, "Delete…")
    await send(sam, await sam.wait_for_view("delete_image"))
    await world.slack.wait_until(lambda: not image_ids(door))
    own = await world.open_form(sam)
    assert await offers(sam, own, RESULTS, "bicycle") == [
        "a private bicycle · Acme · 1:1",
        "a red bicycle · Acme · 1:1",
    ]
    assert await offers(sam, own, RESULTS, "door") == []


async def test_ten_references_of_all_kinds_together_reach_bloom_and_eleven_are_refused(world: World) -> None:
    mia = world.mia
    _, result = await a_result(world)
    said = await world.sam.say("general", "like these", files=pictures(world.sam, 4))
    assert (await mia.message_shortcut("make_image_from_message", said)).ok
    view = await mia.wait_for_view("generate")
    await world.slack.wait_until(lambda: shows(view, "brand"))
    await mia.choose(view, "brand", "Acme")
    library = await offers(mia, view, LIBRARY)
    await mia.fill(view, **{LIBRARY: library[:3], RESULTS: await offers(mia, view, RESULTS)})
    errors = await refused(mia, view, **{FILES: pictures(mia, 3)})
    assert errors == {RESULTS: "Bloom takes at most 10 references here; these are 11. Take 1 out."}
    await send(mia, view, **{FILES: pictures(mia, 2)})
    await Thread(world.slack, said).wait()
    order = orders(world)[-1]
    assert len(set(order["referenceImageIds"])) == 10
    assert image_ids(result)[0] in order["referenceImageIds"]


async def test_edit_takes_nine_references_of_all_kinds_and_no_brand_or_shape(world: World) -> None:
    thread, result = await a_result(world, "a red bicycle --brand northwind --ar 4:5")
    view = await press_for_view(world.sam, result, "Edit…", "generate")
    assert not any(shows(view, block) for block in ("brand", "ratio", "variants", "preview", "channel"))
    library = (await offers(world.sam, view, LIBRARY, "latte"))[:1]
    assert library == ["Latte art from above on a marble counter · 1:1"]
    files = pictures(world.sam, 9)
    chosen = {"prompt": "a basket on it", "model": "fast", LIBRARY: library}
    errors = await refused(world.sam, view, **chosen, **{FILES: files})
    assert errors == {LIBRARY: "Bloom takes at most 9 references here; these are 10. Take 1 out."}
    await send(world.sam, view, **{FILES: files[:8]})
    await thread.wait(2)
    order = orders(world)[-1]
    assert edited_ids(world) == image_ids(result)
    assert (order["prompt"], order["model"], len(order["referenceImageIds"])) == ("a basket on it", "fast", 9)


async def test_use_as_reference_opens_the_form_with_the_image(world: World) -> None:
    thread, result = await a_result(world)
    view = await press_for_view(world.sam, result, "Use as reference", "generate")
    assert boxes(view, RESULTS, ticked=True) == ["a red bicycle · Acme · 1:1"]
    await send(world.sam, view, prompt="the same, parked")
    await thread.wait(2)
    assert orders(world)[-1]["referenceImageIds"] == image_ids(result)


async def test_files_are_kept_when_the_form_asks_for_a_yes(world: World) -> None:
    await decide(world, limits=Limits(confirm_above=1))
    (file,) = pictures(world.mia, 1)
    view = await world.open_form(text="a red door")
    await send(world.mia, view, brand="Acme", variants="2", **{FILES: [file]})
    assert world.mia.open_view is view
    assert orders(world) == []
    await send(world.mia, view)
    await world.reply()
    assert contents_of(world, orders(world)[0]["referenceImageIds"]) == data_of(file)


async def test_same_picture_given_twice_is_one_reference(world: World) -> None:
    view = await world.open_form(text="a red door")
    twice = [picture(world.mia, "door.png"), picture(world.mia, "copy of door.png")]
    await send(world.mia, view, brand="Acme", ratio=["1:1", "9:16"], **{FILES: twice})
    await world.reply()
    assert len(world.bloom.requests.matching(*UPLOADS)) == 2
    assert [contents_of(world, one["referenceImageIds"]) for one in orders(world)] == [data_of(twice[0])] * 2


async def test_switching_the_brand_keeps_everything_typed_and_chosen(world: World) -> None:
    mia = world.mia
    await a_result(world)
    said = await world.sam.say("general", "like these", files=pictures(world.sam, 2))
    assert (await mia.message_shortcut("make_image_from_message", said)).ok
    view = await mia.wait_for_view("generate")
    await world.slack.wait_until(lambda: shows(view, "brand"))
    await mia.choose(view, "brand", "Acme")
    typed = {"prompt": "a *red* door", "ratio": ["16:9", "4:5"], "model": "fast", "size": "2K", "variants": "3"}
    library, earlier = (await offers(mia, view, LIBRARY))[:2], await offers(mia, view, RESULTS)
    await mia.fill(view, **typed, preview=["preview"], **{FILES: pictures(mia, 1), LIBRARY: library, RESULTS: earlier})
    await mia.fill(view, **{OFFERED: ["1.jpeg"]})
    await world.slack.wait_until(lambda: cost_line(view) == "6 credits · 249 left")
    before = deepcopy(view.values)
    for name in ("Northwind Coffee", "Lumen Labs", "Acme"):
        await mia.choose(view, "brand", name)
        await world.slack.wait_until(lambda: cost_line(view) == "6 credits · 249 left")
        assert {**view.values, "brand": None} == {**before, "brand": None}
    await send(mia, view)
    (shown,) = await previews(world.slack, mia)
    assert len(image_ids(shown)) == 6
    made = orders(world)[1:]
    assert [(one["aspectRatio"], one["variantCount"], one["model"]) for one in made] == [
        ("16:9", 3, "fast"),
        ("4:5", 3, "fast"),
    ]
    assert [len(one["referenceImageIds"]) for one in made] == [5, 5]


async def test_slow_library_offers_nothing_in_time_and_all_of_it_a_moment_later(world: World) -> None:
    view = await world.open_form(text="--brand northwind")
    held = world.bloom.faults.hold("POST /images/search")
    offered = asyncio.create_task(offers(world.mia, view, LIBRARY, "espresso"))
    await world.clock.lose_patience(PATIENCE)
    assert await offered == []
    held.release()
    await world.slack.wait_until(lambda: world.bloom.requests.matching("POST", "/images/search"))
    assert await offers(world.mia, view, LIBRARY, "espresso")
