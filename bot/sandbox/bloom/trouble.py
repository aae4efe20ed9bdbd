"""The kinds of trouble that meet requests, and what the panel says of each while it waits to happen."""

import asyncio
from dataclasses import dataclass, field
from typing import Final, Literal

MAKING: Final = ("images.generate", "images.edit", "images.resize", "images.removeBackground", "images.vectorize")
ORDERS: Final = "orders"
"""The target of faults that meet any request that makes an image."""


@dataclass
class Fault:
    """What meets requests with this target, as often as is left; None stands for all of them, and for ever."""

    target: str | None
    left: int | None

    def sentence(self, what: tuple[str, str]) -> str:
        """Say what will happen, with the verb for one request and for several."""
        where = " for an image" if self.target == ORDERS else f" to {self.target}" if self.target else ""
        match self.left:
            case None:
                return f"Every request{where} {what[0]}"
            case 1:
                return f"The next request{where} {what[0]}"
            case several:
                return f"The next {several} requests{where} {what[1]}"


@dataclass
class ForcedAnswer(Fault):
    """A refusal with a code."""

    code: str
    message: str | None

    def __str__(self) -> str:
        return self.sentence((f"fails with {self.code}", f"fail with {self.code}"))


@dataclass
class Delay(Fault):
    """A wait before anything is done."""

    seconds: float

    def __str__(self) -> str:
        return self.sentence((f"waits {self.seconds:g} s", f"wait {self.seconds:g} s"))


@dataclass
class Hold(Fault):
    """A wait before anything is done, which ends when somebody says so."""

    released: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def meets_more(self) -> bool:
        """Tell whether it is going to hold up anybody who comes now."""
        return self.left != 0 and not self.released.is_set()

    def release(self) -> None:
        """Let those who wait go on, and hold up nobody any more."""
        self.released.set()

    def __str__(self) -> str:
        return self.sentence(("waits until it is released", "wait until they are released"))


@dataclass
class Drop(Fault):
    """A connection that is closed without an answer."""

    when: Literal["before", "after"]

    def __str__(self) -> str:
        how = "cut before the work is done" if self.when == "before" else "cut after the work is done"
        return self.sentence((f"is {how}", f"are {how}"))


@dataclass
class Garble(Fault):
    """A proxy's page instead of an answer."""

    status: int

    def __str__(self) -> str:
        return self.sentence((f"gets a proxy's page with {self.status}", f"get a proxy's page with {self.status}"))


@dataclass
class Hidden(Fault):
    """A picture that Slack's own look at it does not get."""

    def __str__(self) -> str:
        match self.left:
            case None:
                return "Slack cannot fetch any picture"
            case 1:
                return "Slack cannot fetch the next picture it asks for"
            case several:
                return f"Slack cannot fetch the next {several} pictures it asks for"
