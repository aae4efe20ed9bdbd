"""What the app hears of its direct conversations besides what people say there: its own words, edits and deletions.

An app that takes these for somebody's words answers itself for ever.
"""

from collections.abc import Callable
from typing import Final

from bot.sandbox.slack.backend import Backend
from bot.sandbox.slack.changes import Change
from bot.sandbox.slack.delivery.answers import Delivery
from bot.sandbox.slack.errands import Errands
from bot.sandbox.slack.errors import Json
from bot.sandbox.slack.events import event

HEARD: Final = "message.im"


def echo(backend: Backend, errands: Errands) -> Callable[[], None]:
    """Tell the app of every such change from now on, once it is made; return what ends that."""

    def hear(change: Change) -> None:
        inner = _told(backend, change) if backend.hears(HEARD) else None
        if inner is not None:
            errands.run(backend.courier.deliver(Delivery("events_api", event(backend, inner))))

    return backend.workspace.changes.on_change(hear)


def _told(backend: Backend, change: Change) -> Json | None:
    """Return the inner event for a change; what a person says is told when they say it."""
    workspace = backend.workspace
    channel = workspace.channels.get(change.channel_id or "")
    if channel is None or not channel.is_im or change.ts is None:
        return None
    message = workspace.find_message(channel.id, change.ts)
    about: Json = {"type": "message", "channel": channel.id, "channel_type": "im"}
    shown = {} if message is None else message.payload(workspace.team.id)
    match change.kind:
        case "message.posted" if message is not None and message.bot_id:
            return shown | about | {"event_ts": message.ts}
        case "message.changed" if message is not None and message.edited:
            ts = workspace.new_ts()
            return about | {"subtype": "message_changed", "hidden": True, "message": shown, "ts": ts, "event_ts": ts}
        case "message.deleted":
            ts = workspace.new_ts()
            gone = {"subtype": "message_deleted", "hidden": True, "deleted_ts": change.ts, "ts": ts, "event_ts": ts}
            return about | gone | {"previous_message": {"type": "message", "ts": change.ts}}
        case _:
            return None
