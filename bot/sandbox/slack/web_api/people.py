"""auth.*, api.* and users.*: who am I, who are they."""

from bot.sandbox.slack.errors import Json, SlackRefusal
from bot.sandbox.slack.parts import Parts
from bot.sandbox.slack.web_api.arguments import Arguments
from bot.sandbox.slack.web_api.paging import page


async def api_test(parts: Parts, arguments: Arguments) -> Json:
    """Answer with the arguments; fail with ``error`` if that is one of them."""
    if "error" in arguments:
        raise SlackRefusal(arguments.text("error"))
    return {"args": {key: value for key, value in arguments.values.items() if key != "token"}}


async def auth_test(parts: Parts, arguments: Arguments) -> Json:
    workspace = parts.workspace
    return {
        "url": f"https://{workspace.team.domain}.slack.com/",
        "team": workspace.team.name,
        "team_id": workspace.team.id,
        "user": workspace.app.name,
        "user_id": workspace.app.bot_user_id,
        "bot_id": workspace.app.bot_id,
        "is_enterprise_install": False,
    }


async def info(parts: Parts, arguments: Arguments) -> Json:
    member = parts.workspace.members.get(arguments.required("user"))
    if member is None:
        raise SlackRefusal("user_not_found")
    return {"user": member.payload(parts.workspace.team)}


async def list_all(parts: Parts, arguments: Arguments) -> Json:
    shown, cursor = page(list(parts.workspace.members.values()), arguments, default=1000)
    return {"members": [member.payload(parts.workspace.team) for member in shown], **cursor}
