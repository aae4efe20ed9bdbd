"""What the review of the many-workspaces branch found between the parts."""

from bot.core.ports import Bloom
from tests.core.world import S, World


async def test_account_that_is_replaced_just_before_the_line_costs_no_generation(world: World) -> None:
    """Between asking which account it is and showing it: the new one is asked instead."""
    await world.put(S.QUEUED)
    bloom_of = world.connections.bloom_of

    async def replaced_meanwhile(connection_id: str | None, workspace_id: str) -> Bloom:
        bloom = await bloom_of(connection_id, workspace_id)
        world.connections.bloom_of = bloom_of  # type: ignore[method-assign]
        await world.connect_as_bob()
        await world.connections.retire()
        return bloom

    world.connections.bloom_of = replaced_meanwhile  # type: ignore[method-assign]
    delivered = await world.passing(world.travel(await world.row()))
    assert (delivered.state, delivered.failure) == (S.DELIVERED, None)
