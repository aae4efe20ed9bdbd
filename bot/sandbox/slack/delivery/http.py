"""Delivery by signed HTTP request, the way Slack calls a public app."""

import hashlib
import hmac
import json
import time
from typing import Final
from urllib.parse import urlencode

import aiohttp

from bot.sandbox.slack.delivery.answers import Answer, Delivery, failed
from bot.sandbox.slack.errors import Json

FORM: Final = "application/x-www-form-urlencoded"


def sign(secret: str, timestamp: int, body: str) -> str:
    """Return the v0 signature of a request (docs.slack.dev/authentication/verifying-requests-from-slack)."""
    base = f"v0:{timestamp}:{body}".encode()
    return "v0=" + hmac.new(secret.encode(), base, hashlib.sha256).hexdigest()


def encode(delivery: Delivery) -> tuple[str, str]:
    """Return a delivery's content type and body."""
    if delivery.kind == "slash_commands":
        return FORM, urlencode(delivery.payload)
    if delivery.kind == "interactive":
        return FORM, urlencode({"payload": json.dumps(delivery.payload)})
    return "application/json", json.dumps(delivery.payload)


class HttpDelivery:
    """Sends deliveries to the app's request URL.

    Signatures carry the machine's time, not the stand-in's clock: the app checks them against its own.
    """

    def __init__(self, signing_secret: str, ack_seconds: float) -> None:
        self._secret = signing_secret
        self._ack_seconds = ack_seconds
        self._session: aiohttp.ClientSession | None = None
        self.url: str | None = None

    async def start(self) -> None:
        """Get ready; each delivery has a connection of its own, for the app may be restarted in between."""
        connector = aiohttp.TCPConnector(force_close=True)
        self._session = aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar())

    async def stop(self) -> None:
        if self._session is not None:
            await self._session.close()

    async def deliver(self, delivery: Delivery) -> Answer:
        """Send one delivery and return the app's answer, or the failure that Slack would see."""
        content_type, body = encode(delivery)
        now = int(time.time())
        headers = {
            "Content-Type": content_type,
            "User-Agent": "Slackbot 1.0 (+https://api.slack.com/robots)",
            "X-Slack-Request-Timestamp": str(now),
            "X-Slack-Signature": sign(self._secret, now, body),
        }
        if delivery.retried:
            headers |= {"X-Slack-Retry-Num": str(delivery.retried), "X-Slack-Retry-Reason": "http_timeout"}
        return await self._send(body, {**headers, **delivery.headers})

    async def _send(self, body: str, headers: dict[str, str]) -> Answer:
        if self._session is None or self.url is None:
            raise RuntimeError("the stand-in is not started or knows no request URL")
        started = time.perf_counter()
        try:
            timeout = aiohttp.ClientTimeout(total=self._ack_seconds)
            async with self._session.post(
                self.url, data=body.encode(), headers=headers, timeout=timeout, allow_redirects=False
            ) as response:
                text = await response.text()
        except TimeoutError:
            return failed("operation_timeout", time.perf_counter() - started)
        except aiohttp.ClientError:
            return failed("dispatch_failed", time.perf_counter() - started)
        seconds = time.perf_counter() - started
        if response.status != 200:
            return failed("dispatch_failed", seconds, response.status, text)
        return Answer(200, _read(text), seconds)


def _read(text: str) -> Json | str | None:
    try:
        body = json.loads(text)
    except ValueError:
        return text or None
    return body if isinstance(body, dict) else text
