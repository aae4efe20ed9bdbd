"""Who brings things to the app: by HTTP where a request URL is known, else over Socket Mode."""

import itertools
from collections import deque
from dataclasses import replace
from typing import Final

from bot.sandbox.listeners import Listeners
from bot.sandbox.slack.delivery.answers import Answer, Delivery, Exchange
from bot.sandbox.slack.delivery.http import HttpDelivery
from bot.sandbox.slack.delivery.socket_mode import SocketMode

DELIVERIES_KEPT: Final = 500
EXCHANGES_KEPT: Final = 50
"""Answers that may still turn out to be nothing that Slack can show."""


class Courier:
    """Delivers, and remembers what it delivered so that it can be sent again."""

    def __init__(self, http: HttpDelivery, sockets: SocketMode) -> None:
        self._http = http
        self._sockets = sockets
        self._numbers = itertools.count(1)
        self._answered: deque[Exchange] = deque(maxlen=EXCHANGES_KEPT)
        self.delivered: deque[Delivery] = deque(maxlen=DELIVERIES_KEPT)
        self.listeners = Listeners[Exchange]()

    async def deliver(self, delivery: Delivery) -> Answer:
        """Bring one delivery to the app and return its answer."""
        self.delivered.append(delivery)
        return await self._by_best_way(delivery)

    async def redeliver(self, delivery: Delivery) -> Answer:
        """Bring the same payload once more, marked as a retry."""
        again = replace(delivery, retried=delivery.retried + 1)
        self.delivered.append(again)
        return await self._by_best_way(again)

    def judge(self, answer: Answer, verdict: Answer) -> None:
        """Tell the listeners once more of an exchange whose answer Slack could not show after all."""
        for exchange in self._answered:
            if exchange.answer is answer:
                self.listeners.tell(replace(exchange, answer=verdict))

    async def _by_best_way(self, delivery: Delivery) -> Answer:
        by_http = self._http.url is not None
        answer = await (self._http if by_http else self._sockets).deliver(delivery)
        exchange = Exchange(next(self._numbers), delivery, answer, "HTTP" if by_http else "Socket Mode")
        self._answered.append(exchange)
        self.listeners.tell(exchange)
        return answer
