"""People who begin batches and steer them, at a front desk in memory and a Slack that says what a test writes."""

import json
from dataclasses import replace
from typing import Any

from slack_bolt.kwargs_injection.async_args import AsyncArgs

from bot.slack.batches import make_batches
from bot.slack.connect import Connect
from bot.slack.uploads import Uploads
from bot.slack.views.batches.form import BatchOrigin
from tests.fakes.batches import FakeBatches
from tests.slack.home.stage import Stage
from tests.slack.loopback import Json
from tests.slack.views.forms import on_screen
from tests.slack.views.judge import approve_view, said

ROW_LIMIT = 5
CSV = {"id": "F1", "name": "spring.csv", "mimetype": "text/csv", "filetype": "csv", "mode": "hosted", "size": 12}


class Desk:
    """The listeners, and what came of what people did."""

    def __init__(self, stage: Stage) -> None:
        self.stage, self.world, self.slack = stage, stage.world, stage.slack
        self.batches = FakeBatches()
        core, clock = replace(stage.world.core, batches=self.batches), stage.world.clock
        connect, uploads = Connect(core, stage.home, clock), Uploads(stage.clients, clock)
        self.listeners = make_batches(core, clock, connect, stage.refusals, uploads, row_limit=ROW_LIMIT)

    async def open(self, user: str = "U1", channel_id: str = "C123") -> Json:
        """Type `/bloom batch`, and return what opens."""
        await self.listeners.form.open(self.stage.args(user), BatchOrigin(channel_id=channel_id))
        await self.stage.quiet()
        return self.views("views.open")[-1]

    async def open_from(self, **message: Any) -> Json:
        """Choose the shortcut in the menu of a message, and return what opens."""
        body = {"channel": {"id": "C123"}, "message": {"ts": "2.0", **message}}
        await self.listeners.form.open_from_message(self.stage.args("U1", **body))
        await self.stage.quiet()
        return self.views("views.open")[-1]

    async def send(self, form: Json, trigger: str = "t1", **chosen: Any) -> Json:
        """Send the form, and return the answer."""
        view = {**on_screen(form, **chosen), "id": "V1", "hash": "h"}
        args = self.stage.args("U1", view=view, type="view_submission", trigger_id=trigger)
        await self.listeners.form.submit(args)
        answer = answered(args)
        await self.stage.quiet()
        return answer

    async def check(self, form: Json, **chosen: Any) -> Json:
        """Send the form, and return the preview that comes of it."""
        answer = await self.send(form, **chosen)
        assert answer["response_action"] == "push"
        name = approve_view(answer["view"])["external_id"]
        assert self.slack.named("views.update")[-1].form["external_id"] == name
        return self.views("views.update")[-1]

    async def start(self, preview: Json, user: str = "U1") -> Json:
        """Press the button of a preview, and return the answer."""
        args = self.stage.args(user, view={**preview, "id": "V2", "hash": "h"}, type="view_submission")
        await self.listeners.preview.start(args)
        return answered(args)

    async def press(self, action: str, batch_id: str, user: str = "U1", channel: str = "C123", team: str = "T1") -> str:
        """Press a button of the batch message, and return what only this person is told."""
        args = self.stage.args(user, actions=[{"action_id": action, "value": batch_id}])
        args.context["channel_id"] = channel
        assert args.context.authorize_result is not None
        args.context.authorize_result.team_id = team
        await self.listeners.buttons.press(args)
        answered(args)
        return "\n".join(asked.form["text"] for asked in self.slack.named("chat.postMessage"))

    def views(self, method: str) -> list[Json]:
        """Return every view that Slack was handed, judged."""
        return [_judged(asked.form["view"]) for asked in self.slack.named(method)]

    def words(self, method: str = "views.update") -> str:
        """Return all that the last view says."""
        return said(self.views(method)[-1])

    def have_file(self) -> bytes:
        """Let Slack have a file of every id, and return what is in it: JSON, which is as good as a table here."""
        address = f"{self.slack.root}/api/the.table"
        self.slack.answer("files.info", {"file": {**CSV, "url_private": address}})
        self.slack.answer("the.table", {"a red bicycle": 1})
        return json.dumps({"ok": True, "a red bicycle": 1}).encode()


def answered(args: AsyncArgs) -> Json:
    assert args.ack.response is not None
    return json.loads(args.ack.response.body or "{}")  # type: ignore[no-any-return]


def _judged(view: Any) -> Json:
    shown: Json = json.loads(view) if isinstance(view, str) else view
    return approve_view(shown)
