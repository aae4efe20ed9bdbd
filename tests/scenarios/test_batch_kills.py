"""`kill -9` at every arrow of a batch's way: after a restart each goes on, no row paid twice, nothing posted twice."""

import json
from typing import Any

from bot.sandbox.bloom.faults import Asked
from bot.sandbox.bloom.waits import ConnectionCut
from bot.sandbox.slack.web_api import Outage
from tests.scenarios.batches import BatchInSlack, batch_form, preview_of
from tests.scenarios.decisions import channel_id
from tests.scenarios.orders import ORDER, orders_by_prompt
from tests.scenarios.process import BotProcess, Gate
from tests.scenarios.results import send
from tests.scenarios.world import World

ARROWS = ("announcement-after", "orders", "rows-before", "rows-after", "summary-after", "file-after")
"""What the process is in the middle of, and whether it is carried out by then; of the orders the first is not.

Each has a batch of its own, in a channel of this name.
"""


def prompts(arrow: str) -> list[str]:
    return [f"{arrow} {number}" for number in (1, 2)]


def part_of(method: str, values: dict[str, Any]) -> str:
    """Return which part of a batch a call puts into Slack, if it is one."""
    if method != "chat.postMessage":
        return "file" if method == "files.completeUploadExternal" else ""
    said = json.dumps(values)
    return "summary" if "your batch of" in said else "rows" if "Row 1" in said else "announcement"


class Gates:
    """Holds each batch at the arrow that its channel, and its prompts, are named after."""

    def __init__(self, world: World) -> None:
        self._gates = {arrow: Gate(2 if arrow == "orders" else 1) for arrow in ARROWS}
        self._channels = {channel_id(world, arrow): arrow for arrow in ARROWS}

    async def slack(self, method: str, values: dict[str, Any], when: str) -> None:
        arrow = self._channels.get(values.get("channel") or values.get("channel_id") or "")
        if arrow == f"{part_of(method, values)}-{when}":
            await self._gates[arrow].hold(Outage(503, "html"), when)

    async def bloom(self, asked: Asked, body: Any, when: str) -> None:
        if (asked.method, asked.path) == ORDER and body["prompt"] == f"orders {1 if when == 'before' else 2}":
            await self._gates["orders"].hold(ConnectionCut(), when)

    async def killed(self, bot: BotProcess) -> None:
        """Wait until every batch is where it is to be killed, kill the process, and start it again."""
        for gate in self._gates.values():
            await gate.reached()
        await bot.kill()
        for gate in self._gates.values():
            gate.let_go()
        await bot.start()


async def test_killed_at_every_arrow_each_row_is_paid_once_and_told_once(bot: BotProcess) -> None:
    world, people = bot.world, (bot.world.mia, bot.world.sam)
    for arrow in ARROWS:
        world.slack.workspace.add_channel(arrow)
    gates = Gates(world)
    world.slack.watch(gates.slack)
    world.bloom.watch(gates.bloom)
    for number, arrow in enumerate(ARROWS):
        person = people[number % 2]
        form, lines = await batch_form(world, person, arrow), "\n".join(prompts(arrow))
        await send(person, await preview_of(world, person, form, batch_lines=lines, batch_brand="Acme"))
    await gates.killed(bot)
    for arrow in ARROWS:
        batch = BatchInSlack(world.slack, world.posted(arrow)[0])
        await batch.ended()
        assert world.posted(arrow) == batch.thread.said
        assert batch.numbers == [1, 2]
        assert "made 2 images" in batch.said
        assert len(batch.zipped()) == len(batch.csv()) == 2
    assert await bot.terminate() == 0
    assert orders_by_prompt(world) == dict.fromkeys((prompt for arrow in ARROWS for prompt in prompts(arrow)), 1)
    assert "Traceback" not in bot.log
