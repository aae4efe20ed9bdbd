"""Pictures in a view, which Slack fetches before it takes the view, and without which it is better than none."""

from typing import Any


def has_pictures(view: dict[str, Any]) -> bool:
    """Tell whether Slack has to fetch something to show this."""
    return any(_is_picture(block) or _is_picture(block.get("accessory")) for block in view["blocks"])


def without_pictures(view: dict[str, Any]) -> dict[str, Any]:
    """Return the same view without its pictures."""
    kept = [block for block in view["blocks"] if not _is_picture(block)]
    return {**view, "blocks": [_without_picture(block) for block in kept]}


def _without_picture(block: dict[str, Any]) -> dict[str, Any]:
    is_beside = _is_picture(block.get("accessory"))
    return {key: value for key, value in block.items() if key != "accessory"} if is_beside else block


def _is_picture(block: Any) -> bool:
    return isinstance(block, dict) and block.get("type") == "image"
