"""One look at the images of one or several watches, and what each outcome means for them."""

from collections.abc import Sequence

from bot.bloom.access import Access
from bot.bloom.budget import Slot
from bot.bloom.transport import Signature
from bot.bloom.waiting.holds import TOO_LONG, Holds
from bot.bloom.waiting.watcher import FAILURES, Durations, Watcher
from bot.bloom.wire import images
from bot.bloom.wire.call import ID_LIMIT, Call
from bot.core.clock import Clock
from bot.core.errors import (
    BloomError,
    BloomRateLimited,
    BloomRefused,
    BloomTimeout,
    BloomUnauthorized,
    BloomUnavailable,
    BloomUnreadable,
    BotError,
    StoreError,
)
from bot.core.models import Image, Page

PERIOD = 0.3
"""Seconds between two looks at the same images, when the budget does not mind."""
EARLY = 3.0
"""Seconds between two looks, should Bloom not hold a request although there is something to wait for."""


class Looks:
    """Looks at images, for watches within one budget."""

    def __init__(self, holds: Holds, durations: Durations, clock: Clock) -> None:
        self._holds = holds
        self._durations = durations
        self._clock = clock

    async def look(self, watchers: Sequence[Watcher], slot: Slot, hold: float) -> None:
        """Ask once for all, held for so many seconds; then each watcher is done, or due again.

        What the newest of them has to show is shown. If that cannot be had the others look without it.
        """
        access = max(watchers, key=lambda watcher: watcher.began).access
        try:
            signature = await access.sign(slot)
        except BotError as trouble:
            self._unsigned([watcher for watcher in watchers if watcher.access.credential is access.credential], trouble)
            return
        try:
            await self._ask(watchers, _call(watchers, hold), access, slot, signature)
        except BloomUnauthorized as error:
            await self._unauthorized(watchers, signature, error)

    async def _ask(
        self, watchers: Sequence[Watcher], call: Call[Page[Image]], access: Access, slot: Slot, signature: Signature
    ) -> None:
        began = self._clock.monotonic()
        try:
            page = await access.attempt(call, slot, signature)
        except BloomRateLimited:
            self._put_off(watchers)
        except BloomUnavailable as trouble:
            self._interrupted(watchers, trouble, call.hold, self._clock.monotonic() - began)
        except BloomUnauthorized:
            raise
        except BloomError as error:
            self._refused(watchers, error)
        else:
            took = self._clock.monotonic() - began
            if call.hold:
                self._holds.survived(took)
            self._found(watchers, page.items)
            self._again(watchers, PERIOD if not call.hold else EARLY - took)

    def _unsigned(self, watchers: Sequence[Watcher], trouble: BotError) -> None:
        """Tell a credential that has come to its end from one that cannot be had at the moment."""
        is_passing = isinstance(trouble, BloomUnavailable | BloomRateLimited | BloomUnreadable | StoreError)
        for watcher in watchers:
            if is_passing:
                watcher.missed(trouble, self._clock.monotonic())
            else:
                watcher.give_up(trouble)

    async def _unauthorized(self, watchers: Sequence[Watcher], refused: Signature, error: BloomUnauthorized) -> None:
        """Let each credential say whether it has something newer to show, or hear that it has not."""
        for theirs in _by_credential(watchers):
            try:
                is_renewed = await theirs[0].access.renewed(refused)
            except BotError as trouble:
                self._unsigned(theirs, trouble)
                continue
            for watcher in theirs:
                watcher.unauthorized(error, self._clock.monotonic(), is_renewed=is_renewed)

    def _found(self, watchers: Sequence[Watcher], found: Sequence[Image]) -> None:
        by_id = {image.id: image for image in found}
        now = self._clock.monotonic()
        for watcher in watchers:
            watcher.found(by_id, now)
        settled = [watcher for watcher in watchers if watcher.is_done and watcher.images and now < watcher.until]
        self._durations.note(settled, now)

    def _put_off(self, watchers: Sequence[Watcher]) -> None:
        """Look again when the budget's pause is over, for those who have the time."""
        self._again(watchers, 0.0)
        now = self._clock.monotonic()
        for watcher in watchers:
            watcher.is_done = now >= watcher.until

    def _again(self, watchers: Sequence[Watcher], seconds: float) -> None:
        now = self._clock.monotonic()
        for watcher in watchers:
            lull = min(self._durations.lull(now - watcher.began), watcher.until - now)
            watcher.due = now + max(seconds, lull, 0.0)

    def _interrupted(
        self, watchers: Sequence[Watcher], trouble: BloomUnavailable, hold: int | None, took: float
    ) -> None:
        """Tell a network that is tired of holding from a Bloom that is away."""
        now = self._clock.monotonic()
        if hold and took > TOO_LONG and trouble.sent:
            # of a silent end nobody knows when it was
            self._holds.cut(now, hold / 2 if isinstance(trouble, BloomTimeout) else took)
            self._again(watchers, 0.0)
            return
        for watcher in watchers:
            watcher.missed(trouble, now)

    def _refused(self, watchers: Sequence[Watcher], error: BloomError) -> None:
        """Let nobody pay for an id of somebody else's: what is refused together is asked for one by one.

        An answer that cannot be read is more likely a bad moment of Bloom's: only the last look is alone then."""
        shared = len(watchers) > 1 and isinstance(error, BloomRefused | BloomUnreadable)
        for watcher in watchers:
            if isinstance(error, BloomUnreadable):
                watcher.missed(error, self._clock.monotonic())
                watcher.is_alone = shared and watcher.failures == FAILURES - 1
            elif shared:
                watcher.is_alone = True
            else:
                watcher.give_up(error)


def _by_credential(watchers: Sequence[Watcher]) -> list[list[Watcher]]:
    groups: dict[int, list[Watcher]] = {}
    for watcher in watchers:
        groups.setdefault(id(watcher.access.credential), []).append(watcher)
    return list(groups.values())


def _call(watchers: Sequence[Watcher], hold: float) -> Call[Page[Image]]:
    ids = dict.fromkeys(image_id for watcher in watchers for image_id in watcher.ids)
    return images.images(
        ids=tuple(ids),
        wait=hold if hold >= 1 else None,
        brand_id=None,
        bloom_workspace_id=None,
        source=None,
        status=None,
        action=None,
        cursor=None,
        limit=ID_LIMIT,
    )
