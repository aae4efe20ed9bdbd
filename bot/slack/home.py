"""App Home: shown at once from what is stored, again when Bloom has said what is true now."""

from slack_bolt.kwargs_injection.async_args import AsyncArgs

from bot.core.brands import KnownBrands
from bot.core.errors import BotError
from bot.core.models import Connection, Credits
from bot.core.services import Core
from bot.slack.client import slack_errors
from bot.slack.guard import guarded, workspace_of
from bot.slack.views.home import home
from bot.slack.views.problems import explain, failure_of


class Home:
    """Publishes a person's App Home."""

    def __init__(self, core: Core) -> None:
        self._core = core

    @guarded
    async def open(self, args: AsyncArgs) -> None:
        """Publish the tab when the person looks at it."""
        await args.ack()
        if args.event is not None and args.event.get("tab") == "home":
            await self.show(args)

    async def show(self, args: AsyncArgs) -> None:
        """Publish what is stored, and renew it in the background."""
        workspace_id = workspace_of(args)
        connection = await self._core.connections.current(workspace_id)
        if connection is None:
            await self._publish(args, None, KnownBrands((), None))
            return
        known = await self._core.brands.known(workspace_id)
        credits = self._core.usage.known_credits(workspace_id, known.payer())
        await self._publish(args, connection, known, credits)
        self._core.tasks.start(self._renew(args, connection, known), name="renew a home tab")

    async def _renew(self, args: AsyncArgs, connection: Connection, known: KnownBrands) -> None:
        trouble, credits = "", None
        try:
            known = await self._core.brands.refresh(connection.workspace_id)
            credits = await self._core.usage.credits(connection.workspace_id, known.payer())
        except BotError as error:
            trouble = explain(failure_of(error)).sentence
        await self._publish(args, connection, known, credits, trouble)

    async def _publish(
        self,
        args: AsyncArgs,
        connection: Connection | None,
        known: KnownBrands,
        credits: Credits | None = None,
        trouble: str = "",
    ) -> None:
        brands = known.brands if known.seen_at else None
        tab = home(connection, brands, credits, trouble=trouble)
        with slack_errors():
            await args.client.views_publish(user_id=str(args.context.user_id), view=tab)
