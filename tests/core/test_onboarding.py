"""Adding brands, giving them logos and deleting them; whoever waits for an analysis is told what came of it."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from structlog.testing import capture_logs

from bot.core.brands.analyses import HELD_LIMIT, HOLD, PATIENCE, SHORTEST_HOLD
from bot.core.brands.intake import SETTLING
from bot.core.errors import (
    BloomError,
    BloomRateLimited,
    BloomRefused,
    BloomUnauthorized,
    BloomUnavailable,
    BloomUnreadable,
    NotAllowed,
    NotConnected,
    SlackRefused,
    SlackUnavailable,
)
from bot.core.models import (
    OWNER_NEEDED,
    AuditAction,
    BloomWorkspace,
    Brand,
    BrandDetail,
    BrandJob,
    BrandLogo,
    BrandState,
    Defaults,
    NewBrand,
    Notice,
    NoticeKind,
    Preferences,
)
from tests.core.world import BOSS, KEY, TEAM, World
from tests.fakes.bloom import ACME, PERSONAL
from tests.fakes.clock import EPOCH
from tests.fakes.eventually import eventually, settle
from tests.fakes.script import Call

URL = "https://garden.example"
GARDEN = NewBrand(URL, bloom_workspace=PERSONAL)
ACMES = BloomWorkspace("w1", "Acme Inc.", is_personal=False)
PNG = BrandLogo("logo.png", b"png", "image/png")
LOST = BloomUnavailable("the answer was lost")
INVALID = BloomRefused("INVALID_URL", 400)
FULL = "CREATE TRIGGER full BEFORE {what} BEGIN SELECT RAISE(ABORT, 'the disk is full'); END"


async def jobs(world: World) -> tuple[BrandJob, ...]:
    return await world.store.brand_jobs(TEAM)


async def audited(world: World) -> list[tuple[str | None, AuditAction, str]]:
    events = await world.store.events(TEAM, EPOCH - timedelta(days=1), EPOCH + timedelta(days=1))
    return [(event.user_id, event.action, event.subject) for event in events]


async def over(world: World) -> None:
    """Wait until nobody waits for a brand any more."""
    await eventually(lambda: not any("brand job" in task.get_name() for task in asyncio.all_tasks()))
    assert not await jobs(world)


async def passes(world: World, condition: Callable[[], object]) -> None:
    """Let time pass until the condition holds, however far behind everybody is on a busy machine."""
    for _ in range(1000):
        if condition():
            return
        await world.pass_time(1)
    assert condition(), "it never came about"


async def told(world: World, count: int = 1) -> Notice:
    """Wait until so many notices were written and nobody waits any more, and return the last."""
    await passes(world, lambda: len(world.messenger.notices) >= count)
    await over(world)
    assert len(world.messenger.notices) == count
    return world.messenger.notices[-1][2]


async def held(world: World, count: int = 1) -> None:
    """Wait until Bloom was asked so often to answer when an analysis is over."""
    await passes(world, lambda: world.bloom.script.count("brand") >= count)
    await world.paused()


async def fill_the_disk(world: World, what: str) -> None:
    """Let the database refuse something from now on."""
    await world.store._writer.run(lambda database: database.execute(FULL.format(what=what)).rowcount)


async def make_room(world: World) -> None:
    """Let the database take everything again."""
    await world.store._writer.run(lambda database: database.execute("DROP TRIGGER full").rowcount)


async def killed(world: World) -> None:
    """Go on in a new process after a kill."""
    await world.die()
    await world.start()
    await world.onboarding.resume()


def posts(world: World) -> int:
    return world.bloom.script.count("create_brand")


async def test_wish_is_on_disk_before_bloom_hears_of_it(world: World) -> None:
    seen: list[BrandJob] = []

    async def note(call: Call) -> None:
        if call.name == "create_brand":
            seen.extend(await jobs(world))

    world.bloom.script.watch = note
    connection = await world.connections.present(TEAM)
    brand_id = await world.onboarding.add(TEAM, BOSS, GARDEN)
    (before,), (after,) = seen, await jobs(world)
    assert before == BrandJob(before.id, TEAM, connection.id, BOSS, world.clock.now(), None, GARDEN)
    assert after == replace(before, brand_id=brand_id)


async def test_everything_wanted_is_asked_for(world: World) -> None:
    world.bloom.rooms = (PERSONAL, ACMES)
    logo = "https://garden.example/logo.png"
    brand_id = await world.onboarding.add(TEAM, BOSS, NewBrand(URL, logo, collect_images=False, bloom_workspace=ACMES))
    (call,) = world.bloom.script.named("create_brand")
    assert call.arguments == {
        "url": URL,
        "logo_url": logo,
        "collect_images": False,
        "bloom_workspace_id": "w1",
    }
    assert await audited(world) == [(BOSS, AuditAction.BRAND_ADDED, URL)]
    assert brand_id == world.bloom.shelf[0].id


@pytest.mark.parametrize(
    ("state", "learned"),
    [
        (BrandState.READY, {"colors": ("#0F4C5C",), "summary": "Plants"}),
        (BrandState.LOGO_REQUIRED, {"logo_error": "too small"}),
        (BrandState.FAILED, {"failure_code": "SCRAPE_FAILED", "failure_message": "No site there"}),
    ],
)
async def test_who_added_a_brand_is_told_what_came_of_it(
    world: World, state: BrandState, learned: dict[str, Any]
) -> None:
    brand_id = await world.onboarding.add(TEAM, BOSS, GARDEN)
    await held(world)
    world.bloom.settle_brand(brand_id, state, **learned)
    notice = await told(world)
    assert notice == Notice(NoticeKind.BRAND_SETTLED, brand=BrandDetail(world.bloom.shelf[0], **learned))
    assert world.messenger.notices[0][:2] == (TEAM, BOSS)
    known = (await world.brands.known(TEAM)).get(brand_id)
    assert known is not None
    assert known.state is state


async def test_pages_hear_of_every_step(world: World) -> None:
    changes: list[str] = []
    world.changes.listen(changes.append)
    brand_id = await world.onboarding.add(TEAM, BOSS, GARDEN)
    await held(world)
    on_its_way = len(changes)
    assert on_its_way >= 2, "on record, and seen at Bloom"
    world.bloom.settle_brand(brand_id)
    await told(world)
    await eventually(lambda: len(changes) >= on_its_way + 2)
    assert set(changes) == {TEAM}


async def test_brand_is_pending_until_it_was_seen_at_bloom(world: World) -> None:
    gate = world.bloom.script.hold("create_brand")
    adding = asyncio.create_task(world.onboarding.add(TEAM, BOSS, GARDEN))
    await eventually(lambda: posts(world))
    (pending,) = await world.onboarding.pending(TEAM)
    assert pending.wanted == GARDEN
    assert not await world.onboarding.pending("T2")
    looks = world.bloom.script.hold("brands")
    gate.set()
    brand_id = await adding
    (pending,) = await world.onboarding.pending(TEAM)
    assert pending.brand_id == brand_id, "on no list yet"
    looks.set()
    await held(world)
    assert not await world.onboarding.pending(TEAM)
    assert (await world.brands.known(TEAM)).get(brand_id)


async def test_wish_is_on_disk_before_bloom_is_asked_whose_it_can_be(world: World) -> None:
    world.bloom.script.hold("workspaces")
    adding = asyncio.create_task(world.onboarding.add(TEAM, BOSS, NewBrand(URL)))
    await eventually(lambda: world.bloom.script.count("workspaces"))
    assert [job.wanted for job in await jobs(world)] == [NewBrand(URL)]
    adding.cancel()
    world.bloom.script._gates.clear()
    await killed(world)
    await held(world)
    assert [job.wanted for job in await jobs(world)] == [GARDEN], "the only owner that it can have"
    world.bloom.settle_brand(world.bloom.shelf[0].id)
    assert (await told(world)).kind is NoticeKind.BRAND_SETTLED
    assert posts(world) == 1


async def test_brand_goes_to_the_bloom_workspace_that_is_used(world: World) -> None:
    world.bloom.rooms = (PERSONAL, ACMES)
    await world.connections.choose_bloom_workspace(TEAM, ACMES, BOSS)
    await world.onboarding.add(TEAM, BOSS, NewBrand(URL))
    assert world.bloom.shelf[0].bloom_workspace_id == "w1"


async def test_nobody_but_who_asked_decides_whose_brand_it_is(world: World) -> None:
    world.bloom.rooms = (PERSONAL, ACMES)
    with pytest.raises(BloomRefused, match=OWNER_NEEDED):
        await world.onboarding.add(TEAM, BOSS, NewBrand(URL))
    assert not await jobs(world)
    world.bloom.script.hold("workspaces")
    adding = asyncio.create_task(world.onboarding.add(TEAM, BOSS, NewBrand(URL)))
    await eventually(lambda: world.bloom.script.count("workspaces") == 2)
    adding.cancel()
    world.bloom.script._gates.clear()
    await killed(world)
    refused = await told(world)
    assert refused == Notice(NoticeKind.BRAND_REFUSED, address=URL, reason=OWNER_NEEDED)
    assert not posts(world)


@pytest.mark.parametrize("lasts", [3, 300])
async def test_wish_that_the_database_does_not_forget_at_once_is_forgotten_later(world: World, lasts: int) -> None:
    world.bloom.script.answer("create_brand", INVALID)
    await fill_the_disk(world, "DELETE ON brand_jobs")
    with pytest.raises(BloomRefused):
        await world.onboarding.add(TEAM, BOSS, GARDEN)
    await world.pass_time(lasts)
    assert len(await jobs(world)) == 1
    await make_room(world)
    await world.pass_time(61)
    await over(world)
    await world.onboarding.add(TEAM, BOSS, GARDEN)
    assert posts(world) == 2
    assert not world.messenger.notices


async def test_wait_that_the_database_does_not_let_end_ends_when_it_does(world: World) -> None:
    brand_id = await world.onboarding.add(TEAM, BOSS, GARDEN)
    await held(world)
    await fill_the_disk(world, "DELETE ON brand_jobs")
    world.bloom.settle_brand(brand_id)
    await passes(world, lambda: world.messenger.notices)
    await world.pass_time(300)
    await make_room(world)
    await world.pass_time(61)
    await told(world)


@pytest.mark.parametrize(
    "refusal", [INVALID, BloomUnavailable("nobody there", sent=False), BloomUnauthorized("U", 401)]
)
async def test_what_bloom_did_not_take_on_is_told_at_once_and_leaves_nothing(world: World, refusal: BloomError) -> None:
    world.bloom.script.answer("create_brand", refusal, refusal)
    with pytest.raises(type(refusal)):
        await world.onboarding.add(TEAM, BOSS, GARDEN)
    await world.pass_time(40)
    assert not await jobs(world)
    assert not await audited(world)
    assert not [notice for _, _, notice in world.messenger.notices if notice.kind is NoticeKind.BRAND_REFUSED]
    assert world.bloom.shelf == [ACME]


async def test_only_managers_look_after_brands(world: World) -> None:
    for forbidden in (
        world.onboarding.add(TEAM, "U7", GARDEN),
        world.onboarding.give_logo(TEAM, "U7", "b1", PNG),
        world.onboarding.delete(TEAM, "U7", "b1"),
    ):
        with pytest.raises(NotAllowed):
            await forbidden
    assert not world.bloom.script.calls
    assert not await jobs(world)


async def test_nothing_is_wished_of_nobody(world: World) -> None:
    await world.connections.disconnect(TEAM, BOSS)
    for unconnected in (
        world.onboarding.add(TEAM, BOSS, GARDEN),
        world.onboarding.give_logo(TEAM, BOSS, "b1", PNG),
        world.onboarding.delete(TEAM, BOSS, "b1"),
        world.onboarding.detail(TEAM, "b1"),
    ):
        with pytest.raises(NotConnected):
            await unconnected
    assert not await jobs(world)


@pytest.mark.parametrize("trouble", [LOST, BloomUnreadable("what is this")])
async def test_brand_of_a_lost_answer_is_found_and_not_made_twice(world: World, trouble: BloomError) -> None:
    world.bloom.lose_answer(trouble, "create_brand")
    with pytest.raises(BloomUnavailable) as lost:
        await world.onboarding.add(TEAM, BOSS, GARDEN)
    assert lost.value.sent
    await held(world)
    assert (await audited(world)) == [(BOSS, AuditAction.BRAND_ADDED, URL)]
    await world.pass_time(SETTLING + 10)
    assert posts(world) == 1
    world.bloom.settle_brand(world.bloom.shelf[0].id)
    assert (await told(world)).kind is NoticeKind.BRAND_SETTLED


@pytest.mark.parametrize(
    ("url", "found"),
    [
        ("https://WWW.garden.example/", True),
        ("http://garden.example", True),
        ("https://garden.example/roses", False),
        ("https://shop.garden.example", False),
        ("https://[garden", False),
    ],
)
async def test_lost_brand_is_known_by_its_address_however_it_is_spelled(world: World, url: str, found: bool) -> None:
    world.bloom.script.answer("create_brand", LOST)
    with pytest.raises(BloomUnavailable):
        await world.onboarding.add(TEAM, BOSS, GARDEN)
    world.bloom._make(url, None)
    await held(world)
    assert posts(world) == (1 if found else 2)


async def test_brands_of_before_or_of_another_owner_are_not_the_lost_one(world: World) -> None:
    world.bloom.rooms = (PERSONAL, ACMES)
    world.bloom._make(URL, None)
    await world.clock.advance(121)
    world.bloom.script.answer("create_brand", LOST)
    with pytest.raises(BloomUnavailable):
        await world.onboarding.add(TEAM, BOSS, GARDEN)
    world.bloom._make(URL, "w1")
    await held(world)
    assert posts(world) == 2


async def test_bloom_is_asked_again_only_when_the_brand_would_have_shown(world: World) -> None:
    world.bloom.script.answer("create_brand", LOST)
    with pytest.raises(BloomUnavailable):
        await world.onboarding.add(TEAM, BOSS, GARDEN)
    await world.pass_time(29)
    assert posts(world) == 1
    await held(world)
    assert posts(world) == 2
    world.bloom.settle_brand(world.bloom.shelf[0].id)
    assert (await told(world)).kind is NoticeKind.BRAND_SETTLED


async def test_refusal_that_comes_late_is_written_to_who_asked(world: World) -> None:
    world.bloom.script.answer("create_brand", LOST, INVALID)
    with pytest.raises(BloomUnavailable):
        await world.onboarding.add(TEAM, BOSS, GARDEN)
    assert await told(world) == Notice(NoticeKind.BRAND_REFUSED, address=URL, reason="INVALID_URL")


async def test_bloom_that_stays_away_is_given_up_in_the_end(world: World) -> None:
    world.bloom.script.answer("create_brand", LOST)
    with pytest.raises(BloomUnavailable):
        await world.onboarding.add(TEAM, BOSS, GARDEN)
    world.bloom.script.answer("brands", *[BloomUnavailable("away")] * 100)
    await world.pass_time(30)
    await world.clock.advance(PATIENCE.total_seconds())
    assert await told(world) == Notice(NoticeKind.BRAND_REFUSED, address=URL, reason="unavailable")


async def test_same_wish_again_meanwhile_makes_no_second_brand(world: World) -> None:
    gate = world.bloom.script.hold("create_brand")
    adding = asyncio.create_task(world.onboarding.add(TEAM, BOSS, GARDEN))
    await eventually(lambda: posts(world))
    with pytest.raises(BloomUnavailable) as twice:
        await world.onboarding.add(TEAM, BOSS, NewBrand(f"{URL}/", bloom_workspace=PERSONAL))
    assert twice.value.sent
    gate.set()
    await adding
    assert posts(world) == 1
    await world.onboarding.add(TEAM, BOSS, GARDEN)
    assert posts(world) == 2, "once it is there, another of the same page is a wish of its own"


async def test_same_wish_twice_at_the_same_moment_makes_one_brand(world: World) -> None:
    outcomes = await asyncio.gather(
        *(world.onboarding.add(TEAM, BOSS, GARDEN) for _ in range(2)), return_exceptions=True
    )
    assert posts(world) == 1
    assert [type(outcome) for outcome in outcomes] == [str, BloomUnavailable]


async def test_wait_goes_on_after_a_kill(world: World) -> None:
    brand_id = await world.onboarding.add(TEAM, BOSS, GARDEN)
    await held(world)
    await killed(world)
    await held(world, 2)
    world.bloom.settle_brand(brand_id)
    assert (await told(world)).kind is NoticeKind.BRAND_SETTLED
    assert posts(world) == 1


async def test_wish_that_bloom_may_have_heard_before_a_kill_is_followed_up(world: World) -> None:
    world.bloom.script.hold("create_brand")
    adding = asyncio.create_task(world.onboarding.add(TEAM, BOSS, GARDEN))
    await eventually(lambda: posts(world))
    adding.cancel()
    world.bloom.script._gates.clear()
    made = world.bloom._make(URL, None)
    await killed(world)
    await held(world)
    world.bloom.settle_brand(made)
    notice = await told(world)
    assert notice.brand is not None
    assert notice.brand.brand.id == made
    assert posts(world) == 1


async def test_notice_that_slack_does_not_have_yet_is_not_lost_by_a_kill(world: World) -> None:
    brand_id = await world.onboarding.add(TEAM, BOSS, GARDEN)
    await held(world)
    world.messenger.script.hold("notify")
    world.bloom.settle_brand(brand_id)
    await eventually(lambda: world.messenger.script.count("notify"))
    assert await jobs(world)
    world.messenger.script._gates.clear()
    await killed(world)
    assert (await told(world)).kind is NoticeKind.BRAND_SETTLED


async def test_notice_waits_for_slack(world: World) -> None:
    brand_id = await world.onboarding.add(TEAM, BOSS, GARDEN)
    await held(world)
    world.messenger.script.answer("notify", *[SlackUnavailable("away")] * 9)
    world.bloom.settle_brand(brand_id)
    await world.pass_time(230)
    assert len(await jobs(world)) == 1
    await told(world)


async def test_who_cannot_be_written_to_is_waited_for_by_nobody(world: World) -> None:
    brand_id = await world.onboarding.add(TEAM, BOSS, GARDEN)
    await held(world)
    world.messenger.script.answer("notify", SlackRefused("user_disabled"))
    world.bloom.settle_brand(brand_id)
    await eventually(lambda: world.messenger.script.count("notify"))
    await over(world)
    assert not world.messenger.notices


async def test_notice_that_slack_never_takes_is_left_to_the_next_start(world: World) -> None:
    brand_id = await world.onboarding.add(TEAM, BOSS, GARDEN)
    await held(world)
    world.messenger.script.answer("notify", *[SlackUnavailable("away")] * 66)
    world.bloom.settle_brand(brand_id)
    while world.messenger.script.count("notify") < 66:
        await world.pass_time(60)
    assert len(await jobs(world)) == 1
    await killed(world)
    assert (await told(world)).kind is NoticeKind.BRAND_SETTLED


async def test_trouble_that_passes_is_waited_out(world: World) -> None:
    limited = BloomRateLimited("TOO_MANY_REQUESTS", 429)
    world.bloom.script.answer("brand", BloomUnavailable("away"), limited, BloomUnreadable("?"))
    brand_id = await world.onboarding.add(TEAM, BOSS, GARDEN)
    await held(world, 1)
    await held(world, 4)
    world.bloom.settle_brand(brand_id)
    assert (await told(world)).kind is NoticeKind.BRAND_SETTLED


async def test_analysis_is_waited_for_as_long_as_it_takes(world: World) -> None:
    brand_id = await world.onboarding.add(TEAM, BOSS, GARDEN)
    await held(world, 4)
    assert world.clock.monotonic() >= 3 * HOLD
    assert [call.arguments["wait"] for call in world.bloom.script.named("brand")][:3] == [HOLD] * 3
    assert not world.messenger.notices
    world.bloom.settle_brand(brand_id)
    await told(world)


async def test_analysis_that_takes_too_long_is_told_as_it_is(world: World) -> None:
    await world.onboarding.add(TEAM, BOSS, GARDEN)
    await held(world)
    await world.clock.advance(PATIENCE.total_seconds() + 1)
    assert await told(world) == Notice(NoticeKind.BRAND_SETTLED, brand=BrandDetail(world.bloom.shelf[0]))
    assert world.bloom.shelf[0].state is BrandState.ANALYZING


async def test_brand_that_nobody_has_seen_is_told_of_by_its_address(world: World) -> None:
    world.bloom.script.answer("brands", *[BloomUnavailable("away")] * 9)
    world.bloom.script.answer("brand", *[BloomUnavailable("away")] * 99)
    brand_id = await world.onboarding.add(TEAM, BOSS, GARDEN)
    await eventually(lambda: world.bloom.script.count("brand"))
    await world.clock.advance(PATIENCE.total_seconds())
    unseen = Brand(brand_id, URL, URL, BrandState.ANALYZING)
    assert await told(world) == Notice(NoticeKind.BRAND_SETTLED, brand=BrandDetail(unseen))


async def test_bloom_that_does_not_hold_is_not_asked_without_end(world: World) -> None:
    world.bloom.holds = False
    await world.onboarding.add(TEAM, BOSS, GARDEN)
    await held(world, 10)
    assert world.clock.monotonic() >= 9 * SHORTEST_HOLD


async def test_no_more_waits_are_held_than_bloom_is_asked_to(world: World) -> None:
    connection = await world.connections.present(TEAM)
    for number in range(HELD_LIMIT + 2):
        made = world.bloom._make(f"https://site{number}.example", None)
        job = BrandJob(f"j{number}", TEAM, connection.id, BOSS, world.clock.now(), made, GARDEN)
        await world.store.save_brand_job(job)
    await world.onboarding.resume()
    await held(world, HELD_LIMIT)
    await settle()
    assert world.bloom.script.count("brand") == HELD_LIMIT
    for brand in world.bloom.shelf:
        world.bloom.settle_brand(brand.id)
    await told(world, HELD_LIMIT + 2)
    waits = [call.arguments["wait"] for call in world.bloom.script.named("brand")]
    assert max(waits[HELD_LIMIT:]) < HOLD, "who stood in line makes room for the next"


@pytest.mark.parametrize("leave", ["disconnect", "depart"])
async def test_nobody_is_told_of_a_workspace_that_was_left(world: World, leave: str) -> None:
    brand_id = await world.onboarding.add(TEAM, BOSS, GARDEN)
    await held(world)
    await (world.connections.disconnect(TEAM, BOSS) if leave == "disconnect" else world.departures.leave(TEAM))
    world.bloom.settle_brand(brand_id)
    await over(world)
    assert not world.messenger.notices


async def test_answer_that_comes_after_a_workspace_was_left_brings_nothing_back(world: World) -> None:
    gate = world.bloom.script.hold("create_brand")
    adding = asyncio.create_task(world.onboarding.add(TEAM, BOSS, GARDEN))
    await eventually(lambda: posts(world))
    await world.departures.leave(TEAM)
    gate.set()
    with pytest.raises(NotConnected):
        await adding
    await settle()
    assert not await jobs(world)
    assert not await audited(world)


async def test_nobody_is_told_of_a_brand_in_an_account_that_is_gone(world: World) -> None:
    made = world.bloom._make(URL, None)
    await world.store.save_brand_job(BrandJob("j1", TEAM, "gone", BOSS, world.clock.now(), made, GARDEN))
    await world.onboarding.resume()
    await over(world)
    assert not world.messenger.notices
    assert not world.bloom.script.count("brand")


async def test_wait_goes_on_by_the_newer_connection_of_the_same_account(world: World) -> None:
    world.accounts["bloom_sk_new"] = world.bloom
    brand_id = await world.onboarding.add(TEAM, BOSS, GARDEN)
    await held(world)
    del world.accounts[KEY]
    await passes(world, lambda: world.messenger.told("connection_broken"))
    assert (await world.connections.present(TEAM)).is_broken
    assert not world.messenger.told("brand_settled")
    await world.connections.connect(TEAM, "bloom_sk_new", BOSS)
    world.bloom.settle_brand(brand_id)
    await passes(world, lambda: world.messenger.told("brand_settled") == [BOSS])


async def test_wait_goes_on_in_the_account_that_was_asked(world: World) -> None:
    brand_id = await world.onboarding.add(TEAM, BOSS, GARDEN)
    await held(world)
    bob = await world.connect_as_bob()
    await world.connections.retire()
    await world.pass_time(HOLD + 1)
    world.bloom.settle_brand(brand_id)
    notice = await told(world)
    assert notice.is_elsewhere, "nobody here can make images with it"
    await world.connections.retire()
    assert (await world.connections.current(TEAM)) == bob
    assert [one async for one in _connections(world)] == [bob.id]


@pytest.mark.parametrize(("owner", "is_elsewhere"), [(ACMES, True), (PERSONAL, False)])
async def test_brand_of_another_bloom_workspace_than_the_one_that_is_used_by_now_is_elsewhere(
    world: World, owner: BloomWorkspace, is_elsewhere: bool
) -> None:
    world.bloom.rooms = (PERSONAL, ACMES)
    brand_id = await world.onboarding.add(TEAM, BOSS, NewBrand(URL, bloom_workspace=owner))
    await held(world)
    await world.connections.choose_bloom_workspace(TEAM, PERSONAL, BOSS)
    world.bloom.settle_brand(brand_id)
    assert (await told(world)).is_elsewhere is is_elsewhere


async def _connections(world: World) -> Any:
    for (name,) in await world.store._writer.run(lambda db: list(db.execute("SELECT id FROM connections"))):
        yield name


@pytest.mark.parametrize("logo", ["https://acme.com/logo.svg", PNG])
async def test_who_gave_a_logo_is_told_what_came_of_it(world: World, logo: str | BrandLogo) -> None:
    await world.brands.refresh(TEAM)
    await world.onboarding.give_logo(TEAM, BOSS, "b1", logo)
    assert [call.name for call in world.bloom.script.calls if "logo" in call.name] == [
        "set_logo" if isinstance(logo, str) else "upload_logo"
    ]
    assert [(job.brand_id, job.wanted) for job in await jobs(world)] == [("b1", None)]
    assert await audited(world) == [(BOSS, AuditAction.LOGO_GIVEN, "Acme")]
    assert not await world.onboarding.pending(TEAM)
    await held(world)
    world.bloom.settle_brand("b1", logo_url="https://bloom.test/logo.png")
    notice = await told(world)
    assert notice == Notice(NoticeKind.BRAND_SETTLED, brand=BrandDetail(ACME, logo_url="https://bloom.test/logo.png"))


async def test_file_reaches_bloom_as_it_is(world: World) -> None:
    await world.onboarding.give_logo(TEAM, BOSS, "b1", PNG)
    (call,) = world.bloom.script.named("upload_logo")
    assert call.arguments == {"id": "b1", "file": {"name": "logo.png", "content": b"png", "mime_type": "image/png"}}


async def test_refused_logo_is_told_at_once_and_leaves_nothing(world: World) -> None:
    world.bloom.script.answer("set_logo", BloomRefused("INVALID_LOGO", 400))
    with pytest.raises(BloomRefused, match="INVALID_LOGO"):
        await world.onboarding.give_logo(TEAM, BOSS, "b1", "https://acme.com/logo.txt")
    await settle()
    assert not await jobs(world)
    assert not await audited(world)
    assert not world.messenger.notices


async def test_brand_is_looked_at_a_while_after_a_logo_whose_answer_was_lost(world: World) -> None:
    world.bloom.settle_brand("b1", BrandState.LOGO_REQUIRED)
    world.bloom.script.answer("set_logo", LOST)
    with pytest.raises(BloomUnavailable):
        await world.onboarding.give_logo(TEAM, BOSS, "b1", "https://acme.com/logo.svg")
    await world.pass_time(29)
    assert not world.messenger.notices
    notice = await told(world)
    assert notice.brand is not None
    assert notice.brand.brand.state is BrandState.LOGO_REQUIRED


async def test_who_gives_a_logo_while_waiting_is_told_once(world: World) -> None:
    world.directory.put("U9", is_admin=True)
    brand_id = await world.onboarding.add(TEAM, BOSS, GARDEN)
    await world.onboarding.give_logo(TEAM, BOSS, brand_id, PNG)
    await world.onboarding.give_logo(TEAM, "U9", brand_id, PNG)
    await held(world, 2)
    world.bloom.settle_brand(brand_id)
    await told(world, 2)
    assert sorted(world.messenger.told("brand_settled")) == [BOSS, "U9"]


async def test_brand_that_was_deleted_at_bloom_is_told_of(world: World) -> None:
    await world.brands.refresh(TEAM)
    await world.onboarding.give_logo(TEAM, BOSS, "b1", PNG)
    await held(world)
    await world.bloom.delete_brand("b1")
    assert await told(world) == Notice(NoticeKind.BRAND_REFUSED, address="https://acme.com", reason="BRAND_NOT_FOUND")


async def test_deleted_brand_is_no_default_any_more_and_nobody_waits_for_it(world: World) -> None:
    await world.brands.refresh(TEAM)
    chosen = Preferences(1, Defaults("b1"), {"C1": Defaults("b1"), "C2": Defaults("b2")})
    assert await world.store.save_preferences(TEAM, chosen)
    await world.onboarding.give_logo(TEAM, BOSS, "b1", PNG)
    await held(world)
    await world.onboarding.delete(TEAM, BOSS, "b1")
    assert world.bloom.shelf == []
    assert not await jobs(world)
    assert (await world.brands.known(TEAM)).brands == ()
    now = await world.preferences.current(TEAM)
    assert now.defaults_in("C1") == Defaults()
    assert now.defaults_in("C2") == Defaults("b2")
    assert (BOSS, AuditAction.BRAND_DELETED, "Acme") in await audited(world)
    await over(world)
    assert not world.messenger.notices


async def test_who_waits_for_a_brand_that_is_just_being_deleted_is_told_nothing(world: World) -> None:
    await world.brands.refresh(TEAM)
    await world.onboarding.give_logo(TEAM, BOSS, "b1", PNG)
    await held(world)
    gate = world.bloom.script.hold("delete_brand")
    deleting = asyncio.create_task(world.onboarding.delete(TEAM, BOSS, "b1"))
    await eventually(lambda: world.bloom.script.count("delete_brand"))
    world.bloom.shelf = []
    world.bloom._analyses.pop("b1").set()
    await world.pass_time(3)
    gate.set()
    await deleting
    await over(world)
    assert not world.messenger.notices


async def test_brand_that_is_gone_is_deleted_already(world: World) -> None:
    await world.brands.refresh(TEAM)
    world.bloom.shelf = []
    await world.onboarding.delete(TEAM, BOSS, "b1")
    assert (await world.brands.known(TEAM)).brands == ()
    assert (BOSS, AuditAction.BRAND_DELETED, "Acme") in await audited(world)


async def test_deleting_it_twice_at_the_same_moment_is_one_deletion(world: World) -> None:
    world.directory.put("U9", is_admin=True)
    await world.brands.refresh(TEAM)
    await asyncio.gather(*(world.onboarding.delete(TEAM, user_id, "b1") for user_id in (BOSS, "U9", BOSS)))
    assert world.bloom.script.count("delete_brand") == 1
    assert await audited(world) == [(BOSS, AuditAction.BRAND_DELETED, "Acme")]


async def test_deleting_it_again_is_no_second_deletion(world: World) -> None:
    await world.brands.refresh(TEAM)
    world.bloom.script.answer("brands", *[BloomUnavailable("away")] * 9)
    for _ in range(2):
        await world.onboarding.delete(TEAM, BOSS, "b1")
        assert (await world.brands.known(TEAM)).get("b1") is None
    assert await audited(world) == [(BOSS, AuditAction.BRAND_DELETED, "Acme")]


async def test_deletion_of_a_brand_that_nobody_has_seen_is_on_record_all_the_same(world: World) -> None:
    await world.onboarding.delete(TEAM, BOSS, "b1")
    assert await audited(world) == [(BOSS, AuditAction.BRAND_DELETED, "b1")]


async def test_deletion_whose_answer_was_lost_is_on_record_when_it_is_pressed_again(world: World) -> None:
    await world.brands.refresh(TEAM)
    world.bloom.lose_answer(LOST, "delete_brand")
    with pytest.raises(BloomUnavailable):
        await world.onboarding.delete(TEAM, BOSS, "b1")
    await world.onboarding.delete(TEAM, BOSS, "b1")
    assert await audited(world) == [(BOSS, AuditAction.BRAND_DELETED, "Acme")]


async def test_what_cannot_be_put_on_record_is_done_all_the_same(world: World) -> None:
    await world.brands.refresh(TEAM)
    assert await world.store.save_preferences(TEAM, Preferences(1, Defaults("b1")))
    await fill_the_disk(world, "INSERT ON audit_log")
    brand_id = await world.onboarding.add(TEAM, BOSS, GARDEN)
    await world.onboarding.give_logo(TEAM, BOSS, brand_id, PNG)
    with capture_logs() as logs:
        await world.onboarding.delete(TEAM, BOSS, "b1")
    assert [one["action"] for one in logs if one["event"] == "a change is not on record"] == [
        "defaults_changed",
        "brand_deleted",
    ]
    assert (await world.preferences.current(TEAM)).defaults == Defaults()
    assert (await world.brands.known(TEAM)).get("b1") is None
    assert not await audited(world)


async def test_brand_that_bloom_does_not_delete_stays_as_it_is(world: World) -> None:
    assert await world.store.save_preferences(TEAM, Preferences(1, Defaults("b1")))
    world.bloom.script.answer("delete_brand", BloomRefused("FORBIDDEN", 403))
    with pytest.raises(BloomRefused, match="FORBIDDEN"):
        await world.onboarding.delete(TEAM, BOSS, "b1")
    assert (await world.preferences.current(TEAM)).defaults.brand_id == "b1"
    assert not await audited(world)


async def test_deletion_is_seen_although_a_look_at_the_brands_was_under_way(world: World) -> None:
    world.bloom.script.answer("brands", await world.bloom.brands())
    gate = world.bloom.script.hold("brands")
    looking = asyncio.create_task(world.brands.refresh(TEAM))
    await eventually(lambda: world.bloom.script.count("brands") == 2)
    deleting = asyncio.create_task(world.onboarding.delete(TEAM, BOSS, "b1"))
    await eventually(lambda: world.bloom.shelf == [])
    await settle()
    gate.set()
    await asyncio.gather(looking, deleting)
    assert (await world.brands.known(TEAM)).brands == ()


async def test_detail_is_what_bloom_says_now(world: World) -> None:
    world.bloom.learned["b1"] = {"fonts": ("Inter",)}
    assert await world.onboarding.detail(TEAM, "b1") == BrandDetail(ACME, fonts=("Inter",))
    (call,) = world.bloom.script.named("brand")
    assert call.arguments["wait"] is None
