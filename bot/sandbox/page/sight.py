"""What one person sees of the workspace, as JSON: their channels and messages, their forms, and nobody else's."""

from collections.abc import Iterator
from typing import Final

from bot.sandbox.slack import Channel, Message, SlackFile, SlackStandIn, View
from bot.sandbox.slack.errors import Json
from bot.sandbox.slack.form_state import FormState
from bot.sandbox.slack.identity import Member

SHOWN_OF_A_VIEW: Final = ("callback_id", "title", "submit", "close", "blocks")
"""Never ``private_metadata``: that is between the app and Slack."""
SHOWN_OF_A_FILE: Final = ("id", "name", "title", "mimetype", "size")


class Sight:
    """One person's eyes."""

    def __init__(self, slack: SlackStandIn, person: Member) -> None:
        self._slack = slack
        self._workspace = slack.workspace
        self._person = person

    def everything(self) -> Json:
        """Return the whole of it."""
        return {
            "me": member(self._person),
            "team": {"name": self._workspace.team.name, "url": self._workspace.team.url},
            "app": self._app(),
            "people": [member(one) for one in self._workspace.members.values()],
            "groups": [{"id": one.id, "handle": one.handle} for one in self._workspace.user_groups],
            "channels": self.channels(),
            "messages": [self._message(one) for one in self._messages()],
            "views": self.views(),
            "home": self.home(),
        }

    def channels(self) -> list[Json]:
        """Return the channels they can find, and their own conversation with the app."""
        return [self._channel(one) for one in self._workspace.channels.values() if one.is_seen_by(self._person.id)]

    def memberships(self) -> set[str]:
        """Return the ids of the channels whose messages they see."""
        return {one.id for one in self._workspace.channels.values() if self._person.id in one.members}

    def message(self, channel_id: str, ts: str) -> Json | None:
        """Return one message of a channel they are in, ephemeral or not; None when there is none for them."""
        found = self.find(channel_id, ts)
        return None if found is None else self._message(found)

    def find(self, channel_id: str, ts: str) -> Message | None:
        """Return one message itself, if they see it."""
        if channel_id not in self.memberships():
            return None
        return self._workspace.find_message(channel_id, ts) or next(
            (one for one in self._ephemerals() if (one.channel_id, one.ts) == (channel_id, ts)), None
        )

    def find_view(self, view_id: str) -> View | None:
        """Return one of their open modals, or their home tab."""
        shown = [*self._workspace.open_views.get(self._person.id, ()), self._workspace.homes.get(self._person.id)]
        return next((one for one in shown if one is not None and one.id == view_id), None)

    def views(self) -> list[Json]:
        """Return the stack of their open modals, the visible one last."""
        return [_view(one) for one in self._workspace.open_views.get(self._person.id, ())]

    def home(self) -> Json | None:
        """Return what the app published for them."""
        view = self._workspace.homes.get(self._person.id)
        return None if view is None else _view(view)

    def _app(self) -> Json:
        app, manifest = self._workspace.app, self._slack.manifest
        return {
            "name": app.name,
            "bot_user_id": app.bot_user_id,
            "description": manifest.description,
            "messages": manifest.has_messages,
            "read_only": manifest.messages_are_read_only,
            "commands": [one.model_dump() for one in manifest.commands],
            "shortcuts": [one.model_dump() for one in manifest.shortcuts],
        }

    def _channel(self, channel: Channel) -> Json:
        return {
            "id": channel.id,
            "name": channel.name,
            "kind": "im" if channel.is_im else "private" if channel.is_private else "public",
            "archived": channel.is_archived,
            "member": self._person.id in channel.members,
            "has_app": self._workspace.app.bot_user_id in channel.members,
            "members": sorted(channel.members),
        }

    def _messages(self) -> Iterator[Message]:
        theirs = self.memberships()
        yield from (one for one in self._workspace.messages if one.channel_id in theirs)
        yield from (one for one in self._ephemerals() if one.channel_id in theirs)

    def _ephemerals(self) -> Iterator[Message]:
        return (one for one in self._workspace.ephemerals if one.ephemeral_for == self._person.id)

    def _message(self, message: Message) -> Json:
        form = message.forms.get(self._person.id) or FormState(message.blocks)
        return {
            "channel": message.channel_id,
            "ts": message.ts,
            "user": message.user_id,
            "text": message.text,
            "blocks": message.blocks,
            "thread_ts": message.thread_ts,
            "reply_ts": list(message.reply_ts),
            "files": [self._shared(one) for one in message.files],
            "edited": message.edited is not None,
            "ephemeral": message.ephemeral_for is not None,
            "broadcast": message.broadcast,
            "state": {"values": form.values()},
        }

    def _shared(self, payload: Json) -> Json:
        """Return a file below a message, as it is known by now; one that is kept no longer, as it was."""
        if payload.get("mode") == "tombstone":
            return {"id": payload["id"], "gone": True}
        if (found := self._slack.file(payload["id"])) is not None:
            return file(found)
        return {name: payload[name] for name in SHOWN_OF_A_FILE} | {"url": f"/files/{payload['id']}"}


def member(one: Member) -> Json:
    """Return a person as everyone sees them."""
    return {
        "id": one.id,
        "name": one.name,
        "handle": one.handle,
        "is_admin": one.is_admin,
        "is_bot": one.is_bot,
        "deleted": one.deleted,
    }


def file(one: SlackFile) -> Json:
    """Return a file as the page names it, with its address there."""
    shown = {"id": one.id, "name": one.name, "title": one.title or one.name, "mimetype": one.mimetype, "size": one.size}
    return {**shown, "url": f"/files/{one.id}"}


def _view(view: View) -> Json:
    return {
        **{name: view.definition.get(name) for name in SHOWN_OF_A_VIEW},
        "id": view.id,
        "hash": view.hash,
        "state": {"values": view.values},
        "errors": view.errors,
        "previous_view_id": view.previous_id,
    }
