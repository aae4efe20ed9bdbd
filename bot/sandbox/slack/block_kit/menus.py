"""Select menus, and what every element that holds a value has in common."""

from typing import Annotated, Any, Literal, Self

from pydantic import Field, ValidationInfo, field_validator, model_validator

from bot.sandbox.slack.block_kit.objects import (
    ActionId,
    Confirm,
    ConversationFilter,
    Option,
    OptionGroup,
    Part,
    PlainText,
    at_most,
    refusal,
)

Placeholder = Annotated[PlainText, at_most(150)]
Options = Annotated[list[Option], Field(min_length=1, max_length=100)]


class Element(Part):
    """Something people interact with."""

    action_id: ActionId | None = None
    confirm: Confirm | None = None


class ValueElement(Element):
    """Something that holds a value."""

    placeholder: Placeholder | None = None
    focus_on_load: bool | None = None


class Multi(ValueElement):
    max_selected_items: Annotated[int, Field(ge=1)] | None = None


def offered_by(data: dict[str, Any]) -> list[Option]:
    """Return every option of a menu, whether grouped or not."""
    groups: list[OptionGroup] = data.get("option_groups") or []
    return [*(data.get("options") or []), *(option for group in groups for option in group.options)]


class Menu(Part):
    """A menu whose options the app lists, either flat or in groups."""

    options: Options | None = None
    option_groups: Annotated[list[OptionGroup], Field(min_length=1, max_length=100)] | None = None

    @model_validator(mode="after")
    def one_kind_of_options(self) -> Self:
        if (self.options is None) == (self.option_groups is None):
            raise refusal("must define either `options` or `option_groups`")
        return self


class StaticSelect(ValueElement, Menu):
    type: Literal["static_select"]
    initial_option: Option | None = None

    @field_validator("initial_option")
    @classmethod
    def is_offered(cls, initial: Option, info: ValidationInfo) -> Option:
        if initial not in offered_by(info.data):
            raise refusal("must exactly match one of the provided options")
        return initial


class MultiStaticSelect(Multi, Menu):
    type: Literal["multi_static_select"]
    initial_options: Options | None = None

    @field_validator("initial_options")
    @classmethod
    def are_offered(cls, initial: list[Option], info: ValidationInfo) -> list[Option]:
        if any(option not in offered_by(info.data) for option in initial):
            raise refusal("must exactly match one of the provided options")
        return initial


class ExternalSelect(ValueElement):
    type: Literal["external_select"]
    initial_option: Option | None = None
    min_query_length: Annotated[int, Field(ge=0)] | None = None


class MultiExternalSelect(Multi):
    type: Literal["multi_external_select"]
    initial_options: Options | None = None
    min_query_length: Annotated[int, Field(ge=0)] | None = None


class UsersSelect(ValueElement):
    type: Literal["users_select"]
    initial_user: str | None = None


class MultiUsersSelect(Multi):
    type: Literal["multi_users_select"]
    initial_users: list[str] | None = None


class ConversationsSelect(ValueElement):
    type: Literal["conversations_select"]
    initial_conversation: str | None = None
    default_to_current_conversation: bool | None = None
    response_url_enabled: bool | None = None
    filter: ConversationFilter | None = None


class MultiConversationsSelect(Multi):
    type: Literal["multi_conversations_select"]
    initial_conversations: list[str] | None = None
    default_to_current_conversation: bool | None = None
    filter: ConversationFilter | None = None


class ChannelsSelect(ValueElement):
    type: Literal["channels_select"]
    initial_channel: str | None = None
    response_url_enabled: bool | None = None


class MultiChannelsSelect(Multi):
    type: Literal["multi_channels_select"]
    initial_channels: list[str] | None = None


Select = StaticSelect | ExternalSelect | UsersSelect | ConversationsSelect | ChannelsSelect
MultiSelect = (
    MultiStaticSelect | MultiExternalSelect | MultiUsersSelect | MultiConversationsSelect | MultiChannelsSelect
)
