"""What people are told of one batch while somebody is at work on it: where it is, its rows in order, and its end.

Making does not wait for this: Slack may be away for an hour, or one row take its time.
"""

from dataclasses import dataclass, replace

import structlog

from bot.core.batches.best_effort import BestEffort, backoff
from bot.core.batches.closing import Closing
from bot.core.batches.pace import Pace
from bot.core.batches.posting import Posting
from bot.core.batches.record import Record
from bot.core.batches.snapshot import Snapshot
from bot.core.batches.transitions import ended
from bot.core.clock import Clock
from bot.core.errors import SlackUnavailable
from bot.core.journey.request_message import MESSAGE_SETTLING
from bot.core.models import Batch, BatchState, Progress
from bot.core.ports import BatchMessenger

log = structlog.get_logger(__name__)

NEWS_EVERY = 3.0
"""Seconds between two edits of the batch message that only bring other counts."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What the batch message says since a moment of the clock: ``decided`` for certain, ``progress`` as it came."""

    decided: tuple[object, ...]
    progress: Progress
    at: float


@dataclass(frozen=True, slots=True)
class PutOff:
    """An edit of the batch message that Slack did not take, ``times`` in a row: not to be tried ``until`` then."""

    state: BatchState
    times: int
    until: float


class Reporting:
    """Tells of one batch."""

    def __init__(
        self,
        record: Record,
        messenger: BatchMessenger,
        posting: Posting,
        closing: Closing,
        *,
        best_effort: BestEffort,
        clock: Clock,
    ) -> None:
        self._record = record
        self._messenger = messenger
        self._posting = posting
        self._closing = closing
        self._best_effort = best_effort
        self._clock = clock
        self._pace = Pace()
        self._shown: Shown | None = None
        self._put_off: PutOff | None = None
        self._told_revision: int | None = None

    def has_told_all(self, batch: Batch) -> bool:
        """Whether there is nothing to tell of a batch any more before somebody decides something."""
        return self._told_revision == batch.revision

    async def step(self, snapshot: Snapshot) -> bool:
        """Tell what there is to tell now, one message of rows at a time; True once the round has its end."""
        if snapshot.batch.place is None:
            await self._announce(snapshot)
            return False
        if snapshot.is_ready_to_close:
            await self._show(snapshot)
            self._shown = None  # if closing fails, the next step starts with that edit: nothing is gathered in vain
            await self._closing.close(snapshot)
            return True
        is_shown = await self._show_in_time(snapshot)
        has_posted = await self._posting.step(snapshot)
        is_all = snapshot.is_idle and not snapshot.ready and is_shown and not has_posted
        self._told_revision = snapshot.batch.revision if is_all else None
        return False

    async def _announce(self, snapshot: Snapshot) -> None:
        """Post the batch message. Where Slack has no place for it nothing is made, for nobody would see it."""
        batch = await self._record.change(snapshot.batch.id, lambda now: _announced_once_more(now.batch))
        if batch is None or not batch.state.is_open:
            return
        if batch.announcements > 1:
            await self._clock.sleep(MESSAGE_SETTLING)
        place = await self._best_effort.run(
            "the batch message", lambda: self._messenger.announce_batch(batch, snapshot.progress())
        )
        at = self._clock.now()
        await self._record.keep(batch.id, lambda now: now.batch.but(place=place) if place else ended(now.batch, at))

    async def _show_in_time(self, snapshot: Snapshot) -> bool:
        """Bring the batch message up to date; False while Slack puts that off, which keeps no rows waiting."""
        state, now, before = snapshot.batch.state, self._clock.monotonic(), self._put_off
        if before and before.state is state and now < before.until:
            return False
        try:
            await self._show(snapshot)
        except SlackUnavailable as trouble:
            times = before.times + 1 if before else 1
            self._put_off = PutOff(state, times, now + backoff(trouble, times))
            log.warning("batch message put off", id=snapshot.batch.id, reason=repr(trouble))
        else:
            self._put_off = None
        return self._put_off is None

    async def _show(self, snapshot: Snapshot) -> None:
        """Bring the batch message up to date: for certain what was decided, and counts when there is room."""
        batch, now, progress = snapshot.batch, self._clock.monotonic(), snapshot.progress()
        if batch.state is BatchState.PAUSED:
            self._pace = Pace()
        self._pace.note(now, progress.settled)
        decided = (batch.state, batch.pause, batch.round, snapshot.is_at_rest)
        shown = self._shown if self._shown and self._shown.decided == decided else None
        if shown and (progress == shown.progress or now - shown.at < NEWS_EVERY):
            return
        left = progress.under_way + (progress.waiting if batch.state is BatchState.RUNNING else 0)
        told = replace(progress, seconds_left=self._pace.seconds_left(now, left))
        is_news = shown is not None
        await self._best_effort.run("progress", lambda: self._messenger.update_batch(batch, told, is_news=is_news))
        self._shown = Shown(decided, progress, self._clock.monotonic())


def _announced_once_more(batch: Batch) -> Batch:
    return batch.but(announcements=batch.announcements + 1) if batch.state.is_open else batch
