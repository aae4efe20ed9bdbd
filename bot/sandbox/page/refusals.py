"""The refusals that the panel offers: all that a request for an image can meet, and each where Bloom would give it."""

from typing import Final

from bot.sandbox.bloom.errors import documented_codes, undocumented_codes
from bot.sandbox.bloom.trouble import MAKING, ORDERS
from bot.sandbox.slack.errors import Json

GENERATE: Final = "images.generate"
OTHERS: Final = (*(operation for operation in MAKING if operation != GENERATE), "images.uploadFile")


def failures() -> list[Json]:
    """Return the codes with their status, as Bloom's document words them."""
    codes = documented_codes(GENERATE) | undocumented_codes()
    for operation in OTHERS:
        codes = documented_codes(operation) | codes
    first = documented_codes(GENERATE)
    told = {code: codes[code] for code in (*first, *sorted(codes.keys() - first.keys()))}
    return [{"code": code, "status": status, "what": what} for code, (status, what) in told.items()]


def target_of(code: str) -> str | None:
    """Return which requests a refusal waits for: whichever comes first would be no use for most of them."""
    if code in documented_codes("") | undocumented_codes():
        return None
    if code in documented_codes(GENERATE):
        return ORDERS
    here = [operation for operation in OTHERS if code in documented_codes(operation)]
    return here[0] if len(here) == 1 else ORDERS
