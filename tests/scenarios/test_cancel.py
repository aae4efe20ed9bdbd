"""Changing one's mind: whoever may, can stop an image until Bloom has made it, and is told what it has cost."""

import asyncio
from pathlib import Path

import pytest

from bot.core.generations import CANCEL_PATIENCE
from bot.core.models import RateLimit
from bot.sandbox.slack import Message, Person
from bot.sandbox.slack.errors import PersonCannot
from tests.scenarios.world import World, open_world, words

GENERATIONS = "POST /images/generations"
NOT_SPENT = "Bloom hadn't started, so no credits were spent."
SPENT = "Bloom had started already: this took 1 credit, and what it makes will be in your library at trybloom.ai."


async def ask(world: World, person: Person | None = None, seconds: float = 40) -> Message:
    """Ask for an image that takes Bloom so long, and return the request message."""
    world.bloom.state.studio.generation_seconds = (seconds, seconds)
    known = len(world.posted())
    answer = await (person or world.mia).command("general", "/bloom", "a red bicycle --brand Acme")
    assert answer.ok
    return (await world.slack.wait_until(lambda: world.posted()[known:]))[0]


async def shows(world: World, message: Message, text: str) -> None:
    await world.slack.wait_until(lambda: text in words(message), seconds=10)


async def told(world: World, person: Person) -> str:
    """Wait for what only this person sees, and return it."""
    return words((await world.slack.wait_until(lambda: person.ephemerals))[-1])


async def test_image_that_bloom_draws_is_cancelled_and_what_it_cost_is_said(world: World) -> None:
    request = await ask(world, seconds=20)
    await world.bloom.until_held()
    with pytest.raises(PersonCannot, match="stays paid for"):
        await world.mia.click(request, "Cancel")
    assert (await world.mia.click(request, "Cancel", confirm=True)).ok
    await shows(world, request, f"<@{world.mia.id}> cancelled an image for *Acme*.")
    assert SPENT in words(request)
    await world.clock.sleep(25)
    assert world.posted() == [request]
    assert not world.mia.ephemerals


async def test_image_in_line_is_cancelled_for_nothing_and_can_be_made_after_all(tmp_path: Path) -> None:
    async with open_world(tmp_path, bloom_rate_limit=RateLimit(4, 30.0)) as world:
        await world.brands_known()
        for _ in range(5):
            await ask(world, seconds=5)
        request = await world.slack.wait_until(lambda: next(filter(stands_in_line, reversed(world.posted())), None))
        await world.mia.click(request, "Cancel", confirm=True)
        await shows(world, request, NOT_SPENT)
        await world.mia.click(request, "Make it after all")
        await world.slack.wait_until(lambda: delivered(world, request), seconds=20)
        assert not stands_in_line(request)


def stands_in_line(message: Message) -> bool:
    return "ahead in line, about" in words(message) or "Next in line, about" in words(message)


def delivered(world: World, request: Message) -> list[Message]:
    """Return the images that stand in the thread of a request."""
    return [message for message in world.posted() if message.thread_ts == request.ts and message.images]


async def test_cancelling_waits_for_the_answer_of_bloom_that_is_on_its_way(http_world: World) -> None:
    held = http_world.bloom.faults.hold(GENERATIONS)
    request = await ask(http_world)
    await http_world.bloom.until_held()
    assert (await http_world.mia.click(request, "Cancel", confirm=True)).ok
    held.release()
    await shows(http_world, request, SPENT)
    assert http_world.generations_paid == 1


async def test_wish_that_was_acknowledged_is_fulfilled_although_the_bot_was_restarted_meanwhile(
    http_world: World,
) -> None:
    http_world.bloom.faults.delay(GENERATIONS, 15, times=1)
    request = await ask(http_world, seconds=5)
    await http_world.bloom.until_held()
    assert (await http_world.mia.click(request, "Cancel", confirm=True)).ok
    await http_world.restart()
    await shows(http_world, request, f"<@{http_world.mia.id}> cancelled an image for *Acme*.")
    assert http_world.posted() == [request]
    assert http_world.generations_paid <= 1


async def test_bloom_that_takes_long_to_answer_is_said_and_then_what_came_of_the_wish(http_world: World) -> None:
    held = http_world.bloom.faults.hold(GENERATIONS)
    request = await ask(http_world)
    await http_world.bloom.until_held()
    await http_world.mia.click(request, "Cancel", confirm=True)
    await http_world.clock.lose_patience(CANCEL_PATIENCE)
    assert await told(http_world, http_world.mia) == "Cancelling as soon as Bloom has answered."
    held.release()
    await shows(http_world, request, f"<@{http_world.mia.id}> cancelled an image for *Acme*.")
    assert len(http_world.mia.ephemerals) == 1


