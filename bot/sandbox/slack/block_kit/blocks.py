"""Blocks and the views made of them (docs.slack.dev/reference/block-kit/blocks and …/reference/views)."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from bot.sandbox.slack.block_kit.elements import Accessory, ActionsElement, Image, InputElement
from bot.sandbox.slack.block_kit.objects import (
    AltText,
    BlockId,
    ImageSource,
    Mrkdwn,
    Part,
    PlainText,
    Text,
    Url,
    at_most,
    refusal,
)
from bot.sandbox.slack.block_kit.rich_text import RichContainer
from bot.sandbox.slack.block_kit.tables import Table


class BlockBase(Part):
    block_id: BlockId | None = None


class Section(BlockBase):
    type: Literal["section"]
    text: Annotated[Text, at_most(3000)] | None = None
    fields: Annotated[list[Annotated[Text, at_most(2000)]], Field(min_length=1, max_length=10)] | None = None
    accessory: Accessory | None = None
    expand: bool | None = None

    @model_validator(mode="after")
    def says_something(self) -> Self:
        if self.text is None and self.fields is None:
            raise refusal("must define either `text` or `fields`")
        return self


class Divider(BlockBase):
    type: Literal["divider"]


class Header(BlockBase):
    type: Literal["header"]
    text: Annotated[PlainText, at_most(150)]


class ImageBlock(BlockBase, ImageSource):
    type: Literal["image"]
    title: Annotated[PlainText, at_most(2000)] | None = None


class Context(BlockBase):
    type: Literal["context"]
    elements: Annotated[
        list[Annotated[Image | PlainText | Mrkdwn, Field(discriminator="type")]],
        Field(min_length=1, max_length=10),
    ]


class Actions(BlockBase):
    type: Literal["actions"]
    elements: Annotated[list[ActionsElement], Field(min_length=1, max_length=25)]


class Input(BlockBase):
    type: Literal["input"]
    label: Annotated[PlainText, at_most(2000)]
    element: InputElement
    hint: Annotated[PlainText, at_most(2000)] | None = None
    optional: bool | None = None
    dispatch_action: bool | None = None


class RichText(BlockBase):
    type: Literal["rich_text"]
    elements: list[RichContainer]


class File(BlockBase):
    type: Literal["file"]
    external_id: str
    source: Literal["remote"]


class Markdown(BlockBase):
    type: Literal["markdown"]
    text: Annotated[str, Field(min_length=1, max_length=12_000)]


class Video(BlockBase):
    type: Literal["video"]
    alt_text: AltText
    title: Annotated[PlainText, at_most(200)]
    thumbnail_url: Url
    video_url: Url
    author_name: Annotated[str, Field(max_length=50)] | None = None
    description: Annotated[PlainText, at_most(200)] | None = None
    provider_icon_url: Url | None = None
    provider_name: str | None = None
    title_url: Url | None = None


Anywhere = Section | Divider | Header | ImageBlock | Context | Actions | Input | RichText | Video
MessageBlock = Annotated[Anywhere | File | Markdown | Table, Field(discriminator="type")]
ViewBlock = Annotated[Anywhere, Field(discriminator="type")]

MessageBlocks = Annotated[list[MessageBlock], Field(max_length=50)]
ViewBlocks = Annotated[list[ViewBlock], Field(max_length=100)]


class ViewBase(Part):
    blocks: ViewBlocks
    private_metadata: Annotated[str, Field(max_length=3000)] | None = None
    callback_id: Annotated[str, Field(max_length=255)] | None = None
    external_id: Annotated[str, Field(max_length=255)] | None = None


class Modal(ViewBase):
    type: Literal["modal"]
    title: Annotated[PlainText, at_most(24)]
    submit: Annotated[PlainText, at_most(24)] | None = None
    close: Annotated[PlainText, at_most(24)] | None = None
    clear_on_close: bool | None = None
    notify_on_close: bool | None = None

    @model_validator(mode="after")
    def inputs_can_be_submitted(self) -> Self:
        if self.submit is None and any(block.type == "input" for block in self.blocks):
            raise refusal("must define `submit` to use an `input` block in modals")
        return self


class Home(ViewBase):
    type: Literal["home"]
