"""Bolt, told which workspace a request comes from and with what token it is answered.

Bolt's own OAuth stays out of it: it would ask Slack about the token with every request, know installations that ours
does not, and renew tokens three times over. ``SLACK_CLIENT_ID`` in the environment switches it on all the same; with an
``authorize`` of our own it is never asked for anything.
"""

import logging
from collections.abc import Awaitable, Callable
from typing import Any

import structlog
from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.context.async_context import AsyncBoltContext

from bot.core.errors import SlackRefused, SlackUnavailable
from bot.core.models import Installation
from bot.slack.client import SlackApi
from bot.slack.installation.installations import InstallationSource

log = structlog.get_logger(__name__)

NOT_INSTALLED = "Bloom isn't installed in this workspace any more. An admin can install it again{where}."


def make_bolt(
    installations: InstallationSource,
    api: SlackApi,
    *,
    signing_secret: str,
    is_over_http: bool,
    install_url: str | None = None,
) -> AsyncApp:
    """Return the app. ``signing_secret`` is for HTTP alone; ``install_url`` is named to people without installation."""
    return AsyncApp(
        name="bloom",  # else Bolt reads the source of all its callers for one, which takes longer than all the rest
        logger=logging.getLogger("slack_bolt.AsyncApp"),  # the one that Bolt makes itself takes its level from the root
        client=api.client(),
        signing_secret=signing_secret,
        request_verification_enabled=is_over_http,
        before_authorize=find_workspace,
        authorize=authorizer(installations),  # type: ignore[arg-type]  # None is what Bolt's own may return as well
        user_facing_authorize_error_message=NOT_INSTALLED.format(where=f" at {install_url}" if install_url else ""),
    )


async def find_workspace(
    body: dict[str, Any],
    context: AsyncBoltContext,
    next: Callable[[], Awaitable[Any]],  # noqa: A002 - Bolt's name for it
) -> Any:
    """Note which workspace is meant, where Bolt finds another or none."""
    found = _workspace_in(body, context)
    if found != context.team_id:
        context["team_id"] = found
        context.client.default_params |= {"team_id": found} if found else {}
    if _is_by_a_stranger(body, found):  # whose organisation is said, and not that of the workspace
        context["enterprise_id"], context["is_enterprise_install"] = None, False
    return await next()


def _workspace_in(body: dict[str, Any], context: AsyncBoltContext) -> str | None:
    """Return the workspace: Bolt is not always to be believed.

    In an organisation Slack can call the workspace null, or by the organisation's id; and for a Home tab it names
    another workspace of the organisation that has the bot as well (slackapi/bolt-python#1229).
    """
    view, team, user = (_part(body, name) for name in ("view", "team", "user"))
    if view.get("type") == "home" and team.get("id"):
        return str(team["id"])
    named = (context.team_id, body.get("context_team_id"), *(part.get("team_id") for part in (body, view, user)))
    return next((one for one in named if one and one != context.enterprise_id), None)


def _is_by_a_stranger(body: dict[str, Any], workspace_id: str | None) -> bool:
    """Whether somebody of another workspace uses a view of the one that is meant, in a channel that both share."""
    view, team, user = (_part(body, name) for name in ("view", "team", "user"))
    is_meant = workspace_id is not None and view.get("app_installed_team_id") == workspace_id
    return is_meant and (team.get("id") or user.get("team_id")) not in (None, workspace_id)


def _part(body: dict[str, Any], name: str) -> dict[str, Any]:
    part = body.get(name)
    return part if isinstance(part, dict) else {}


def authorizer(installations: InstallationSource) -> Callable[..., Awaitable[AuthorizeResult | None]]:
    """Return what tells Bolt whose request it is: None where the bot is not installed."""

    async def authorize(
        context: AsyncBoltContext, enterprise_id: str | None, team_id: str | None
    ) -> AuthorizeResult | None:
        try:
            is_org_wide = bool(context.is_enterprise_install)
            installation = await installations.of(team_id, enterprise_id, is_org_wide=is_org_wide)
        except SlackUnavailable:
            raise  # the token has ended and there is no other yet: Slack sends its request again
        except SlackRefused as refusal:
            log.warning("nobody is served here", workspace=team_id, enterprise=enterprise_id, error=refusal.error)
            return None
        return _result(installation, team_id)

    return authorize


def _result(installation: Installation, team_id: str | None) -> AuthorizeResult | None:
    workspace_id = installation.workspace_id or team_id
    if workspace_id is None:
        return None
    return AuthorizeResult(
        enterprise_id=installation.enterprise_id,
        team_id=workspace_id,
        bot_token=installation.bot_token,
        bot_id=installation.bot_id,
        bot_user_id=installation.bot_user_id,
    )
