"""A table of 120 rows on its way from a file to files, through everything that can happen to it."""

from functools import cache

import pytest

from bot.sandbox.bloom.brands import Brand
from bot.sandbox.bloom.images import LONG_SIDE, dimensions
from bot.slack.views.buttons import ActionId
from tests.scenarios.batches import BatchInSlack, picture_in, preview_of_table, started
from tests.scenarios.big_table import (
    AT_FIRST,
    BAD,
    CREDITS,
    FAILING,
    FOR_GOOD,
    GOOD,
    IMAGES,
    ORDERED,
    PARTLY_MADE,
    RATIO,
    TOO_BUSY,
    Row,
    big_table,
)
from tests.scenarios.orders import ORDER, Dam, drawn, orders_by_prompt
from tests.scenarios.process import BotProcess
from tests.scenarios.world import World, words

PURSE = 100
"""Credits at first, and as many once more when those are spent."""
BEFORE_THE_KILL, BEFORE_THE_PAUSE = 15, 20
"""Orders that Bloom takes until then."""
SIDE = 128
"""Pixels of the longer sides: nobody looks at hundreds of pictures here, and they are packed twice."""
AGAIN = [row for row in GOOD if row.number in FAILING or row.number == PARTLY_MADE]
FATE = "bot.sandbox.bloom.studio.failure_of"
"""What lets images of some prompts fail."""
PAUSE, RESUME, RETRY = ActionId.PAUSE_BATCH, ActionId.RESUME_BATCH, ActionId.RETRY_BATCH


