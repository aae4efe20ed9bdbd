"""People who press what stands under images, and fill in what that opens."""

import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from slack_bolt.kwargs_injection.async_args import AsyncArgs

from bot.core.models import Generation, Limits, Preferences
from bot.slack.results import make_results
from bot.slack.views.buttons import More
from tests.core.world import TEAM
from tests.slack.home.stage import Stage
from tests.slack.loopback import Json
from tests.slack.views.judge import approve_view, said

Listener = Callable[[AsyncArgs], Awaitable[None]]

IMAGE = "image-1-1"
MESSAGE = {"type": "message", "channel_id": "C1", "message_ts": "9.1", "thread_ts": "9.0"}


class Room:
    """The listeners, and what came of what people did."""

    def __init__(self, stage: Stage) -> None:
        self.stage, self.world, self.slack = stage, stage.world, stage.slack
        core, clock = stage.world.core, stage.world.clock
        self.results = make_results(core, clock, stage.form, stage.refusals)

    async def press(
        self,
        listener: Listener,
        image_id: str = IMAGE,
        *,
        user: str = "U1",
        trigger: str = "t1",
        channel: str = "C1",
        team: str = TEAM,
        **action: Any,
    ) -> AsyncArgs:
        """Press a button of an image in a channel, and let all come of it that comes."""
        container = {**MESSAGE, "channel_id": channel}
        actions = [action or {"value": image_id}]
        args = self.stage.args(user, type="block_actions", trigger_id=trigger, container=container, actions=actions)
        args.context["channel_id"] = channel
        if args.context.authorize_result is not None:
            args.context.authorize_result.team_id = team
        await listener(args)
        assert args.ack.response is not None
        await self.stage.quiet()
        return args

    async def choose(self, more: More | str, image_id: str = IMAGE, **how: Any) -> AsyncArgs:
        """Choose from the menu of an image."""
        option = {"value": f"{more}:{image_id}"}
        return await self.press(self.results.menu.choose, selected_option=option, **how)

    async def send(
        self, listener: Listener, view: Json, values: Mapping[str, Any], *, user: str = "U1", is_quiet: bool = True
    ) -> Json:
        """Send a modal filled in with the values, and return the answer of the acknowledgement."""
        args = self.filled_in(view, values, user=user, type="view_submission")
        await listener(args)
        assert args.ack.response is not None
        if is_quiet:
            await self.stage.quiet()
        body = args.ack.response.body
        answer: Json = json.loads(body) if body else {}
        return answer

    def filled_in(self, view: Json, values: Mapping[str, Any], *, user: str = "U1", **body: Any) -> AsyncArgs:
        """Return what Bolt hands to a listener of a modal in which this stands."""
        state = {"values": {name: {name: value} for name, value in values.items()}}
        return self.stage.args(user, view={"id": "V1", "hash": "h1", **view, "state": state}, **body)

    async def rows(self) -> list[Generation]:
        """Return everything that was asked for, but the first, from which all else comes."""
        sql = "SELECT id FROM generations WHERE id != 'g1' ORDER BY created_at"
        ids = await self.world.store._writer.run(lambda db: [row[0] for row in db.execute(sql)])
        return [await self.world.row(one) for one in ids]

    def told(self) -> list[str]:
        """Return what people were told by direct message; a test gives no address to answer to."""
        return [asked.form["text"] for asked in self.slack.named("chat.postMessage")]

    def views(self, method: str = "views.open") -> list[Json]:
        """Return every view that Slack was handed, judged."""
        return [judged(asked.form["view"]) for asked in self.slack.named(method)]

    def words(self, method: str = "views.open") -> str:
        """Return all that the last view says."""
        return said(self.views(method)[-1])

    async def limit(self, **limits: Any) -> None:
        """Let these be the workspace's limits."""
        before = await self.world.store.preferences(TEAM)
        wanted = Preferences(revision=before.revision + 1, limits=Limits(**limits))
        assert await self.world.store.save_preferences(TEAM, wanted)


def judged(view: Any) -> Json:
    """Return a view as Slack was sent it, judged."""
    shown: Json = json.loads(view) if isinstance(view, str) else view
    return approve_view(shown)
