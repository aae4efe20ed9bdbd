"""From `/bloom` through the form to the image in the thread."""

import asyncio
from collections.abc import AsyncIterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from bot.core.models import AspectRatio
from bot.sandbox.bloom import SANDBOX_API_KEY
from bot.sandbox.slack import Answer, View
from tests.scenarios.world import World, open_world, shows, words

BRANDS = "GET /brands"
PROMPT = ("prompt", "prompt")


@pytest.fixture
async def slow_world(tmp_path: Path) -> AsyncIterator[World]:
    """Open a world in which Bloom does not name its brands until all its trouble is cleared."""
    async with open_world(tmp_path, start=False) as opened:
        opened.bloom.faults.hold(BRANDS)
        await opened.start()
        yield opened


async def open_unfinished(world: World, text: str = "") -> View:
    """Type the command and return the form as it is, whatever it still lacks."""
    answer = await world.mia.command("general", "/bloom", text)
    assert answer.ok
    return await world.mia.wait_for_view("generate")


async def start_without_brands(world: World) -> None:
    """Start the bot anew on an empty database, while Bloom does not name its brands."""
    await world.stop()
    world.settings.database_path.unlink()
    world.bloom.faults.drop(BRANDS, times=None)
    await world.start()


def cost_line(view: View) -> str:
    return next(words_of(block) for block in view.blocks if block.get("block_id") == "cost")


def words_of(block: dict[str, Any]) -> str:
    return " ".join(str(element["text"]) for element in block["elements"])


async def labels(world: World, view: View, query: str = "") -> list[str]:
    """Type into the brand picker and return what it offers."""
    return [option["text"]["text"] for option in await world.mia.load_options(view, "brand", query)]


async def test_form_leads_to_every_image_in_one_reply(world: World) -> None:
    view = await world.open_form()
    await world.mia.submit(
        view,
        {"prompt": "a red bicycle", "brand": "Acme", "ratio": "16:9", "model": "fast", "variants": "3"},
    )
    reply = await world.reply()
    assert len(reply.images) == 3
    assert "Image 2 of 3 in 16:9 for Acme: a red bicycle" in words(reply)
    assert "16:9 · fast · 2K · 3 credits" in words(reply)
    assert "Open original" in words(reply)
    request = world.posted()[0]
    assert words(request).startswith(f"<@{world.mia.id}> made 3 images for *Acme*.")
    assert reply.thread_ts == request.ts


async def test_request_message_says_what_is_being_made(world: World) -> None:
    view = await world.open_form()
    world.bloom.state.studio.generation_seconds = (60, 60)
    await world.mia.submit(view, {"prompt": "a red bicycle", "brand": "Acme", "variants": "3"})
    await world.slack.wait_until(world.posted)
    assert words(world.posted()[0]).startswith(f"<@{world.mia.id}> is making 3 images for *Acme*…\na red bicycle")


async def test_everything_chosen_reaches_bloom(world: World) -> None:
    world.bloom.state.account.plan_4k = True
    view = await world.open_form()
    chosen = {"prompt": "a red bicycle", "brand": "Lumen Labs", "ratio": "21:9", "model": "standard"}
    await world.mia.submit(view, chosen | {"size": "4K", "variants": "2"})
    await world.reply()
    (record,) = world.bloom.requests.matching("POST", "/images/generations")
    brand = next(one for one in world.bloom.state.brands.of(world.bloom.state.account) if one.name == "Lumen Labs")
    assert record.body == {
        "brandSessionId": brand.id,
        "prompt": "a red bicycle",
        "aspectRatio": "21:9",
        "model": "standard",
        "imageSize": "4K",
        "variantCount": 2,
    }


async def test_form_offers_every_shape_model_size_and_number(http_world: World) -> None:
    view = await http_world.open_form()
    offered = {
        control.place[0]: [option["value"] for option in control.element.get("options", ())]
        for control in view.controls
    }
    assert offered["ratio"] == [*AspectRatio]
    assert offered["model"] == ["fast", "standard", "pro"]
    assert offered["size"] == ["2K", "4K"]
    assert offered["variants"] == ["1", "2", "3", "4", "5"]


