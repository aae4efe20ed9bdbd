"""Block elements: what people click, choose and type into (docs.slack.dev/reference/block-kit/block-elements)."""

from typing import Annotated, Literal

from pydantic import Field, ValidationInfo, field_validator

from bot.sandbox.slack.block_kit.menus import Element, MultiSelect, Placeholder, Select, ValueElement
from bot.sandbox.slack.block_kit.objects import (
    ActionId,
    DispatchActionConfig,
    ImageSource,
    LinkOption,
    Part,
    PlainText,
    RichOption,
    Style,
    Url,
    at_most,
    refusal,
)

Boxes = Annotated[list[RichOption], Field(min_length=1, max_length=10)]


class Button(Element):
    type: Literal["button"]
    text: Annotated[PlainText, at_most(75)]
    url: Url | None = None
    value: Annotated[str, Field(max_length=2000)] | None = None
    style: Style | None = None
    accessibility_label: Annotated[str, Field(max_length=75)] | None = None


class Image(ImageSource):
    type: Literal["image"]


class Overflow(Element):
    type: Literal["overflow"]
    options: Annotated[list[LinkOption], Field(min_length=1, max_length=5)]


class Checkboxes(Element):
    type: Literal["checkboxes"]
    focus_on_load: bool | None = None
    options: Boxes
    initial_options: Boxes | None = None

    @field_validator("initial_options")
    @classmethod
    def are_offered(cls, initial: list[RichOption], info: ValidationInfo) -> list[RichOption]:
        if any(option not in info.data.get("options", ()) for option in initial):
            raise refusal("must exactly match one of the provided options")
        return initial


class RadioButtons(Element):
    type: Literal["radio_buttons"]
    focus_on_load: bool | None = None
    options: Boxes
    initial_option: RichOption | None = None

    @field_validator("initial_option")
    @classmethod
    def is_offered(cls, initial: RichOption, info: ValidationInfo) -> RichOption:
        if initial not in info.data.get("options", ()):
            raise refusal("must exactly match one of the provided options")
        return initial


class DatePicker(ValueElement):
    type: Literal["datepicker"]
    initial_date: Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}$")] | None = None


class TimePicker(ValueElement):
    type: Literal["timepicker"]
    initial_time: Annotated[str, Field(pattern=r"^\d{2}:\d{2}$")] | None = None
    timezone: str | None = None


class Typed(Part):
    """Something people type into, which is no button and asks no confirmation."""

    action_id: ActionId | None = None
    placeholder: Placeholder | None = None
    focus_on_load: bool | None = None
    dispatch_action_config: DispatchActionConfig | None = None


class PlainTextInput(Typed):
    type: Literal["plain_text_input"]
    multiline: bool | None = None
    min_length: Annotated[int, Field(ge=0, le=3000)] | None = None
    max_length: Annotated[int, Field(ge=1, le=3000)] | None = None
    initial_value: Annotated[str, Field(max_length=3000)] | None = None

    @field_validator("initial_value")
    @classmethod
    def fits(cls, initial: str, info: ValidationInfo) -> str:
        longest = info.data.get("max_length")
        if longest is not None and len(initial) > longest:
            raise refusal("must be less than {limit} characters", limit=longest + 1)
        return initial


class EmailInput(Typed):
    type: Literal["email_text_input"]
    initial_value: str | None = None


class UrlInput(Typed):
    type: Literal["url_text_input"]
    initial_value: str | None = None


class NumberInput(Typed):
    type: Literal["number_input"]
    is_decimal_allowed: bool
    min_value: str | None = None
    max_value: str | None = None
    initial_value: str | None = None


class FileInput(Part):
    type: Literal["file_input"]
    action_id: ActionId | None = None
    filetypes: list[str] | None = None
    max_files: Annotated[int, Field(ge=1, le=10)] | None = None


Choice = Select | MultiSelect | Checkboxes | RadioButtons | DatePicker | TimePicker

ActionsElement = Annotated[Button | Overflow | Choice, Field(discriminator="type")]
Accessory = Annotated[Button | Overflow | Image | Choice, Field(discriminator="type")]
InputElement = Annotated[
    Choice | PlainTextInput | EmailInput | UrlInput | NumberInput | FileInput, Field(discriminator="type")
]
