"""Pictures that people gave at Slack: at Bloom before anybody stands in line, each once, and named where one is bad."""

import pytest

from bot.core.engine.troubles import BLOOM_PATIENCE
from bot.core.errors import (
    BloomRateLimited,
    BloomRefused,
    BloomTimeout,
    BloomUnauthorized,
    BloomUnavailable,
    BotError,
    SlackRefused,
    SlackUnavailable,
)
from bot.core.journey.endings import ANSWER_PATIENCE
from bot.core.journey.gathering import AT_ONCE
from bot.core.models import Attachment, Failure, Generation, GenerationRequest
from tests.core.world import S, World, a_request
from tests.fakes.bloom import FakeBloom
from tests.fakes.eventually import eventually, settle
from tests.fakes.script import Call

PICTURES = (Attachment(id="F1", name="door.png"), Attachment(id="F2", name="sky.webp"))
BAD_FORMAT = BloomRefused("UNSUPPORTED_FORMAT", 400, "door.png")


def a_request_with_pictures(key: str = "V1") -> GenerationRequest:
    return a_request(key, reference_ids=("r1",), attachments=PICTURES)


async def ended(world: World) -> Generation:
    return await world.ended((await world.generations.start(a_request_with_pictures())).id)


async def test_pictures_are_references_of_the_order_behind_those_that_bloom_had(world: World) -> None:
    delivered = await ended(world)
    (sent,) = [call.arguments["parameters"] for call in world.bloom.script.named("generate")]
    assert (sent.reference_ids, sent.attachments) == (("r1", "upload-1", "upload-2"), ())
    assert delivered.gathered_ids == ("upload-1", "upload-2")
    assert delivered.request.parameters.attachments == PICTURES
    uploads = [call.arguments for call in world.bloom.script.named("upload_image_file")]
    assert [(one["brand_id"], one["name"], one["mime_type"]) for one in uploads] == [
        ("b1", "door.png", "image/png"),
        ("b1", "sky.webp", "image/png"),
    ]


async def test_every_order_of_a_set_has_them(world: World) -> None:
    request = a_request(attachments=PICTURES, aspect_ratio="1:1", further_ratios=("16:9",))
    await world.ended((await world.generations.start(request)).id)
    sent = [call.arguments["parameters"].reference_ids for call in world.bloom.script.named("generate")]
    assert sent == [("upload-1", "upload-2")] * 2
    assert world.bloom.script.count("upload_image_file") == 2


async def test_each_is_on_record_before_the_next_and_all_before_the_line(world: World) -> None:
    seen = []

    async def note(call: Call) -> None:
        seen.append((call.name, (await world.row()).gathered_ids))

    await world.add(a_request_with_pictures())
    world.bloom.script.watch = world.messenger.script.watch = note
    await world.passing(world.travel(await world.row()))
    assert seen[:4] == [
        ("announce", ()),
        ("upload_image_file", ()),
        ("upload_image_file", ("upload-1",)),
        ("turn", ("upload-1", "upload-2")),
    ]


@pytest.mark.parametrize(
    ("trouble", "failure"),
    [
        (BAD_FORMAT, Failure("UNSUPPORTED_FORMAT", "door.png")),
        (BloomRefused("FILE_TOO_LARGE", 400, "door.png"), Failure("FILE_TOO_LARGE", "door.png")),
        (SlackRefused("file_not_found"), Failure("reference_unreadable", "door.png")),
    ],
)
async def test_picture_that_slack_does_not_give_out_or_bloom_does_not_take_ends_it_by_name(
    world: World, trouble: BotError, failure: Failure
) -> None:
    world.attachments.script.answer("read", trouble)
    failed = await ended(world)
    assert (failed.state, failed.failure, failed.spent_credits) == (S.FAILED, failure, 0)
    assert [of.failure for _, of in world.messenger.replies] == [failure]
    assert not world.bloom.script.calls


async def test_picture_that_bloom_refuses_is_named_as_slack_called_it(world: World) -> None:
    world.bloom.script.answer("upload_image_file", BloomRefused("IMAGE_TOO_SMALL", 400, "at least 64 pixels"))
    assert (await ended(world)).failure == Failure("IMAGE_TOO_SMALL", "door.png")


