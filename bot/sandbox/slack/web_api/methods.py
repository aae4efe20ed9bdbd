"""Every method the stand-in knows, with the scope that Slack documents for it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

from bot.sandbox.slack.backend import Backend
from bot.sandbox.slack.errors import Json
from bot.sandbox.slack.platform import Platform
from bot.sandbox.slack.web_api import apps, chat, conversations, files, oauth, people, user_groups, views
from bot.sandbox.slack.web_api.arguments import Arguments


@dataclass(frozen=True)
class Method:
    """One method of a workspace; scopes that depend on the kind of conversation are required by the method itself.

    ``anywhere``: a token of a whole organisation need not say which workspace it means.
    """

    run: Callable[[Backend, Arguments], Awaitable[Json]]
    scope: str | None = None
    anywhere: bool = False


@dataclass(frozen=True)
class AppMethod:
    """One method that belongs to no workspace: it takes the app's own token, or sees by itself who calls."""

    run: Callable[[Platform, Arguments], Awaitable[Json]]
    takes_app_token: bool = False


METHODS: Final[dict[str, Method]] = {
    "auth.test": Method(people.auth_test, anywhere=True),
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
    "files.completeUploadExternal": Method(files.complete_upload, "files:write", anywhere=True),
    "files.delete": Method(files.delete, "files:write", anywhere=True),
    "files.getUploadURLExternal": Method(files.get_upload_url, "files:write", anywhere=True),
    "files.info": Method(files.info, "files:read"),
    "usergroups.list": Method(user_groups.list_all, "usergroups:read"),
    "usergroups.users.list": Method(user_groups.users, "usergroups:read"),
    "users.info": Method(people.info, "users:read"),
    "users.list": Method(people.list_all, "users:read"),
    "views.open": Method(views.open_modal),
    "views.publish": Method(views.publish),
    "views.push": Method(views.push),
    "views.update": Method(views.update),
}

APP_METHODS: Final[dict[str, AppMethod]] = {
    "api.test": AppMethod(people.api_test),
    "apps.connections.open": AppMethod(apps.open_connection, takes_app_token=True),
    "apps.uninstall": AppMethod(apps.uninstall),
    "auth.revoke": AppMethod(people.auth_revoke),
    "oauth.v2.access": AppMethod(oauth.access),
}
