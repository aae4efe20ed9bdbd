"""Drafts: what somebody gave, checked and kept, and what starting it would mean."""

import asyncio
from dataclasses import replace
from time import perf_counter
from typing import Any

import pytest

from bot.core.batches.drafting import Drafting
from bot.core.errors import BloomTimeout, BloomUnavailable, NotConnected, OutsideLimits, TableUnreadable
from bot.core.models import (
    TABLE_LIMIT,
    AspectRatio,
    BatchRequest,
    Brand,
    BrandState,
    Credits,
    Defaults,
    ImageModel,
    ImageSize,
    Limits,
    Outlook,
    RowDefaults,
)
from tests.core.world import TEAM, World, a_request
from tests.fakes.bloom import ACME

OTHER = Brand("b2", "Other", "https://other.com", BrandState.READY)


@pytest.fixture
def drafting(world: World) -> Drafting:
    world.bloom.shelf = [ACME, OTHER]
    return Drafting(
        world.store,
        world.connections,
        world.brands,
        world.policy,
        world.usage,
        row_limit=3,
        clock=world.clock,
    )


def wish(lines: str = "A red bike\n\nA blue one", **fields: Any) -> BatchRequest:
    chosen = {"defaults": RowDefaults(brand_id="b1"), **fields}
    return BatchRequest(TEAM, "U1", "C1", lines=lines, **chosen)


async def test_draft_is_kept_with_who_wants_it_and_where(world: World, drafting: Drafting) -> None:
    table = b"prompt,brand,campaign\nA red bike,Acme,x\n,Acme,\nA blue one,other,y\n"
    draft = await drafting.draft(wish("", table=table, title="bikes.csv", thread_id="1.0"))
    assert (draft.user_id, draft.channel_id, draft.thread_id, draft.title) == ("U1", "C1", "1.0", "bikes.csv")
    assert [(row.number, row.parameters.brand_id) for row in draft.rows] == [(2, "b1"), (4, "b2")]
    assert [(row.number, row.reasons) for row in draft.bad_rows] == [(3, ("It has no prompt.",))]
    assert draft.ignored_columns == ("campaign",)
    kept = await world.store.batch(draft.id)
    assert kept is not None
    assert (kept.rows, kept.bad_rows, kept.created_at) == (draft.rows, draft.bad_rows, world.clock.now())


async def test_draft_without_a_good_row_is_told_and_not_kept(world: World, drafting: Drafting) -> None:
    draft = await drafting.draft(wish("x" * 2001))
    assert (draft.rows, [row.number for row in draft.bad_rows]) == ((), [1])
    assert await world.store.batch(draft.id) is None


async def test_rows_have_what_was_chosen_for_them_then_what_is_usual_in_the_channel(
    world: World, drafting: Drafting
) -> None:
    usual = Defaults("b2", ImageModel.FAST, AspectRatio.WIDE, ImageSize.SIZE_4K)
    await world.decide(defaults=usual, channels={"C1": Defaults(model=ImageModel.STANDARD)})
    (row, *_) = (await drafting.draft(wish(defaults=RowDefaults(shape="any", variants=2)))).rows
    chosen = row.parameters
    assert (chosen.brand_id, chosen.model, chosen.size) == ("b2", "standard", "4K")
    assert (chosen.aspect_ratio, chosen.variants) == (None, 2)


async def test_who_may_not_make_images_here_is_told_so_before_anything_is_read(
    world: World, drafting: Drafting
) -> None:
    await world.decide(limits=Limits(channels=frozenset({"C2"})))
    with pytest.raises(OutsideLimits):
        await drafting.draft(wish("", table=b"%PDF"))
    assert not world.bloom.script.calls


async def test_more_rows_than_the_limit_are_refused(drafting: Drafting) -> None:
    with pytest.raises(TableUnreadable, match="4 rows, and a batch takes 3"):
        await drafting.draft(wish("a\nb\nc\nd"))


async def test_workspace_without_an_account_at_bloom_is_told_so(world: World, drafting: Drafting) -> None:
    await world.connections.disconnect(TEAM, "U0")
    with pytest.raises(NotConnected):
        await drafting.draft(wish())


async def test_bloom_is_waited_for_where_nobody_knows_the_brands(world: World, drafting: Drafting) -> None:
    gate = world.bloom.script.hold("brands")
    with pytest.raises(BloomTimeout):
        await world.passing(drafting.draft(wish()))
    gate.set()
    await world.idle()
    assert (await drafting.draft(wish())).rows
    assert world.bloom.script.count("brands") == 1


async def test_brands_that_are_known_are_not_waited_for(world: World, drafting: Drafting) -> None:
    await world.brands.refresh(TEAM)
    await world.clock.advance(3600)
    world.bloom.script.hold("brands")
    assert (await drafting.draft(wish())).rows


async def test_bloom_that_cannot_say_which_brands_there_are_is_no_fault_of_the_rows(
    world: World, drafting: Drafting
) -> None:
    world.bloom.script.answer("brands", *[BloomUnavailable("away")] * 2)
    with pytest.raises(BloomUnavailable):
        await drafting.draft(wish())


async def test_outlook_is_of_all_rows_at_the_present_pace(world: World, drafting: Drafting) -> None:
    await world.decide(limits=Limits(credits_per_person=10))
    await world.add(a_request(variants=2))
    draft = await drafting.draft(wish())
    assert await drafting.outlook(draft) == Outlook(2 * world.bloom.pace, credits_left=100, cap_left=8)


async def test_what_bloom_does_not_say_in_time_is_left_open(world: World, drafting: Drafting) -> None:
    draft = await drafting.draft(wish())
    world.bloom.script.hold("credits")
    assert await world.passing(drafting.outlook(draft)) == Outlook(2 * world.bloom.pace)
    await world.store.break_connection((await world.connect()).id, "bloom_sk_ada")
    assert await world.passing(drafting.outlook(draft)) == Outlook(None)


@pytest.mark.parametrize("is_unlimited", [True, False])
async def test_nothing_is_said_of_credits_where_they_never_end_or_several_pay(
    world: World, drafting: Drafting, is_unlimited: bool
) -> None:
    if is_unlimited:
        world.bloom.balance = Credits(0, unlimited=True)
    else:
        world.bloom.shelf = [ACME, replace(OTHER, bloom_workspace_id="w1")]
    draft = await drafting.draft(wish("", table=b"prompt,brand\na,acme\nb,other"))
    assert len(draft.rows) == 2
    assert (await drafting.outlook(draft)).credits_left is None


@pytest.mark.timing
async def test_table_of_five_megabytes_holds_nobody_up(world: World, drafting: Drafting) -> None:
    await world.brands.refresh(TEAM)
    row = b'"a prompt, with ""quotes"" and more",acme,16:9,,\n'
    asking = asyncio.create_task(
        drafting.draft(wish("", table=b"prompt,brand,ar\n" + row * (TABLE_LIMIT // len(row) - 1)))
    )
    slowest = 0.0
    while not asking.done():
        began = perf_counter()
        await asyncio.sleep(0)
        slowest = max(slowest, perf_counter() - began)
    with pytest.raises(TableUnreadable, match="rows, and a batch takes 3"):
        await asking
    assert slowest < 0.25
