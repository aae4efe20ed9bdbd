"""What managers do on the page of usage: look at another month, and have the audit log sent."""

from datetime import UTC, datetime

import structlog
from slack_bolt.kwargs_injection.async_args import AsyncArgs

from bot.core.errors import SlackRefused
from bot.core.models import AuditAction
from bot.core.months import month_after
from bot.core.services import Core
from bot.core.single_flight import SingleFlight
from bot.slack.directory.names import SlackNames
from bot.slack.guard import guarded, whisper
from bot.slack.home.home import Home
from bot.slack.payloads import action_of, person_of, sight_of, workspace_of
from bot.slack.uploads import Uploads
from bot.slack.views.home.usage import EVERYTHING, month_name
from bot.slack.views.trouble import note
from bot.slack.views.wording import amount

log = structlog.get_logger(__name__)

BEFORE_US = datetime(2020, 1, 1, tzinfo=UTC)
UNDER_WAY = ":hourglass_flowing_sand: I'm putting the audit log together. It comes as a direct message."
HERE = "Here is the audit log ({span}): {lines}."
CUT = "It is cut there; ask for a shorter time to see what came later."
NOTHING = "There is nothing in the audit log ({span})."
NO_SCOPE = (
    "I may not send files here, so I can't send the audit log. Somebody has to install me again, with the scope "
    "`files:write`."
)
NOT_SENT = "Slack didn't take the audit log. Please try again in a few minutes."


class UsageActions:
    """Thin listeners."""

    def __init__(self, core: Core, home: Home, names: SlackNames, uploads: Uploads) -> None:
        self._core = core
        self._home = home
        self._names = names
        self._uploads = uploads
        self._sendings: SingleFlight[tuple[str, str, str], None] = SingleFlight(core.tasks, "audit log for")
        """By who asked and what for: however often somebody asks, one is put together at a time."""

    @guarded
    async def choose_month(self, args: AsyncArgs) -> None:
        """Show another month."""
        await args.ack()
        await self._core.managers.require(*person_of(args))
        back = min(max(int(_chosen(args)), 0), 1)
        await self._home.show(args, sight=sight_of(args).but(months_back=back))

    @guarded
    async def send_log(self, args: AsyncArgs) -> None:
        """Say that it is under way, and send it."""
        await args.ack()
        workspace_id, user_id, what = workspace_of(args), str(args.context.user_id), _chosen(args)
        await self._core.managers.require(workspace_id, user_id)
        self._sendings.begin((workspace_id, user_id, what), lambda: self._send(args))
        await self._home.show(args, UNDER_WAY)

    @guarded
    async def _send(self, args: AsyncArgs) -> None:
        """Put it together and send it; what keeps it from arriving is told in the same place."""
        workspace_id, user_id, what = workspace_of(args), str(args.context.user_id), _chosen(args)
        since, until, span = self._span(what)
        table = await self._core.audit.export(workspace_id, since, until, self._names)
        if not table.entries:
            await whisper(args, note(NOTHING.format(span=span)))
            return
        comment = HERE.format(span=span, lines=f"{amount(table.entries)} {'line' if table.entries == 1 else 'lines'}")
        name = f"bloom-audit-log-{'everything' if what == EVERYTHING else f'{since:%Y-%m}'}.csv"
        try:
            whole = comment if table.is_whole else f"{comment} {CUT}"
            await self._uploads.send(workspace_id, user_id, name, table.content, whole)
        except SlackRefused as refusal:
            log.warning("the audit log could not be sent", error=refusal.error)
            await whisper(args, note(NO_SCOPE if refusal.error == "missing_scope" else NOT_SENT))
            return
        await self._core.audit.record(workspace_id, user_id, AuditAction.LOG_SENT, span)

    def _span(self, what: str) -> tuple[datetime, datetime, str]:
        """Return from when until before when, and what that is called."""
        if what == EVERYTHING:
            return BEFORE_US, month_after(self._core.usage.month()), "all time"
        month = self._core.usage.month(back=min(max(int(what), 0), 1))
        return month, month_after(month), month_name(month)


def _chosen(args: AsyncArgs) -> str:
    return str(action_of(args)["selected_option"]["value"])
