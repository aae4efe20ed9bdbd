"""The stand-ins answer programs on this machine, and no page of another site that the visitor has open."""

import asyncio
from collections.abc import AsyncIterator
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import pytest

from bot.sandbox.bloom import SANDBOX_API_KEY, BloomStandIn
from bot.sandbox.loopback import is_own_host
from bot.sandbox.slack import SlackStandIn


@pytest.fixture
async def slack() -> AsyncIterator[SlackStandIn]:
    async with SlackStandIn(bot_token="xoxb-test", app_token="xapp-test") as stand_in:
        yield stand_in


@pytest.fixture
def addresses(slack: SlackStandIn, bloom: BloomStandIn) -> list[str]:
    return [f"{slack.api_url}auth.test?token=xoxb-test", f"{bloom.api_url}/account", f"{bloom.site_url}/img/none"]


async def statuses(addresses: list[str], headers: dict[str, str]) -> list[int]:
    """Ask every address, with Bloom's key, and return how each answered."""
    async with aiohttp.ClientSession(headers={"x-api-key": SANDBOX_API_KEY, **headers}) as http:
        answers = await asyncio.gather(*(http.get(address) for address in addresses))
        return [answer.status for answer in answers]


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://127.0.0.1:3000"])
async def test_whatever_a_page_sends_is_refused(addresses: list[str], bloom: BloomStandIn, origin: str) -> None:
    assert await statuses(addresses, {"Origin": origin}) == [403, 403, 403]
    assert len(bloom.requests) == 0


@pytest.mark.parametrize("host", ["evil.example", "evil.example:{port}", "127.0.0.1", "localhost:1"])
async def test_another_name_for_this_machine_is_refused(addresses: list[str], host: str) -> None:
    for address in addresses:
        assert await statuses([address], {"Host": host.format(port=urlsplit(address).port)}) == [403]


async def test_programs_and_images_of_our_own_page_are_served(addresses: list[str]) -> None:
    assert await statuses(addresses, {}) == [200, 200, 404]
    for address, status in zip(addresses, (200, 200, 404), strict=True):
        assert await statuses([address], {"Host": f"localhost:{urlsplit(address).port}"}) == [status]


async def test_page_cannot_open_the_apps_websocket(slack: SlackStandIn) -> None:
    async with aiohttp.ClientSession(headers={"Authorization": "Bearer xapp-test"}) as http:
        async with http.post(f"{slack.api_url}apps.connections.open") as answer:
            address = (await answer.json())["url"]
        with pytest.raises(aiohttp.WSServerHandshakeError, match="403"):
            await http.ws_connect(address, headers={"Origin": "https://evil.example"})
        async with http.ws_connect(address) as socket:
            assert (await socket.receive_json())["type"] == "hello"


@pytest.mark.parametrize(
    ("host", "socket", "own"),
    [
        ("127.0.0.1", ("127.0.0.1", 80), True),
        ("localhost", ("127.0.0.1", 80), True),
        ("localhost:80", ("127.0.0.1", 80), True),
        ("127.0.0.1", ("127.0.0.1", 3000), False),
        ("[::1]:3000", ("::1", 3000, 0, 0), True),
        ("evil.example", ("127.0.0.1", 80), False),
    ],
)
def test_port_80_goes_without_saying(host: str, socket: tuple[Any, ...], own: bool) -> None:
    request: Any = SimpleNamespace(host=host, transport=SimpleNamespace(get_extra_info=lambda _: socket))
    assert is_own_host(request) is own


def test_connection_that_has_gone_is_nobodys() -> None:
    request: Any = SimpleNamespace(host="127.0.0.1:1", transport=None)
    assert not is_own_host(request)
