"""Who goes next among those who want to start something: users take turns, then the channels of a user, then FIFO.

Whoever was served longest ago goes next, and before them who was not served since the line last stood empty: behind
somebody's batch of 300 a single request is the very next, and so is another one a while later. An operation takes
constant time but for passing over users who are away, and for counting who is ahead, which looks at every user once.
"""

import math
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from bot.bloom.budget.telling import Teller
from bot.bloom.budget.window import Slot


@dataclass(slots=True, eq=False)
class Waiter:
    """Somebody who stands in line. ``rouse`` is called when there is a slot, or when patience is over."""

    joined: float
    until: float
    rouse: Callable[[], None]
    user: str = ""
    channel: str = ""
    every: float = math.inf
    """For somebody who watches: seconds after the last look from which on the next outranks new generations."""
    teller: Teller | None = None
    slot: Slot | None = None


Fifo = OrderedDict[Waiter, None]
Channels = OrderedDict[str, Fifo]


class Line:
    """The waiters of one credential that are served fairly."""

    def __init__(self) -> None:
        self._fresh: OrderedDict[str, Channels] = OrderedDict()
        self._served: OrderedDict[str, Channels] = OrderedDict()
        """By who was served longest ago; those who are away keep their place."""
        self._known: set[str] = set()
        self._length = 0

    def __len__(self) -> int:
        return self._length

    def join(self, waiter: Waiter) -> None:
        """Stand at the end of one's own channel's line."""
        users = self._users_of(waiter)
        users.setdefault(waiter.user, OrderedDict()).setdefault(waiter.channel, OrderedDict())[waiter] = None
        self._length += 1

    def leave(self, waiter: Waiter) -> None:
        """Stand in line no more."""
        users = self._users_of(waiter)
        channels = users[waiter.user]
        fifo = channels[waiter.channel]
        del fifo[waiter]
        if not fifo:
            del channels[waiter.channel]
        if not channels and waiter.user not in self._known:
            del users[waiter.user]
        self._length -= 1
        if not self._length:
            self._known.clear()
            self._served.clear()

    def pop(self) -> Waiter:
        """Take out who goes next."""
        rotation = (self._fresh or self._served).items()
        user, channels = next((user, channels) for user, channels in rotation if channels)
        channel, fifo = next(iter(channels.items()))
        waiter = next(iter(fifo))
        if user not in self._known:
            self._known.add(user)
            self._served[user] = self._fresh.pop(user)
        self._served.move_to_end(user)
        channels.move_to_end(channel)
        self.leave(waiter)
        return waiter

    def ahead_of_last(self, waiter: Waiter) -> int:
        """Return how many go before somebody who stands last in the line of a channel."""
        channels = self._users_of(waiter)[waiter.user]
        own = len(channels[waiter.channel]) - 1
        turns = own + _before(waiter.channel, own, {name: len(fifo) for name, fifo in channels.items()})
        counts = {
            user: sum(map(len, lines.values()))
            for users in (self._fresh, self._served)
            for user, lines in users.items()
        }
        return turns + _before(waiter.user, turns, counts)

    def order(self) -> list[Waiter]:
        """Return all waiters in the order in which they would be served if nobody else came."""
        users = [
            _turns([list(fifo) for fifo in channels.values()])
            for rotation in (self._fresh, self._served)
            for channels in rotation.values()
            if channels
        ]
        return _turns(users)

    def _users_of(self, waiter: Waiter) -> OrderedDict[str, Channels]:
        return self._served if waiter.user in self._known else self._fresh


def _before(name: str, turns: int, counts: dict[str, int]) -> int:
    """Return how many of the others are served before ``name`` has its turn of this number."""
    ahead, is_earlier = 0, True
    for other, length in counts.items():
        if other == name:
            is_earlier = False
        else:
            ahead += min(length, turns + is_earlier)
    return ahead


def _turns(lines: list[list[Waiter]]) -> list[Waiter]:
    """Merge lines as if each had one turn after the other."""
    merged: list[Waiter] = []
    depth = 0
    while lines:
        merged += [line[depth] for line in lines]
        depth += 1
        lines = [line for line in lines if len(line) > depth]
    return merged
