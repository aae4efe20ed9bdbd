"""Where the interactive elements of a list of blocks are, for whoever checks, fills or clicks them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot.sandbox.slack.errors import Json


@dataclass(frozen=True)
class Control:
    """One interactive element and the block that holds it."""

    block: Json
    element: Json
    pointer: str

    @property
    def place(self) -> tuple[str, str]:
        """Return what identifies the element on its surface: block_id and action_id."""
        return self.block.get("block_id", ""), self.element.get("action_id", "")

    @property
    def type(self) -> str:
        return str(self.element["type"])

    @property
    def is_input(self) -> bool:
        return bool(self.block["type"] == "input")

    @property
    def dispatches(self) -> bool:
        """Return whether a change is sent to the app at once: always, but for inputs that do not ask for it."""
        return not self.is_input or bool(self.block.get("dispatch_action"))

    @property
    def speaks_up(self) -> bool:
        """Return whether entering something is enough to tell the app, without pressing enter."""
        if not self.dispatches or not self.type.endswith("_input"):
            return self.dispatches
        asked = self.element.get("dispatch_action_config", {}).get("trigger_actions_on", ())
        return "on_character_entered" in asked

    @property
    def required(self) -> bool:
        return self.is_input and not self.block.get("optional", False)

    @property
    def label(self) -> str:
        """Return the words a person knows it by."""
        words = self.block.get("label") or self.element.get("text") or self.element.get("placeholder") or {}
        return str(words.get("text", ""))


def controls(blocks: Sequence[Json]) -> Iterator[Control]:
    """Yield every interactive element, from top to bottom."""
    for number, block in enumerate(blocks):
        for element, inside in _elements(block):
            yield Control(block, element, f"/blocks/{number}{inside}")


def _elements(block: Json) -> Iterator[tuple[Json, str]]:
    if block["type"] == "actions":
        yield from ((element, f"/elements/{n}") for n, element in enumerate(block["elements"]))
    elif block["type"] == "input":
        yield block["element"], "/element"
    elif block["type"] == "section" and block.get("accessory", {}).get("type", "image") != "image":
        yield block["accessory"], "/accessory"
