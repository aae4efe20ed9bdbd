"""What a workspace decides, put in place without the page that managers decide it on."""

from collections.abc import Iterable
from typing import Any

from bot.core.models import Brand, Defaults, Limits
from bot.sandbox.slack import View
from tests.scenarios.world import World


async def decide(
    world: World,
    *,
    limits: Limits | None = None,
    defaults: Defaults | None = None,
    channels: dict[str, Defaults] | None = None,
) -> None:
    """Let these hold from now on, in place of what was decided before; channels are given by name."""
    store = world.bot.core.policy._store
    before = await store.preferences(world.workspace_id)
    wanted = before.but(
        revision=before.revision + 1,
        limits=limits or Limits(),
        defaults=defaults or Defaults(),
        channels={channel_id(world, name): chosen for name, chosen in (channels or {}).items()},
    )
    assert await store.save_preferences(world.workspace_id, wanted)


def channel_id(world: World, name: str) -> str:
    """Return Slack's id of a channel."""
    return world.slack.workspace.channel(name).id


def only_in(world: World, *names: str, people: Iterable[str] = ()) -> Limits:
    """Return limits that allow some channels and some people."""
    return Limits(channels=frozenset(channel_id(world, name) for name in names), people=frozenset(people))


async def brand(world: World, name: str) -> Brand:
    """Return a brand as the bot knows it."""
    known = await world.bot.core.brands.known(world.workspace_id)
    return next(one for one in known.brands if one.name == name)


def chosen(view: View) -> dict[str, Any]:
    """Return what stands in a form's selects; of those that take several, as a list."""
    found: dict[str, Any] = {}
    for block, entry in view.values.items():
        state = next(iter(entry.values()))
        if state["type"] == "multi_static_select":
            found[block] = [option["value"] for option in state["selected_options"]]
        elif "selected_option" in state:
            found[block] = (state["selected_option"] or {}).get("value")
    return found
