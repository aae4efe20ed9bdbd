"""Every method the stand-in knows, with the scope that Slack documents for it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

from bot.sandbox.slack.backend import Backend
from bot.sandbox.slack.errors import Json
from bot.sandbox.slack.web_api import apps, chat, conversations, files, people, views
from bot.sandbox.slack.web_api.arguments import Arguments


@dataclass(frozen=True)
class Method:
    """One method; scopes that depend on the kind of conversation are required by the method itself."""

    run: Callable[[Backend, Arguments], Awaitable[Json]]
    scope: str | None = None
    token: str | None = "xoxb-"


METHODS: Final[dict[str, Method]] = {
    "api.test": Method(people.api_test, token=None),
    "auth.test": Method(people.auth_test),
    "apps.connections.open": Method(apps.open_connection, token="xapp-"),
    "chat.delete": Method(chat.delete, "chat:write"),
    "chat.getPermalink": Method(chat.get_permalink),
    "chat.postEphemeral": Method(chat.post_ephemeral, "chat:write"),
    "chat.postMessage": Method(chat.post_message, "chat:write"),
    "chat.update": Method(chat.update, "chat:write"),
    "conversations.history": Method(conversations.history),
    "conversations.info": Method(conversations.info),
    "conversations.join": Method(conversations.join, "channels:join"),
    "conversations.list": Method(conversations.list_all),
    "conversations.members": Method(conversations.members),
    "conversations.open": Method(conversations.open_direct, "im:write"),
    "conversations.replies": Method(conversations.replies),
    "files.completeUploadExternal": Method(files.complete_upload, "files:write"),
    "files.getUploadURLExternal": Method(files.get_upload_url, "files:write"),
    "files.info": Method(files.info, "files:read"),
    "users.info": Method(people.info, "users:read"),
    "users.list": Method(people.list_all, "users:read"),
    "views.open": Method(views.open_modal),
    "views.publish": Method(views.publish),
    "views.push": Method(views.push),
    "views.update": Method(views.update),
}
