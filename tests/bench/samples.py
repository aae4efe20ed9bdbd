"""What was observed: one command at a time, and all of them with what they cost."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Command:
    """What a person is going to type: when, in seconds from the start of a row, and who."""

    at: float
    person: str
    rows: int = 0
    """How many rows of a table they upload instead of typing; each becomes a sample."""


@dataclass(slots=True)
class Sample:
    """What became of one command. Moments are seconds on one monotonic clock; None is what never happened."""

    number: int
    person: str
    sent: float
    ack_seconds: float | None = None
    is_acked: bool = False
    announced: float | None = None
    """When the request message stood in the channel: from now on it is in line."""
    started: float | None = None
    """When Bloom accepted the generation…"""
    ready: float | None = None
    """…and when its image was due to be finished there."""
    delivered: float | None = None
    reported: float | None = None
    """When the thread said that there will be no image."""
    image_id: str | None = None
    """Which image was delivered."""
    replies: int = 0

    @property
    def is_final(self) -> bool:
        return self.delivered is not None or self.reported is not None

    @property
    def added(self) -> float | None:
        """Return seconds from the command to the delivered reply, without those that Bloom took for this image."""
        if self.delivered is None or self.started is None or self.ready is None:
            return None
        return (self.delivered - self.sent) - (self.ready - self.started)

    @property
    def waited(self) -> float | None:
        """Return seconds from the command until Bloom accepted the generation."""
        return None if self.started is None else self.started - self.sent


@dataclass(frozen=True, slots=True)
class Asked:
    """One request that Bloom's counter saw."""

    at: float
    status: int | None


@dataclass(frozen=True, slots=True)
class Usage:
    """What a process has used so far: seconds of CPU, and bytes of memory at its peak."""

    cpu: float
    peak: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """One contestant's way through one row."""

    contestant: str
    samples: tuple[Sample, ...]
    asked: tuple[Asked, ...]
    paid: int
    """Generations that Bloom accepted."""
    seconds: float
    usage: Usage | None
    """CPU from the first command on; None where this system does not tell."""
    stand_in_share: float
    """Share of one core that the stand-ins, with the people who type, took in this process."""
    stand_in_lag: float
    """Seconds, 99th percentile: how late this process was for what it had planned; it counts as the bot's."""
    others_share: float | None
    """Share of the whole machine that neither the bot nor this process took; None where this system does not tell."""
    too_fast: int = 0
    """How often Slack said `ratelimited`."""

    @property
    def delivered(self) -> tuple[Sample, ...]:
        return tuple(sample for sample in self.samples if sample.delivered is not None)


@dataclass(slots=True)
class Observed:
    """What is still being observed."""

    samples: dict[int, Sample] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)
    final: int = 0
    too_fast: int = 0
