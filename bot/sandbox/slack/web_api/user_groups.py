"""usergroups.*: which groups there are, and who is in them."""

from bot.sandbox.slack.backend import Backend
from bot.sandbox.slack.errors import Json, SlackRefusal
from bot.sandbox.slack.web_api.arguments import Arguments


async def list_all(backend: Backend, arguments: Arguments) -> Json:
    """List the groups, in one answer: Slack has no pages here."""
    groups = [
        group.payload(
            backend.workspace.team,
            with_users=arguments.flag("include_users"),
            with_count=arguments.flag("include_count"),
        )
        for group in backend.workspace.user_groups
        if arguments.flag("include_disabled") or not group.is_disabled
    ]
    return {"usergroups": groups}


async def users(backend: Backend, arguments: Arguments) -> Json:
    wanted = arguments.required("usergroup")
    group = next((one for one in backend.workspace.user_groups if one.id == wanted), None)
    if group is None or (group.is_disabled and not arguments.flag("include_disabled")):
        raise SlackRefusal("no_such_subteam")
    return {"users": sorted(group.members)}
