"""Those who hear of what happens. What they make of it must never break what they watch."""

from collections.abc import Callable
from typing import Generic, TypeVar

import structlog

log = structlog.get_logger(__name__)
News = TypeVar("News")


class Listeners(Generic[News]):
    """Calls back in the order of registration."""

    def __init__(self) -> None:
        self._callbacks: list[Callable[[News], None]] = []

    def add(self, callback: Callable[[News], None]) -> Callable[[], None]:
        """Call back from now on; return what ends that."""
        self._callbacks.append(callback)
        return lambda: self._callbacks.remove(callback)

    def tell(self, news: News) -> None:
        for callback in tuple(self._callbacks):
            try:
                callback(news)
            except Exception:
                log.exception("a listener failed")
