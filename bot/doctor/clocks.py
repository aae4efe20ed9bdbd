"""The machine's clock beside those of Slack and Bloom.

Slack's signatures hold for five minutes, and a clock that is a minute wrong is on its way there.
"""

import asyncio
from datetime import timedelta
from email.utils import parsedate_to_datetime

import aiohttp

from bot.core.clock import Clock
from bot.doctor.findings import Finding, bad, good, unknown

CLOCK = "Clock"
TOLERATED = 60.0
"""Seconds."""


async def check_clock(session: aiohttp.ClientSession, clock: Clock, addresses: dict[str, str]) -> Finding:
    """Compare with the Date header of each of the named addresses; who does not answer is left out."""
    found = await asyncio.gather(*(_ahead_of(session, clock, address) for address in addresses.values()))
    ahead = {name: seconds for name, seconds in zip(addresses, found, strict=True) if seconds is not None}
    if not ahead:
        return unknown(CLOCK, f"{' and '.join(addresses)} could not be asked for the time")
    if wrong := {name: seconds for name, seconds in ahead.items() if abs(seconds) > TOLERATED}:
        said = ", ".join(f"{abs(by):.0f} s {'ahead of' if by > 0 else 'behind'} {name}'s" for name, by in wrong.items())
        return bad(CLOCK, said, "Set it by NTP (timedatectl set-ntp true): Slack's signatures hold for five minutes.")
    return good(CLOCK, f"within {max(1, *(round(abs(by)) for by in ahead.values()))} s of {' and '.join(ahead)}'s")


async def _ahead_of(session: aiohttp.ClientSession, clock: Clock, address: str) -> float | None:
    """Return by how many seconds our clock is ahead of theirs; an answer that was kept on the way has an Age."""
    try:
        async with session.get(address, allow_redirects=False) as answer:
            theirs = parsedate_to_datetime(answer.headers["date"])
            return (clock.now() - theirs - timedelta(seconds=int(answer.headers.get("age", "0")))).total_seconds()
    except (aiohttp.ClientError, TimeoutError, KeyError, ValueError, TypeError):
        return None
