"""The table block (docs.slack.dev/reference/block-kit/blocks/table-block): a message shows one, other surfaces none.

Slack's documents name home tabs too, but tables were seen to be dropped there. The stand-in takes the narrower view:
whatever passes here is shown by Slack.
"""

from collections.abc import Iterator
from typing import Annotated, Any, Final, Literal, Self

from pydantic import Field, model_validator

from bot.sandbox.slack.block_kit.objects import BlockId, Part, refusal
from bot.sandbox.slack.block_kit.rich_text import RichContainer

CHARACTERS: Final = 10_000
"""So many are in all cells of a table together."""
Words = Annotated[str, Field(min_length=1)]


class RawText(Part):
    type: Literal["raw_text"]
    text: Words


class RawNumber(Part):
    type: Literal["raw_number"]
    value: float
    text: Words


class RichCell(Part):
    type: Literal["rich_text"]
    block_id: BlockId | None = None
    elements: Annotated[list[RichContainer], Field(min_length=1)]


class Column(Part):
    align: Literal["left", "center", "right"] | None = None
    is_wrapped: bool | None = None


Cell = Annotated[RawText | RawNumber | RichCell, Field(discriminator="type")]
Row = Annotated[list[Cell], Field(min_length=1, max_length=20)]


class Table(Part):
    type: Literal["table"]
    block_id: BlockId | None = None
    rows: Annotated[list[Row], Field(min_length=1, max_length=100)]
    column_settings: Annotated[list[Column], Field(max_length=20)] | None = None

    @model_validator(mode="after")
    def is_short(self) -> Self:
        if sum(map(len, _texts(self.model_dump()["rows"]))) > CHARACTERS:
            raise refusal("must be less than {limit} characters", "rows", limit=CHARACTERS + 1)
        return self


def _texts(value: Any) -> Iterator[str]:
    """Yield the words within rows."""
    match value:
        case {"text": str(text)}:
            yield text
        case dict():
            yield from _texts(list(value.values()))
        case list():
            for child in value:
                yield from _texts(child)
