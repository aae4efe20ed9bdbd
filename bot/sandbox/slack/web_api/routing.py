"""In which workspace a call is carried out: the token's own, or the one that a token of a whole organisation means.

Ids of Slack are unique, so that most calls say by themselves where they belong; the others need ``team_id``.
"""

from typing import Any, Final

from bot.sandbox.slack.backend import Backend
from bot.sandbox.slack.errors import SlackRefusal
from bot.sandbox.slack.platform import Platform
from bot.sandbox.slack.web_api.arguments import Arguments

NAMING: Final = ("channel", "channel_id", "user", "user_id", "users", "view_id", "external_id", "trigger_id", "file")


def workspace_of(platform: Platform, arguments: Arguments, *, anywhere: bool = False) -> Backend:
    """Return the workspace, or raise what Slack says of the token or of what is missing; ``anywhere``: any will do."""
    installation = platform.installations.authenticate(arguments.token)
    backends = platform.served_by(installation)
    if not installation.is_org_wide:
        return backends[0]
    if (team_id := arguments.optional("team_id")) is not None:
        named = next((one for one in backends if one.workspace.team.id == team_id), None)
        if named is None:
            raise SlackRefusal("team_access_not_granted")
        return named
    given = {name: arguments.values[name] for name in NAMING if arguments.values.get(name)}
    if not given and not anywhere:
        raise SlackRefusal("missing_argument", ["missing required field: team_id"])
    known = (one for one in backends if any(_knows(one, name, value) for name, value in given.items()))
    return next(known, backends[0])


def _knows(backend: Backend, name: str, value: Any) -> bool:
    workspace = backend.workspace
    match name:
        case "channel" | "channel_id" if not _is_person(value):
            return value in workspace.channels
        case "channel" | "channel_id" | "user" | "user_id" | "users":
            return str(value).partition(",")[0] in workspace.members
        case "trigger_id":
            return backend.triggers.knows(value)
        case "file":
            return backend.files.find(str(value)) is not None
        case _:
            return backend.modals.holds(value)


def _is_person(reference: Any) -> bool:
    """Tell whether this is a person, which chat.postMessage takes for a channel."""
    return str(reference).startswith(("U", "W"))
