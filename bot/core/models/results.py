"""What became of an image after it was made: what it was derived from, and where it is shown."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from pydantic import BaseModel, ConfigDict

CLOCK_SKEW = timedelta(seconds=2)
"""Less than lies between the two replies of what is looked for again."""


class Attachment(BaseModel):
    """A picture that somebody gave at Slack, by Slack's id of the file."""

    model_config = ConfigDict(frozen=True)

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class PictureFile:
    """A picture in memory; ``mime_type`` is what its content is, whatever was said of it."""

    name: str
    content: bytes
    mime_type: str


class Derivation(StrEnum):
    """What somebody did with an image to get another."""

    VARY = "vary"
    EDIT = "edit"
    RESIZE = "resize"
    REMOVE_BACKGROUND = "remove_background"
    VECTORIZE = "vectorize"
    ENLARGE = "enlarge"
    """Again at 4K."""
    REFERENCE = "reference"


@dataclass(frozen=True, slots=True)
class Source:
    """The image that another was derived from, and the message in which somebody pressed for that."""

    image_id: str
    derivation: Derivation
    channel_id: str
    message_id: str
    thread_id: str
    asked_by: str = ""
    """Who had asked for that image; nobody known for what was derived before this was written down."""


@dataclass(frozen=True, slots=True)
class Showing:
    """A message of ours that shows an image: the reply that delivered it, or what somebody shared.

    ``thread_id`` is the message's own id where it is in no thread.
    """

    image_id: str
    channel_id: str
    message_id: str
    thread_id: str
    file_id: str | None = None
    """Our file at Slack that is shown, where Slack would not fetch the image itself."""
    vector_id: str | None = None
    """Our file at Slack with the vector itself, which Slack does not show."""
    is_link: bool = False
    """Whether Slack took neither, so that there is only a link."""
    shared_by: str | None = None
    """Who shared it there; None: this is the reply."""
    note: str = ""
    """What they wrote with it."""

    def is_since(self, moment: datetime) -> bool:
        """Whether it was posted since then, by Slack's clock, which may be a little behind ours.

        Slack's id of a message is the second of its posting, and a number.
        """
        return int(self.message_id.partition(".")[0]) >= int((moment - CLOCK_SKEW).timestamp())


@dataclass(frozen=True, slots=True)
class Reply:
    """The one reply of a generation, as it stands at Slack; of a failure it shows no images."""

    channel_id: str
    message_id: str
    thread_id: str
    showings: tuple[Showing, ...] = ()
