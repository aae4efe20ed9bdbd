"""Signing in with Bloom over HTTP: the protocol's requests, what is never repeated, and no secret in any log."""

import asyncio
import base64
import hashlib
import json
import logging
import socket
import traceback
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, parse_qsl, quote_plus, urlsplit

import httpx
import pytest
from aiohttp import web
from structlog.testing import capture_logs

from bot.bloom import BloomSignIn
from bot.bloom.network import TIMEOUTS
from bot.core.errors import (
    BloomError,
    BloomRateLimited,
    BloomRefused,
    BloomTimeout,
    BloomUnauthorized,
    BloomUnavailable,
    BloomUnreadable,
)
from bot.core.models import TokenSet
from bot.core.ports import SignInServer
from tests.bloom.loopback import Loopback, Step, cut, hang_up, raw, stay_silent, trickle
from tests.fakes.clock import SwiftClock
from tests.fakes.eventually import eventually

CALLBACK = "https://bot.example/bloom/oauth/callback"
VERIFIER = "v" * 64 + "-a-verifier-never-to-be-seen"
CODE = "a-code/never+to=be seen"
SECRETS = (VERIFIER, CODE, "access-never-seen", "refresh-never-seen", "refresh-old-never-seen")
GIVEN: dict[str, Any] = {
    "access_token": SECRETS[2],
    "refresh_token": SECRETS[3],
    "token_type": "Bearer",
    "expires_in": 3600,
}
IMPATIENT = httpx.Timeout(connect=1.0, read=0.02, write=1.0, pool=1.0)

Ask = Callable[[BloomSignIn], Awaitable[object]]


def exchange(server: BloomSignIn) -> Awaitable[TokenSet]:
    return server.exchange("c1", CALLBACK, code=CODE, verifier=VERIFIER)


def refresh(server: BloomSignIn) -> Awaitable[TokenSet]:
    return server.refresh("c1", SECRETS[4])


def revoke(server: BloomSignIn) -> Awaitable[None]:
    return server.revoke("c1", SECRETS[4])


def register(server: BloomSignIn) -> Awaitable[str]:
    return server.register(CALLBACK)


EVERY: list[Ask] = [exchange, refresh, revoke, register]


def answer(status: int = 200, headers: dict[str, str] | None = None, **body: object) -> Step:
    async def step(_: Loopback, __: web.Request) -> web.StreamResponse:
        return web.json_response(body, status=status, headers=headers)

    return step


@pytest.fixture
async def sign_in(loopback: Loopback, clock: SwiftClock) -> AsyncIterator[Callable[..., BloomSignIn]]:
    """Make clients of an authorization server that are closed when the test is over."""
    made: list[BloomSignIn] = []

    def sign_in(url: str | None = None, timeouts: httpx.Timeout = TIMEOUTS) -> BloomSignIn:
        url = url or loopback.url.replace("/api/v1", "/api/auth")
        made.append(BloomSignIn(url, clock=clock, timeouts=timeouts))
        return made[-1]

    yield sign_in
    for server in made:
        await server.aclose()


@pytest.fixture
def server(sign_in: Callable[..., BloomSignIn]) -> BloomSignIn:
    return sign_in()


def form(loopback: Loopback) -> dict[str, str]:
    """Return the form that was sent last, in which no field stands twice."""
    seen = loopback.seen[-1]
    assert seen.headers["content-type"] == "application/x-www-form-urlencoded"
    fields = parse_qsl(seen.body.decode(), strict_parsing=True)
    assert len(fields) == len(dict(fields))
    return dict(fields)


def test_it_is_the_server_that_the_core_asks_for(server: BloomSignIn) -> None:
    port: SignInServer = server
    assert port


