"""While a batch runs: who may say what becomes of it, what is in its way, and what everybody else goes on doing."""

import asyncio
import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.core.models import BatchRequest, Limits, RateLimit, RowDefaults
from bot.sandbox.bloom import SANDBOX_API_KEY
from bot.slack.sights import PageName
from bot.slack.views.buttons import ActionId
from tests.scenarios.batches import BatchInSlack, ShownRow, batch_of, finished, rows_in
from tests.scenarios.decisions import brand, channel_id, decide
from tests.scenarios.orders import Dam, drawn, orders_by_prompt
from tests.scenarios.pages import turn_to
from tests.scenarios.results import image_ids, press, press_for_view, send, whispered
from tests.scenarios.world import World, open_world, words

PAUSE, RESUME, CANCEL, RETRY = (
    ActionId.PAUSE_BATCH,
    ActionId.RESUME_BATCH,
    ActionId.CANCEL_BATCH,
    ActionId.RETRY_BATCH,
)
MORE = [f"picture {number} of a door" for number in range(1, 13)]
PROMPTS = MORE[:8]


@pytest.fixture
async def busy(tmp_path: Path) -> AsyncIterator[World]:
    """Open a world whose Bloom takes six requests in half a minute."""
    async with open_world(tmp_path, bloom_rate_limit=RateLimit(6, 30.0)) as opened:
        await opened.brands_known()
        yield opened


async def test_only_who_asked_and_managers_say_what_becomes_of_it(http_world: World) -> None:
    world, dam = http_world, Dam(http_world)
    world.slack.workspace.join("general", world.slack.workspace.add_person("Lee").id)
    lee = world.slack.person("Lee")
    dam.close(after=2)
    batch = await batch_of(world, world.sam, *PROMPTS)
    await dam.reached()
    for action in (PAUSE, CANCEL):
        await batch.press(lee, action)
    told = words(await whispered(world.slack, lee, f"<@{world.sam.id}>"))
    assert f"<@{world.mia.id}>" in told
    assert batch.offers(PAUSE)
    await batch.press(world.mia, PAUSE)
    await batch.until(lambda one: one.offers(RESUME))
    assert f"by <@{world.mia.id}>" in batch.said
    dam.open()
    await batch.press(world.sam, RESUME)
    await batch.ended()
    assert batch.numbers == list(range(1, 9))


async def test_what_was_not_begun_when_it_was_cancelled_is_never_paid_and_can_be_made_after_all(busy: World) -> None:
    batch = await batch_of(busy, busy.sam, *MORE)
    await batch.until(lambda _: len(drawn(busy)) >= 2)
    await batch.press(busy.mia, CANCEL)
    await batch.ended()
    begun = len(drawn(busy))
    assert 2 <= begun < len(MORE)
    assert batch.numbers == list(range(1, begun + 1))
    assert [line["status"] for line in batch.csv()] == ["made"] * begun + ["not made"] * (len(MORE) - begun)
    assert f"was cancelled by <@{busy.mia.id}>" in words(batch.summaries[0])
    await finished(busy, batch)
    await batch.press(busy.sam, RETRY)
    await batch.ended(rounds=2)
    assert batch.numbers == list(range(1, len(MORE) + 1))
    assert orders_by_prompt(busy) == dict.fromkeys(MORE, 1)


async def test_limit_that_is_met_on_the_way_pauses_it_and_says_which(http_world: World) -> None:
    world = http_world
    await decide(world, limits=Limits(credits_per_month=3))
    batch = await batch_of(world, world.sam, *PROMPTS)
    await batch.until(lambda one: one.offers(RESUME))
    assert "this workspace may still spend this month" in batch.said
    await batch.until(lambda one: len(one.rows) == 3)
    await decide(world, limits=Limits(credits_per_month=8))
    await batch.press(world.sam, RESUME)
    await batch.ended()
    assert batch.numbers == list(range(1, 9))
    assert len(drawn(world)) == 8


async def test_connection_that_ends_on_the_way_pauses_it_until_somebody_connects_again(http_world: World) -> None:
    world, dam = http_world, Dam(http_world)
    dam.close(after=2)
    batch = await batch_of(world, world.sam, *PROMPTS)
    await dam.reached()
    world.bloom.state.revoke(SANDBOX_API_KEY)
    dam.open()
    await batch.until(lambda one: one.offers(RESUME))
    assert "Bloom isn't connected to this workspace any more." in batch.said
    world.bloom.state.accounts.add_key(SANDBOX_API_KEY, "bloom_sk_new")
    await world.mia.click(batch.message, "Connect Bloom")
    await send(world.mia, await world.mia.wait_for_view("connect"), key="bloom_sk_new")
    await world.slack.wait_until(lambda: "Connected as" in words(world.mia.open_view or batch.message))
    await batch.press(world.mia, RESUME)
    await batch.ended()
    assert batch.numbers == list(range(1, len(PROMPTS) + 1))
    assert orders_by_prompt(world) == dict.fromkeys(PROMPTS, 1)


