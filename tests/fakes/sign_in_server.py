"""An authorization server in memory: codes and refresh tokens hold once, and revoked tokens no more."""

import itertools
from collections.abc import MutableMapping
from datetime import timedelta

from bot.core.clock import Clock
from bot.core.errors import BloomRefused, BloomUnauthorized
from bot.core.models import TokenSet
from tests.fakes.bloom import FakeBloom
from tests.fakes.script import Script

REFUSED = BloomUnauthorized("invalid_grant", 400)


class FakeSignInServer:
    """The core's `SignInServer`. ``accounts`` is where a Bloom finds whose an access token is."""

    LIFETIME = timedelta(hours=1)

    def __init__(self, clock: Clock, accounts: MutableMapping[str, FakeBloom]) -> None:
        self._clock = clock
        self._accounts = accounts
        self._numbers = itertools.count(1)
        self.script = Script()
        self.clients: set[str] = set()
        self.codes: dict[str, FakeBloom] = {}
        """Codes that hold, and whose they are."""
        self.refresh_tokens: dict[str, FakeBloom] = {}
        """Refresh tokens that hold."""
        self.rotates = True

    async def register(self, redirect_uri: str) -> str:
        def enter() -> str:
            client_id = f"client-{next(self._numbers)}"
            self.clients.add(client_id)
            return client_id

        client_id: str = await self.script.play("register", enter, redirect_uri=redirect_uri)
        return client_id

    def authorization_url(self, client_id: str, redirect_uri: str, *, state: str, verifier: str) -> str:
        return f"https://bloom.test/authorize?client_id={client_id}&redirect_uri={redirect_uri}&state={state}"

    async def exchange(self, client_id: str, redirect_uri: str, *, code: str, verifier: str) -> TokenSet:
        def give() -> TokenSet:
            self._know(client_id)
            if code not in self.codes:
                raise REFUSED
            return self.give(self.codes.pop(code))

        tokens: TokenSet = await self.script.play(
            "exchange", give, client_id=client_id, redirect_uri=redirect_uri, code=code, verifier=verifier
        )
        return tokens

    async def refresh(self, client_id: str, refresh_token: str) -> TokenSet:
        def give() -> TokenSet:
            self._know(client_id)
            if refresh_token not in self.refresh_tokens:
                raise REFUSED
            account = self.refresh_tokens[refresh_token]
            if self.rotates:
                del self.refresh_tokens[refresh_token]
            return self.give(account)

        tokens: TokenSet = await self.script.play("refresh", give, client_id=client_id, refresh_token=refresh_token)
        return tokens

    async def revoke(self, client_id: str, token: str) -> None:
        def end() -> None:
            self.refresh_tokens.pop(token, None)
            self._accounts.pop(token, None)

        await self.script.play("revoke", end, client_id=client_id, token=token)

    def give(self, account: FakeBloom) -> TokenSet:
        """Give tokens for an account; earlier access tokens hold on."""
        number = next(self._numbers)
        access_token, refresh_token = f"access-{number}", f"refresh-{number}"
        self._accounts[access_token] = account
        ends = self._clock.now() + self.LIFETIME
        if not self.rotates:
            return TokenSet(access_token, None, ends)
        self.refresh_tokens[refresh_token] = account
        return TokenSet(access_token, refresh_token, ends)

    def _know(self, client_id: str) -> None:
        if client_id not in self.clients:
            raise BloomRefused("invalid_client", 401)
