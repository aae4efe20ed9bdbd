"""A brand that is being analyzed when the bot is stopped: the next bot waits for it."""

from bot.core.models import BrandState, NewBrand
from tests.scenarios.world import World

ANALYSIS = 90.0
"""Seconds of Bloom's clock: two real ones, in which the bot is stopped and started."""


async def test_analysis_is_waited_for_by_the_next_bot(http_world: World) -> None:
    world = http_world
    world.bloom.state.brands.analysis_seconds = (ANALYSIS, ANALYSIS)
    onboarding = world.bot.core.onboarding
    brand_id = await onboarding.add(world.workspace_id, world.mia.id, NewBrand("https://garden.example"))

    def waits() -> int:
        looks = world.bloom.requests.matching("GET", f"/brands/{brand_id}")
        return len([look for look in looks if look.query.get("wait") == "true"])

    async def is_shown_as(state: BrandState) -> bool:
        known = (await world.bot.core.brands.known(world.workspace_id)).get(brand_id)
        return known is not None and known.state is state

    while not await is_shown_as(BrandState.ANALYZING):
        await world.clock.sleep(1)
    await world.restart()
    await world.slack.wait_until(lambda: waits() == 2, seconds=10)  # both are answered at the end of the analysis
    while not await is_shown_as(BrandState.READY):
        await world.clock.sleep(1)
