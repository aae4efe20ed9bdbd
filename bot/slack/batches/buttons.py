"""The buttons of the batch message. It is brought up to date for everybody; only what comes to nothing is said here."""

from slack_bolt.kwargs_injection.async_args import AsyncArgs

from bot.core.errors import NotAllowed, TooManyBatches
from bot.core.models import BatchState
from bot.core.services import Core
from bot.slack.guard import guarded, whisper
from bot.slack.payloads import action_of, value_of
from bot.slack.served import is_served_batch
from bot.slack.views.buttons import ActionId
from bot.slack.views.managers import only_theirs
from bot.slack.views.message import mention
from bot.slack.views.trouble import note

GONE = "I no longer know this batch. Start a new one with `/bloom batch`."
TOO_MANY = "{who} has {limit} batches that aren't finished yet. Wait for one, or cancel it, and press this again."
DOING = {
    ActionId.PAUSE_BATCH: "pause this batch",
    ActionId.RESUME_BATCH: "resume this batch",
    ActionId.CANCEL_BATCH: "cancel this batch",
    ActionId.RETRY_BATCH: "retry what failed",
}
ALREADY = {
    BatchState.RUNNING: "This batch is running.",
    BatchState.PAUSED: "This batch is paused.",
    BatchState.STOPPING: "This batch was cancelled. What Bloom has begun still comes.",
    BatchState.FINISHED: "This batch is finished.",
}
"""What there is to say of a button that is older than what has become of its batch, or was pressed twice."""
STILL_AT_WORK = "This batch is still at work. Once its files are here, you can retry what failed."
"""Of a summary, whose button is there before all files are."""


class BatchButtons:
    """What a press of one does."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self._acts = {
            ActionId.PAUSE_BATCH: core.batches.pause,
            ActionId.RESUME_BATCH: core.batches.resume,
            ActionId.CANCEL_BATCH: core.batches.cancel,
            ActionId.RETRY_BATCH: core.batches.retry,
        }

    @guarded
    async def press(self, args: AsyncArgs) -> None:
        """Acknowledge, and do what the button says for whoever may."""
        await args.ack()
        action = ActionId(action_of(args)["action_id"])
        batch = await self._core.batches.get(value_of(args))
        if batch is None or not is_served_batch(args, batch):
            await whisper(args, note(GONE))
            return
        try:
            decided = await self._acts[action](batch.id, str(args.context.user_id))
        except TooManyBatches as met:
            await whisper(args, note(TOO_MANY.format(who=mention(batch.user_id), limit=met.limit)))
            return
        except NotAllowed:
            managers = await self._core.managers.to_ask(batch.workspace_id)
            await whisper(args, only_theirs(batch.user_id, managers, DOING[action]))
            return
        if (decided.state, decided.round) == (batch.state, batch.round):
            await whisper(args, note(_standing(action, decided.state)))


def _standing(action: ActionId, state: BatchState) -> str:
    """Return what a press comes to that changed nothing."""
    is_early = action is ActionId.RETRY_BATCH and state is BatchState.RUNNING
    return STILL_AT_WORK if is_early else ALREADY[state]