class TestRequests:
    async def test_registration_is_that_of_a_public_client(self, loopback: Loopback, server: BloomSignIn) -> None:
        loopback.script = [answer(201, client_id="c7", client_id_issued_at=1, scope="openid")]
        assert await server.register(CALLBACK) == "c7"
        (seen,) = loopback.seen
        assert (seen.method, seen.path) == ("POST", "/api/auth/oauth2/register")
        assert json.loads(seen.body) == {
            "client_name": "Bloom for Slack",
            "redirect_uris": [CALLBACK],
            "grant_types": ["authorization_code", "refresh_token"],
            "response_types": ["code"],
            "token_endpoint_auth_method": "none",
            "type": "user-agent-based",
            "scope": "openid offline_access",
        }

    def test_page_at_bloom_is_given_the_challenge_and_not_the_verifier(
        self, loopback: Loopback, server: BloomSignIn
    ) -> None:
        url = server.authorization_url("c1", CALLBACK, state="s/1 &x", verifier=VERIFIER)
        parts = urlsplit(url)
        assert url.startswith(loopback.url.replace("/api/v1", "/api/auth/oauth2/authorize?"))
        digest = hashlib.sha256(VERIFIER.encode()).digest()
        assert parse_qs(parts.query, strict_parsing=True) == {
            "response_type": ["code"],
            "client_id": ["c1"],
            "redirect_uri": [CALLBACK],
            "scope": ["openid offline_access"],
            "state": ["s/1 &x"],
            "code_challenge": [base64.urlsafe_b64encode(digest).rstrip(b"=").decode()],
            "code_challenge_method": ["S256"],
        }
        assert VERIFIER not in url

    async def test_code_is_exchanged_for_tokens(
        self, loopback: Loopback, server: BloomSignIn, clock: SwiftClock
    ) -> None:
        loopback.script = [answer(**GIVEN)]
        assert await exchange(server) == TokenSet(SECRETS[2], SECRETS[3], clock.now() + timedelta(hours=1))
        assert loopback.seen[0].path == "/api/auth/oauth2/token"
        assert form(loopback) == {
            "grant_type": "authorization_code",
            "client_id": "c1",
            "redirect_uri": CALLBACK,
            "code": CODE,
            "code_verifier": VERIFIER,
        }

    async def test_tokens_are_refreshed(self, loopback: Loopback, server: BloomSignIn, clock: SwiftClock) -> None:
        loopback.script = [answer(**GIVEN)]
        assert await refresh(server) == TokenSet(SECRETS[2], SECRETS[3], clock.now() + timedelta(hours=1))
        assert form(loopback) == {"grant_type": "refresh_token", "client_id": "c1", "refresh_token": SECRETS[4]}

    async def test_refresh_token_that_is_not_replaced_is_kept(self, loopback: Loopback, server: BloomSignIn) -> None:
        loopback.script = [answer(access_token="a2")]
        assert await refresh(server) == TokenSet("a2", SECRETS[4], None)

    @pytest.mark.parametrize("step", [answer(), raw(200, b""), raw(204, b"")])
    async def test_token_is_revoked(self, loopback: Loopback, server: BloomSignIn, step: Step) -> None:
        loopback.script = [step]
        await revoke(server)
        assert loopback.seen[0].path == "/api/auth/oauth2/revoke"
        assert form(loopback) == {"client_id": "c1", "token": SECRETS[4]}

    async def test_slash_at_the_end_of_the_address_does_no_harm(
        self, loopback: Loopback, sign_in: Callable[..., BloomSignIn]
    ) -> None:
        server = sign_in(loopback.url + "/")
        loopback.script = [answer(**GIVEN)]
        await refresh(server)
        assert loopback.seen[0].path == "/api/v1/oauth2/token"
        assert "/api/v1/oauth2/authorize?" in server.authorization_url("c1", CALLBACK, state="s", verifier=VERIFIER)

    async def test_people_who_sign_in_at_once_do_not_mix(self, loopback: Loopback, server: BloomSignIn) -> None:
        async def echo(_: Loopback, request: web.Request) -> web.StreamResponse:
            shown = str((await request.post())["refresh_token"])
            await asyncio.sleep(0.001)
            return web.json_response({"access_token": f"for-{shown}"})

        loopback.script = [echo]
        found = await asyncio.gather(*(server.refresh(f"c{n}", f"r{n}") for n in range(20)))
        assert found == [TokenSet(f"for-r{n}", f"r{n}", None) for n in range(20)]

    async def test_cookies_and_credentials_of_one_reach_no_other(self, loopback: Loopback, server: BloomSignIn) -> None:
        loopback.script = [answer(headers={"set-cookie": "session=ada; Path=/"}, **GIVEN)]
        for _ in range(2):
            await refresh(server)
        assert not {"cookie", "authorization", "x-api-key"} & loopback.seen[1].headers.keys()
        assert loopback.seen[1].headers["accept"] == "application/json"


