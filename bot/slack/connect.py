"""Connecting a workspace to Bloom, by signing in there or by an API key, which is checked before it is kept."""

from typing import Any

import structlog
from slack_bolt.kwargs_injection.async_args import AsyncArgs

from bot.core.clock import Clock
from bot.core.errors import BloomUnauthorized, BotError, NotAllowed
from bot.core.services import Core
from bot.slack.asking import begin_asking, complete, end_asking
from bot.slack.guard import guarded
from bot.slack.home.home import Home
from bot.slack.opening import open_view
from bot.slack.payloads import person_of, workspace_of
from bot.slack.views import connect as view
from bot.slack.views.problems import sentence_of

log = structlog.get_logger(__name__)

NOT_ACCEPTED = "Bloom does not know this key. Copy it again from Bloom's settings."
CONNECTED = "Bloom is connected as {}."
NO_KEY = "Paste an API key from Bloom's settings."


class Connect:
    """Offers both ways to those who may, asks for the key, checks it, keeps it."""

    def __init__(self, core: Core, home: Home, clock: Clock) -> None:
        self._core = core
        self._home = home
        self._clock = clock

    async def open(self, args: AsyncArgs) -> None:
        """Acknowledge and open the form, for those who may not connect Bloom the way to ask who may."""
        await args.ack()
        workspace_id, user_id = person_of(args)
        connection = await self._core.connections.current(workspace_id)
        if not await self._core.managers.is_manager(workspace_id, user_id):
            to_ask = await self._core.managers.to_ask(workspace_id)
            await open_view(args, view.for_managers_only(connection, to_ask))
            return
        offer = view.SignInOffer() if self._core.sign_in else None
        opened = await open_view(args, view.connect(connection, offer=offer))
        if offer:
            self._core.tasks.start(self._complete(args, opened), name="offer to sign in at Bloom")

    @guarded
    async def press(self, args: AsyncArgs) -> None:
        """Open the form from a Connect button."""
        await self.open(args)

    @guarded
    async def sign_in(self, args: AsyncArgs) -> None:
        """Say how it goes on in the browser, which Slack has opened by itself."""
        await args.ack()
        form = args.body["view"]
        await complete(args, form, view.signing_in(form))

    @guarded
    async def close(self, args: AsyncArgs) -> None:
        """Show on the Home tab what came of signing in, which went by the form."""
        await args.ack()
        await self._home.show(args)

    @guarded
    async def submit(self, args: AsyncArgs) -> None:
        """Show that the key is being checked, then whose it is or what is wrong with it."""
        key = view.key_of(args.body["view"])
        if not key:
            await args.ack(response_action="errors", errors=view.key_error(NO_KEY))
            return
        connection = await self._core.connections.current(workspace_of(args))
        name = await begin_asking(args, view.checking(connection))
        self._core.tasks.start(self._check(args, key, name), name="check a key with Bloom")

    async def _check(self, args: AsyncArgs, key: str, name: str) -> None:
        workspace_id, user_id = person_of(args)
        try:
            await self._core.managers.require(workspace_id, user_id)
            connection = await self._core.connections.connect(workspace_id, key, user_id)
        except BotError as error:
            shown, sentence = await self._refused(workspace_id, user_id, error)
            await end_asking(args, self._clock, name, shown, sentence)
            return
        account = connection.account
        await end_asking(args, self._clock, name, view.connected(account), CONNECTED.format(account.email))
        await self._home.show(args)

    async def _refused(self, workspace_id: str, user_id: str, error: BotError) -> tuple[dict[str, Any], str]:
        """Return what the form becomes when the key was not kept, and the one sentence of it."""
        unknown = isinstance(error, BloomUnauthorized)
        sentence = NOT_ACCEPTED if unknown else sentence_of(error)
        before = await self._core.connections.current(workspace_id)
        if isinstance(error, NotAllowed):
            return view.for_managers_only(before, await self._core.managers.to_ask(workspace_id)), sentence
        offer = await self._offer(workspace_id, user_id)
        return view.connect(before, offer=offer, problem=sentence), sentence

    async def _complete(self, args: AsyncArgs, opened: dict[str, Any]) -> None:
        """Put the way to sign in into the open form: the first one of all has to wait for Bloom."""
        workspace_id = workspace_of(args)
        offer = await self._offer(*person_of(args))
        rendered = view.connect(await self._core.connections.current(workspace_id), offer=offer)
        await complete(args, opened, rendered)

    async def _offer(self, workspace_id: str, user_id: str) -> view.SignInOffer | None:
        if self._core.sign_in is None:
            return None
        try:
            return view.SignInOffer(url=await self._core.sign_in.begin(workspace_id, user_id))
        except BotError as error:
            log.warning("nobody can sign in at Bloom now", reason=repr(error))
            return view.SignInOffer(problem=sentence_of(error))
