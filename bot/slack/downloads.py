"""Files that people give us at Slack. The bot's token opens them: it is shown to Slack's own host and nobody else."""

from typing import Any
from urllib.parse import urlsplit

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient

from bot.core.errors import SlackRefused, SlackUnavailable
from bot.slack.client import slack_errors

HOSTS = ("slack.com", "slack-gov.com")
"""Slack, and the one that governments have; both keep files at ``files.``."""
TIMEOUT = aiohttp.ClientTimeout(total=60, sock_connect=10, sock_read=20)

NOT_SLACKS = "not_slacks"
"""An address that is not Slack's: nothing was asked there."""
NOT_READABLE = "not_readable"
"""Slack does not give the file out: it is gone, or the app may not read files."""
TOO_LARGE = "too_large"


async def download_file(client: AsyncWebClient, file_id: str, *, at_most: int) -> bytes:
    """Return a file of up to so many bytes, wherever Slack keeps it. Raises as `download`."""
    with slack_errors():
        file: dict[str, Any] = (await client.files_info(file=file_id))["file"]
    url = str(file.get("url_private_download") or file.get("url_private") or "")
    if not url or file.get("is_external"):
        raise SlackRefused(NOT_READABLE, "Slack does not have the file itself")
    if int(file.get("size") or 0) > at_most:
        raise SlackRefused(TOO_LARGE)
    return await download(client, url, at_most=at_most)


async def download(client: AsyncWebClient, url: str, *, at_most: int) -> bytes:
    """Return a file of up to so many bytes.

    Raises SlackRefused (NOT_SLACKS, NOT_READABLE, TOO_LARGE), and SlackUnavailable for what may pass by itself.
    """
    if not _is_slacks(url, client.base_url):
        raise SlackRefused(NOT_SLACKS)
    if client.session is None:
        raise SlackRefused(NOT_READABLE, "no session")
    headers = {"Authorization": f"Bearer {client.token}"}
    try:
        async with client.session.get(url, headers=headers, timeout=TIMEOUT, allow_redirects=False) as answer:
            _check(answer)
            return await _read(answer, at_most)
    except (aiohttp.ClientError, TimeoutError) as exc:
        raise SlackUnavailable("unreachable", type(exc).__name__) from exc


def _is_slacks(url: str, api_url: str) -> bool:
    """Whether the address is where Slack keeps files; a Slack that is met elsewhere keeps them there."""
    try:
        parts, api = urlsplit(url), urlsplit(api_url)
        asked, known = (parts.hostname, parts.port), (api.hostname, api.port)
    except ValueError:
        return False
    if parts.username or parts.password:
        return False
    if real := _real(api.hostname or ""):
        return parts.scheme == "https" and asked in ((f"files.{real}", None), (f"files.{real}", 443))
    return parts.scheme == api.scheme and asked == known


def _real(host: str) -> str | None:
    return next((one for one in HOSTS if host == one or host.endswith(f".{one}")), None)


def _check(answer: aiohttp.ClientResponse) -> None:
    """Take nothing but the file: who may not read it is led to a page where people sign in."""
    if answer.status >= 500 or answer.status == 429:
        raise SlackUnavailable("unreachable", f"status {answer.status}")
    if answer.status != 200 or answer.content_type == "text/html":
        raise SlackRefused(NOT_READABLE, f"status {answer.status}")


async def _read(answer: aiohttp.ClientResponse, at_most: int) -> bytes:
    content = bytearray()
    async for part in answer.content.iter_chunked(64 * 1024):
        content += part
        if len(content) > at_most:
            raise SlackRefused(TOO_LARGE)
    if not content:
        raise SlackRefused(NOT_READABLE, "empty")
    return bytes(content)
