"""auth.*, api.* and users.*: who am I, who are they."""

from bot.sandbox.slack.backend import Backend
from bot.sandbox.slack.errors import Json, SlackRefusal
from bot.sandbox.slack.web_api.arguments import Arguments
from bot.sandbox.slack.web_api.paging import page


async def api_test(backend: Backend, arguments: Arguments) -> Json:
    """Answer with the arguments; fail with ``error`` if that is one of them."""
    if "error" in arguments:
        raise SlackRefusal(arguments.text("error"))
    return {"args": {key: value for key, value in arguments.values.items() if key != "token"}}


async def auth_test(backend: Backend, arguments: Arguments) -> Json:
    workspace = backend.workspace
    return {
        "url": f"https://{workspace.team.domain}.slack.com/",
        "team": workspace.team.name,
        "team_id": workspace.team.id,
        "user": workspace.app.handle,
        "user_id": workspace.app.bot_user_id,
        "bot_id": workspace.app.bot_id,
        "is_enterprise_install": False,
    }


async def info(backend: Backend, arguments: Arguments) -> Json:
    member = backend.workspace.members.get(arguments.required("user"))
    if member is None:
        raise SlackRefusal("user_not_found")
    return {"user": member.payload(backend.workspace.team)}


async def list_all(backend: Backend, arguments: Arguments) -> Json:
    shown, cursor = page(list(backend.workspace.members.values()), arguments, default=1000)
    return {"members": [member.payload(backend.workspace.team) for member in shown], **cursor}
