"""Codes: the right to fetch an installation's token, for ten minutes, once."""

import secrets
from collections import OrderedDict
from collections.abc import Set
from dataclasses import dataclass
from typing import Final

from bot.core.clock import Clock
from bot.sandbox.slack.errors import SlackRefusal
from bot.sandbox.slack.identity import Place

SECONDS: Final = 10 * 60
REMEMBERED: Final = 1000


@dataclass(frozen=True)
class Consent:
    """What a person agreed to; ``redirect_uri`` is as the app gave it, which may be not at all."""

    place: Place
    installer_id: str
    scopes: frozenset[str]
    redirect_uri: str


@dataclass
class Code:
    """One code, and whether it was exchanged."""

    consent: Consent
    issued: float
    used: bool = False


class Codes:
    """Issues codes and takes them back."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._codes: OrderedDict[str, Code] = OrderedDict()

    @property
    def issued(self) -> Set[str]:
        """Return every code there was, as far as remembered."""
        return set(self._codes)

    def issue(self, consent: Consent) -> str:
        name = f"{secrets.randbelow(10**13)}.{secrets.randbelow(10**13)}.{secrets.token_hex(32)}"
        self._codes[name] = Code(consent, self._clock.monotonic())
        if len(self._codes) > REMEMBERED:
            self._codes.popitem(last=False)
        return name

    def redeem(self, name: str, redirect_uri: str) -> Consent:
        """Take a code back, or raise what Slack says of one that is unknown, late, used or meant for elsewhere."""
        code = self._codes.get(name)
        if code is None or self._clock.monotonic() - code.issued > SECONDS:
            raise SlackRefusal("invalid_code")
        if code.used:
            raise SlackRefusal("code_already_used")
        if code.consent.redirect_uri != redirect_uri:
            raise SlackRefusal("bad_redirect_uri")
        code.used = True
        return code.consent
