"""Finding images to choose from: in time, only what somebody may see, and only what is there still."""

from dataclasses import replace

import pytest

from bot.core.candidates import LABEL_LIMIT, Candidate
from bot.core.errors import BloomUnavailable
from bot.core.models import AspectRatio, Generation, Image, LibraryMatch, Showing
from bot.core.references import GIVEN_UP_AFTER, KEEP_FOR, PATIENCE
from tests.core.world import BOSS, TEAM, S, World, a_request
from tests.fakes.eventually import eventually

DOOR = LibraryMatch("u1", "https://bloom.test/u1", "A blue door", 0.2, aspect_ratio=AspectRatio.WIDE)


def labels(found: tuple[Candidate, ...]) -> dict[str, str]:
    return {one.id: one.label for one in found}


async def delivered(world: World, key: str = "V1", generation_id: str = "g1", **changes: object) -> Generation:
    """Write a generation that was delivered, with all its images."""
    request = a_request(key, **{k: v for k, v in changes.items() if k not in ("user_id", "channel_id", "team")})
    request = replace(
        request,
        user_id=str(changes.get("user_id", "U1")),
        channel_id=str(changes.get("channel_id", "C1")),
        workspace_id=str(changes.get("team", TEAM)),
    )
    ids = [image_id for order in request.parameters.orders for image_id in world.bloom.draw(order)]
    images = {image.id: image for image in world.bloom.gallery}
    queued = await world.add(request, generation_id)
    count = request.parameters.variants
    done = queued.but(
        state=S.DELIVERED,
        place=await world.messenger.announce(queued),
        submitted_at=world.clock.now(),
        image_ids=tuple(ids),
        yields=tuple(count for _ in request.parameters.orders),
        images=tuple(images[one] for one in ids),
    )
    assert await world.save(done, was=S.QUEUED)
    return done


async def test_library_is_searched_by_meaning_in_the_words_that_were_typed(world: World) -> None:
    world.bloom.library = (DOOR,)
    found = await world.references.search_library(TEAM, "b1", "  a   door ")
    assert labels(found) == {"u1": "A blue door · 16:9"}
    (asked,) = world.bloom.script.named("search_library")
    assert asked.arguments == {"brand_id": "b1", "query": "a door"}


async def test_without_words_the_latest_pictures_of_the_library_come(world: World) -> None:
    now = world.clock.now()
    world.bloom.gallery = [
        Image("s1", source="scraped", brand_id="b1", description="The shop", width=800, height=600, created_at=now),
        Image("u1", source="uploaded", brand_id="b1"),
        Image("g1", source="generated", brand_id="b1"),
        Image("u2", source="uploaded", brand_id="b2"),
    ]
    found = await world.references.search_library(TEAM, "b1", " ")
    assert labels(found) == {"s1": "The shop · 800 × 600", "u1": "An uploaded picture"}


async def test_answer_is_remembered_for_a_moment_by_account_brand_and_words(world: World) -> None:
    search, world.bloom.library = world.references.search_library, (DOOR,)
    for query in ("door", "door ", "house"):
        await search(TEAM, "b1", query)
    await search(TEAM, "b2", "door")
    assert world.bloom.script.count("search_library") == 3
    await world.clock.advance(KEEP_FOR)
    await search(TEAM, "b1", "door")
    assert world.bloom.script.count("search_library") == 4
    await world.connect_as_bob()
    assert await search(TEAM, "b1", "house") == await search(TEAM, "b1", "door") == ()
    assert world.bloom.script.count("search_library") == 4


async def test_slow_bloom_offers_nothing_in_time_and_what_it_says_later_is_there_next_time(world: World) -> None:
    world.bloom.library = (DOOR,)
    gate = world.bloom.script.hold("search_library")
    began = world.clock.monotonic()
    assert await world.passing(world.references.search_library(TEAM, "b1", "door")) == ()
    assert PATIENCE <= world.clock.monotonic() - began < PATIENCE + 1.5
    gate.set()
    await eventually(lambda: not world.references._looks)
    assert labels(await world.references.search_library(TEAM, "b1", "door")) == {"u1": "A blue door · 16:9"}
    assert world.bloom.script.count("search_library") == 1


