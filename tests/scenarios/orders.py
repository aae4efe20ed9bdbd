"""What Bloom was asked for, as Bloom saw it."""

import asyncio
from collections import Counter
from typing import Any

from bot.sandbox.bloom.faults import Asked
from bot.sandbox.bloom.images import Image
from bot.sandbox.bloom.waits import ConnectionCut
from bot.sandbox.slack import Message, SlackFile, View
from tests.scenarios.results import image_ids
from tests.scenarios.world import World

ORDER = ("POST", "/images/generations")
PATIENCE = 30.0


def orders(world: World) -> list[dict[str, Any]]:
    """Return the bodies of what was agreed to and paid for: images to be made, and images to be edited."""
    return [record.body for record in _paid(world)]


def drawn(world: World) -> list[Image]:
    """Return every image that Bloom took an order for, those that failed included."""
    return [one for one in world.bloom.state.gallery.of(world.bloom.state.account) if one.source == "generated"]


def orders_by_prompt(world: World) -> Counter[str]:
    """Return how many images of each prompt Bloom took orders for."""
    return Counter(one.prompt or "" for one in drawn(world))


def edited_ids(world: World) -> list[str]:
    """Return the images that were to be edited."""
    return [record.path.split("/")[2] for record in _paid(world) if record.path.endswith("/edit")]


def contents_of(world: World, image_ids: list[str]) -> list[bytes | None]:
    """Return what Bloom has of pictures that were handed over to it."""
    found = (world.bloom.state.gallery.find(one) for one in image_ids)
    return [one.content if one else None for one in found]


def shapes_of(world: World, message: Message) -> list[str | None]:
    """Return the shapes of the images of a message, from top to bottom, as Bloom made them."""
    found = (world.bloom.state.gallery.find(one) for one in image_ids(message))
    return [one.aspect_ratio if one else None for one in found]


def data_of(*files: SlackFile) -> list[bytes | None]:
    """Return what is in files."""
    return [file.data for file in files]


def boxes(view: View, block_id: str, *, ticked: bool = False) -> list[str]:
    """Return what the boxes of a form, or those that are ticked, or what a menu holds, are called."""
    (control,) = [one for one in view.controls if one.place[0] == block_id]
    listed = view.form.value(control.place) if ticked else control.element["options"]
    return [one["text"]["text"] for one in listed]


class Dam:
    """Lets so many orders through to Bloom and holds what comes then, before it is carried out or after."""

    def __init__(self, world: World) -> None:
        self._left: int | None = None
        self._when, self._is_lost = "before", False
        self._reached, self._gone = asyncio.Event(), asyncio.Event()
        world.bloom.watch(self._pass)

    def close(self, after: int, when: str = "before") -> None:
        """Hold everything once so many more orders have passed."""
        self._left, self._when, self._is_lost = after, when, False
        self._reached, self._gone = asyncio.Event(), asyncio.Event()

    async def reached(self) -> None:
        """Wait until the first order is held."""
        async with asyncio.timeout(PATIENCE):
            await self._reached.wait()

    def open(self, *, is_lost: bool = False) -> None:
        """Let everything go; what is held is lost, or goes on its way."""
        self._left, self._is_lost = None, is_lost
        self._gone.set()

    async def _pass(self, asked: Asked, _: Any, when: str) -> None:
        if self._left is None or (asked.method, asked.path) != ORDER or when != self._when:
            return
        if self._left > 0:
            self._left -= 1
            return
        self._reached.set()
        await self._gone.wait()
        if self._is_lost:
            raise ConnectionCut


def _paid(world: World) -> list[Any]:
    paths = ("/images/generations", "/images/*/edit")
    found = [record for path in paths for record in world.bloom.requests.matching("POST", path)]
    return sorted((record for record in found if record.status == 202), key=lambda record: record.at)
