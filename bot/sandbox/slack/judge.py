"""The judge of everything the app wants to show: text, blocks, views, and the images within."""

from collections.abc import Iterator
from typing import Any, Final, Literal, Protocol

from bot.sandbox.slack.block_kit import check_message_blocks, check_view
from bot.sandbox.slack.errors import Json, SlackRefusal

LONGEST_TEXT: Final = 40_000
LONGEST_EDIT: Final = 4_000
LARGEST_VIEW: Final = 250_000


class Images(Protocol):
    async def finds(self, url: str) -> bool: ...


class KnownFiles(Protocol):
    def shows(self, reference: Json) -> bool: ...


class Judge:
    """Says yes with a clean copy, or raises Slack's refusal."""

    def __init__(self, images: Images | None, files: KnownFiles) -> None:
        self._images = images
        self._files = files

    async def message(self, body: Json, *, longest: int = LONGEST_TEXT) -> tuple[str, list[Json]]:
        """Check the content of a message and return its text and blocks."""
        text = body.get("text") or ""
        if not isinstance(text, str):
            raise SlackRefusal("invalid_arguments", ["must provide a string [json-pointer:/text]"])
        if body.get("attachments"):
            raise SlackRefusal("invalid_attachments", ["the stand-in shows blocks, not attachments"])
        if len(text) > longest:
            raise SlackRefusal("msg_too_long")
        blocks = check_message_blocks(body["blocks"]) if body.get("blocks") else []
        if not text.strip() and not blocks:
            raise SlackRefusal("no_text")
        await self._see_images(blocks, "/blocks", "invalid_blocks")
        return text, blocks

    async def view(self, view: object, surface: Literal["modal", "home"]) -> Json:
        """Check a view and return a copy that carries every id."""
        checked = check_view(view, surface)
        if len(str(checked)) > LARGEST_VIEW:
            raise SlackRefusal("view_too_large")
        await self._see_images(checked["blocks"], "/view/blocks", "invalid_arguments")
        return checked

    async def _see_images(self, blocks: list[Json], root: str, error: str) -> None:
        problems = [
            problem
            for pointer, image in _images(blocks, root)
            if (problem := await self._problem(pointer, image)) is not None
        ]
        if problems:
            raise SlackRefusal(error, problems)

    async def _problem(self, pointer: str, image: Json) -> str | None:
        if "slack_file" in image:
            shown = self._files.shows(image["slack_file"])
            return None if shown else f"invalid slack file [json-pointer:{pointer}/slack_file]"
        if self._images is None or await self._images.finds(image["image_url"]):
            return None
        return f"downloading image failed [json-pointer:{pointer}/image_url]"


def _images(value: Any, pointer: str) -> Iterator[tuple[str, Json]]:
    """Yield every image block and element with its place."""
    if isinstance(value, dict):
        if value.get("type") == "image":
            yield pointer, value
        for key, child in value.items():
            yield from _images(child, f"{pointer}/{key}")
    elif isinstance(value, list):
        for number, child in enumerate(value):
            yield from _images(child, f"{pointer}/{number}")