@pytest.mark.timeout(120)
async def test_120_rows_come_to_an_exact_end_through_failures_kills_a_pause_and_an_empty_purse(
    bot: BotProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(LONG_SIDE, "2K", SIDE)
    world, dam = bot.world, Dam(bot.world)
    world.bloom.state.account.personal.credits = PURSE
    dam.close(after=BEFORE_THE_KILL, when="after")
    batch = await handed_in(world)
    await killed_in_the_middle(bot, dam)
    await paused_and_killed(bot, dam, batch)
    await out_of_credits(world, batch)
    await batch.ended()
    everything_was_made_and_paid_once(world, batch)
    results_stand_in_order(world, batch)
    files_say_and_hold_the_same(batch)
    monkeypatch.setattr(FATE, lambda *_: None)
    await the_failed_ones_tried_again(world, batch)
    assert await bot.terminate() == 0
    assert "Traceback" not in bot.log


async def handed_in(world: World) -> BatchInSlack:
    """Upload the table, read the preview, and start the good ones although two brands are not what they were."""
    preview = await preview_of_table(world, world.mia, big_table(), batch_brand="Acme", batch_ratio=RATIO)
    told = words(preview)
    assert f"*{len(GOOD)} rows* · {IMAGES} images · {CREDITS} credits · about " in told
    reasons = dict(line.partition(":* ")[::2] for line in told.splitlines() if line.startswith("*Row "))
    assert list(reasons) == [f"*Row {number}" for number in BAD]
    assert all(word in reasons[f"*Row {number}"] for number, (_, word) in BAD.items())
    assert preview.definition["submit"]["text"] == "Start the good ones"
    assert not world.bloom.requests.matching(*ORDER)
    brand(world, "Lumen Labs").status = "failed"
    world.bloom.state.brands.remove(brand(world, "Northwind Coffee"))
    return await started(world, world.mia, preview)


async def killed_in_the_middle(bot: BotProcess, dam: Dam) -> None:
    """Kill it while orders are taken whose answers it never gets, and start it again at a Bloom in trouble."""
    await dam.reached()
    await bot.kill()
    dam.open(is_lost=True)
    order, faults = " ".join(ORDER), bot.world.bloom.faults
    faults.drop(order, "before")
    faults.drop(order, "after")
    faults.garble(order)
    faults.next("INTERNAL_SERVER_ERROR", path=order)
    faults.next("TOO_MANY_REQUESTS", path=order)
    dam.close(after=BEFORE_THE_PAUSE)
    await bot.start()


async def paused_and_killed(bot: BotProcess, dam: Dam, batch: BatchInSlack) -> None:
    """Pause it, let come what was on its way, kill it once more, and go on only when somebody says so."""
    await dam.reached()
    await batch.press(bot.world.mia, PAUSE)
    await batch.until(lambda one: one.offers(RESUME))
    dam.open()
    await batch.until(lambda one: "being made" not in one.said)
    begun = len(drawn(bot.world))
    await bot.kill()
    await bot.start()
    assert begun == len(drawn(bot.world)) < PURSE
    await batch.press(bot.world.mia, RESUME)
    await batch.until(lambda one: one.offers(PAUSE))


async def out_of_credits(world: World, batch: BatchInSlack) -> None:
    """Wait for the pause that comes when nothing is left to pay with, top up, and go on."""
    await batch.until(lambda one: one.offers(RESUME))
    assert "Bloom has no credits left for this" in batch.said
    (link,) = [control.element for control in batch.message.controls if control.label == "Top up"]
    assert link["url"].startswith("http")
    world.bloom.state.account.personal.credits += PURSE
    await batch.press(world.mia, RESUME)


def everything_was_made_and_paid_once(world: World, batch: BatchInSlack) -> None:
    assert orders_by_prompt(world) == {row.prompt: row.ordered for row in GOOD if row.ordered}
    assert 2 * PURSE - world.bloom.state.account.personal.credits == sum(AT_FIRST.values())
    (summary,) = batch.summaries
    told = words(summary)
    made = len(GOOD) - len(AGAIN)
    assert f"*{made} of {len(GOOD)} rows made*, {len(FAILING)} failed, 1 partly made · {ORDERED} credits" in told
    assert "Row 101: Bloom doesn't know Northwind Coffee" in told
    assert "Rows 72 and 73: Bloom can't draw for Lumen Labs yet" in told


def results_stand_in_order(world: World, batch: BatchInSlack) -> None:
    assert batch.numbers == [row.number for row in GOOD]
    assert len(batch.results) < len(GOOD) / 3
    for row, shown in zip(GOOD, batch.rows, strict=True):
        assert pictures_of(world, shown.image_ids) == [(row.prompt, row.shape)] * AT_FIRST[row.number]
        told = (*row.prompt.splitlines(), row.note, FAILING.get(row.number, ("",))[0])
        assert all(words in shown.said for words in told)


def files_say_and_hold_the_same(batch: BatchInSlack) -> None:
    table = {int(line["row"]): line for line in batch.csv()}
    assert list(table) == sorted([*AT_FIRST, *BAD])
    for row, shown in zip(GOOD, batch.rows, strict=True):
        line = table[row.number]
        assert tuple(url.rpartition("/")[2] for url in line.pop("images").split()) == shown.image_ids
        assert line == line_of(row)
    assert {table[number]["status"] for number in BAD} == {"not started"}
    assert picture_in(batch.file("contact-sheet"))[0] == "JPEG"
    zipped = batch.zipped()
    wanted = [row for row in GOOD for _ in range(AT_FIRST[row.number])]
    assert [int(name[:3]) for name in zipped] == [row.number for row in wanted]
    look = cache(picture_in)  # most of them are the same here
    assert [look(content) for content in zipped.values()] == [("PNG", dimensions(row.shape, SIDE)) for row in wanted]


async def the_failed_ones_tried_again(world: World, batch: BatchInSlack) -> None:
    """Let Bloom have recovered from all but one trouble, and ask for what is missing."""
    brand(world, "Lumen Labs").status = "ready"
    world.bloom.state.account.plan_4k = True
    before = orders_by_prompt(world)
    await batch.press(world.mia, RETRY)
    await batch.ended(rounds=2)
    assert batch.numbers[len(GOOD) :] == [row.number for row in AGAIN]
    missing = {row.prompt: row.variants - AT_FIRST[row.number] for row in AGAIN if row.number != FOR_GOOD}
    assert orders_by_prompt(world) - before == missing
    statuses = {int(line["row"]): line["status"] for line in batch.csv(2)}
    assert {number for number in AT_FIRST if statuses[number] != "made"} == {FOR_GOOD}


def brand(world: World, name: str) -> Brand:
    """Return a brand at Bloom."""
    state = world.bloom.state
    return next(one for one in state.brands.of(state.account) if one.name == name)


def pictures_of(world: World, image_ids: tuple[str, ...]) -> list[tuple[str | None, str | None]]:
    """Return what Bloom drew, and in which shape."""
    found = (world.bloom.state.gallery.find(one) for one in image_ids)
    return [(image.prompt, image.aspect_ratio) for image in found if image]


def line_of(row: Row) -> dict[str, str]:
    """Return what the table of results says of a row, but for its images."""
    is_made = AT_FIRST[row.number] == row.variants
    _, reason = FAILING.get(row.number, TOO_BUSY)
    return {
        "row": str(row.number),
        "prompt": harmless(row.prompt),
        "brand": row.brand or "Acme",
        "aspect_ratio": row.shape,
        "model": "pro",
        "size": row.size or "2K",
        "variants": str(row.variants),
        "note": harmless(row.note),
        "status": "made" if is_made else "partly made" if AT_FIRST[row.number] else "failed",
        "reason": "" if is_made else reason,
        "credits": str(row.ordered),
    }


def harmless(cell: str) -> str:
    return f"'{cell}" if cell.startswith(("=", "+", "-", "@")) else cell
