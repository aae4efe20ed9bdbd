"""Who brings things to the app: by HTTP where a request URL is known, else over Socket Mode."""

from collections import deque
from dataclasses import replace
from typing import Final

from bot.sandbox.slack.delivery.answers import Answer, Delivery
from bot.sandbox.slack.delivery.http import HttpDelivery
from bot.sandbox.slack.delivery.socket_mode import SocketMode

DELIVERIES_KEPT: Final = 500


class Courier:
    """Delivers, and remembers what it delivered so that it can be sent again."""

    def __init__(self, http: HttpDelivery, sockets: SocketMode) -> None:
        self._http = http
        self._sockets = sockets
        self.delivered: deque[Delivery] = deque(maxlen=DELIVERIES_KEPT)

    async def deliver(self, delivery: Delivery) -> Answer:
        """Bring one delivery to the app and return its answer."""
        self.delivered.append(delivery)
        return await self._by_best_way(delivery)

    async def redeliver(self, delivery: Delivery) -> Answer:
        """Bring the same payload once more, marked as a retry."""
        again = replace(delivery, retried=delivery.retried + 1)
        self.delivered.append(again)
        return await self._by_best_way(again)

    async def _by_best_way(self, delivery: Delivery) -> Answer:
        way = self._http if self._http.url is not None else self._sockets
        return await way.deliver(delivery)