async def test_second_one_is_named_where_that_is_bad(world: World) -> None:
    await world.put(S.QUEUED, a_request_with_pictures(), gathered_ids=("upload-1",))
    world.attachments.script.answer("read", SlackRefused("file_not_found"))
    world.engine.take(await world.row())
    assert (await world.ended()).failure == Failure("reference_unreadable", "sky.webp")


async def test_after_such_a_failure_it_starts_over(world: World) -> None:
    world.attachments.script.answer("read", SlackRefused("file_not_found"))
    failed = await ended(world)
    again = await world.generations.again(failed, "U1")
    assert again.id != failed.id
    assert (again.request.parameters, again.gathered_ids) == (failed.request.parameters, ())
    assert (await world.ended(again.id)).state is S.DELIVERED


@pytest.mark.parametrize("trouble", [SlackUnavailable("unreachable"), SlackUnavailable("ratelimited", retry_after=9.0)])
async def test_slack_that_is_away_is_waited_for(world: World, trouble: SlackUnavailable) -> None:
    world.attachments.script.answer("read", trouble, trouble)
    assert (await ended(world)).state is S.DELIVERED


@pytest.mark.parametrize(
    "trouble", [BloomUnavailable("away", sent=False), BloomTimeout("lost"), BloomRateLimited("TOO_MANY_REQUESTS", 429)]
)
async def test_bloom_that_is_away_is_waited_for(world: World, trouble: BotError) -> None:
    world.bloom.script.answer("upload_image_file", trouble, trouble)
    assert (await ended(world)).state is S.DELIVERED
    assert len(world.bloom.uploads) == 2


async def test_bloom_that_stays_away_ends_it_with_the_reason(world: World) -> None:
    world.bloom.script.answer("upload_image_file", *[BloomUnavailable("away", sent=False)] * 99)
    failed = await ended(world)
    assert (failed.failure, failed.spent_credits) == (Failure("unavailable", "away"), 0)
    assert world.clock.monotonic() > BLOOM_PATIENCE.total_seconds()


async def test_refused_account_ends_with_the_reason_unless_another_was_connected_meanwhile(world: World) -> None:
    bob = world.accounts["bloom_sk_bob"] = FakeBloom(world.clock)

    async def replaced(call: Call) -> None:
        if call.name == "upload_image_file":
            world.bloom.script.watch = None
            await world.connect("bloom_sk_bob")

    world.bloom.script.watch = replaced
    world.bloom.script.answer("upload_image_file", BloomUnauthorized("UNAUTHORIZED", 401, "revoked"))
    assert (await ended(world)).state is S.DELIVERED
    assert bob.script.count("upload_image_file") == 2


async def test_refused_account_is_no_fault_of_the_picture(world: World) -> None:
    world.bloom.script.answer("upload_image_file", *[BloomUnauthorized("UNAUTHORIZED", 401, "revoked")] * 2)
    assert (await ended(world)).failure == Failure("UNAUTHORIZED", "revoked")


async def test_cancelled_while_a_picture_is_on_its_way_nothing_more_is_done(world: World) -> None:
    world.attachments.script.hold("read")
    generation = await world.generations.start(a_request_with_pictures())
    await eventually(lambda: world.attachments.script.count("read"))
    assert (await world.generations.cancel(generation.id, "U1")).state is S.CANCELLED
    await world.idle()
    assert not world.bloom.script.calls
    assert world.messenger.shown == {generation.id: S.CANCELLED}


async def test_few_pictures_are_in_memory_at_once(world: World) -> None:
    gate = world.attachments.script.hold("read")
    for number in range(AT_ONCE + 3):
        await world.generations.start(a_request_with_pictures(f"V{number}"))
    await eventually(lambda: world.attachments.script.count("read") == AT_ONCE)
    await settle()
    assert world.attachments.script.count("read") == AT_ONCE
    gate.set()
    await world.passing(world.idle())
    assert world.bloom.script.count("generate") == AT_ONCE + 3


async def test_picture_that_slack_breaks_on_keeps_nobody_waiting_for_a_day(world: World) -> None:
    world.attachments.script.answer("read", *[SlackUnavailable("unreachable", "TimeoutError")] * 999)
    assert (await ended(world)).failure == Failure("reference_unreadable", "door.png")
    assert world.clock.monotonic() < 2 * ANSWER_PATIENCE.total_seconds()
