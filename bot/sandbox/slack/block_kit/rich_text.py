"""Rich text: formatted words as a tree (docs.slack.dev/reference/block-kit/blocks/rich-text-block)."""

from typing import Annotated, Literal

from pydantic import Field

from bot.sandbox.slack.block_kit.objects import Part


class RichStyle(Part):
    bold: bool | None = None
    italic: bool | None = None
    strike: bool | None = None
    code: bool | None = None
    underline: bool | None = None
    highlight: bool | None = None
    client_highlight: bool | None = None
    unlink: bool | None = None


class Styled(Part):
    style: RichStyle | None = None


class RichWords(Styled):
    type: Literal["text"]
    text: Annotated[str, Field(min_length=1)]


class RichLink(Styled):
    type: Literal["link"]
    url: Annotated[str, Field(min_length=1)]
    text: str | None = None
    unsafe: bool | None = None


class RichUser(Styled):
    type: Literal["user"]
    user_id: str


class RichUserGroup(Styled):
    type: Literal["usergroup"]
    usergroup_id: str


class RichChannel(Styled):
    type: Literal["channel"]
    channel_id: str


class RichEmoji(Styled):
    type: Literal["emoji"]
    name: str
    unicode: str | None = None
    skin_tone: int | None = None


class RichBroadcast(Styled):
    type: Literal["broadcast"]
    range: Literal["here", "channel", "everyone"]


class RichDate(Styled):
    type: Literal["date"]
    timestamp: int
    format: str
    url: str | None = None
    fallback: str | None = None


class RichColor(Styled):
    type: Literal["color"]
    value: str


Piece = Annotated[
    RichWords | RichLink | RichUser | RichUserGroup | RichChannel | RichEmoji | RichBroadcast | RichDate | RichColor,
    Field(discriminator="type"),
]


class RichSection(Part):
    type: Literal["rich_text_section"]
    elements: list[Piece]


class RichQuote(Part):
    type: Literal["rich_text_quote"]
    elements: list[Piece]
    border: Literal[0, 1] | None = None


class RichPreformatted(Part):
    type: Literal["rich_text_preformatted"]
    elements: list[Annotated[RichWords | RichLink, Field(discriminator="type")]]
    border: Literal[0, 1] | None = None
    language: str | None = None


class RichList(Part):
    type: Literal["rich_text_list"]
    style: Literal["bullet", "ordered"]
    elements: list[RichSection]
    indent: Annotated[int, Field(ge=0, le=8)] | None = None
    offset: Annotated[int, Field(ge=0)] | None = None
    border: Literal[0, 1] | None = None


RichContainer = Annotated[RichSection | RichQuote | RichPreformatted | RichList, Field(discriminator="type")]
