"""The menu under an image: one action of Slack's for all that is in it."""

from slack_bolt.kwargs_injection.async_args import AsyncArgs

from bot.slack.guard import guarded
from bot.slack.payloads import action_of
from bot.slack.results.deleting import Deleting
from bot.slack.results.deriving import Deriving
from bot.slack.views.buttons import More
from bot.slack.views.inputs import member
from bot.slack.views.results.actions import DERIVATIONS


class Menu:
    """Does what was chosen."""

    def __init__(self, deriving: Deriving, deleting: Deleting) -> None:
        self._deriving = deriving
        self._deleting = deleting

    @guarded
    async def choose(self, args: AsyncArgs) -> None:
        """Do what the option names, or a button that stands in for a menu of one.

        What another version of the bot offered is acknowledged, no more.
        """
        chosen = action_of(args).get("selected_option") or action_of(args)
        what, _, image_id = str(chosen.get("value") or "").partition(":")
        match member(More, what):
            case More.REFERENCE:
                await self._deriving.refer(args, image_id)
            case More.DELETE:
                await self._deleting.press(args, image_id)
            case None:
                await args.ack()
            case more:
                await self._deriving.start(args, image_id, DERIVATIONS[more])