async def test_search_that_never_ends_is_given_up(world: World) -> None:
    world.bloom.script.hold("search_library")
    assert await world.passing(world.references.search_library(TEAM, "b1", "door")) == ()
    await world.pass_time(GIVEN_UP_AFTER + 1)
    assert not world.references._looks


async def test_failure_and_missing_connection_offer_nothing(world: World) -> None:
    world.bloom.script.answer("search_library", BloomUnavailable("away"))
    assert await world.references.search_library(TEAM, "b1", "door") == ()
    world.bloom.script.answer("list", BloomUnavailable("away"))
    assert await world.references.search_library(TEAM, "b1", "") == ()
    assert await world.references.search_library("T9", "b1", "door") == ()
    assert await world.references.search_library(TEAM, "", "door") == ()


async def test_every_image_of_a_result_is_offered_with_what_tells_it_from_the_others(world: World) -> None:
    ids = (await delivered(world, aspect_ratio=AspectRatio.WIDE, further_ratios=(AspectRatio.SQUARE,))).image_ids
    found = await world.references.search_results(TEAM, "U1", "RED")
    assert labels(found) == {
        ids[0]: "A red door · Acme · 16:9 · 1 of 2",
        ids[1]: "A red door · Acme · 1:1 · 2 of 2",
    }
    assert await world.references.search_results(TEAM, "U1", "blue") == ()


async def test_only_what_somebody_may_look_back_at_is_offered(world: World) -> None:
    mine = await delivered(world, "V1", "g1", user_id="U7", channel_id="C9")
    public = await delivered(world, "V2", "g2", channel_id="C1")
    await delivered(world, "V3", "g3", channel_id="C2")
    await delivered(world, "V4", "g4", user_id="U7", team="T9")
    found = await world.references.search_results(TEAM, "U7", "", {"C1"})
    assert {one.id for one in found} == {*mine.image_ids, *public.image_ids}
    assert {one.id for one in await world.references.search_results(TEAM, "U7", "")} == {*mine.image_ids}


async def test_deleted_images_and_vectors_are_left_out(world: World) -> None:
    generation = await delivered(world, variants=2)
    await world.store.mark_deleted("g1", generation.image_ids[0], BOSS)
    await delivered(world, "V2", "g2", operation="vectorize", subject_id=generation.image_ids[1])
    found = await world.references.search_results(TEAM, "U1", "")
    assert labels(found) == {generation.image_ids[1]: "A red door · Acme · 1:1 · 2 of 2"}


async def test_chosen_images_are_named_but_their_words_only_to_who_may_see_them(world: World) -> None:
    (image_id,) = (await delivered(world, channel_id="C2")).image_ids
    labels_of = world.references.labels_of
    assert await labels_of(TEAM, [image_id, "u1"], seen_by="U1") == {image_id: "A red door · Acme · 1:1"}
    assert await labels_of(TEAM, [image_id], seen_by="U7", channels=["C2"]) == {image_id: "A red door · Acme · 1:1"}
    assert await labels_of(TEAM, [image_id], seen_by="U7") == {image_id: "An earlier image · Acme · 1:1"}
    assert await labels_of("T9", [image_id], seen_by="U1") == {}


async def test_message_of_ours_shows_the_images_that_are_on_record_for_it(world: World) -> None:
    generation = await delivered(world, variants=2)
    one, two = generation.image_ids
    await world.store.add_showings("g1", [Showing(image_id, "C1", "2.0", "1.0") for image_id in (one, two)])
    shown_in = world.references.shown_in
    assert await shown_in(TEAM, "C1", "2.0", [two, one, two, "nobody's"]) == (two, one)
    assert await shown_in(TEAM, "C2", "2.0", [one]) == ()
    assert await shown_in(TEAM, "C1", "3.0", [one]) == ()
    assert await shown_in("T9", "C1", "2.0", [one]) == ()
    await world.store.mark_deleted("g1", one, BOSS)
    assert await shown_in(TEAM, "C1", "2.0", [one, two]) == (two,)


@pytest.mark.parametrize("about", ["A red door", "A door " * 40, "x" * 200, ""])
def test_label_fits_on_a_line_and_keeps_what_tells_images_apart(about: str) -> None:
    label = Candidate("i1", about, ("Acme", "16:9", "2 of 3")).label
    assert len(label) <= LABEL_LIMIT
    assert label.endswith(" · Acme · 16:9 · 2 of 3")
    assert not label.startswith(" ")
