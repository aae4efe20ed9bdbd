"""Bloom, Slack and the bot itself at their worst: nothing lost, nothing paid twice, nothing told twice."""

import asyncio

import pytest
from structlog.testing import capture_logs

from bot.core.engine.troubles import FAULT_LIMIT
from bot.core.models import Failure, FailureCode, Generation, GenerationState
from bot.sandbox.bloom import SANDBOX_API_KEY
from bot.sandbox.slack.web_api import OutageKind
from tests.fakes.eventually import eventually
from tests.scenarios.world import World, words

GENERATIONS = "POST /images/generations"


async def ask(world: World, text: str = "a red bicycle --brand Acme") -> None:
    answer = await world.mia.command("general", "/bloom", text)
    assert answer.ok


async def test_lost_answer_is_adopted_not_paid_twice(world: World) -> None:
    world.bloom.faults.drop(GENERATIONS, "after")
    await ask(world, "a red bicycle --brand Acme --n 2")
    reply = await world.reply()
    assert len(reply.images) == 2
    assert world.bloom.count("POST", "/images/generations") == 1


async def test_request_that_never_arrived_is_sent_again(http_world: World) -> None:
    http_world.bloom.faults.drop(GENERATIONS, "before")
    await ask(http_world)
    assert (await http_world.reply()).images
    assert http_world.generations_paid == 1


async def test_too_many_requests_are_waited_out_unseen(world: World) -> None:
    world.bloom.faults.next("TOO_MANY_REQUESTS", path=GENERATIONS, times=6)
    await ask(world)
    assert (await world.reply()).images
    assert "too many" not in world.slack.transcript()


async def test_bloom_down_for_a_minute_is_waited_out(http_world: World) -> None:
    http_world.bloom.faults.down = True
    await ask(http_world)
    await http_world.slack.wait_until(http_world.posted)
    await http_world.clock.sleep(60)
    http_world.bloom.faults.down = False
    assert (await http_world.reply()).images
    assert http_world.generations_paid == 1


async def test_answers_that_are_not_json_are_waited_out(http_world: World) -> None:
    http_world.bloom.faults.garble("GET /images", times=2)
    http_world.bloom.faults.garble(GENERATIONS, times=1)
    await ask(http_world)
    assert (await http_world.reply()).images
    assert http_world.generations_paid == 1


async def test_held_connections_that_are_cut_lose_no_image(http_world: World) -> None:
    http_world.bloom.state.studio.generation_seconds = (30, 30)
    http_world.bloom.faults.cut_held_after(5)
    await ask(http_world)
    assert (await http_world.reply()).images


@pytest.mark.parametrize("state", ["submitting", "waiting", "posting"])
async def test_restart_in_the_middle_delivers_once(http_world: World, state: str) -> None:
    studio = http_world.bloom.state.studio
    studio.generation_seconds = (40, 40)
    if state == "submitting":
        http_world.bloom.faults.delay(GENERATIONS, 20, times=1)
    await ask(http_world)
    await http_world.slack.wait_until(http_world.posted)
    if state == "waiting":
        await http_world.bloom.until_held()
    if state == "posting":
        http_world.slack.fail_next("chat.update", "fatal_error", times=1)
        await http_world.slack.wait_until(lambda: any(post.is_reply for post in http_world.posted()))
    await http_world.restart()
    reply = await http_world.reply()
    assert reply.images
    assert http_world.generations_paid == 1


async def test_slack_that_pauses_the_bot_still_gets_every_message(http_world: World) -> None:
    http_world.slack.fail_next("chat.postMessage", "ratelimited", retry_after=0)
    await ask(http_world)
    assert (await http_world.reply()).images


@pytest.mark.parametrize("outage", ["html", "text", "broken"])
@pytest.mark.parametrize("status", [200, 503])
async def test_slack_that_breaks_gets_every_message_once(http_world: World, outage: OutageKind, status: int) -> None:
    http_world.bloom.state.studio.generation_seconds = (20, 20)
    http_world.slack.fail_next("chat.postMessage", status=status, outage=outage)
    await ask(http_world)
    await http_world.slack.wait_until(http_world.posted)
    http_world.slack.fail_next("chat.postMessage", status=status, outage=outage, times=FAULT_LIMIT + 1)
    assert (await http_world.reply()).images
    assert len(http_world.posted()) == 2


async def test_request_message_whose_answer_was_lost_is_found_again(http_world: World) -> None:
    http_world.slack.fail_next("chat.postMessage", lose_answer=True)
    await ask(http_world)
    assert (await http_world.reply()).images
    assert len(http_world.posted()) == 2


async def test_direct_message_whose_answer_was_lost_is_found_again(http_world: World) -> None:
    http_world.bloom.state.studio.generation_seconds = (20, 20)
    await ask(http_world)
    await http_world.slack.wait_until(http_world.posted)
    http_world.slack.workspace.archive("general")
    http_world.slack.fail_next("chat.postMessage", "is_archived")
    http_world.slack.fail_next("chat.postMessage", lose_answer=True)
    await http_world.slack.wait_until(lambda: any(call.method == "chat.update" for call in http_world.slack.calls))
    assert len(http_world.mia.direct_messages()) == 1


