"""Many images at once: the rows of a table, and how far they have come.

A batch is rows and a place in Slack. Each row is made by a generation of its own, an *attempt*; a row whose attempt
failed, or was taken back before Bloom was asked, may have further ones. What has become of the rows is read from
their generations: a batch itself knows only what was decided about it and what stands in Slack.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Self

from pydantic import BaseModel, ConfigDict

from bot.core.models.generations import Place
from bot.core.models.preferences import Limit
from bot.core.models.rows import BadRow, BatchRow, RowDefaults


class BatchState(StrEnum):
    """The way of a batch: draft → running ⇄ paused → stopping → finished, and from there to running once more."""

    DRAFT = "draft"
    """Checked and shown to who wants it; nothing is spent before they say so."""
    RUNNING = "running"
    PAUSED = "paused"
    """No row is begun; rows that Bloom already has are finished and posted."""
    STOPPING = "stopping"
    """As paused, but what was not begun never will be."""
    FINISHED = "finished"
    """Everything stands in Slack, the summary included."""

    @property
    def is_open(self) -> bool:
        """Whether it was started, and somebody is to work on it or to say how it goes on."""
        return self in (BatchState.RUNNING, BatchState.PAUSED, BatchState.STOPPING)


class PauseReason(StrEnum):
    """Why a batch waits for somebody."""

    ASKED = "asked"
    CREDITS = "credits"
    """Bloom has no credits left, or wants to be paid."""
    LIMIT = "limit"
    """A limit of the workspace's is in the way: of credits, channels or people."""
    NOT_CONNECTED = "not_connected"
    UNAVAILABLE = "unavailable"
    """Bloom is away, or breaks down, for longer than a row waits."""


class Pause(BaseModel):
    """Why a batch waits, and who paused it; ``limit`` is the one that is in the way."""

    model_config = ConfigDict(frozen=True)

    reason: PauseReason
    by: str | None = None
    limit: Limit | None = None
    action_url: str | None = None
    """Where Bloom says that it can be mended, if it does."""


class RowsPost(BaseModel):
    """A message with the results of some rows. It is on record before it is posted, ``message_id`` None until then.

    One that Slack refused for good has an empty ``message_id``: its rows stand in the files alone.
    """

    model_config = ConfigDict(frozen=True)

    round: int
    numbers: tuple[int, ...]
    generation_ids: tuple[str, ...]
    """The attempts that it shows, of several of a row the oldest first."""
    message_id: str | None = None


@dataclass(frozen=True, slots=True)
class Batch:
    """Rows to be made, by whom and where, and what stands of it in Slack.

    ``channel_id`` and ``thread_id`` are where it was asked for; its messages stand in ``place``, the batch message
    being the root of their thread unless it is in a thread itself.
    """

    id: str
    workspace_id: str
    user_id: str
    channel_id: str
    created_at: datetime
    rows: tuple[BatchRow, ...]
    title: str = ""
    """What people call it: the name of the file; nothing for prompts that were typed."""
    thread_id: str | None = None
    bad_rows: tuple[BadRow, ...] = ()
    ignored_columns: tuple[str, ...] = ()
    """Headings of the table that nobody understood, for the preview."""
    state: BatchState = BatchState.DRAFT
    revision: int = 0
    """Counts its writes: who writes says which they have seen."""
    place: Place | None = None
    announcements: int = 0
    """How often the batch message was sent; over 1, it may stand already."""
    round: int = 1
    """1, and one more each time that failed rows are tried again."""
    wanted: tuple[int, ...] = ()
    """The numbers of the rows of this round, in their order."""
    discounted_attempts: Mapping[int, int] = field(default_factory=dict)
    """How many attempts of each row, by its number, are disregarded because it is tried again."""
    posts: tuple[RowsPost, ...] = ()
    """Of all rounds, in the order of posting; only the last may be on its way."""
    pause: Pause | None = None
    stopped_by: str | None = None
    started_at: datetime | None = None
    finished_at: datetime | None = None
    """When the last round ended."""
    summary_id: str | None = None
    """The summary of this round, once it stands."""
    files: tuple[str, ...] = ()
    """The names of the files that stand beside the summary."""

    def but(self, **changes: object) -> Self:
        """Return the same batch with some fields changed."""
        return replace(self, **changes)  # type: ignore[arg-type]

    @property
    def images(self) -> int:
        """Return how many images all rows ask for."""
        return sum(row.parameters.image_count for row in self.rows)

    @property
    def credits(self) -> int:
        """Return what all rows cost, in credits."""
        return sum(row.parameters.credits for row in self.rows)

    @property
    def posted(self) -> frozenset[int]:
        """Return the numbers of this round's rows whose results stand in Slack, or that Slack would not take."""
        ours = (post for post in self.posts if post.round == self.round and post.message_id is not None)
        return frozenset(number for post in ours for number in post.numbers)

    @property
    def pending_post(self) -> RowsPost | None:
        """Return the message that may have been posted, but is not on record."""
        return self.posts[-1] if self.posts and self.posts[-1].message_id is None else None


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a batch is: rows by what has become of them, and what that came to."""

    waiting: int = 0
    under_way: int = 0
    made: int = 0
    partly_made: int = 0
    failed: int = 0
    images: int = 0
    credits: int = 0
    seconds_left: float | None = None
    """At the present rate; None when nobody can tell, or nothing moves."""

    @property
    def rows(self) -> int:
        """Return how many rows there are."""
        return self.waiting + self.under_way + self.settled

    @property
    def settled(self) -> int:
        """Return how many rows have come to their end."""
        return self.made + self.partly_made + self.failed


@dataclass(frozen=True, slots=True)
class Outlook:
    """What starting a batch would mean, as far as that is known: ``seconds`` at the present rate, and what is left."""

    seconds: float | None
    credits_left: int | None = None
    """At Bloom, of who pays, where one pays for all rows."""
    cap_left: int | None = None
    """Within the workspace's limits, for who asks."""


@dataclass(frozen=True, slots=True)
class BatchRequest:
    """Somebody's wish for a batch: one prompt a line in ``lines``, or a table as it was uploaded in ``table``."""

    workspace_id: str
    user_id: str
    channel_id: str
    defaults: RowDefaults
    lines: str = ""
    table: bytes | None = None
    title: str = ""
    thread_id: str | None = None


@dataclass(frozen=True, slots=True)
class Parcel:
    """The images of a batch as files on this machine, for as long as they are handed out.

    ``archive`` is None where the images are more than Slack takes, ``sheet`` where no picture of them could be made.
    """

    archive: Path | None = None
    sheet: Path | None = None