class TestTroubles:
    @pytest.mark.parametrize("ask", EVERY)
    async def test_refusal_comes_with_the_word_of_the_protocol(
        self, loopback: Loopback, server: BloomSignIn, ask: Ask
    ) -> None:
        loopback.script = [answer(401, error="invalid_client", error_description="unknown client")]
        with pytest.raises(BloomRefused) as caught:
            await ask(server)
        assert type(caught.value) is BloomRefused
        assert (caught.value.code, caught.value.status) == ("invalid_client", 401)
        assert len(loopback.seen) == 1

    @pytest.mark.parametrize("ask", [exchange, refresh])
    async def test_what_does_not_hold_is_unauthorized(self, loopback: Loopback, server: BloomSignIn, ask: Ask) -> None:
        loopback.script = [answer(400, error="invalid_grant")]
        with pytest.raises(BloomUnauthorized) as caught:
            await ask(server)
        assert caught.value.code == "invalid_grant"

    @pytest.mark.parametrize("ask", EVERY)
    async def test_limit_says_for_how_long(self, loopback: Loopback, server: BloomSignIn, ask: Ask) -> None:
        loopback.script = [answer(429, headers={"retry-after": "30"}, error="slow_down")]
        with pytest.raises(BloomRateLimited) as caught:
            await ask(server)
        assert caught.value.retry_after == 30
        assert len(loopback.seen) == 1

    @pytest.mark.parametrize("ask", EVERY)
    @pytest.mark.parametrize("step", [answer(500), raw(503, b"<html>Down</html>"), hang_up, cut])
    async def test_what_may_have_been_used_up_or_revoked_is_not_shown_again(
        self, loopback: Loopback, server: BloomSignIn, ask: Ask, step: Step
    ) -> None:
        loopback.script = [step, answer(client_id="c1", **GIVEN)]
        with pytest.raises(BloomUnavailable) as caught:
            await ask(server)
        assert caught.value.sent
        assert len(loopback.seen) == 1

    @pytest.mark.parametrize("ask", [exchange, refresh, register])
    @pytest.mark.parametrize(
        "step",
        [
            raw(200, b"<html>Welcome to the airport</html>"),
            raw(200, b"this is no gzip", {"content-encoding": "gzip"}),
            raw(403, b"<html>Are you human?</html>"),
            raw(307, b"", {"location": "/elsewhere"}),
            answer(token="?"),
        ],
    )
    async def test_answer_that_is_no_answer_is_unreadable(
        self, loopback: Loopback, server: BloomSignIn, ask: Ask, step: Step
    ) -> None:
        loopback.script = [step]
        with pytest.raises(BloomUnreadable):
            await ask(server)
        assert len(loopback.seen) == 1

    @pytest.mark.parametrize(("ask", "times"), [(exchange, 1), (refresh, 1), (register, 1), (revoke, 3)])
    async def test_server_that_is_not_there_was_certainly_not_reached_and_only_a_revocation_tries_again(
        self, sign_in: Callable[..., BloomSignIn], clock: SwiftClock, ask: Ask, times: int
    ) -> None:
        with socket.socket() as listener:
            listener.bind(("127.0.0.1", 0))
            port = listener.getsockname()[1]
        with pytest.raises(BloomUnavailable) as caught:
            await ask(sign_in(f"http://127.0.0.1:{port}/api/auth"))
        assert not caught.value.sent
        assert len(clock.slept) == times - 1
        assert clock.monotonic() <= 3

    async def test_silence_is_a_timeout(self, loopback: Loopback, sign_in: Callable[..., BloomSignIn]) -> None:
        loopback.script = [stay_silent]
        with pytest.raises(BloomTimeout) as caught:
            await refresh(sign_in(timeouts=IMPATIENT))
        assert caught.value.sent

    async def test_answer_that_trickles_ends(
        self, loopback: Loopback, server: BloomSignIn, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("bot.bloom.network.WHOLE", 0.05)
        loopback.script = [trickle]
        with pytest.raises(BloomTimeout):
            await refresh(server)

    async def test_no_more_than_a_few_requests_are_under_way_at_once(
        self, loopback: Loopback, sign_in: Callable[..., BloomSignIn], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("bot.bloom.oauth.AT_ONCE", 2)
        server = sign_in(timeouts=httpx.Timeout(5.0, pool=0.02))
        loopback.script = [stay_silent]
        asking = [asyncio.ensure_future(refresh(server)) for _ in range(3)]
        await eventually(lambda: len(loopback.seen) == 2)
        await eventually(asking[2].done)
        assert isinstance(error := asking[2].exception(), BloomTimeout)
        assert not error.sent
        for task in asking:
            task.cancel()
        await asyncio.gather(*asking, return_exceptions=True)

    async def test_code_that_cannot_be_written_down_is_refused(self, loopback: Loopback, server: BloomSignIn) -> None:
        code = CODE + "\ud800"
        with pytest.raises(BloomRefused) as caught:
            await server.exchange("c1", CALLBACK, code=code, verifier=VERIFIER)
        assert caught.value.code == "invalid_request"
        assert CODE not in "".join(traceback.format_exception(caught.value))
        assert loopback.seen == []


def quote(status: int, **fields: str) -> Step:
    """Answer with these fields, quoting the form that was sent for {sent}, and what is secret of it for {secrets}."""

    async def step(_: Loopback, request: web.Request) -> web.StreamResponse:
        sent = (await request.read()).decode()
        secrets = " ".join(secret for secret in SECRETS if secret in dict(parse_qsl(sent)).values())
        body = {name: text.format(sent=sent, secrets=secrets) for name, text in fields.items()}
        return web.json_response(body, status=status)

    return step


TROUBLES: list[Step] = [
    answer(**GIVEN),
    answer(201, client_id="c1"),
    answer(access_token=[SECRETS[2]], refresh_token=SECRETS[3]),
    answer(access_token=SECRETS[2] + " ", refresh_token=SECRETS[3]),
    raw(200, f'{{"access_token": "{SECRETS[2]}", "refresh_token": "{SECRETS[3]}'.encode()),
    raw(302, SECRETS[3].encode(), {"location": f"/?token={SECRETS[2]}"}),
    *(quote(status, error="invalid_grant", error_description="{secrets} of {sent}?") for status in (400, 401, 403)),
    *(quote(status, error="{secrets}") for status in (400, 429, 500)),
    *(quote(status, code="{secrets}", message="{secrets} of {sent}?") for status in (200, 400, 429, 500)),
    cut,
    hang_up,
]


@pytest.mark.parametrize("ask", EVERY)
async def test_no_secret_is_in_any_repr_error_or_log(
    loopback: Loopback, server: BloomSignIn, ask: Ask, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    told = []
    with capture_logs() as logs:
        for step in TROUBLES:
            loopback.script = [step]
            try:
                told.append(repr(await ask(server)))
            except BloomError as error:
                told += [repr(error), *traceback.format_exception(error)]
    assert len(told) > len(TROUBLES)
    assert any(record.name.startswith("httpx") for record in caplog.records)
    text = "\n".join([*told, repr(server), repr(vars(server)), repr(logs), caplog.text])
    forms = {*SECRETS, *map(quote_plus, SECRETS)}
    assert not [secret for secret in forms if secret in text]
    assert ("[secret]" in text) == (ask is not register)
