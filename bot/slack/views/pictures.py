"""Pictures in a message or view, which Slack fetches before it takes that, and without which it is better than none."""

import re
from collections.abc import Collection, Iterator
from typing import Any

from slack_sdk.models.blocks import ImageBlock

from bot.core.models import Image, Showing
from bot.slack.views.message import is_address

Json = dict[str, Any]


def shown_by(image: Image, showing: Showing | None) -> Json | None:
    """Return what shows an image, as slack_sdk takes it: our file where its message shows that, else its address.

    None where Slack took neither, and where the address is none that it takes.
    """
    if showing and showing.file_id:
        return {"slack_file": {"id": showing.file_id}}
    is_link = showing is not None and showing.is_link
    is_taken = not is_link and is_address(image.url or "", ImageBlock.image_url_max_length)
    return {"image_url": image.url} if is_taken else None


def pictures(view: Json) -> frozenset[str]:
    """Return the addresses, or the files' ids, of what Slack has to fetch to show this."""
    return frozenset(address for block in view["blocks"] for address in _within(block))


def refused_pictures(view: Json, detail: str) -> frozenset[str]:
    """Return the pictures that Slack names in its refusal of the view; all of them when it names none."""
    named = {int(number) for number in re.findall(r"/blocks/(\d+)", detail)}
    found = {address for number, block in enumerate(view["blocks"]) if number in named for address in _within(block)}
    return frozenset(found) or pictures(view)


def without_pictures(view: Json, refused: Collection[str]) -> Json:
    """Return the same view without those pictures."""
    kept = (_without(block, refused) for block in view["blocks"])
    return {**view, "blocks": [block for block in kept if block is not None]}


def _without(block: Json, refused: Collection[str]) -> Json | None:
    if _address(block) in refused:
        return None
    if _address(block.get("accessory")) in refused:
        return {key: value for key, value in block.items() if key != "accessory"}
    if block["type"] == "context":
        elements = [element for element in block["elements"] if _address(element) not in refused]
        return {**block, "elements": elements} if elements else None
    return block


def _within(block: Json) -> Iterator[str]:
    elements = block["elements"] if block["type"] == "context" else ()
    for part in (block, block.get("accessory"), *elements):
        if address := _address(part):
            yield address


def _address(part: Any) -> str | None:
    """Return where a picture is; None for what is no picture."""
    if not isinstance(part, dict) or part.get("type") != "image":
        return None
    file = part.get("slack_file") or {}
    return str(part.get("image_url") or file.get("id") or file.get("url") or "")
