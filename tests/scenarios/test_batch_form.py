"""From the command, or a message's menu, to the click that starts a batch: what people give, read and get back."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.sandbox.slack import Answer, View
from bot.slack.views.buttons import ActionId, Field
from tests.scenarios.batches import batch_form, batch_of, csv_file, loaded, preview_of, preview_of_table, started, table
from tests.scenarios.decisions import decide, only_in
from tests.scenarios.orders import drawn, orders
from tests.scenarios.results import refused, send
from tests.scenarios.world import World, open_world, words

HEADING = ("Note", "Prompt", "Aspect ratio")
CELLS = (("für <alle>", 'a "café" door, – blue', "16:9"), ("", "two\nlines", ""))
WRITTEN = {
    "with commas": table([HEADING, *CELLS]).encode(),
    "with tabs": table([HEADING, *CELLS], delimiter="\t").encode(),
    "with semicolons": table([HEADING, *CELLS], delimiter=";").encode(),
    "with a mark": table([HEADING, *CELLS]).encode("utf-8-sig"),
    "UTF-16": table([HEADING, *CELLS], delimiter="\t").encode("utf-16"),
    "Windows-1252": table([HEADING, *CELLS], delimiter=";").encode("cp1252"),
}
"""The same rows as spreadsheets and editors write them."""


def draft_id(preview: View) -> str:
    """Return which draft a preview is about."""
    return str(json.loads(preview.definition["private_metadata"])["batch_id"])


@pytest.fixture
async def narrow(tmp_path: Path) -> AsyncIterator[World]:
    """Open a world in which a batch has three rows at most."""
    async with open_world(tmp_path, batch_row_limit=3) as world:
        await world.brands_known()
        yield world


async def test_lines_are_rows_that_have_what_the_form_says(http_world: World) -> None:
    world = http_world
    batch = await batch_of(
        world,
        world.mia,
        "a red door",
        "",
        "a <blue> & *bold* door",
        batch_ratio="9:16",
        batch_model="fast",
        batch_variants="2",
    )
    await batch.ended()
    assert batch.numbers == [1, 3]
    assert "a <blue> & *bold* door" in batch.row(3).said
    for order in orders(world):
        assert (order["aspectRatio"], order["model"], order["variantCount"]) == ("9:16", "fast", 2)
    assert len(batch.zipped()) == 4


async def test_rows_of_a_table_say_what_they_want_and_the_form_says_the_rest(http_world: World) -> None:
    world = http_world
    rows = [
        ("Size", "prompt", "BRAND", "Model", "variants"),
        ("", "one", "", "", ""),
        ("2k", "two", "lumen labs", "standard", 3),
    ]
    preview = await preview_of_table(world, world.mia, table(rows), batch_brand="Acme", batch_model="fast")
    assert "Acme" in words(preview)
    assert "Lumen Labs" in words(preview)
    batch = await started(world, world.mia, preview)
    await batch.ended()
    asked = {order["prompt"]: (order["model"], order["variantCount"]) for order in orders(world)}
    assert asked == {"one": ("fast", 1), "two": ("standard", 3)}
    assert [len(row.image_ids) for row in batch.rows] == [1, 3]


async def test_tables_are_read_however_they_were_written(http_world: World) -> None:
    world, mia = http_world, http_world.mia
    for how, content in WRITTEN.items():
        preview = await preview_of_table(world, mia, content, batch_brand="Acme", batch_ratio="1:1")
        draft = await world.bot.core.batches.get(draft_id(preview))
        assert draft is not None
        read = [(row.note, row.parameters.prompt, row.parameters.aspect_ratio) for row in draft.rows]
        assert read == [CELLS[0], (*CELLS[1][:2], "1:1")], how
        await mia.close_view(preview, everything=True)


async def test_neither_prompts_nor_a_table_and_both_are_said_at_the_field(http_world: World) -> None:
    mia = http_world.mia
    form = await batch_form(http_world, mia)
    assert await refused(mia, form, batch_brand="Acme")
    assert await refused(mia, form, batch_lines="a door", batch_file=[csv_file(mia, "prompt\na door")])
    assert form.form.value((Field.BATCH_LINES, Field.BATCH_LINES)) == "a door"


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00", "table"),
        (b"name,colour\na,b\n", "prompt"),
        (b"prompt\n1\n2\n3\n4\n", "3"),
        (b"\n \n", "There is no row"),
    ],
)
async def test_table_of_which_nothing_can_be_made_is_said_and_the_form_is_as_it_was(
    narrow: World, content: bytes, told: str
) -> None:
    mia, file = narrow.mia, csv_file(narrow.mia, content)
    form = await batch_form(narrow, mia)
    preview = await preview_of(narrow, mia, form, batch_file=[file], batch_brand="Acme", batch_ratio="16:9")
    assert told in words(preview)
    assert not preview.definition.get("submit")
    await mia.close_view(preview)
    assert mia.open_view is form
    assert form.values[Field.BATCH_FILE][Field.BATCH_FILE]["files"][0]["id"] == file.id
    await started(narrow, mia, await preview_of(narrow, mia, form, batch_file=[csv_file(mia, "prompt\na door\n")]))


async def test_bad_rows_are_named_and_only_the_good_ones_are_made(http_world: World) -> None:
    world, mia = http_world, http_world.mia
    rows = [
        ("prompt", "brand", "aspect_ratio"),
        ("a", "Acme", "1:1"),
        ("b", "Acmee", ""),
        ("", "Acme", ""),
        ("d", "", "7:5"),
    ]
    form = await batch_form(world, mia)
    preview = await preview_of(world, mia, form, batch_file=[csv_file(mia, table(rows))], batch_brand="Acme")
    told = words(preview)
    assert "*1 row* · 1 image · 1 credit" in told
    assert all(word in told for word in ("Row 3", "Acmee", "Row 4", "Row 5", "7:5"))
    assert preview.definition["submit"]["text"] == "Start the good ones"
    await mia.close_view(preview)
    batch = await started(world, mia, await preview_of(world, mia, form))
    await batch.ended()
    assert batch.numbers == [2]
    assert [(line["row"], line["status"]) for line in batch.csv()][1:] == [(n, "not started") for n in "345"]


async def test_window_that_is_closed_discards_the_batch_and_nothing_was_spent(http_world: World) -> None:
    world = http_world
    world.bloom.state.account.personal.credits = 1
    form = await batch_form(world, world.mia)
    preview = await preview_of(world, world.mia, form, batch_lines="a red door\na blue door", batch_brand="Acme")
    assert "You have 1 credit at Bloom, fewer than this takes. It will pause when they run out." in words(preview)
    batch_id = draft_id(preview)
    assert await world.bot.core.batches.get(batch_id)
    await world.mia.close_view(preview)
    assert world.mia.open_view is form
    assert form.form.value((Field.BATCH_LINES, Field.BATCH_LINES)) == "a red door\na blue door"
    await world.slack.settle()
    assert await world.bot.core.batches.get(batch_id) is None
    assert not drawn(world)
    assert not world.posted()


async def test_start_pressed_twice_starts_once(http_world: World) -> None:
    world = http_world

    async def once_more() -> Answer:
        while (sent := world.slack.deliveries[-1]).payload.get("type") != "view_submission":
            await asyncio.sleep(0)
        return await world.slack.redeliver(sent)

    form = await batch_form(world, world.mia)
    preview = await preview_of(world, world.mia, form, batch_lines="a red door\na blue door", batch_brand="Acme")
    batch, answer = await asyncio.gather(started(world, world.mia, preview), once_more())
    assert answer.ok
    await batch.ended()
    assert len(drawn(world)) == 2
    assert len([message for message in world.posted() if not message.is_reply]) == 1
    assert world.mia.open_view is None


async def test_template_comes_by_direct_message_and_can_be_handed_in(http_world: World) -> None:
    world, mia = http_world, http_world.mia
    form = await batch_form(world, mia)
    assert (await mia.click(form, ActionId.BATCH_TEMPLATE)).ok
    (sent,) = await world.slack.wait_until(lambda: [file for one in mia.direct_messages() for file in one.files])
    file = world.slack.file(sent["id"])
    assert file is not None
    assert file.data is not None
    preview = await preview_of(world, mia, form, batch_file=[csv_file(mia, file.data, file.name)], batch_brand="Acme")
    assert "can't be made" not in words(preview)


async def test_table_below_a_message_is_made_in_its_thread(http_world: World) -> None:
    world, mia = http_world, http_world.mia
    said = await world.sam.say("marketing", "our <plan>", files=[csv_file(world.sam, "prompt\na door\na lamp\n")])
    assert (await mia.message_shortcut("make_batch_from_message", said)).ok
    form = await loaded(world, mia)
    assert "spring.csv" in words(form)
    preview = await preview_of(world, mia, form, batch_brand="Acme")
    await send(mia, preview)
    await world.slack.wait_until(lambda: len(orders(world)) == 2)
    assert {message.thread_ts for message in world.posted("marketing")} == {said.ts}


async def test_lines_of_a_message_without_a_table_are_prompts(http_world: World) -> None:
    world, mia = http_world, http_world.mia
    said = await world.sam.say("general", "a red door\na <blue> door")
    assert (await mia.message_shortcut("make_batch_from_message", said)).ok
    form = await loaded(world, mia)
    assert form.form.value((Field.BATCH_LINES, Field.BATCH_LINES)) == "a red door\na <blue> door"


async def test_form_of_a_closed_channel_says_so_instead_of_asking(http_world: World) -> None:
    world = http_world
    await decide(world, limits=only_in(world, "marketing"))
    await world.sam.command("general", "/bloom", "batch")
    view = await world.sam.wait_for_view()
    assert "Images can't be made in" in words(view)
    assert not view.controls
