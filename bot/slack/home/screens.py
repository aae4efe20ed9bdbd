"""Who looks at what: pages that were shown lately, so that they can be shown anew when something changes."""

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from bot.core.clock import Clock
from bot.slack.sights import Sight

LOOKS_FOR = 900.0
"""Seconds that somebody is taken to look at what they were shown: Slack tells nobody when they look away."""
SCREENS_KEPT = 1000
"""Pages in memory; with more of them, the one that was shown longest ago goes."""


@dataclass(frozen=True, slots=True)
class Screen:
    """A page in front of somebody: their Home tab, or the modal ``view_id``.

    ``notice``, escaped, says what came of what they did; ``troubles``, in plain text, what could not be asked for.
    ``look`` tells how it was last drawn from other looks, ``hash`` is Slack's word for that (None: it has not said it),
    and ``refused`` are the pictures that Slack would not show. ``act`` is the number of what the person did to see it.
    """

    workspace_id: str
    user_id: str
    view_id: str | None
    sight: Sight
    notice: str = ""
    troubles: Mapping[str, str] = field(default_factory=dict)
    look: str = ""
    hash: str | None = None
    refused: frozenset[str] = frozenset()
    act: int = field(default_factory=itertools.count().__next__)

    @property
    def key(self) -> str:
        """Return what tells it from others."""
        return self.view_id or home_key(self.workspace_id, self.user_id)


def home_key(workspace_id: str, user_id: str) -> str:
    """Return what tells somebody's Home tab from other screens."""
    return f"{workspace_id}/{user_id}"


class Screens:
    """The screens that were shown lately."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._shown: dict[str, tuple[Screen, float]] = {}

    def __len__(self) -> int:
        return len(self._shown)

    def put(self, screen: Screen, *, is_looked_at: bool = True) -> Screen:
        """Remember how a screen is drawn now; ``is_looked_at`` says that the person did something to see it.

        Return what they are to look at: what they asked for later stays, as something that is to be drawn again, for
        nobody knows which of the two Slack has put in place last.
        """
        now = self._clock.monotonic()
        kept, since = self._shown.pop(screen.key, (screen, now))
        if kept.act > screen.act:
            screen = replace(kept, look="", hash=None)
        self._shown[screen.key] = (screen, now if is_looked_at else since)
        if len(self._shown) > SCREENS_KEPT:
            del self._shown[next(iter(self._shown))]
        return screen

    def get(self, key: str) -> Screen | None:
        """Return a screen as it was last drawn."""
        screen, _ = self._shown.get(key, (None, 0.0))
        return screen

    def recent(self, key: str) -> Screen | None:
        """Return a screen as it was last drawn, if somebody may look at it still."""
        screen, since = self._shown.get(key, (None, 0.0))
        return screen if self._clock.monotonic() - since <= LOOKS_FOR else None

    def of(self, workspace_id: str) -> Iterator[Screen]:
        """Yield the screens of a workspace that somebody may look at still; forget the others."""
        for key in [key for key, (screen, _) in self._shown.items() if screen.workspace_id == workspace_id]:
            if screen := self.recent(key):
                yield screen
            else:
                self.drop(key)

    def drop(self, key: str) -> None:
        """Forget a screen."""
        self._shown.pop(key, None)
