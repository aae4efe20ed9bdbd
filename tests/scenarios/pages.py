"""How scenarios get to a page of the app."""

from bot.sandbox.slack import Person, View
from bot.slack.sights import PageName, Sight
from tests.scenarios.world import World, words


async def turn_to(world: World, person: Person, page: PageName, shows: str) -> View:
    """Open the Home tab, turn to a page, and wait until it shows something."""
    assert (await person.open_home()).ok
    home = await world.slack.wait_until(lambda: person.home)
    assert (await person.click(home, f"page:{page}")).ok
    await world.slack.wait_until(lambda: Sight.of(home.definition).page is page and shows in words(home))
    return home


async def make(world: World, person: Person, prompt: str, channel: str = "general", brand: str = "Acme") -> None:
    """Make an image, and wait until it is posted."""
    before = len(_replies(world, channel))
    answer = await person.command(channel, "/bloom", f"{prompt} --brand {brand!r}".replace("'", '"'))
    assert answer.ok, answer
    assert not answer.body, answer.body
    await world.slack.wait_until(lambda: len(_replies(world, channel)) > before, seconds=10)


def _replies(world: World, channel: str) -> list[object]:
    return [message for message in world.posted(channel) if message.is_reply]
