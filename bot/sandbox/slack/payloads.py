"""The payloads Slack sends, word for word as documented (docs.slack.dev/reference/interaction-payloads)."""

import html
import time
from dataclasses import dataclass
from typing import Final

from bot.sandbox.slack.backend import Backend
from bot.sandbox.slack.errors import Json
from bot.sandbox.slack.identity import Member, Team
from bot.sandbox.slack.messages import Message
from bot.sandbox.slack.views import View
from bot.sandbox.slack.workspace import Channel

VERIFICATION_TOKEN: Final = "deprecated-by-signatures"


@dataclass(frozen=True)
class Payloads:
    """Writes the payloads of what one person does."""

    backend: Backend
    member: Member

    def command(self, channel: Channel, command: str, text: str) -> Json:
        """Return the form of a slash command; its text is escaped as Slack escapes it."""
        name = "privategroup" if channel.is_private else channel.name
        return {
            "token": VERIFICATION_TOKEN,
            "team_id": self.backend.workspace.team.id,
            "team_domain": self.backend.workspace.team.domain,
            **_within(self.backend.workspace.team),
            "channel_id": channel.id,
            "channel_name": name,
            "user_id": self.member.id,
            "user_name": self.member.handle,
            "command": command,
            "text": html.escape(text, quote=False),
            "api_app_id": self.backend.workspace.app.id,
            "is_enterprise_install": "true" if self.backend.is_served_org_wide else "false",
            "response_url": self.backend.response_urls.issue(self.member.id, channel.id),
            "trigger_id": self._trigger(channel_id=channel.id),
        }

    def shortcut(self, callback_id: str) -> Json:
        triggered = {"callback_id": callback_id, "trigger_id": self._trigger(), "action_ts": _action_ts()}
        return self._base("shortcut") | triggered

    def message_shortcut(self, callback_id: str, message: Message) -> Json:
        channel = self.backend.workspace.channels[message.channel_id]
        return self._base("message_action") | {
            "callback_id": callback_id,
            "trigger_id": self._trigger(channel_id=channel.id),
            "action_ts": _action_ts(),
            "message_ts": message.ts,
            "channel": _channel(channel),
            "message": message.payload(self.backend.workspace.team.id),
            "response_url": self.backend.response_urls.issue(self.member.id, channel.id),
        }

    def submission(self, view: View) -> Json:
        """Return a ``view_submission``, with response URLs where the view asks for them."""
        urls = [
            {
                "block_id": control.place[0],
                "action_id": control.place[1],
                "channel_id": chosen,
                "response_url": self.backend.response_urls.issue(self.member.id, chosen),
            }
            for control in view.controls
            if control.element.get("response_url_enabled") and (chosen := view.form.value(control.place))
        ]
        trigger = self._trigger(channel_id=view.channel_id, view_id=view.id)
        return self._base("view_submission") | {
            "trigger_id": trigger,
            "view": self._view(view),
            "response_urls": urls,
        }

    def closed(self, view: View, *, is_cleared: bool) -> Json:
        return self._base("view_closed") | {"view": self._view(view), "is_cleared": is_cleared}

    def suggestion(self, surface: "View | Message", place: tuple[str, str], query: str) -> Json:
        block_id, action_id = place
        asked = {"block_id": block_id, "action_id": action_id, "value": query}
        return self._base("block_suggestion") | asked | self._where(surface)

    def action(self, surface: "View | Message", action: Json) -> Json:
        """Return ``block_actions``: what was clicked or chosen, where, and what else is chosen there."""
        stamped = {**action, "action_ts": _action_ts()}
        where = self._where(surface)
        if isinstance(surface, View):
            trigger = self._trigger(channel_id=surface.channel_id, view_id=surface.id)
            return self._base("block_actions") | where | {"trigger_id": trigger, "actions": [stamped]}
        response_url = self.backend.response_urls.issue(self.member.id, surface.channel_id, surface)
        return (
            self._base("block_actions")
            | where
            | {
                "trigger_id": self._trigger(channel_id=surface.channel_id),
                "response_url": response_url,
                "state": {"values": surface.form_of(self.member.id).values()},
                "actions": [stamped],
            }
        )

    def _where(self, surface: "View | Message") -> Json:
        if isinstance(surface, View):
            return {"container": {"type": "view", "view_id": surface.id}, "view": self._view(surface)}
        channel = self.backend.workspace.channels[surface.channel_id]
        container: Json = {
            "type": "message",
            "message_ts": surface.ts,
            "channel_id": surface.channel_id,
            "is_ephemeral": surface.ephemeral_for is not None,
        }
        if surface.thread_ts is not None:
            container["thread_ts"] = surface.thread_ts
        where: Json = {"container": container, "channel": _channel(channel)}
        if surface.ephemeral_for is None:
            where["message"] = surface.payload(self.backend.workspace.team.id)
        return where

    def _view(self, view: View) -> Json:
        return shown(self.backend, view)

    def _base(self, kind: str) -> Json:
        workspace, company = self.backend.workspace, self.backend.workspace.team.organisation
        return {
            "type": kind,
            "token": VERIFICATION_TOKEN,
            "api_app_id": workspace.app.id,
            "team": self._team(),
            "user": {
                "id": self.member.id,
                "username": self.member.handle,
                "name": self.member.handle,
                "team_id": workspace.team.id,
            },
            "enterprise": None if company is None else {"id": company.id, "name": company.name},
            "is_enterprise_install": self.backend.is_served_org_wide,
        }

    def _team(self) -> Json | None:
        """Return the workspace, which Slack leaves out where the app is installed for the whole organisation."""
        team = self.backend.workspace.team
        return None if self.backend.is_served_org_wide else {"id": team.id, "domain": team.domain, **_within(team)}

    def _trigger(self, *, channel_id: str | None = None, view_id: str | None = None) -> str:
        return self.backend.triggers.issue(self.member.id, channel_id=channel_id, view_id=view_id)


def shown(backend: Backend, view: View) -> Json:
    """Return a view as Slack shows it to the app, with the place where that is installed."""
    payload = view.payload(backend.workspace.team, backend.workspace.app)
    installation = backend.installation
    return payload if installation is None else payload | {"app_installed_team_id": installation.place.id}


def _within(team: Team) -> Json:
    """Return the organisation that a workspace belongs to, as Slack adds it to what it says of the workspace."""
    company = team.organisation
    return {} if company is None else {"enterprise_id": company.id, "enterprise_name": company.name}


def _channel(channel: Channel) -> Json:
    return {"id": channel.id, "name": "privategroup" if channel.is_private else channel.name}


def _action_ts() -> str:
    return f"{time.time():.6f}"
