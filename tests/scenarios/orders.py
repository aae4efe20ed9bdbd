"""What Bloom was asked for, as Bloom saw it."""

from typing import Any

from bot.sandbox.slack import Message, SlackFile, View
from tests.scenarios.results import image_ids
from tests.scenarios.world import World


def orders(world: World) -> list[dict[str, Any]]:
    """Return the bodies of what was agreed to and paid for: images to be made, and images to be edited."""
    return [record.body for record in _paid(world)]


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


def _paid(world: World) -> list[Any]:
    paths = ("/images/generations", "/images/*/edit")
    found = [record for path in paths for record in world.bloom.requests.matching("POST", path)]
    return sorted((record for record in found if record.status == 202), key=lambda record: record.at)
