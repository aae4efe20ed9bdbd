"""Composition objects: the small parts that blocks and elements are made of.

Every limit here is the documented one (docs.slack.dev/reference/block-kit/composition-objects).
"""

from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

ActionId = Annotated[str, Field(min_length=1, max_length=255)]
BlockId = Annotated[str, Field(min_length=1, max_length=255)]
Url = Annotated[str, Field(min_length=1, max_length=3000)]
AltText = Annotated[str, Field(min_length=1, max_length=2000)]
Style = Literal["primary", "danger"]


class Part(BaseModel):
    """Anything in Block Kit: exactly the documented properties, each of exactly the documented type."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class PlainText(Part):
    type: Literal["plain_text"]
    text: Annotated[str, Field(min_length=1)]
    emoji: bool | None = None


class Mrkdwn(Part):
    type: Literal["mrkdwn"]
    text: Annotated[str, Field(min_length=1)]
    verbatim: bool | None = None


Text = Annotated[PlainText | Mrkdwn, Field(discriminator="type")]


def refusal(message: str, within: str = "", **context: Any) -> PydanticCustomError:
    """Build an error in Slack's words; ``within`` extends the pointer to a property of the checked object."""
    return PydanticCustomError("slack", message, {**context, "within": within})


def at_most(longest: int) -> AfterValidator:
    """Limit the characters of a text object, blaming its ``text`` as Slack does."""

    def check(text: PlainText | Mrkdwn) -> PlainText | Mrkdwn:
        if len(text.text) > longest:
            raise refusal("must be less than {limit} characters", "text", limit=longest + 1)
        return text

    return AfterValidator(check)


class Confirm(Part):
    title: Annotated[PlainText, at_most(100)]
    text: Annotated[Text, at_most(300)]
    confirm: Annotated[PlainText, at_most(30)]
    deny: Annotated[PlainText, at_most(30)]
    style: Style | None = None


class Option(Part):
    """One line of a menu."""

    text: Annotated[PlainText, at_most(75)]
    value: Annotated[str, Field(min_length=1, max_length=150)]
    description: Annotated[PlainText, at_most(75)] | None = None


class LinkOption(Option):
    """One line of an overflow menu, which may be a link."""

    url: Url | None = None


class RichOption(Part):
    """One checkbox or radio button, whose text may be formatted."""

    text: Annotated[Text, at_most(75)]
    value: Annotated[str, Field(min_length=1, max_length=150)]
    description: Annotated[Text, at_most(75)] | None = None


class OptionGroup(Part):
    label: Annotated[PlainText, at_most(75)]
    options: Annotated[list[Option], Field(min_length=1, max_length=100)]


class DispatchActionConfig(Part):
    trigger_actions_on: Annotated[
        list[Literal["on_enter_pressed", "on_character_entered"]], Field(min_length=1, max_length=2)
    ]


class ConversationFilter(Part):
    include: Annotated[list[Literal["im", "mpim", "private", "public"]], Field(min_length=1)] | None = None
    exclude_external_shared_channels: bool | None = None
    exclude_bot_users: bool | None = None


class SlackFileById(Part):
    id: Annotated[str, Field(min_length=1)]


class SlackFileByUrl(Part):
    url: Url


class ImageSource(Part):
    """An image and the words for those who cannot see it."""

    alt_text: AltText
    image_url: Url | None = None
    slack_file: SlackFileById | SlackFileByUrl | None = None

    @model_validator(mode="after")
    def one_source(self) -> Self:
        if (self.image_url is None) == (self.slack_file is None):
            raise refusal("must define either `image_url` or `slack_file`")
        return self
