"""What Slack tells of the bot's coming and going, and of people who change.

Nobody reads an answer to these, so the work is done behind the acknowledgement, and what goes wrong is in the log.
"""

from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

import structlog
from slack_bolt.kwargs_injection.async_args import AsyncArgs

from bot.core.clock import Clock
from bot.core.errors import SlackRefused, SlackUnavailable
from bot.core.models import Installation
from bot.core.ports import Directory, InstallationStore
from bot.core.retrying import PAUSES, after_pauses, slack_is_away
from bot.core.single_flight import SingleFlight
from bot.core.tasks import Tasks
from bot.slack.client import SlackApi
from bot.slack.installation.installations import InstallationSource
from bot.slack.installation.oauth import refusal_of
from bot.slack.payloads import workspace_of

log = structlog.get_logger(__name__)

Leave = Callable[[str], Coroutine[Any, Any, object]]
ConnectorLeft = Callable[[str, str], Awaitable[object]]


class Lifecycle:
    """Ends what the bot does where it was removed, and keeps up with who people are.

    ``leave`` ends everything in one workspace; ``connector_left`` is told of a workspace and a person who is gone.
    """

    def __init__(
        self,
        store: InstallationStore,
        installations: InstallationSource,
        api: SlackApi,
        directory: Directory,
        *,
        clock: Clock,
        tasks: Tasks,
        leave: Leave,
        connector_left: ConnectorLeft,
    ) -> None:
        self._store = store
        self._installations = installations
        self._api = api
        self._directory = directory
        self._clock = clock
        self._tasks = tasks
        self._leave = leave
        self._connector_left = connector_left
        self._looks: SingleFlight[tuple[str | None, str | None], None] = SingleFlight(
            tasks, "look whether the bot was removed from", is_vital=True
        )
        self._departures: SingleFlight[str, None] = SingleFlight(tasks, "departure of", is_vital=True)

    async def uninstalled(self, args: AsyncArgs) -> None:
        """Hear that the bot was removed (`app_uninstalled`)."""
        await args.ack()
        context = args.context
        where = (None if context.is_enterprise_install else context.team_id, context.enterprise_id)
        self._looks.begin(where, lambda: self._look(*where))

    async def tokens_revoked(self, args: AsyncArgs) -> None:
        """Hear that tokens hold no more (`tokens_revoked`); those of people are none of the bot's."""
        if args.event is not None and (args.event.get("tokens") or {}).get("bot"):
            await self.uninstalled(args)
        else:
            await args.ack()

    async def access_revoked(self, args: AsyncArgs) -> None:
        """Hear that an organisation took the bot out of some of its workspaces (`team_access_revoked`)."""
        await args.ack()
        for workspace_id in (args.event or {}).get("team_ids") or ():
            self._tasks.start(
                self._leave(str(workspace_id)), name="leave a workspace of an organisation", is_vital=True
            )

    async def user_changed(self, args: AsyncArgs) -> None:
        """Hear that somebody is an admin now, or none any more, or was deactivated (`user_change`)."""
        await args.ack()
        user = (args.event or {}).get("user")
        if isinstance(user, dict):
            changed = self._changed(workspace_of(args), str(user["id"]), is_gone=bool(user.get("deleted")))
            self._tasks.start(changed, name="take in that a person changed")

    async def gone(self, installation: Installation) -> None:
        """End everything where an installation served, and forget it last: until then it can be found again."""
        await self._departures.join(installation.id, lambda: self._end(installation))

    async def _look(self, workspace_id: str | None, enterprise_id: str | None) -> None:
        """Ask Slack before anything is erased: the event may be late, and the bot installed anew.

        Without a workspace it is the organisation's installation that is meant.
        """
        where = (workspace_id, None if workspace_id else enterprise_id)
        if await self._installations.on_record(*where) is None:
            if workspace_id:
                await self._leave(workspace_id)
            return
        ask = after_pauses(self._clock, PAUSES, when=slack_is_away)
        removed: Installation | None = await ask(self._refused_by_slack, *where)
        if removed is not None:
            log.info("the bot was removed", installation=removed.id)
            await self.gone(removed)

    async def _refused_by_slack(self, workspace_id: str | None, enterprise_id: str | None) -> Installation | None:
        """Return the installation if Slack does not take its token, nor give another in its place."""
        present = await self._installations.on_record(workspace_id, enterprise_id)
        try:
            present = await self._installations.of(workspace_id, enterprise_id)
        except SlackUnavailable:
            raise
        except SlackRefused:
            return present
        return present if await refusal_of(self._api, present.bot_token) else None

    async def _end(self, installation: Installation) -> None:
        if await self._is_installed_anew(installation):
            return
        if not await self._is_replaced(installation):
            for workspace_id in await self._served_by(installation):
                await self._leave(workspace_id)
        await self._store.delete_installation(installation.id, installation.bot_token)

    async def _is_installed_anew(self, removed: Installation) -> bool:
        """Whether it came back while Slack was being asked: what belongs to it by now is not the removed one's."""
        present = await self._installations.on_record(removed.workspace_id, removed.enterprise_id)
        return present is not None and present.id == removed.id and present.bot_token != removed.bot_token

    async def _is_replaced(self, installation: Installation) -> bool:
        """Whether a workspace that loses its own installation is served by its organisation's now."""
        if installation.workspace_id is None or installation.enterprise_id is None:
            return False
        organisation = await self._installations.on_record(None, installation.enterprise_id)
        return organisation is not None and organisation.id != installation.id

    async def _served_by(self, installation: Installation) -> tuple[str, ...]:
        if installation.workspace_id is not None:
            return (installation.workspace_id,)
        return await self._store.workspaces_of(installation)

    async def _changed(self, workspace_id: str, user_id: str, *, is_gone: bool) -> None:
        """Take it in wherever the person may be met: in an organisation, in all of its workspaces."""
        installation = await self._installations.on_record(workspace_id)
        served = await self._served_by(installation) if installation else ()
        for each in {workspace_id, *served}:
            self._directory.forget(each, user_id)
            if is_gone:
                await self._connector_left(each, user_id)
