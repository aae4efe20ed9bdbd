"""auth.*, api.* and users.*: who am I, who are they."""

from bot.sandbox.slack.backend import Backend
from bot.sandbox.slack.departure import deactivate_bot, tell_revoked
from bot.sandbox.slack.errors import Json, SlackRefusal
from bot.sandbox.slack.platform import Platform
from bot.sandbox.slack.web_api.arguments import Arguments
from bot.sandbox.slack.web_api.paging import page


async def api_test(platform: Platform, arguments: Arguments) -> Json:
    """Answer with the arguments; fail with ``error`` if that is one of them."""
    if "error" in arguments:
        raise SlackRefusal(arguments.text("error"))
    return {"args": {key: value for key, value in arguments.values.items() if key != "token"}}


async def auth_test(backend: Backend, arguments: Arguments) -> Json:
    """Say whose token this is; one for a whole organisation belongs to that, and to no workspace."""
    workspace, installation = backend.workspace, backend.installation
    company = workspace.team.organisation
    place = company if company is not None and backend.is_served_org_wide else workspace.team
    within = {} if company is None else {"enterprise_id": company.id}
    return {
        "url": place.url,
        "team": place.name,
        "team_id": place.id,
        "user": workspace.app.handle,
        "user_id": workspace.app.bot_user_id,
        "bot_id": workspace.app.bot_id,
        "is_enterprise_install": installation is not None and installation.is_org_wide,
        **within,
    }


async def auth_revoke(platform: Platform, arguments: Arguments) -> Json:
    """Take back the token that is used for this; the app hears of it afterwards."""
    if arguments.flag("test"):
        platform.installations.authenticate(arguments.token)
        return {"revoked": False}
    installation = platform.installations.revoke(arguments.token)
    if not installation.access:
        deactivate_bot(platform, installation)
    platform.errands.run(tell_revoked(platform, installation))
    return {"revoked": True}


async def info(backend: Backend, arguments: Arguments) -> Json:
    member = backend.workspace.members.get(arguments.required("user"))
    if member is None:
        raise SlackRefusal("user_not_found")
    return {"user": member.payload(backend.workspace.team)}


async def list_all(backend: Backend, arguments: Arguments) -> Json:
    shown, cursor = page(list(backend.workspace.members.values()), arguments, default=1000)
    return {"members": [member.payload(backend.workspace.team) for member in shown], **cursor}
