"""Events as Slack sends them, word for word as documented (docs.slack.dev/apis/events-api)."""

import secrets

from bot.sandbox.slack.backend import Backend
from bot.sandbox.slack.errors import Json
from bot.sandbox.slack.installations import Installation
from bot.sandbox.slack.payloads import VERIFICATION_TOKEN


def event(backend: Backend, inner: Json) -> Json:
    """Return the envelope of an Events API event."""
    team = backend.workspace.team
    company_id = team.organisation.id if team.organisation is not None else None
    authorization = {
        "enterprise_id": company_id,
        "team_id": team.id,
        "user_id": backend.workspace.app.bot_user_id,
        "is_bot": True,
        "is_enterprise_install": backend.is_served_org_wide,
    }
    where: Json = {"team_id": team.id} if company_id is None else {"team_id": team.id, "enterprise_id": company_id}
    more: Json = {"is_ext_shared_channel": False, "event_context": secrets.token_urlsafe(24)}
    return _envelope(backend, inner) | where | {"authorizations": [authorization]} | more


def farewell(backend: Backend, installation: Installation, inner: Json) -> Json:
    """Return the envelope of an event that comes when the installation is gone: nobody has authorised it any more.

    What was installed for a whole organisation goes for the organisation, and for no workspace in particular.
    """
    company, place = installation.organisation, installation.place
    where = {} if company is None else {"enterprise_id": company.id}
    return _envelope(backend, inner) | where | ({} if installation.is_org_wide else {"team_id": place.id})


def _envelope(backend: Backend, inner: Json) -> Json:
    return {
        "token": VERIFICATION_TOKEN,
        "api_app_id": backend.workspace.app.id,
        "event": inner,
        "type": "event_callback",
        "event_id": backend.workspace.new_id("Ev"),
        "event_time": int(backend.clock.now().timestamp()),
    }