async def test_shape_left_to_bloom_is_not_sent(http_world: World) -> None:
    view = await http_world.open_form()
    await http_world.mia.submit(view, {"prompt": "a red bicycle", "brand": "Acme"})
    await http_world.reply()
    (record,) = http_world.bloom.requests.matching("POST", "/images/generations")
    assert "aspectRatio" not in record.body


async def test_form_opens_at_once_while_bloom_takes_its_time(slow_world: World) -> None:
    view = await open_unfinished(slow_world, "a red bicycle --n 2")
    assert not shows(view, "brand")
    assert "Loading your brands" in words(view)
    await slow_world.mia.fill(view, prompt="a red bicycle in the rain")
    slow_world.bloom.faults.clear()
    await slow_world.slack.wait_until(lambda: shows(view, "brand"))
    await slow_world.mia.submit(view, {"brand": "Acme"})
    reply = await slow_world.reply()
    assert len(reply.images) == 2
    assert "a red bicycle in the rain" in words(slow_world.posted()[0])


async def test_form_sent_while_brands_load_says_so_and_loses_nothing(slow_world: World) -> None:
    view = await open_unfinished(slow_world)
    answer = await slow_world.mia.submit(view, {"prompt": "a red bicycle", "ratio": "9:16"})
    assert answer.errors == {"prompt": "There is no brand to choose yet; see below."}
    slow_world.bloom.faults.clear()
    await slow_world.slack.wait_until(lambda: shows(view, "brand"))
    assert view.form.value(PROMPT) == "a red bicycle"
    await slow_world.mia.submit(view, {"brand": "Acme"})
    assert "9:16" in words(await slow_world.reply())


async def test_brand_typed_while_brands_load_is_chosen_when_they_come(slow_world: World) -> None:
    view = await open_unfinished(slow_world, "a red bicycle --brand lumen")
    await slow_world.mia.choose(view, "size", "4K")
    await slow_world.mia.choose(view, "variants", "2")
    slow_world.bloom.faults.clear()
    await slow_world.slack.wait_until(lambda: shows(view, "brand"))
    assert view.form.value(("brand", "brand"))["text"]["text"] == "Lumen Labs"
    assert cost_line(view).startswith("4 credits")


async def test_form_closed_while_brands_load_troubles_nobody(slow_world: World) -> None:
    view = await open_unfinished(slow_world)
    await slow_world.mia.close_view(view)
    slow_world.bloom.faults.clear()
    await slow_world.brands_known()
    await slow_world.clock.sleep(1)
    assert not slow_world.mia.direct_messages()


async def test_bloom_down_is_said_and_trying_again_goes_on(world: World) -> None:
    await start_without_brands(world)
    view = await open_unfinished(world, "a red bicycle --ar 4:5")
    await world.slack.wait_until(lambda: view.buttons == ["Try again"])
    assert "Bloom isn't answering right now; try again in a few minutes." in words(view)
    world.bloom.faults.clear()
    await world.mia.click(view, "Try again")
    await world.slack.wait_until(lambda: shows(view, "brand"))
    assert not view.buttons
    await world.mia.submit(view, {"brand": "Acme"})
    assert "4:5" in words(await world.reply())


async def test_trying_again_twice_at_once_troubles_nobody(http_world: World) -> None:
    await start_without_brands(http_world)
    view = await open_unfinished(http_world)
    await http_world.slack.wait_until(lambda: view.buttons)
    http_world.bloom.faults.clear()
    held = http_world.bloom.faults.hold("GET /credits")
    await asyncio.gather(*(http_world.mia.click(view, "Try again") for _ in range(3)))
    held.release()
    await http_world.slack.wait_until(lambda: "left" in cost_line(view))
    assert not http_world.mia.direct_messages()


