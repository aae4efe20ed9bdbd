"""App Home: shown at once from what is stored, again when Bloom has said what is true now."""

from slack_bolt.kwargs_injection.async_args import AsyncArgs

from bot.core.brands import KnownBrands
from bot.core.errors import BotError
from bot.core.models import Connection, Credits
from bot.core.services import Core
from bot.slack.client import slack_errors
from bot.slack.guard import guarded
from bot.slack.views.home import home


class Home:
    """Publishes a person's App Home."""

    def __init__(self, core: Core) -> None:
        self._core = core

    @guarded
    async def open(self, args: AsyncArgs) -> None:
        """Publish the tab when the person looks at it."""
        await args.ack()
        if args.event is None or args.event.get("tab") != "home":
            return
        workspace_id = str(args.context.team_id)
        connection = await self._core.connections.current(workspace_id)
        known = KnownBrands((), None)
        if connection is not None:
            known = await self._core.brands.known(workspace_id)
        await self._publish(args, connection, known, self._core.usage.known_credits(workspace_id))
        if connection is not None:
            self._core.tasks.start(self._renew(args, connection), name="renew a home tab")

    async def _renew(self, args: AsyncArgs, connection: Connection) -> None:
        known = await self._core.brands.refresh(connection.workspace_id)
        try:
            credits = await self._core.usage.credits(connection.workspace_id)
        except BotError:
            credits = None
        await self._publish(args, connection, known, credits)

    async def _publish(
        self, args: AsyncArgs, connection: Connection | None, known: KnownBrands, credits: Credits | None
    ) -> None:
        with slack_errors():
            await args.client.views_publish(
                user_id=str(args.context.user_id), view=home(connection, known.brands, credits)
            )
