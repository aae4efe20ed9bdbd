"""Direct messages that nobody waits for: why somebody is written to without having asked for anything just now."""

from collections.abc import Sequence

from bot.core.clock import Clock
from bot.core.models import Notice
from bot.core.ports import Messenger
from bot.core.retrying import PAUSES, after_pauses, slack_is_away
from bot.core.tasks import Tasks


class Notices:
    """Sends notices behind everybody's back; what does not reach its person is logged."""

    def __init__(self, messenger: Messenger, clock: Clock, tasks: Tasks) -> None:
        self._messenger = messenger
        self._clock = clock
        self._tasks = tasks

    def send(self, workspace_id: str, user_id: str, notice: Notice) -> None:
        """Write to one person as soon as Slack can be reached."""
        name = f"notice {notice.kind} to {user_id}"
        self._tasks.start(self.tell(workspace_id, user_id, notice), name=name, is_vital=True)

    async def tell(self, workspace_id: str, user_id: str, notice: Notice, *, pauses: Sequence[float] = PAUSES) -> None:
        """Write to one person and return when Slack has it. Raises SlackRefused, SlackUnavailable after the pauses."""
        again = after_pauses(self._clock, pauses, when=slack_is_away)
        await again(self._messenger.notify, workspace_id, user_id, notice)