async def test_single_request_of_the_same_person_passes_the_batch(busy: World) -> None:
    batch = await batch_of(busy, busy.mia, *MORE)
    await batch.until(lambda _: len(drawn(busy)) >= 3)
    assert (await busy.mia.command("general", "/bloom", "a red fox --brand Acme")).ok
    await batch.until(lambda one: re.search(r"▰▱+ \d+%\n\d+ of 12 rows .*\nAbout .+ left", one.said))
    await batch.ended()
    assert batch.numbers == list(range(1, len(MORE) + 1))
    *_, fox = (one for one in busy.posted() if one.images and one.thread_ts != batch.message.ts)
    assert fox.ts < batch.results[-1].ts
    order = [image.prompt for image in sorted(drawn(busy), key=lambda image: image.sequence)]
    assert order.index("a red fox") < len(MORE) - 2  # all rows stood in line before it


async def test_what_failed_is_tried_again_only_once_the_files_stand(http_world: World) -> None:
    world, files_may_come = http_world, asyncio.Event()

    async def slack(method: str, _: object, __: str) -> None:
        if method == "files.completeUploadExternal":
            await files_may_come.wait()

    world.slack.watch(slack)
    batch = await batch_of(world, world.sam, "a forbidden fruit", "a red fox")
    await batch.until(lambda one: one.summaries)
    await batch.press(world.sam, RETRY, batch.summaries[0])
    await whispered(world.slack, world.sam, "Once its files are here, you can retry what failed.")
    files_may_come.set()
    await batch.ended()
    await finished(world, batch)
    await batch.press(world.sam, RETRY, batch.summaries[0])
    await batch.ended(rounds=2)
    assert batch.numbers == [1, 2, 1]
    assert orders_by_prompt(world) == {"a forbidden fruit": 2, "a red fox": 1}


async def test_image_of_a_batch_is_like_any_other(http_world: World) -> None:
    world = http_world
    batch = await batch_of(world, world.sam, "a red fox", "a blue fox", batch_variants="2")
    await batch.ended()
    gone, kept = batch.row(2).image_ids
    message = next(one for one in batch.results if kept in image_ids(one))
    shown = [one for one in image_ids(message) if one != gone]
    known = len(batch.thread.results)
    await press(world.mia, message, "Vary", kept)
    await batch.until(lambda one: len(one.thread.results) > known)
    view = await press_for_view(world.sam, message, "Delete…", "delete_image", gone)
    await send(world.sam, view)
    await world.slack.wait_until(lambda: image_ids(message) == shown)
    assert f"deleted by <@{world.sam.id}>" in batch.row(2).said
    assert batch.numbers == [1, 2]
    home = await turn_to(world, world.sam, PageName.HISTORY, "a red fox")
    assert "2 images · 1 deleted" in words(home)


async def test_results_come_several_a_message_at_slacks_pace(tmp_path: Path) -> None:
    async with open_world(tmp_path, fetch_images=False, speed=20, enforce_rate=True) as world:
        await world.brands_known()
        acme = await brand(world, "Acme")
        wish = BatchRequest(
            world.workspace_id,
            world.mia.id,
            channel_id(world, "general"),
            RowDefaults(brand_id=acme.id, variants=3),
            lines="\n".join(MORE),
        )
        draft = await world.bot.core.batches.draft(wish)
        await world.bot.core.batches.start(draft.id, world.mia.id)
        root = await world.slack.wait_until(lambda: world.posted()[0])
        batch = BatchInSlack(world.slack, root)
        await batch.ended()
        assert batch.numbers == list(range(1, len(MORE) + 1))
        assert {len(image_ids(message)) for message in batch.results} <= {3, 6, 9, 12}
        assert len(batch.results) < len(MORE)
        assert {call.error for call in world.slack.calls} == {None}


async def test_channel_that_is_archived_on_the_way_gets_no_more_and_who_asked_gets_all(http_world: World) -> None:
    world, dam = http_world, Dam(http_world)
    dam.close(after=2)
    batch = await batch_of(world, world.sam, *PROMPTS)
    await dam.reached()
    world.slack.workspace.archive("general")
    dam.open()

    def rows() -> list[ShownRow]:
        return [*batch.rows, *(row for message in world.sam.direct_messages() for row in rows_in(message))]

    await world.slack.wait_until(lambda: len(rows()) == len(PROMPTS), seconds=10)
    assert [row.number for row in rows()] == list(range(1, len(PROMPTS) + 1))
    await world.slack.wait_until(lambda: len([1 for one in world.sam.direct_messages() if one.files]) == 3, seconds=10)
    assert orders_by_prompt(world) == dict.fromkeys(PROMPTS, 1)
