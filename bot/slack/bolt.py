"""Bolt, told which workspace a request comes from and with what token it is answered.

Bolt's own OAuth stays out of it: it would ask Slack about the token with every request, know installations that ours
does not, and renew tokens three times over. ``SLACK_CLIENT_ID`` in the environment switches it on all the same; with an
``authorize`` of our own it is never asked for anything.
"""

from collections.abc import Awaitable, Callable
from typing import Any

import structlog
from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.context.async_context import AsyncBoltContext

from bot.core.errors import SlackRefused, SlackUnavailable
from bot.core.models import Installation
from bot.slack.client import SlackApi
from bot.slack.installations import InstallationSource

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
    if found := _workspace_in(body, context):
        context["team_id"] = context.client.default_params["team_id"] = found
    return await next()


def _workspace_in(body: dict[str, Any], context: AsyncBoltContext) -> str | None:
    """Return the workspace where Bolt is not to be believed.

    In an organisation Slack can call the workspace null, or by the organisation's id; and for a Home tab it names
    another workspace of the organisation that has the bot as well (slackapi/bolt-python#1229).
    """
    view, team, user = (_part(body, name) for name in ("view", "team", "user"))
    if view.get("type") == "home" and team.get("id"):
        return str(team["id"])
    if context.team_id not in (None, context.enterprise_id):
        return None
    return body.get("context_team_id") or body.get("team_id") or view.get("team_id") or user.get("team_id")


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
