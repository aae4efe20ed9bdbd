"""Signing in with Bloom: from the link in Slack to a connection.

The link leads to a page of ours first, so that the browser that comes back from Bloom can be told from any other. What
a sign-in was begun for stands in the store under its state, which holds once and for a short while.
"""

import asyncio
import secrets
from datetime import timedelta
from urllib.parse import urlencode

from bot.core.clock import Clock
from bot.core.connections import Connections
from bot.core.errors import BloomRefused, SignInExpired
from bot.core.managers import Managers
from bot.core.models import Connection, Notice, NoticeKind, PendingSignIn, TokenSet
from bot.core.notices import Notices
from bot.core.ports import ConnectionStore, SignInServer
from bot.core.renewals import FORGOTTEN
from bot.core.single_flight import SingleFlight
from bot.core.tasks import Tasks

LIFETIME = timedelta(minutes=15)
"""How long a sign-in may take from the link to the way back."""
STATE_BYTES, VERIFIER_BYTES = 32, 48
"""Of chance; as text 43 and 64 characters, of which PKCE wants 43 to 128."""


class SignIn:
    """Begins sign-ins and finishes them; managers only."""

    def __init__(
        self,
        store: ConnectionStore,
        server: SignInServer,
        connections: Connections,
        managers: Managers,
        notices: Notices,
        *,
        clock: Clock,
        tasks: Tasks,
        redirect_uri: str,
        landing_url: str,
    ) -> None:
        self._store = store
        self._server = server
        self._connections = connections
        self._managers = managers
        self._notices = notices
        self._clock = clock
        self._tasks = tasks
        self._redirect_uri = redirect_uri
        self._landing_url = landing_url
        self._registrations: SingleFlight[str, str] = SingleFlight(tasks, "register at Bloom for", is_vital=True)

    async def begin(self, workspace_id: str, user_id: str) -> str:
        """Return the address of our page from which this person signs in for the workspace, once, and soon.

        Raises NotAllowed, and BloomError when Bloom has to be asked first, which it has once for each callback address.
        """
        await self._managers.require(workspace_id, user_id)
        await self._client_id(self._redirect_uri)
        now = self._clock.now()
        pending = PendingSignIn(
            state=secrets.token_urlsafe(STATE_BYTES),
            verifier=secrets.token_urlsafe(VERIFIER_BYTES),
            workspace_id=workspace_id,
            user_id=user_id,
            redirect_uri=self._redirect_uri,
            expires_at=now + LIFETIME,
        )
        await self._store.add_sign_in(pending, now)
        return f"{self._landing_url}?{urlencode({'state': pending.state})}"

    async def page(self, state: str) -> PendingSignIn | None:
        """Return what was begun under this state, unless it is over."""
        return await self._store.sign_in(state, self._clock.now())

    async def authorization_url(self, pending: PendingSignIn) -> str:
        """Return Bloom's page where the person agrees. Raises BloomError."""
        client_id = await self._client_id(pending.redirect_uri)
        return self._server.authorization_url(
            client_id, pending.redirect_uri, state=pending.state, verifier=pending.verifier
        )

    async def deny(self, state: str) -> PendingSignIn | None:
        """Return what was begun under this state, and end it."""
        return await self._store.take_sign_in(state, self._clock.now())

    async def finish(self, state: str, code: str) -> Connection:
        """Connect the workspace by the code that Bloom sent back, whoever waits for it.

        Raises SignInExpired for a state that nobody has (any more), NotAllowed when who began is no manager any more,
        and BloomError.
        """
        work = self._tasks.start(self._finish(state, code), name="sign in at Bloom", is_vital=True)
        connection: Connection = await asyncio.shield(work)
        return connection

    async def _finish(self, state: str, code: str) -> Connection:
        pending = await self.page(state)
        stay = self._connections.stay(pending.workspace_id) if pending else 0  # before taking: to leave ends sign-ins
        if pending is None or await self._store.take_sign_in(state, self._clock.now()) is None:
            raise SignInExpired("this sign-in is over, or never began")
        await self._managers.require(pending.workspace_id, pending.user_id)
        client_id = await self._client_id(pending.redirect_uri)
        tokens = await self._exchange(pending, client_id, code)
        connection = await self._connections.adopt(pending.workspace_id, pending.user_id, client_id, tokens, stay=stay)
        notice = Notice(NoticeKind.CONNECTED, connection=connection)
        self._notices.send(pending.workspace_id, pending.user_id, notice)
        return connection

    async def _exchange(self, pending: PendingSignIn, client_id: str, code: str) -> TokenSet:
        """Return the tokens for the code. A registration that Bloom does not know is forgotten: the next is new."""
        try:
            return await self._server.exchange(client_id, pending.redirect_uri, code=code, verifier=pending.verifier)
        except BloomRefused as refusal:
            if refusal.code == FORGOTTEN:
                await self._store.forget_bloom_client(client_id)
            raise

    async def _client_id(self, redirect_uri: str) -> str:
        known = await self._store.bloom_client(redirect_uri)
        return known or await self._registrations.join(redirect_uri, lambda: self._register(redirect_uri))

    async def _register(self, redirect_uri: str) -> str:
        client_id = await self._server.register(redirect_uri)
        await self._store.save_bloom_client(redirect_uri, client_id)
        return client_id
