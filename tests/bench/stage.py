"""The stand-ins of Slack and Bloom as the benchmark needs them, and what they see of the bot under test.

Nothing is judged by what the bot says of itself: a command is answered when Slack's stand-in has the answer, started
when Bloom's accepts it, delivered when the image stands in the thread.
"""

import re
import time
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.core.clock import SystemClock
from bot.sandbox.bloom import SANDBOX_API_KEY, BloomStandIn, RequestRecord
from bot.sandbox.slack import Call, Change, SlackStandIn
from bot.sandbox.slack.settings import BOT_TOKEN, SIGNING_SECRET
from tests.bench.samples import Asked, Observed, Sample

RateLimit = tuple[int, float]

WARM_UP = 0
"""The number of the commands before the first one that counts."""
BOUNDLESS = "1000000/60"
"""The budget where the budget is not the question."""
ROOM_FOR_IMAGES = 100_000


class SteadyClock(SystemClock):
    """The machine's clock, with a wall clock that never departs from the monotonic one: any moment is both."""

    def __init__(self) -> None:
        self._began, self._at = datetime.now(UTC), time.monotonic()

    def now(self) -> datetime:
        return self._began + timedelta(seconds=time.monotonic() - self._at)

    def moment(self, at: datetime) -> float:
        """Return a time of the wall clock on the monotonic one."""
        return self._at + (at - self._began).total_seconds()


class Stage:
    """A workspace of people with a channel for every command, and a Bloom account that never runs dry."""

    def __init__(self, slack: SlackStandIn, bloom: BloomStandIn, clock: SteadyClock, people: Collection[str]) -> None:
        self.slack, self.bloom, self.clock = slack, bloom, clock
        self.observed = Observed()
        self.is_warm = False
        account = bloom.state.account
        account.personal.unlimited = True
        bloom.state.gallery.max_images = ROOM_FOR_IMAGES
        ready, *others = [brand for brand in bloom.state.brands.of(account) if brand.status == "ready"]
        for brand in others:
            bloom.state.brands.remove(brand)
        self.brand_id = ready.id
        for name in people:
            slack.workspace.add_person(name)
        slack.workspace.changes.on_change(self._see)
        slack.on_call(self._count)
        bloom.requests.on_request(self._hear)

    def environment(self, folder: Path, rate_limit: RateLimit | None, second: float) -> dict[str, str]:
        """Return what any contestant has to know; each takes what it understands.

        ``second`` is how long a second lasts where time is scaled.
        """
        return {
            "SLACK_API_URL": self.slack.api_url,
            "SLACK_BOT_TOKEN": BOT_TOKEN,
            "SLACK_SIGNING_SECRET": SIGNING_SECRET,
            "BLOOM_API_URL": self.bloom.api_url,
            "BLOOM_API_KEY": SANDBOX_API_KEY,
            "BLOOM_BRAND_ID": self.brand_id,
            "BLOOM_RATE_LIMIT": f"{rate_limit[0]}/{rate_limit[1]:g}" if rate_limit else BOUNDLESS,
            "BATCH_ROW_LIMIT": "1000",
            "RETRY_PAUSE": f"{second:g}",
            "DATABASE_URL": f"sqlite:///{folder / 'bloom.db'}",
            "LOG_FORMAT": "json",
        }

    def begin(self, images_take: tuple[float, float], rate_limit: RateLimit | None) -> None:
        """Let the row's own times and limit hold from now on."""
        self.bloom.state.studio.generation_seconds = images_take
        self.bloom.rate_limit = rate_limit
        self.observed = Observed()

    def add_channels(self, count: int) -> list[str]:
        """Return the ids of new channels with everyone in them."""
        return [self.slack.workspace.add_channel(f"bench-{number}").id for number in range(count)]

    def settle(self) -> int:
        """Complete the samples with what Bloom knows of their images; return how many generations it accepted."""
        images = [
            (number, image)
            for image in self.bloom.state.gallery.of(self.bloom.state.account)
            for number in numbers_in(image.prompt or "")
            if number in self.observed.samples
        ]
        for number, image in images:
            sample = self.observed.samples[number]
            if image.id == sample.image_id or sample.image_id is None:
                sample.started, sample.ready = self.clock.moment(image.created_at), image.settles_at
        return len(images)

    def _hear(self, record: RequestRecord) -> None:
        if record.path.startswith(("/img/", "/cdn/")):
            return
        self.observed.asked.append(Asked(self.clock.moment(record.at), record.status))

    def _count(self, call: Call) -> None:
        self.observed.too_fast += call.error == "ratelimited"

    def _see(self, change: Change) -> None:
        if change.kind != "message.posted" or change.channel_id is None:
            return
        message = self.slack.workspace.find_message(change.channel_id, change.ts or "")
        if message is None or message.bot_id is None:
            return
        numbers = numbers_in(f"{message.text} {message.blocks}")
        if WARM_UP in numbers:
            self.is_warm = self.is_warm or bool(message.images)
        for sample in filter(None, map(self.observed.samples.get, numbers)):
            if message.is_reply:
                self._note(sample, [one for one in map(_image_id, message.images) if self._is_of(sample, one)])
            else:
                sample.announced = sample.announced or time.monotonic()

    def _is_of(self, sample: Sample, image_id: str) -> bool:
        """Tell whether Bloom made an image for this: a reply may show those of several rows."""
        image = self.bloom.state.gallery.find(image_id)
        return image is not None and sample.number in numbers_in(image.prompt or "")

    def _note(self, sample: Sample, image_ids: list[str]) -> None:
        self.observed.final += not sample.is_final
        sample.replies += 1
        if not image_ids:
            sample.reported = sample.reported or time.monotonic()
        elif sample.delivered is None:
            sample.delivered, sample.image_id = time.monotonic(), image_ids[0]


@asynccontextmanager
async def open_stage(people: Collection[str], *, paced: bool = True) -> AsyncIterator[Stage]:
    """Start both stand-ins. Slack's fetches no pictures, and holds every channel to one message a second if paced."""
    clock = SteadyClock()
    slack = SlackStandIn(fetch_images=False, enforce_rate=paced)
    warm_up_seconds = (1.0, 1.0) if paced else (0.1, 0.1)
    bloom = BloomStandIn(clock=clock, rate_limit=None, generation_seconds=warm_up_seconds, absolute_urls=True)
    async with slack, bloom:
        yield Stage(slack, bloom, clock, people)


def prompt(number: int) -> str:
    """Return the words of a command by which it is known again wherever it turns up."""
    return f"bench-{number} a paper boat on a calm sea at sunrise"


def numbers_in(text: str) -> list[int]:
    """Return the numbers of the commands, or rows, that a text is about, in its order."""
    return [*dict.fromkeys(map(int, re.findall(r"bench-(\d+) ", text)))]


def _image_id(address: str) -> str:
    return address.rpartition("/")[2]
