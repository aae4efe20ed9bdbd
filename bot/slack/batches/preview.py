"""The preview of a batch: started, or closed and forgotten."""

from slack_bolt.kwargs_injection.async_args import AsyncArgs

from bot.core.errors import NotAllowed, TooManyBatches
from bot.core.services import Core
from bot.slack.guard import guarded
from bot.slack.views.batches import preview as view


class Preview:
    """Starts or discards a previewed draft."""

    def __init__(self, core: Core) -> None:
        self._core = core

    @guarded
    async def start(self, args: AsyncArgs) -> None:
        """Start the draft and close everything; or say in the preview's place why not."""
        try:
            await self._core.batches.start(view.batch_of(args.body["view"]), str(args.context.user_id))
        except TooManyBatches as met:
            await args.ack(response_action="update", view=view.nothing_started(view.TOO_MANY.format(limit=met.limit)))
        except NotAllowed:
            await args.ack(response_action="update", view=view.nothing_started(view.GONE))
        else:
            await args.ack(response_action="clear")

    @guarded
    async def close(self, args: AsyncArgs) -> None:
        """Forget the draft that was not started."""
        await args.ack()
        await self._core.batches.discard(view.batch_of(args.body["view"]), str(args.context.user_id))