async def test_cancel_that_is_pressed_again_and_again_is_waited_for_and_answered_once(http_world: World) -> None:
    held = http_world.bloom.faults.hold(GENERATIONS)
    request = await ask(http_world)
    await http_world.bloom.until_held()
    for _ in range(3):
        await http_world.mia.click(request, "Cancel", confirm=True)
    assert sum("cancel" in task.get_name() for task in asyncio.all_tasks()) == 1
    await http_world.clock.lose_patience(CANCEL_PATIENCE)
    await told(http_world, http_world.mia)
    held.release()
    await shows(http_world, request, f"<@{http_world.mia.id}> cancelled an image for *Acme*.")
    assert len(http_world.mia.ephemerals) == 1


async def test_whoever_cancels_what_the_request_message_cannot_say_is_told(http_world: World) -> None:
    request = await ask(http_world)
    await http_world.bloom.until_held()
    http_world.slack.fail_next("chat.update", "edit_window_closed", times=50)
    await http_world.mia.click(request, "Cancel", confirm=True)
    assert (await told(http_world, http_world.mia)).startswith(f"Cancelled. {SPENT}")


async def test_cancel_button_works_after_a_restart(world: World) -> None:
    request = await ask(world, seconds=400)
    await world.bloom.until_held()
    await world.restart()
    await world.mia.click(request, "Cancel", confirm=True)
    await shows(world, request, f"<@{world.mia.id}> cancelled an image for *Acme*.")


async def test_somebody_else_is_told_who_can_cancel(http_world: World) -> None:
    request = await ask(http_world, seconds=20)
    await http_world.sam.click(request, "Cancel", confirm=True)
    assert await told(http_world, http_world.sam) == f"Only <@{http_world.mia.id}> can cancel this."
    assert (await http_world.reply()).images


async def test_managers_can_cancel_what_others_asked_for(http_world: World) -> None:
    mia = http_world.mia
    request = await ask(http_world, http_world.sam)
    await http_world.bloom.until_held()
    ben = http_world.slack.workspace.add_person("Ben")
    http_world.slack.workspace.join("general", ben.id)
    await http_world.slack.person("Ben").click(request, "Cancel", confirm=True)
    assert await told(http_world, http_world.slack.person("Ben")) == (
        f"Only <@{http_world.sam.id}>, and managers of Bloom such as <@{mia.id}>, can cancel this."
    )
    await mia.click(request, "Cancel", confirm=True)
    headline = f"<@{mia.id}> cancelled an image for *Acme* that <@{http_world.sam.id}> had asked for."
    await shows(http_world, request, headline)


async def test_too_late_is_told_while_the_result_is_on_its_way(http_world: World) -> None:
    request = await ask(http_world, seconds=5)
    http_world.slack.fail_next("chat.postMessage", "fatal_error", times=2)
    await http_world.slack.wait_until(lambda: any(call.error == "fatal_error" for call in http_world.slack.calls))
    await http_world.mia.click(request, "Cancel", confirm=True)
    assert "Too late to cancel: Bloom has finished" in await told(http_world, http_world.mia)
    await shows(http_world, request, "made an image")


async def test_too_late_is_told_where_the_button_could_not_be_taken_away(http_world: World) -> None:
    request = await ask(http_world, seconds=5)
    http_world.slack.fail_next("chat.update", "edit_window_closed", times=50)
    await http_world.slack.wait_until(lambda: any(call.method == "chat.update" for call in http_world.slack.calls))
    await http_world.clock.sleep(4)
    await http_world.mia.click(request, "Cancel", confirm=True)
    assert "the result is in the thread" in await told(http_world, http_world.mia)


async def test_request_that_nobody_remembers_cannot_be_cancelled(http_world: World) -> None:
    request = await ask(http_world)
    await http_world.stop()
    http_world.settings.database_path.unlink()
    await http_world.start()
    await http_world.mia.click(request, "Cancel", confirm=True)
    assert "I no longer know this request" in await told(http_world, http_world.mia)


async def test_fault_while_cancelling_is_told(http_world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    async def broken(*_: object) -> None:
        raise ZeroDivisionError

    request = await ask(http_world, seconds=5)
    monkeypatch.setattr(http_world.bot.core.generations, "cancel", broken)
    assert (await http_world.mia.click(request, "Cancel", confirm=True)).ok
    assert "Something went wrong on my side" in await told(http_world, http_world.mia)
