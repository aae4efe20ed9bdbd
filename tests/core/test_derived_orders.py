"""Orders that start from an image: what Bloom is asked for, and how a lost answer is found again."""

from datetime import timedelta
from typing import Any

import pytest

from bot.core.errors import BloomRefused, BloomTimeout
from bot.core.models import AspectRatio, Failure, Generation, Operation, Parameters
from tests.core.world import S, World, a_request
from tests.fakes.script import LostAnswer

DERIVED = [operation for operation in Operation if operation is not Operation.GENERATE]
WORDLESS = [operation for operation in DERIVED if not operation.is_in_words]
WIDE, STORY = AspectRatio.WIDE, AspectRatio.STORY


def order(operation: Operation, **changes: Any) -> Parameters:
    """Return an order that starts from an image."""
    return a_request(**{"operation": operation, "subject_id": "i0", "aspect_ratio": WIDE, **changes}).parameters


async def looked_for(world: World, operation: Operation) -> Generation:
    """Return a generation whose order Bloom may have taken, once it was looked for."""
    submitting = await world.put(S.SUBMITTING, a_request(operation=operation, subject_id="i0", aspect_ratio=WIDE))
    return await world.passing(world.journey.step(submitting))


@pytest.mark.parametrize("operation", DERIVED)
async def test_it_is_sent_as_it_was_asked_for(world: World, operation: Operation) -> None:
    request = a_request(operation=operation, subject_id="i0", aspect_ratio=WIDE)
    delivered = await world.ended((await world.generations.start(request)).id)
    assert (delivered.state, delivered.yields, len(delivered.pictures)) == (S.DELIVERED, (1,), 1)
    assert [call.arguments["parameters"] for call in world.bloom.script.named("generate")] == [request.parameters]


@pytest.mark.parametrize("operation", DERIVED)
async def test_lost_answer_is_adopted_not_paid_twice(world: World, operation: Operation) -> None:
    world.bloom.lose_answer(BloomTimeout("no answer"))
    request = a_request(operation=operation, subject_id="i0", aspect_ratio=WIDE)
    delivered = await world.ended((await world.generations.start(request)).id)
    assert (delivered.state, delivered.image_ids) == (S.DELIVERED, ("image-1-1",))
    assert world.bloom.script.count("generate") == 1


@pytest.mark.parametrize("operation", DERIVED)
@pytest.mark.parametrize("other", [*Operation, None])
async def test_image_of_another_operation_is_not_ours(
    world: World, operation: Operation, other: Operation | None
) -> None:
    world.bloom.draw(order(operation), action=other and other.value)
    assert (await looked_for(world, operation)).state is (S.WAITING if other is operation else S.QUEUED)


@pytest.mark.parametrize("operation", DERIVED)
@pytest.mark.parametrize(
    "difference", [{"brand_id": "b2"}, {"source": "uploaded"}, {"created_at": None}, {"aspect_ratio": STORY}]
)
async def test_image_of_something_else_is_not_ours(
    world: World, operation: Operation, difference: dict[str, Any]
) -> None:
    world.bloom.draw(order(operation), **difference)
    assert (await looked_for(world, operation)).state is S.QUEUED


@pytest.mark.parametrize("operation", DERIVED)
async def test_image_from_before_is_not_ours(world: World, operation: Operation) -> None:
    world.bloom.draw(order(operation), created_at=world.clock.now() - timedelta(minutes=3))
    assert (await looked_for(world, operation)).state is S.QUEUED


@pytest.mark.parametrize("operation", DERIVED)
async def test_image_that_another_generation_owns_is_not_ours(world: World, operation: Operation) -> None:
    other = await world.add(a_request("V2"), "g2")
    ids = world.bloom.draw(order(operation))
    await world.save(other.but(state=S.DELIVERED, image_ids=ids), was=S.QUEUED)
    assert (await looked_for(world, operation)).state is S.QUEUED


@pytest.mark.parametrize("operation", DERIVED)
async def test_shape_that_bloom_does_not_tell_matters_only_where_a_shape_was_asked_for(
    world: World, operation: Operation
) -> None:
    world.bloom.draw(order(operation), aspect_ratio=None)
    found = await looked_for(world, operation)
    assert (found.state is S.QUEUED) == (operation is Operation.RESIZE)


@pytest.mark.parametrize("operation", DERIVED)
async def test_words_matter_only_where_bloom_was_told_any(world: World, operation: Operation) -> None:
    world.bloom.draw(order(operation), prompt=None)
    found = await looked_for(world, operation)
    assert (found.state is S.QUEUED) == (operation is Operation.EDIT)


@pytest.mark.parametrize("operation", WORDLESS)
async def test_of_several_it_is_the_one_of_the_same_words_then_the_oldest(world: World, operation: Operation) -> None:
    world.bloom.draw(order(operation), prompt="A blue door")
    ids = world.bloom.draw(order(operation))
    world.bloom.draw(order(operation))
    assert (await looked_for(world, operation)).image_ids == ids


async def test_several_shapes_of_an_image_are_a_set_of_which_none_is_paid_twice(world: World) -> None:
    ratios = (STORY, WIDE, AspectRatio.SQUARE)
    for _ in ratios:
        world.bloom.script.answer("generate", LostAnswer(BloomTimeout("no answer")))
    request = a_request(operation=Operation.RESIZE, subject_id="i0", aspect_ratio=ratios[0], further_ratios=ratios[1:])
    delivered = await world.ended((await world.generations.start(request)).id)
    assert [image.aspect_ratio for image in delivered.pictures] == [*ratios]
    assert (world.bloom.script.count("generate"), delivered.spent_credits) == (3, 3)


async def test_image_that_is_gone_ends_with_blooms_reason_and_costs_nothing(world: World) -> None:
    world.bloom.script.answer("generate", BloomRefused("IMAGE_NOT_FOUND", 404, "Image not found"))
    request = a_request(operation=Operation.VECTORIZE, subject_id="i0")
    failed = await world.ended((await world.generations.start(request)).id)
    assert (failed.failure, failed.spent_credits) == (Failure("IMAGE_NOT_FOUND", "Image not found"), 0)
