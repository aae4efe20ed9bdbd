"""Signing in at Bloom's stand-in, using what it gives, renewing that, and giving it back."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from bot.bloom import BloomApi, BloomSignIn
from bot.core.errors import BloomRefused, BloomUnauthorized
from bot.core.models import TokenSet
from bot.sandbox.bloom import BloomStandIn
from tests.fakes.clock import ManualClock

CALLBACK = "http://127.0.0.1:3000/bloom/oauth/callback"
VERIFIER = "v" * 64


class Granted:
    """A sign-in as a credential: renewed when it is refused, by one renewal at a time."""

    id = "c1"

    def __init__(self, server: BloomSignIn, client_id: str, tokens: TokenSet) -> None:
        self._server = server
        self._client_id = client_id
        self._lock = asyncio.Lock()
        self.tokens = tokens

    async def secret(self) -> str:
        return self.tokens.access_token

    async def renewed(self, refused: str) -> bool:
        async with self._lock:
            if self.tokens.access_token == refused:
                assert self.tokens.refresh_token
                self.tokens = await self._server.refresh(self._client_id, self.tokens.refresh_token)
        return True


@dataclass
class Scene:
    """The stand-in, our side of the protocol, and a registered client."""

    bloom: BloomStandIn
    server: BloomSignIn
    client_id: str

    async def code(self) -> str:
        """Let somebody click through Bloom's page, and return the code that comes back."""
        url = self.server.authorization_url(self.client_id, CALLBACK, state="s1", verifier=VERIFIER)
        async with httpx.AsyncClient() as browser:
            page = await browser.post(url, data={"decision": "allow", "account": self.bloom.oauth.accounts()[0].email})
        query = parse_qs(urlsplit(page.headers["location"]).query)
        assert query["state"] == ["s1"]
        return query["code"][0]

    async def granted(self) -> Granted:
        """Sign somebody in."""
        tokens = await self.server.exchange(self.client_id, CALLBACK, code=await self.code(), verifier=VERIFIER)
        return Granted(self.server, self.client_id, tokens)


@pytest.fixture
async def scene() -> AsyncIterator[Scene]:
    clock = ManualClock()
    async with BloomStandIn(clock=clock) as bloom:
        server = BloomSignIn(bloom.auth_url, clock=clock)
        yield Scene(bloom, server, await server.register(CALLBACK))
        await server.aclose()


async def test_what_a_sign_in_gives_is_taken_by_the_api(scene: Scene, connect: Callable[..., BloomApi]) -> None:
    client = connect(scene.bloom.api_url).with_credential(await scene.granted())
    assert (await client.account()).email == scene.bloom.oauth.accounts()[0].email


async def test_several_requests_at_expiry_make_one_refresh(scene: Scene, connect: Callable[..., BloomApi]) -> None:
    granted = await scene.granted()
    client = connect(scene.bloom.api_url).with_credential(granted)
    scene.bloom.oauth.expire_access_tokens()
    await asyncio.gather(*(client.account() for _ in range(3)))
    assert [grant.refreshes for grant in scene.bloom.oauth.grants()] == [1]


async def test_code_holds_once_and_for_its_verifier(scene: Scene) -> None:
    code = await scene.code()
    with pytest.raises(BloomUnauthorized):
        await scene.server.exchange(scene.client_id, CALLBACK, code=code, verifier="w" * 64)
    code = await scene.code()
    await scene.server.exchange(scene.client_id, CALLBACK, code=code, verifier=VERIFIER)
    with pytest.raises(BloomUnauthorized):
        await scene.server.exchange(scene.client_id, CALLBACK, code=code, verifier=VERIFIER)


async def test_what_was_revoked_is_refreshed_no_more(scene: Scene) -> None:
    tokens = (await scene.granted()).tokens
    assert tokens.refresh_token
    await scene.server.revoke(scene.client_id, tokens.refresh_token)
    with pytest.raises(BloomUnauthorized) as caught:
        await scene.server.refresh(scene.client_id, tokens.refresh_token)
    assert caught.value.code == "invalid_grant"
    await scene.server.revoke(scene.client_id, tokens.access_token)


async def test_client_that_was_forgotten_is_refused_by_name(scene: Scene) -> None:
    code = await scene.code()
    scene.bloom.oauth.clients.forget()
    with pytest.raises(BloomRefused) as caught:
        await scene.server.exchange(scene.client_id, CALLBACK, code=code, verifier=VERIFIER)
    assert caught.value.code == "invalid_client"


async def test_address_that_bloom_does_not_take_is_refused_by_name(scene: Scene) -> None:
    with pytest.raises(BloomRefused) as caught:
        await scene.server.register("http://bot.example/callback")
    assert caught.value.code == "invalid_redirect_uri"
