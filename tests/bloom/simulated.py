"""Bloom behind a network in memory, by a clock that a test moves: hours of saturation in a second."""

import asyncio
import itertools
import json
import math
from collections.abc import Coroutine
from typing import Any

import httpx

from bot.bloom import BloomApi
from bot.bloom.transport import HOLD_MARGIN
from bot.core.models import RateLimit
from bot.core.ports import RequestLog
from bot.core.tasks import Tasks
from bot.sandbox.bloom.limits import SlidingWindow
from tests.fakes.clock import ManualClock

TICK = 0.05


class Refusal(Exception):
    """Bloom will not answer this."""


class SimulatedBloom(httpx.AsyncBaseTransport):
    """Draws images in given times, holds requests, and counts them as the stand-in does."""

    def __init__(self, clock: ManualClock, limit: RateLimit, seconds: list[float], latency: float = 0.1) -> None:
        self._clock = clock
        self._seconds = itertools.cycle(seconds)
        self._latency = latency
        self._counter = SlidingWindow(clock, (limit.requests, limit.seconds))
        self._numbers = itertools.count(1)
        self.settles_at: dict[str, float] = {}
        self.started: list[float] = []
        self.requests = 0
        self.refusals = 0
        self.held = 0
        self.most_held = 0
        self.asked: list[tuple[float, int, float]] = []
        """When it was asked for how many images, and how long to hold that."""
        self.cut_after = math.inf
        self.is_silent = False
        """Whether connections that are cut end without a word."""
        self.accepts: set[str] | None = None
        """The access tokens that hold; None for all."""
        self.poison: set[str] = set()
        """Ids that make Bloom refuse to list."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        await self._clock.sleep(self._latency / 2)
        self.requests += 1
        if not self._counter.admits("key"):
            self.refusals += 1
            return httpx.Response(429, json={"error": {"code": "TOO_MANY_REQUESTS"}})
        if self.accepts is not None and request.headers["authorization"].removeprefix("Bearer ") not in self.accepts:
            return httpx.Response(401, json={"error": {"code": "UNAUTHORIZED"}})
        try:
            data = await (self._draw(request) if request.method == "POST" else self._list(request))
        except Refusal:
            return httpx.Response(400, json={"error": {"code": "BAD_REQUEST"}})
        await self._clock.sleep(self._latency / 2)
        return httpx.Response(200, json={"data": data})

    async def _draw(self, request: httpx.Request) -> dict[str, Any]:
        count = json.loads(request.content)["variantCount"]
        ids = [f"i{next(self._numbers)}" for _ in range(count)]
        now = self._clock.monotonic()
        self.started.append(now)
        self.settles_at |= {image_id: now + next(self._seconds) for image_id in ids}
        return {"ids": ids}

    async def _list(self, request: httpx.Request) -> dict[str, Any]:
        ids = request.url.params["ids"].split(",")
        now = self._clock.monotonic()
        hold = float(request.url.params.get("timeout", 0))
        self.asked.append((now, len(ids), hold))
        if self.poison & set(ids):
            raise Refusal
        left = min(hold, max((self.settles_at.get(image_id, 0.0) for image_id in ids), default=0.0) - now)
        await self._hold(left, hold)
        known = [image_id for image_id in ids if image_id in self.settles_at]
        return {"images": [{"id": image_id, "status": self._status(image_id)} for image_id in known]}

    async def _hold(self, seconds: float, hold: float) -> None:
        self.held += 1
        self.most_held = max(self.held, self.most_held)
        try:
            if seconds > self.cut_after:
                await self._clock.sleep(hold + HOLD_MARGIN if self.is_silent else self.cut_after)
                raise httpx.ReadTimeout("") if self.is_silent else httpx.ReadError("")
            await self._clock.sleep(seconds)
        finally:
            self.held -= 1

    def _status(self, image_id: str) -> str:
        return "completed" if self._clock.monotonic() >= self.settles_at[image_id] - 1e-6 else "generating"

    def connect(self, limit: RateLimit, requests: RequestLog | None = None, tasks: Tasks | None = None) -> BloomApi:
        """Return our client of this Bloom."""
        api = BloomApi("http://bloom.test/api/v1", clock=self._clock, rate_limit=limit, requests=requests, tasks=tasks)
        api._transport._network._http = httpx.AsyncClient(transport=self, base_url="http://bloom.test/api/v1")
        return api


async def passing(clock: ManualClock, seconds: float, tick: float = TICK) -> None:
    """Let time pass evenly, with the time to act for everybody whose moment has come."""
    for _ in range(round(seconds / tick)):
        await clock.advance(tick)
        for _ in range(6):
            await asyncio.sleep(0)


async def until_done(clock: ManualClock, *work: Coroutine[Any, Any, Any], tick: float = TICK) -> list[Any]:
    """Let time pass until all the work is done."""
    tasks = [asyncio.create_task(each) for each in work]
    while not all(task.done() for task in tasks):
        await passing(clock, tick, tick)
    return [task.result() for task in tasks]