async def test_no_brand_at_bloom_is_said_and_trying_again_finds_the_first(http_world: World) -> None:
    state = http_world.bloom.state
    for brand in state.brands.of(state.account):
        state.brands.remove(brand)
    await http_world.look_at_brands()
    view = await open_unfinished(http_world, "a red bicycle")
    assert "There is no brand at Bloom yet." in words(view)
    answer = await http_world.mia.submit(view)
    assert list(answer.errors) == ["prompt"]
    state.add_brand("Acme", "https://acme.com")
    await http_world.mia.click(view, "Try again")
    await http_world.slack.wait_until(lambda: shows(view, "brand"))
    await http_world.mia.submit(view)
    assert (await http_world.reply()).images


async def test_brand_added_at_bloom_appears_without_anyone_waiting(http_world: World) -> None:
    http_world.bloom.state.add_brand("Zephyr", "https://zephyr.example")
    held = http_world.bloom.faults.hold(BRANDS)
    http_world.clock.skip(61)
    view = await open_unfinished(http_world)
    assert shows(view, "brand")
    assert await labels(http_world, view, "zeph") == []
    held.release()
    async with asyncio.timeout(5):
        while await labels(http_world, view, "zeph") != ["Zephyr"]:
            await asyncio.sleep(0.02)


async def test_every_page_of_brands_can_be_searched(http_world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.sandbox.bloom.brands.MAX_BRANDS", 500)
    for number in range(224):
        http_world.bloom.state.add_brand(f"House {number:03}", f"https://house{number}.example")
    await http_world.look_at_brands()
    assert {record.query.get("limit") for record in http_world.bloom.requests.matching("GET", "/brands")} == {"100"}
    view = await http_world.open_form()
    assert len(await labels(http_world, view)) == 100
    assert await labels(http_world, view, "HOUSE 000") == ["House 000"]
    assert await labels(http_world, view, "house 22") == ["House 220", "House 221", "House 222", "House 223"]
    assert await labels(http_world, view, "house223.ex") == ["House 223"]
    assert await labels(http_world, view, "northwind") == ["Northwind Coffee"]
    assert await labels(http_world, view, "no such") == []


async def test_brands_of_the_same_name_are_told_apart(http_world: World) -> None:
    state = http_world.bloom.state
    team = state.add_team("Agency")
    state.add_brand("Acme", "https://www.acme.org")
    state.add_brand("ACME", "https://acme.com", workspace=team)
    await http_world.look_at_brands()
    view = await http_world.open_form()
    offered = await labels(http_world, view, "acme")
    assert len(set(offered)) == 3
    assert "Acme · acme.org" in offered
    assert "ACME · acme.com · Agency" in offered


@pytest.mark.parametrize(
    ("offered", "reason"),
    [
        (
            "Fernweh Travel (still being analyzed)",
            "Fernweh Travel is still being analyzed by Bloom; try again in a few minutes.",
        ),
        (
            "Paperplane (needs a logo)",
            "Paperplane needs a logo before Bloom can draw for it; /bloom brands is where it gets one.",
        ),
        (
            "Old Harbor (could not be set up)",
            "Bloom could not set up Old Harbor; /bloom brands says what is wrong.",
        ),
    ],
)
async def test_brand_that_is_not_ready_is_refused_at_the_picker(http_world: World, offered: str, reason: str) -> None:
    view = await http_world.open_form()
    answer = await http_world.mia.submit(view, {"prompt": "a red bicycle", "brand": offered})
    assert answer.errors == {"brand": reason}
    assert http_world.mia.open_view is view
    await http_world.mia.submit(view, {"brand": "Acme"})
    assert (await http_world.reply()).images


async def test_brand_that_has_gone_meanwhile_is_refused_at_the_picker(http_world: World) -> None:
    view = await http_world.open_form()
    await http_world.mia.fill(view, prompt="a red bicycle", brand="Acme")
    state = http_world.bloom.state
    state.brands.remove(next(one for one in state.brands.of(state.account) if one.name == "Acme"))
    await http_world.look_at_brands()
    answer = await http_world.mia.submit(view)
    assert answer.errors == {"brand": "Bloom doesn't have this brand any more. Choose another."}


async def test_prompt_may_have_2000_characters_and_must_say_something(http_world: World) -> None:
    view = await http_world.open_form(text="--brand acme")
    (prompt,) = [control for control in view.controls if control.place == PROMPT]
    assert prompt.element["max_length"] == 2000
    answer = await http_world.mia.submit(view, {"prompt": " \n "})
    assert answer.errors == {"prompt": "Describe the image you want."}
    await http_world.mia.submit(view, {"prompt": "é" * 2000})
    await http_world.reply()
    (record,) = http_world.bloom.requests.matching("POST", "/images/generations")
    assert record.body["prompt"] == "é" * 2000


async def test_cost_follows_the_choices_beside_what_is_left(world: World) -> None:
    view = await world.open_form(text="--brand acme")
    await world.slack.wait_until(lambda: cost_line(view) == "1 credit · 250 left")
    await world.mia.choose(view, "variants", "4")
    await world.slack.wait_until(lambda: cost_line(view) == "4 credits · 250 left")
    await world.mia.choose(view, "size", "4K")
    await world.slack.wait_until(lambda: cost_line(view) == "8 credits · 250 left")
    assert "Top up" not in words(view)


async def test_choices_made_faster_than_slack_draws_end_in_the_true_cost(http_world: World) -> None:
    held = http_world.bloom.faults.hold("GET /credits")
    view = await http_world.open_form(text="--brand acme")
    for choices in ({"variants": "2", "size": "4K"}, {"size": "2K", "variants": "5"}, {"variants": "3", "size": "4K"}):
        await asyncio.gather(*(http_world.mia.choose(view, field, value) for field, value in choices.items()))
    held.release()
    await http_world.slack.wait_until(lambda: cost_line(view) == "6 credits · 250 left")
    assert not http_world.mia.direct_messages()


async def test_what_is_left_is_what_the_chosen_brand_can_spend(http_world: World) -> None:
    state = http_world.bloom.state
    state.add_brand("Zephyr", "https://zephyr.example", workspace=state.add_team("Agency", credits=1))
    await http_world.look_at_brands()
    view = await http_world.open_form(text="--n 2")
    await http_world.clock.sleep(2)
    assert cost_line(view) == "2 credits"
    await http_world.mia.choose(view, "brand", "Zephyr")
    await http_world.slack.wait_until(lambda: "only 1 left" in cost_line(view))
    assert "Top up" in cost_line(view)
    await http_world.mia.choose(view, "brand", "Acme")
    await http_world.slack.wait_until(lambda: cost_line(view) == "2 credits · 250 left")


async def test_balance_that_bloom_does_not_tell_is_left_out(http_world: World) -> None:
    http_world.bloom.faults.drop("GET /credits", times=None)
    view = await http_world.open_form(text="a red bicycle")
    await http_world.mia.choose(view, "variants", "2")
    await http_world.slack.wait_until(lambda: cost_line(view) == "2 credits")
    await http_world.mia.submit(view, {"brand": "Acme"})
    assert len((await http_world.reply()).images) == 2
    assert not http_world.mia.direct_messages()


async def test_form_from_nowhere_goes_on_asking_for_the_channel(http_world: World) -> None:
    await http_world.mia.shortcut("make_image")
    view = await http_world.mia.wait_for_view("generate")
    await http_world.mia.fill(view, channel="marketing")
    await http_world.mia.choose(view, "size", "4K")
    await http_world.slack.wait_until(lambda: cost_line(view).startswith("2 credits"))
    assert shows(view, "channel")
    await http_world.mia.choose(view, "size", "2K")
    await http_world.mia.submit(view, {"prompt": "a red bicycle", "brand": "Acme", "channel": "general"})
    assert (await http_world.reply("general")).images


async def test_form_that_comes_without_a_channel_says_so_at_its_field(http_world: World) -> None:
    await http_world.mia.shortcut("make_image")
    view = await http_world.mia.wait_for_view("generate")
    await http_world.slack.wait_until(lambda: shows(view, "brand"))
    await http_world.mia.submit(view, {"prompt": " ", "brand": "Acme", "channel": "marketing"})
    sent = deepcopy(http_world.slack.deliveries[-1])
    sent.payload["view"]["state"]["values"]["channel"]["channel"]["selected_conversation"] = None
    answer = await http_world.slack.redeliver(sent)
    assert answer.errors == {"channel": "Choose where to post it.", "prompt": "Describe the image you want."}


async def test_cost_that_slack_does_not_redraw_is_no_news(http_world: World) -> None:
    view = await http_world.open_form(text="--brand acme")
    await http_world.slack.wait_until(lambda: "left" in cost_line(view))
    http_world.slack.fail_next("views.update", "internal_error")
    with capture_logs() as lines:
        assert (await http_world.mia.choose(view, "variants", "2")).ok
        await http_world.slack.wait_until(lambda: lines)
    assert [(line["event"], line["error"]) for line in lines] == [("a form could not be redrawn", "internal_error")]
    await http_world.mia.choose(view, "variants", "3")
    await http_world.slack.wait_until(lambda: cost_line(view).startswith("3 credits"))
    assert not http_world.mia.direct_messages()


async def test_trying_again_that_slack_does_not_show_is_said(http_world: World) -> None:
    await start_without_brands(http_world)
    view = await open_unfinished(http_world)
    await http_world.slack.wait_until(lambda: view.buttons)
    http_world.slack.fail_next("views.update", "internal_error")
    await http_world.mia.click(view, "Try again")
    await http_world.slack.wait_until(http_world.mia.direct_messages)
    assert words(http_world.mia.direct_messages()[0]) == "Slack didn't let me show that. Please try again."


async def test_redelivered_form_is_one_generation(world: World) -> None:
    view = await world.open_form()
    await world.mia.submit(view, {"prompt": "a red bicycle", "brand": "Acme"})
    again = await world.slack.redeliver()
    assert again.ok
    await world.reply()
    assert world.generations_paid == 1
    assert len(world.posted()) == 2


async def test_form_delivered_twice_at_once_is_one_generation(http_world: World) -> None:
    async def deliver_it_once_more() -> Answer:
        while (sent := http_world.slack.deliveries[-1]).payload.get("type") != "view_submission":
            await asyncio.sleep(0)
        return await http_world.slack.redeliver(sent)

    view = await http_world.open_form()
    await http_world.mia.fill(view, prompt="a red bicycle", brand="Acme")
    answers = await asyncio.gather(http_world.mia.submit(view), deliver_it_once_more())
    assert all(answer.ok for answer in answers)
    await http_world.reply()
    assert http_world.generations_paid == 1
    assert len(http_world.posted()) == 2


@pytest.mark.parametrize("error", ["expired_trigger_id", "internal_error"])
async def test_form_that_slack_does_not_open_is_said_to_the_one_who_asked(http_world: World, error: str) -> None:
    http_world.slack.fail_next("views.open", error)
    await http_world.mia.command("general", "/bloom", "")
    await http_world.slack.wait_until(lambda: http_world.mia.ephemerals)
    assert words(http_world.mia.ephemerals[0]) == "Slack didn't let me show that. Please try again."
    assert not http_world.posted()


async def test_connected_account_of_the_sandbox_is_the_one_whose_key_is_set(http_world: World) -> None:
    connection = await http_world.bot.core.connections.current(http_world.workspace_id)
    assert connection is not None
    assert connection.credential == SANDBOX_API_KEY
