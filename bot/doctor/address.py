"""The public address: whether it leads to the bot."""

import ssl
from urllib.parse import urlsplit

import aiohttp

from bot.config import Settings
from bot.doctor.findings import Finding, bad, good, unknown

ADDRESS = "Public address"
REFUSED = "no valid certificate"
ANYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 -- read, not listened on


async def check_address(session: aiohttp.ClientSession, settings: Settings) -> Finding:
    """Ask for the bot's sign of life from outside, and beside that on this machine, to know where the fault is."""
    if settings.public_url is None:
        return unknown(ADDRESS, "PUBLIC_URL is not set; only OAuth installs and Sign in with Bloom need it")
    fault = await _fault_at(session, settings.public_url)
    if fault is None:
        only = "" if urlsplit(settings.public_url).scheme == "https" else ", for browsers on this machine alone"
        return good(ADDRESS, f"{settings.public_url} leads to the bot{only}")
    if fault == REFUSED:
        return bad(ADDRESS, f"{settings.public_url}: {fault}", "Give it one: Slack and browsers insist on that.")
    here = _here(settings)
    if await _fault_at(session, here) is None:
        return bad(ADDRESS, f"{settings.public_url} does not lead to the bot ({fault})", f"It runs: lead it to {here}.")
    return unknown(
        ADDRESS, f"{settings.public_url} does not answer ({fault})", "Start the bot, then ask the doctor again."
    )


def _here(settings: Settings) -> str:
    host = ANYWHERE.get(settings.host, settings.host)
    return f"http://{f'[{host}]' if ':' in host else host}:{settings.port}"


async def _fault_at(session: aiohttp.ClientSession, address: str) -> str | None:
    """Return what is wrong with the answer to be expected there."""
    try:
        async with session.get(f"{address}/healthz", allow_redirects=False) as answer:
            is_ours = answer.status == 200 and await answer.json(content_type=None) == {"status": "ok"}
            return None if is_ours else f"HTTP {answer.status}"
    except (aiohttp.ClientConnectorCertificateError, aiohttp.ClientConnectorSSLError, ssl.SSLError):
        return REFUSED
    except (aiohttp.ClientError, TimeoutError, ValueError) as error:
        return type(error).__name__