async def test_reply_whose_answer_was_lost_is_not_posted_again(http_world: World) -> None:
    http_world.bloom.state.studio.generation_seconds = (20, 20)
    await ask(http_world)
    await http_world.slack.wait_until(http_world.posted)
    http_world.slack.fail_next("chat.postMessage", lose_answer=True)
    assert (await http_world.reply()).images
    assert len(http_world.posted()) == 2


@pytest.mark.parametrize("lost", ["request", "reply"])
async def test_lost_answer_in_a_channel_the_bot_cannot_read_is_delivered_and_paid_once(
    http_world: World, lost: str
) -> None:
    http_world.slack.workspace.add_channel("town", bot=False)
    http_world.bloom.state.studio.generation_seconds = (20, 20)
    if lost == "request":
        http_world.slack.fail_next("chat.postMessage", lose_answer=True)
    assert (await http_world.mia.command("town", "/bloom", "a red bicycle --brand Acme")).ok
    if lost == "reply":
        await http_world.slack.wait_until(lambda: http_world.posted("town"))
        http_world.slack.fail_next("chat.postMessage", lose_answer=True)
    await http_world.slack.wait_until(lambda: any(root.edited for root in http_world.posted("town")))
    replies = [message for message in http_world.posted("town") if message.is_reply]
    assert replies
    assert all(reply.images for reply in replies)
    assert http_world.generations_paid == 1


def only_generation(world: World) -> str:
    """Return the id that the metadata of the one request carries."""
    (generation_id,) = {
        message.metadata["event_payload"]["generation_id"] for message in world.posted() if message.metadata
    }
    return str(generation_id)


async def ended(world: World) -> Generation:
    """Wait until the one generation is at its end, told or not."""
    async with asyncio.timeout(10):
        while True:
            generation = await world.bot.core.generations.get(only_generation(world))
            if generation is not None and generation.state.is_final:
                return generation
            await world.clock.sleep(0.4)


async def announced(world: World) -> None:
    """Ask for an image that takes Bloom long enough to make trouble at Slack meanwhile."""
    world.bloom.state.studio.generation_seconds = (20, 20)
    await ask(world)
    await world.bloom.until_held()


@pytest.mark.parametrize("away", [False, True])
async def test_reply_that_slack_refuses_for_good_is_told_in_the_request_message(http_world: World, away: bool) -> None:
    await announced(http_world)
    http_world.slack.fail_next("chat.postMessage", "msg_too_long")
    if away:
        http_world.slack.fail_next("chat.update", "fatal_error")
    failed = await ended(http_world)
    assert failed.failure == Failure(FailureCode.SLACK, "msg_too_long")
    (request,) = http_world.posted()
    lost = (
        f"<@{http_world.mia.id}> couldn't get an image for *Acme*. Slack didn't let me post this, but the image is made"
    )
    await http_world.slack.wait_until(lambda: words(request).startswith(lost), seconds=10)
    await http_world.mia.click(request, "Try again")
    assert (await http_world.reply()).images
    await http_world.slack.wait_until(lambda: "made an image" in words(request), seconds=10)
    assert http_world.generations_paid == 1


async def test_end_that_cannot_even_be_shown_is_on_record_and_in_the_log(
    http_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_: Generation) -> None:
        raise ZeroDivisionError

    with capture_logs() as lines:
        await announced(http_world)
        http_world.slack.fail_next("chat.postMessage", "msg_too_long")
        monkeypatch.setattr("bot.slack.posting.workspace_messenger.request_message", broken)
        failed = await ended(http_world)
        await eventually(lambda: any(line["log_level"] == "error" for line in lines))
    assert (failed.state, failed.failure) == (GenerationState.FAILED, Failure(FailureCode.SLACK, "msg_too_long"))
    (line,) = [line for line in lines if line["log_level"] == "error"]
    assert (line["event"], line["generation"]) == ("the end could not be shown", failed.id)
    assert line["exc_info"]


async def test_redelivered_command_is_one_generation(world: World) -> None:
    await ask(world)
    answer = await world.slack.redeliver()
    assert answer.ok
    await world.reply()
    assert world.generations_paid == 1
    assert len(world.posted()) == 2


async def test_variants_of_which_some_failed_are_delivered_and_only_those_are_made_again(http_world: World) -> None:
    http_world.bloom.faults.fail_next_image("content_safety")
    await ask(http_world, "a red bicycle --brand Acme --n 3")
    reply = await http_world.reply()
    assert len(reply.images) == 2
    assert "1 image couldn't be made" in words(reply)
    await http_world.mia.click(reply, "Try the standard model")
    *_, second = await http_world.replies(count=3)
    assert len(second.images) == 1
    bodies = [record.body for record in http_world.bloom.requests.matching("POST", "/images/generations")]
    assert [(body["variantCount"], body["model"]) for body in bodies if body] == [(3, "pro"), (1, "standard")]


async def test_account_revoked_while_waiting_tells_the_person(http_world: World) -> None:
    http_world.bloom.state.studio.generation_seconds = (60, 60)
    http_world.bloom.faults.cut_held_after(10)
    await ask(http_world)
    await http_world.bloom.until_held()
    http_world.bloom.state.revoke(SANDBOX_API_KEY)
    reply = await http_world.reply()
    assert "connect again" in words(reply)
