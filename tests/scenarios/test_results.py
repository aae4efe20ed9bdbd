"""Results reach people whatever kind of file they are, and whatever Slack makes of their addresses."""

from tests.scenarios.pages import make
from tests.scenarios.results import kinds_shown
from tests.scenarios.world import World


async def test_picture_that_slack_cannot_fetch_at_first_arrives_all_the_same(world: World) -> None:
    world.bloom.faults.hide_from_slack(1)
    await make(world, world.mia, "a red fox")
    assert await kinds_shown(world.slack, await world.reply()) == ["PNG"]
    assert world.bloom.faults.pending == []


async def test_word_in_the_prompt_makes_a_picture_of_another_kind(world: World) -> None:
    await make(world, world.mia, "a red fox as a JPEG")
    assert await kinds_shown(world.slack, await world.reply()) == ["JPEG"]
