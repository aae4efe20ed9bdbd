"""Trouble on demand: what a real Bloom, the network or a proxy does at the worst moment.

A fault's ``path`` says which requests it meets: ``"POST /images/generations"``, ``"/brands"`` (any method) or
None (any request). It is compared by whole segments as a prefix, ``*`` stands for one segment
(``"POST /images/*/edit"``), an operation's id from Bloom's document (``"images.list"``) is exact, and ``ORDERS`` are
all that make images.
Paths are those below ``/api/v1`` for the API and below ``/api/auth`` for the authorization server; pictures are
``/img`` and ``/cdn``. So ``drop("POST /oauth2/token", "after")`` loses new tokens after they were given.
"""

import itertools
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, TypeVar

from bot.sandbox.bloom.errors import is_known
from bot.sandbox.bloom.images import FailureReason
from bot.sandbox.bloom.journal import path_matches
from bot.sandbox.bloom.oauth.errors import STATUSES
from bot.sandbox.bloom.trouble import MAKING, ORDERS, Delay, Drop, Fault, ForcedAnswer, Garble, Hidden, Hold

DownStyle = Literal["abort", "html"]
When = Literal["before", "after"]


@dataclass(frozen=True)
class Asked:
    """What a fault may look at."""

    method: str
    path: str
    operation: str | None

    @property
    def is_oauth(self) -> bool:
        """Tell whether this is for the authorization server."""
        return (self.operation or "").startswith("oauth2.")

    def meets(self, target: str | None) -> bool:
        """Tell whether a fault with this target is meant for this request."""
        if target is None or target == self.operation or (target == ORDERS and self.operation in MAKING):
            return True
        method, _, path = target.rpartition(" ")
        return method in ("", self.method) and path.startswith("/") and path_matches(path, self.path, prefix=True)


F = TypeVar("F", bound=Fault)


class Faults:
    """The trouble that is set up now; every kind is used up by ``times`` requests (None: until ``clear``)."""

    def __init__(self, image_failures: deque[FailureReason]) -> None:
        self._image_failures = image_failures
        self._forced: list[ForcedAnswer] = []
        self._delays: list[Delay] = []
        self._holds: list[Hold] = []
        self._drops: list[Drop] = []
        self._garbles: list[Garble] = []
        self._hidden: list[Hidden] = []
        self.down = False
        self.down_style: DownStyle = "abort"
        self.held_cut: float | None = None

    def next(self, code: str, *, path: str | None = None, times: int | None = 1, message: str | None = None) -> None:
        """Refuse the next requests with a code, at the status Bloom documents for it.

        A code of OAuth, such as `invalid_grant`, is for the authorization server's requests, any other for the API's.
        """
        if not is_known(code) and code not in STATUSES:
            raise ValueError(f"Bloom has no code {code!r}")
        self._forced.append(ForcedAnswer(path, times, code, message))

    def delay(self, path: str | None, seconds: float, *, times: int | None = None) -> None:
        """Let requests wait so many seconds of the clock before anything is done."""
        self._delays.append(Delay(path, times, seconds))

    def hold(self, path: str | None, *, times: int | None = None) -> Hold:
        """Let requests wait before anything is done, until what is returned releases them."""
        hold = Hold(path, times)
        self._holds.append(hold)
        return hold

    def drop(self, path: str | None, when: When = "before", *, times: int | None = 1) -> None:
        """Close the connection without an answer, before the work was done or after it."""
        self._drops.append(Drop(path, times, when))

    def garble(self, path: str | None, *, status: int = 502, times: int | None = 1) -> None:
        """Answer with a proxy's HTML page instead of JSON, without doing the work."""
        self._garbles.append(Garble(path, times, status))

    def hide_from_slack(self, times: int | None = 1) -> None:
        """Let Slack's own looks at pictures fail, while everybody else gets them; an image is looked at once a post."""
        self._hidden.append(Hidden(None, times))

    def fail_next_image(self, reason: FailureReason = "content_safety", *, times: int = 1) -> None:
        """Let the next images fail, whatever their prompt."""
        self._image_failures.extend([reason] * times)

    def cut_held_after(self, seconds: float | None) -> None:
        """Cut every held connection after so many seconds, as an impatient proxy does; None stops that."""
        self.held_cut = seconds

    @property
    def pending(self) -> list[str]:
        """Return, in words, all trouble that is on or waits to happen."""
        how = "every request is cut" if self.down_style == "abort" else "every request gets a proxy's page with 503"
        told = [f"Bloom is down: {how}"] if self.down else []
        told += [str(fault) for fault in self._requests_in_trouble]
        told += [_images_fail(reason, len(list(same))) for reason, same in itertools.groupby(self._image_failures)]
        if self.held_cut is not None:
            told.append(f"Held requests are cut after {self.held_cut:g} s")
        return told

    @property
    def _requests_in_trouble(self) -> list[Fault]:
        holds = (hold for hold in self._holds if hold.meets_more)
        return [*self._forced, *self._delays, *holds, *self._drops, *self._garbles, *self._hidden]

    def clear(self) -> None:
        """End all trouble."""
        self.down, self.held_cut = False, None
        for hold in self._holds:
            hold.release()
        for pending in (
            self._forced,
            self._delays,
            self._holds,
            self._drops,
            self._garbles,
            self._hidden,
            self._image_failures,
        ):
            pending.clear()

    def forced_answer(self, asked: Asked) -> tuple[str, str | None] | None:
        """Return code and message to refuse this request with, if any, and use the fault up."""
        fault = _take(self._forced, asked, lambda fault: (fault.code in STATUSES) == asked.is_oauth)
        return (fault.code, fault.message) if fault else None

    def delay_of(self, asked: Asked) -> float:
        """Return how many seconds this request waits."""
        fault = _take(self._delays, asked)
        return fault.seconds if fault else 0.0

    def hold_of(self, asked: Asked) -> Hold | None:
        """Return what this request waits for, if anything."""
        return _take([*self._holds], asked, lambda hold: hold.meets_more)  # one that is used up is to be released still

    def drops(self, asked: Asked, when: When) -> bool:
        """Tell whether this request's connection is closed at this moment."""
        return _take(self._drops, asked, lambda fault: fault.when == when) is not None

    def garbled_status(self, asked: Asked) -> int | None:
        """Return the status of the HTML page this request gets, if it gets one."""
        fault = _take(self._garbles, asked)
        return fault.status if fault else None

    def hides(self, asked: Asked) -> bool:
        """Tell whether a picture is kept from this look of Slack's."""
        return _take(self._hidden, asked) is not None


def _images_fail(reason: FailureReason, count: int) -> str:
    return f"The next image fails with {reason}" if count == 1 else f"The next {count} images fail with {reason}"


def _take(faults: list[F], asked: Asked, suits: Callable[[F], bool] = lambda _: True) -> F | None:
    for fault in faults:
        if asked.meets(fault.target) and suits(fault):
            if fault.left is not None:
                fault.left -= 1
                if fault.left == 0:
                    faults.remove(fault)
            return fault
    return None
