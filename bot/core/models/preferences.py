"""What a workspace has decided: what a form opens with, and who may spend how much."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Final, Literal, Self

from bot.core.models.images import AspectRatio, ImageModel, ImageSize

ANY_RATIO: Final = "any"
"""The choice to let Bloom choose the shape, which is not the same as having chosen nothing."""
Shape = AspectRatio | Literal["any"]


@dataclass(frozen=True, slots=True)
class Defaults:
    """What a form opens with; None is no choice, so that what is chosen more widely counts."""

    brand_id: str | None = None
    model: ImageModel | None = None
    shape: Shape | None = None
    size: ImageSize | None = None

    def over(self, wider: "Defaults") -> "Defaults":
        """Return these, and where nothing is chosen, the wider ones."""
        return Defaults(
            brand_id=self.brand_id or wider.brand_id,
            model=self.model or wider.model,
            shape=self.shape or wider.shape,
            size=self.size or wider.size,
        )


@dataclass(frozen=True, slots=True)
class Limits:
    """Who may generate, and for how much. Without channels: everywhere; without people and groups: everybody.

    Credits are whole and count by calendar month in UTC. Managers are bound by all but the list of people.
    """

    channels: frozenset[str] = frozenset()
    people: frozenset[str] = frozenset()
    groups: frozenset[str] = frozenset()
    """Slack's user groups, by id."""
    credits_per_month: int | None = None
    credits_per_person: int | None = None
    confirm_above: int | None = None
    """What costs more than so many credits is asked about before it starts."""

    @property
    def has_caps(self) -> bool:
        """Whether credits are capped at all."""
        return self.credits_per_month is not None or self.credits_per_person is not None


class Limit(StrEnum):
    """Which of the limits somebody met."""

    CHANNEL = "channel"
    PERSON = "person"
    WORKSPACE_CREDITS = "workspace_credits"
    PERSON_CREDITS = "person_credits"


@dataclass(frozen=True, slots=True)
class Preferences:
    """Everything a workspace has decided. Each change makes a new ``revision``; the one before the first is 0."""

    revision: int = 0
    defaults: Defaults = field(default_factory=Defaults)
    channels: Mapping[str, Defaults] = field(default_factory=dict)
    limits: Limits = field(default_factory=Limits)
    changed_by: str | None = None
    changed_at: datetime | None = None

    def defaults_in(self, channel_id: str | None) -> Defaults:
        """Return what a form opens with there: the channel's own choices, else the workspace's."""
        return self.channels.get(channel_id or "", Defaults()).over(self.defaults)

    def but(self, **changes: object) -> Self:
        """Return the same with some fields changed."""
        return replace(self, **changes)  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class SpendingCaps:
    """How much may have been spent since then once one more generation is added; None: any amount."""

    since: datetime
    workspace: int | None = None
    person: int | None = None
